"""What is known of the open record, and the changes that it tells."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ecgviewer import paths
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.columns import ANEW
from ecgviewer.beats.scan import ScanStep
from ecgviewer.formats.readers import open_record
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.record import Record
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import DETECTION, PAPER
from tests.formats.records import ecg_like, write_record
from tests.gui.synthetic import synthetic


def empty(record: Record) -> OpenRecord:
    return OpenRecord(record, run_id=1, prep=PAPER, inputs=(0, 1), verdict=record.verdict)


@pytest.mark.parametrize("fs", [None, 250.0])
def test_beats_of_a_block_lie_in_the_span_that_has_changed(fs: float | None) -> None:
    """Of a record whose last block is short, and at another rate than the grid's."""
    record = open_record(paths.demo_record()) if fs is None else synthetic(seconds=400, fs=fs)
    opened = empty(record)
    for step in scan(record, detection=DETECTION):
        change = opened.find(step)
        assert all(change.touches(sample, sample + 1) for sample in step.samples.tolist())
    assert change == ANEW


def test_the_last_beat_before_a_long_pause_has_changed_too() -> None:
    record = synthetic(seconds=4_000)
    opened = empty(record)
    total = TimeGrid(record).n_blocks
    assert total > 8
    opened.find(ScanStep(1, total, np.array([1_000]), ()))
    for done in range(2, 7):
        opened.find(ScanStep(done, total, np.array([], np.int64), ()))
    later = TimeGrid(record).block(6).start + 100
    change = opened.find(ScanStep(7, total, np.array([later]), ()))
    assert change.touches(1_000, 1_001)
    assert change.touches(later, later + 1)
    assert not change.touches(record.n_samples - 1, record.n_samples)


def test_why_nothing_is_classified_is_said_with_kept_results_too(tmp_path: Path) -> None:
    header = write_record(tmp_path, ecg_like(720, 1), names=["II"], gain="200(1024)/mmHg")
    opened = empty(open_record(header))
    opened.scan = list(scan(opened.record, detection=DETECTION))[-1].scan
    first = opened.ending(whole=True, took="1 s")
    opened.kept_since = datetime.now(UTC)
    assert opened.ending(whole=True, took="1 s") == first
    assert "II (its unit 'mmHg' is no voltage)" in first


def test_that_every_lead_is_dead_is_said(tmp_path: Path) -> None:
    adc = np.full((7200, 2), 1024)
    opened = empty(open_record(write_record(tmp_path, adc, names=["I", "II"])))
    assert opened.ending(whole=False, took="1 s") == "not all beats are found yet"
    opened.scan = list(scan(opened.record, detection=DETECTION))[-1].scan
    said = opened.ending(whole=True, took="1 s")
    assert said == "No ECG lead can be read: I and II are dead throughout."
