"""Leads that die in turn: what is left finds its beats as it would alone."""

import numpy as np
import pytest

from bench.detection import detect, match
from ecgviewer.aami import DE_CHAZAL
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.signal.params import DETECTION
from ecgviewer.signal.rpeaks.levels import Pieces
from tests.signals import in_memory
from tests.synthetic import NARROW_S, WIDE_S, made_ecg

FS = 360


def samples(ecg: np.ndarray) -> np.ndarray:
    return detect(in_memory(ecg.astype(np.float32)))


def dead_in_turn(ecg: np.ndarray, kind: str, seconds: int) -> np.ndarray:
    """Lead after lead dead for so many seconds, from the same time on."""
    out = ecg.copy()
    for turn, start in enumerate(range(seconds * FS, ecg.shape[1], seconds * FS)):
        lead, part = turn % len(ecg), slice(start, start + seconds * FS)
        out[lead, part] = np.nan if kind == "gap" else ecg[lead, start]
    return out


def errors(beats: np.ndarray, found: np.ndarray, *, dead: int, seconds: int) -> tuple[int, int]:
    """Missed and extra while lead `dead` of two is dead; not in the half second a lead changes."""

    def inside(at: np.ndarray) -> np.ndarray:
        turn, within = at // (seconds * FS), at % (seconds * FS)
        whole = (within > FS // 2) & (within < seconds * FS - FS // 2)
        mine: np.ndarray = (turn >= 1) & ((turn - 1) % 2 == dead) & whole
        return mine

    hit, right = match(beats, found, tolerance=0.15 * FS)
    return int((~hit[inside(beats)]).sum()), int((~right[inside(found)]).sum())


@pytest.mark.parametrize("kind", ["gap", "flat"])
@pytest.mark.parametrize("seconds", [5, 10, 20, 40])
@pytest.mark.parametrize("n_leads", [2, 3])
def test_made_leads_that_die_in_turn(kind, seconds, n_leads):
    beats = np.arange(0.5, 199.0, 0.8)
    wide = np.arange(len(beats)) % 7 == 3
    ecg = made_ecg(
        beats,
        duration_s=200,
        n_leads=n_leads,
        width_s=np.where(wide, WIDE_S, NARROW_S),
        height_mv=np.where(wide, 1.6, 1.0),
    )
    at = np.round(beats * FS).astype(np.int64)
    away = np.abs(at / FS - np.round(at / FS / seconds) * seconds) > 0.15
    hit, right = match(at, samples(dead_in_turn(ecg, kind, seconds)), tolerance=0.06 * FS)
    assert hit[away].all()
    assert right.all()


@pytest.mark.parametrize("kind", ["gap", "flat"])
@pytest.mark.parametrize("name", ["200", "208", "215", "221", "228"])
def test_leads_of_records_that_die_in_turn(mitdb, name, kind):
    record = open_record(mitdb / name)
    ecg = record.read(0, 320 * FS)
    marks = read_annotations(record, "atr")
    beats = marks.sample[np.isin(np.array(marks.symbol), list(DE_CHAZAL))]
    beats = beats[beats < 320 * FS]
    found = samples(dead_in_turn(ecg, kind, 20))
    for dead in (0, 1):
        alone = errors(beats, samples(ecg[[1 - dead]]), dead=dead, seconds=20)
        assert sum(errors(beats, found, dead=dead, seconds=20)) <= sum(alone) + 4


def test_dead_pieces_say_nothing():
    gap = np.zeros((2, 20 * 720), np.bool_)
    gap[0, 5 * 720 : 15 * 720] = True
    pieces = Pieces.of(gap, DETECTION)
    assert pieces.alive is not None
    assert pieces.alive.sum(axis=1).tolist() == [10, 20]
    values = np.where(pieces.alive, 2.0, 0.0)
    assert (pieces.around(values) == 2.0).all()
    assert pieces.percentile(values, 50).tolist() == [2.0, 2.0]
    assert pieces.any_lead().alive.all()


def test_a_lead_that_is_dead_throughout_has_no_level():
    gap = np.zeros((2, 20 * 720), np.bool_)
    gap[1] = True
    pieces = Pieces.of(gap, DETECTION)
    values = np.ones((2, 20))
    assert pieces.around(values)[1].max() == 0.0
    assert pieces.percentile(values, 85).tolist() == [1.0, 0.0]
