"""A beat between pauses is a beat, its T wave and the noise around it are none."""

import numpy as np
import pytest

from ecgviewer.aami import DE_CHAZAL
from ecgviewer.analysis.scan import scan
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.signal.params import DETECTION
from ecgviewer.signal.rpeaks.lone import find_lone
from tests.signals import in_memory
from tests.synthetic import made_ecg


def scanned(ecg: np.ndarray, fs: float = 360.0):
    *_, last = scan(in_memory(ecg, fs=fs), detection=DETECTION)
    assert last.scan is not None
    return last.scan


def matched(found_s: np.ndarray, wanted_s: np.ndarray) -> bool:
    return len(found_s) == len(wanted_s) and bool((np.abs(found_s - wanted_s) < 0.05).all())


def with_lone_beats(gap_s: float, count: int, *, before_s: float = 60.0) -> np.ndarray:
    """Sinus, so many beats a gap apart, sinus; s."""
    sinus = np.arange(0.5, before_s, 0.8)
    lone = sinus[-1] + gap_s * np.arange(1, count + 1)
    return np.concatenate([sinus, lone, lone[-1] + gap_s + np.arange(0, 32, 0.8)])


@pytest.mark.parametrize("gap_s", [4, 6, 7, 8, 10, 12, 15, 25])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("noise_mv", [0.003, 0.01, 0.03])
def test_lone_beats_between_pauses(gap_s, count, noise_mv):
    beats = with_lone_beats(gap_s, count)
    ecg = made_ecg(beats, duration_s=beats[-1] + 1, noise_mv=noise_mv, seed=gap_s)
    found = scanned(ecg)
    assert matched(found.samples / 360, beats)
    assert [e.kind for e in found.episodes] == ["pause"] * (count + 1)


@pytest.mark.parametrize("fs", [128.0, 250.0, 1000.0])
@pytest.mark.parametrize("n_leads", [1, 3])
def test_a_lone_beat_at_any_rate_in_any_leads(fs, n_leads):
    beats = with_lone_beats(9, 1)
    ecg = made_ecg(beats, fs=fs, duration_s=beats[-1] + 1, n_leads=n_leads)
    assert matched(scanned(ecg, fs).samples / fs, beats)


def test_a_lone_beat_beside_a_border_of_blocks():
    for before_s in (165.0, 172.0, 174.0, 176.0):  # the border lies at 182 s
        beats = with_lone_beats(9, 1, before_s=before_s)
        assert matched(scanned(made_ecg(beats, duration_s=beats[-1] + 1)).samples / 360, beats)


@pytest.mark.parametrize("per_minute", [20, 15, 12, 10, 8])
def test_a_block_of_few_beats(per_minute):
    beats = np.arange(1.0, 169.0, 60 / per_minute)
    ecg = made_ecg(beats, duration_s=170, noise_mv=0.005)
    assert matched(scanned(ecg).samples / 360, beats)


@pytest.mark.parametrize("t_wave", [0.3, 0.6])
def test_the_t_wave_of_a_lone_beat_is_none(t_wave):
    beats = with_lone_beats(10, 2)
    ecg = made_ecg(beats, duration_s=beats[-1] + 1, t_wave=t_wave)
    assert matched(scanned(ecg).samples / 360, beats)


@pytest.mark.parametrize("noise_mv", [0.003, 0.02, 0.05])
def test_noise_between_pauses_is_none(noise_mv):
    beats = with_lone_beats(15, 1)
    beats = np.delete(beats, np.searchsorted(beats, 70.0))
    found = scanned(made_ecg(beats, duration_s=beats[-1] + 1, noise_mv=noise_mv))
    assert matched(found.samples / 360, beats)


def test_what_stands_out_less_than_half_a_qrs_is_as_before():
    places = np.array([1_000, 2_000, 2_100, 3_000])
    none = find_lone(np.array([1.0, 1.2, 1.1, 1.0]), np.full(4, 6.0), places, DETECTION)
    assert none is None
    assert find_lone(np.ones(4), np.ones(4), places, DETECTION) is None
    lone = find_lone(np.array([1.0, 6.0, 1.5, 1.0]), np.full(4, 6.0), places, DETECTION)
    assert lone is not None
    assert lone.share.tolist() == [0, 1, 1, 0]  # the T wave with its beat
    level = lone.level(np.full((1, 4), 0.1), np.array([0.6]))
    assert np.allclose(level, [[0.1, 0.6, 0.6, 0.1]])
    assert np.allclose(lone.unrest(np.full(4, 0.5), np.ones(4)), [0.5, 0.5 / 6, 0.5 / 6, 0.5])


@pytest.mark.parametrize("name", ["103", "117", "122", "230"])
def test_lone_beats_of_records(mitdb, name):
    record = open_record(mitdb / name)
    ecg = record.read(0, 180 * 360).astype(np.float64)
    marks = read_annotations(record, "atr")
    beats = marks.sample[np.isin(np.array(marks.symbol), list(DE_CHAZAL))]
    rng = np.random.default_rng(0)
    kept = [int(beats[np.abs(beats - at * 360).argmin()]) for at in (69, 78)]
    before, after = beats[beats <= 60 * 360][-1], beats[beats >= 90 * 360][0]
    low, high = int(before) + 180, int(after) - 108
    quiet = np.linspace(ecg[:, low], ecg[:, high], high - low, axis=1)
    quiet += 0.01 * rng.standard_normal(quiet.shape)
    made = np.concatenate([ecg[:, :low], quiet, ecg[:, high:]], axis=1)
    for beat in kept:
        part = slice(beat - 108, beat + 180)
        fade = np.minimum(1, np.minimum(np.arange(288), np.arange(288)[::-1]) / 20)
        piece = ecg[:, part] - ecg[:, part.start, None] + made[:, part.start, None]
        made[:, part] = made[:, part] * (1 - fade) + piece * fade
    found = scanned(made.astype(np.float32)).samples
    inside = found[(found > low) & (found < high)]
    assert len(inside) == 2
    assert (np.abs(inside - kept) < 20).all()
