"""Heart rates of whole records, against those of their annotated beats."""

from dataclasses import replace

import numpy as np
import pytest

from ecgviewer import paths
from ecgviewer.aami import DE_CHAZAL, BeatClass
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import BeatBatch, BeatLog
from ecgviewer.findings.rate import no_rr_before
from ecgviewer.findings.summary import summarise
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.signal.params import DETECTION
from tests.signals import in_memory
from tests.synthetic import made_ecg


def logged(samples, classes):
    n = len(samples)
    log = BeatLog(n_members=1)
    log.extend(samples)
    even, flags = np.full((n, 5), 0.2), np.zeros(n, np.uint16)
    votes = np.zeros((n, 1, 5), np.float32)
    log.apply(BeatBatch(np.arange(n), classes.astype(np.int8), even, votes, flags))
    return Beats.of(log)


def found_and_annotated(record):
    """Summary of the beats found with the classes annotated, and of those annotated."""
    found = read_annotations(record, "atr")
    is_beat = np.array([s in DE_CHAZAL for s in found.symbol])
    true = found.sample[is_beat]
    classes = np.array([int(DE_CHAZAL[s]) for s in np.array(found.symbol)[is_beat]])
    *_, last = scan(record, detection=DETECTION)
    after = np.clip(np.searchsorted(true, last.scan.samples), 1, len(true) - 1)
    before_is_nearer = last.scan.samples - true[after - 1] < true[after] - last.scan.samples
    mine = classes[after - before_is_nearer]
    return (
        summarise(record, logged(last.scan.samples, mine), last.scan).heart_rate,
        summarise(record, logged(true, classes), None).heart_rate,
    )


@pytest.mark.parametrize("name", ["100", "119", "201", "207", "208", "222", "228", "233"])
def test_least_and_greatest_are_those_of_annotated_beats(mitdb, name):
    """Within 1/min, but for two whose fastest eight meet an artefact.

    The greatest of 207 (84, annotated 88) and of 208 (127.7, annotated 129.0).
    """
    found, true = found_and_annotated(open_record(mitdb / f"{name}.hea"))
    assert found.least == pytest.approx(true.least, abs=1)
    assert found.greatest == pytest.approx(true.greatest, abs={"207": 5, "208": 1.5}.get(name, 1))


def test_a_record_almost_without_n_to_n_has_none(mitdb):
    found, _ = found_and_annotated(open_record(mitdb / "232.hea"))
    assert (found.least, found.greatest) == (None, None)


def test_an_artefact_makes_no_least_rate():
    """The demo record: about 100/min; 48 came from the electrode at 3:29."""
    record = open_record(paths.demo_record())
    *_, last = scan(record, detection=DETECTION)
    log = BeatLog()
    log.extend(last.scan.samples)
    rate = summarise(record, Beats.of(log), last.scan).heart_rate
    assert rate.least is not None
    assert rate.least > 80


def found(record):
    *_, last = scan(record, detection=DETECTION)
    return last.scan


def test_waves_of_flutter_are_in_no_rate_and_no_burden():
    """A minute of N, then half a minute of an oscillation at 4 Hz in which beats are called V."""
    fs, rng = 360.0, np.random.default_rng(7)
    ecg = made_ecg(np.arange(0.6, 60, 0.8), duration_s=90, noise_mv=0.01, n_leads=2)
    t = np.arange(round(61 * fs), ecg.shape[1]) / fs
    ecg[:, round(61 * fs) :] = 0.8 * np.sin(2 * np.pi * 4.0 * t) + rng.normal(0, 0.01, (2, len(t)))
    record = in_memory(ecg)
    result = found(record)
    (flutter,) = [e for e in result.episodes if e.kind == "flutter"]
    assert flutter.start / fs == pytest.approx(61, abs=1.5)
    normal = np.arange(round(0.6 * fs), round(60 * fs), round(0.8 * fs))
    waves = np.arange(round(63 * fs), round(88 * fs), round(0.5 * fs))
    samples = np.concatenate([normal, waves])
    classes = np.repeat([int(BeatClass.N), int(BeatClass.V)], [len(normal), len(waves)])
    result = replace(result, samples=samples)
    summary = summarise(record, logged(samples, classes), result)
    assert summary.counts[BeatClass.V] == len(waves)
    assert summary.burden == (1.0, 0.0, 0.0, 0.0, 0.0)
    assert summary.heart_rate.mean == pytest.approx(75, abs=0.1)
    assert summary.heart_rate.greatest == pytest.approx(75, abs=0.1)
    no_rr = no_rr_before(samples, result, result.stretches, record)
    assert no_rr[len(normal) :].all()
    assert not no_rr[1 : len(normal) - 2].any()


def test_no_time_is_readable_where_no_lead_is_read():
    record = in_memory(made_ecg(np.arange(0.6, 60, 0.8), duration_s=60))
    *_, last = scan(record, detection=DETECTION, leads=())
    summary = summarise(record, Beats.of(BeatLog()), last.scan)
    assert (summary.readable_s, summary.analysed_s) == (0.0, 0.0)
