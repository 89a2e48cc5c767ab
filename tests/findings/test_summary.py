"""Heart rates of whole records, against those of their annotated beats."""

import numpy as np
import pytest

from ecgviewer import paths
from ecgviewer.aami import DE_CHAZAL
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import BeatBatch, BeatLog
from ecgviewer.findings.summary import summarise
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.signal.params import DETECTION


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
