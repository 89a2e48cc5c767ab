"""One recording against its reference: rates, mappings, what is left after the learning period."""

from pathlib import Path

import numpy as np
import pytest

from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import BeatLog
from ecgviewer.ec57.beats import NO_BEAT
from ecgviewer.evaluation.recording import (
    Evaluation,
    analysed,
    evaluate,
    marks_as_shown,
    marks_of_annotator,
)
from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import load_ensemble
from ecgviewer.record import RecordError
from tests.data import case
from tests.evaluation.flat_record import FS, annotate, flat_record
from tests.tiny_ensemble import make_ensemble

N, S = 0, 1


def compared(path: Path, *, mapping: str = "bxb") -> Evaluation:
    record = open_record(path)
    return evaluate(record, marks_of_annotator(record, "tst", mapping=mapping), mapping=mapping)


def test_the_tests_times_are_moved_to_the_references_rate(tmp_path: Path):
    """At 250 Hz the window is 38 samples: 150 ms lie in it, 160 ms do not."""
    record = flat_record(tmp_path)
    annotate(record, "atr", [(310.0, "N"), (320.0, "N"), (330.0, "V")], fs=250)
    annotate(record, "tst", [(310.15, "N"), (320.16, "N"), (330.0, "V")])
    one = compared(record)
    assert one.beats.fs == 250
    assert one.record_fs == FS
    assert one.beats.reference.tolist() == [77_500, 80_000, -1, 82_500]
    assert one.beats.test.tolist() == [77_538, -1, 80_040, 82_500]


def test_cells_lead_to_the_records_own_samples(tmp_path: Path):
    record = flat_record(tmp_path)
    annotate(record, "atr", [(310.0, "N"), (320.0, "N")], fs=250)
    annotate(record, "tst", [(310.0, "N"), (330.0, "S")])
    one = compared(record)
    assert one.beats_of(N, N).tolist() == [31_000]
    assert one.beats_of(N, NO_BEAT).tolist() == [32_000]
    assert one.beats_of(NO_BEAT, S).tolist() == [33_000]


def test_the_mapping_is_the_references_too(tmp_path: Path):
    record = flat_record(tmp_path)
    annotate(record, "atr", [(310.0, "j")])
    annotate(record, "tst", [(310.0, "S")])
    assert compared(record).beats.matrix[S, S] == 1
    assert compared(record, mapping="dechazal").beats.matrix[N, S] == 1


def test_five_minutes_leave_nothing(tmp_path: Path):
    record = flat_record(tmp_path, seconds=300)
    annotate(record, "atr", [(10.0, "N")])
    annotate(record, "tst", [(10.0, "N")])
    one = compared(record)
    assert "nothing is left" in one.nothing_left
    assert "lasts 300 s" in one.nothing_left


def test_no_beats_after_the_learning_period(tmp_path: Path):
    record = flat_record(tmp_path)
    annotate(record, "atr", [(10.0, "N")])
    annotate(record, "tst", [(10.0, "N")])
    assert "neither has a beat" in compared(record).nothing_left


def test_missing_annotations(tmp_path: Path):
    with pytest.raises(RecordError, match=r"no annotation file r\.atr"):
        marks_of_annotator(open_record(flat_record(tmp_path)), "atr")


def test_what_the_window_knows_so_far(tmp_path: Path):
    path = flat_record(tmp_path)
    annotate(path, "atr", [(310.0, "N")])
    log = BeatLog()
    log.extend(np.array([31_000], np.int64))
    record = open_record(path)
    assert (
        evaluate(record, marks_as_shown(record, Beats.of(log))).beats.matrix[N, 4] == 1
    )  # no class yet: Q


def test_a_whole_analysis(tmp_path: Path, mitdb: Path):
    ensemble = load_ensemble(make_ensemble(tmp_path / "tiny"), device="cpu")
    record = open_record(mitdb / "100")
    stages: list[str] = []
    found = analysed(record, ensemble, progress=lambda stage, done, total: stages.append(stage))
    one = evaluate(record, found)
    assert set(stages) == {"scan", "classify"}
    assert one.beats.matrix[:5].sum() == 1902
    assert one.beats.matrix[:5, :5].sum() >= 1900


@pytest.mark.parametrize(("from_s", "n"), [(0, 4), (10, 3), (15.5, 2), (60, 0)])
def test_beats_count_from_a_time_that_was_asked_for(tmp_path: Path, from_s: float, n: int):
    path = flat_record(tmp_path, seconds=40)
    beats = [(5.0, "N"), (10.0, "N"), (20.0, "V"), (30.0, "N")]
    annotate(path, "atr", beats)
    annotate(path, "tst", beats)
    record = open_record(path)
    one = evaluate(record, marks_of_annotator(record, "tst"), from_s=from_s)
    assert one.beats.n_beats == n
    assert one.from_s == from_s
    assert bool(one.nothing_left) == (n == 0)
    if not n:
        assert "first 60 seconds do not count, and the recording lasts 40 s" in one.nothing_left


@pytest.mark.parametrize("fs", [FS, 250])
def test_annotations_after_the_records_end_are_told_and_not_compared(tmp_path: Path, fs: float):
    path = flat_record(tmp_path)
    annotate(path, "atr", [(310.0, "N"), (399.99, "N"), (400.0, "N"), (500.0, "V")], fs=fs)
    annotate(path, "tst", [(310.0, "N"), (399.99, "N")])
    one = compared(path)
    assert one.beats.n_beats == 2
    (remark,) = one.remarks
    assert remark.startswith("2 of 4 annotations of atr lie after the record's end (400.0 s)")
    assert "the last at 500.0 s" in remark
    assert compared(_short_of(path)).remarks == ()


def _short_of(path: Path) -> Path:
    """The same recording with annotations that lie within it."""
    other = flat_record(path.parent, "t")
    for annotator in ("atr", "tst"):
        annotate(other, annotator, [(310.0, "N")])
    return other


def test_a_reference_without_end_mark_is_compared_and_told(mitdb: Path, tmp_path: Path):
    for name in ("100.hea", "100.dat", "100.atr"):
        (tmp_path / name).write_bytes((mitdb / name).read_bytes())
    (tmp_path / "100.noeof").write_bytes(case("annotations/100.noeof").read_bytes())
    record = open_record(tmp_path / "100")
    one = evaluate(record, marks_of_annotator(record, "noeof"))
    assert one.beats.matrix[:5, :5].sum() == np.trace(one.beats.matrix[:5, :5]) == 1902
    assert one.remarks == (
        "100.noeof: its end mark is missing; 2,274 annotations are read, others may be lost",
    )
