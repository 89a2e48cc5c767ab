"""Report, figures and marks through any edits: they say what plain code says of the same beats."""

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING, BeatBatch, BeatLog, flag_bits
from ecgviewer.evaluation.recording import marks_as_shown
from ecgviewer.findings.summary import summarise
from ecgviewer.record import Lead, Record, Verdict
from ecgviewer.report.beats_csv import csv_bytes
from ecgviewer.report.build import build_report
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.quality import Stretch
from tests.beats.fake_overlay import FakeOverlay
from tests.report.example import no_samples

N_SAMPLES, FS = 12_000, 250.0
GAP = Stretch("gap", 4_000, 5_000, 0)
RECORD = Record("r", Path("r.hea"), FS, (Lead("MLII"),), N_SAMPLES, no_samples)
SAMPLES = st.integers(0, N_SAMPLES - 1)
CLASSES = st.sampled_from(list(BeatClass))
PLACES = st.integers(0, 1000)  # of a beat, wrapped around


@dataclass(frozen=True)
class Used:
    """What a report says of the networks."""

    name = title = hash = "made"
    device = computed_on = "cpu"
    precision, unseen_sentence, intended_use = "fp32", "", ""
    members, weights, prep = ("a", "b"), (0.5, 0.5), PAPER


def a_log() -> BeatLog:
    """Twenty beats: five pending, three that could not be read, the rest N, S and V in turn."""
    log = BeatLog()
    log.extend(np.arange(20) * 600 + 50)
    indices = np.arange(15)
    classes = (indices % 3).astype(np.int8)
    probabilities = np.full((15, 5), 0.125)
    probabilities[indices, classes] = 0.5
    classes[7:10], probabilities[7:10] = NOT_CLASSIFIED, np.nan
    flags = np.zeros(15, np.uint16)
    flags[7:10] = flag_bits("gap", "unreadable")
    votes = np.repeat(probabilities[:, None], 2, axis=1).astype(np.float32)
    log.apply(BeatBatch(indices, classes, probabilities, votes, flags))
    return log


class Editing(RuleBasedStateMachine):
    """A user edits while the machine classifies what is left."""

    def __init__(self) -> None:
        super().__init__()
        self.overlay = FakeOverlay(a_log())

    @property
    def beats(self) -> Beats:
        return self.overlay.beats

    def beat(self, place: int) -> int:
        return int(self.beats.id[place % self.beats.n])

    @rule(sample=SAMPLES, beat_class=CLASSES)
    def insert(self, sample: int, beat_class: BeatClass) -> None:
        if sample not in self.beats.sample:
            self.overlay.insert(sample, beat_class)

    @precondition(lambda self: self.beats.n > 1)
    @rule(place=PLACES)
    def delete(self, place: int) -> None:
        self.overlay.delete(self.beat(place))

    @rule(place=PLACES, beat_class=CLASSES)
    def relabel(self, place: int, beat_class: BeatClass) -> None:
        self.overlay.relabel(self.beat(place), beat_class)

    @rule(place=PLACES, sample=SAMPLES)
    def move(self, place: int, sample: int) -> None:
        if sample not in self.beats.sample:
            self.overlay.move(self.beat(place), sample)

    @precondition(lambda self: self.overlay.edits)
    @rule()
    def undo(self) -> None:
        self.overlay.undo()

    @precondition(lambda self: self.overlay.log.n_pending)
    @rule(beat_class=CLASSES)
    def classify(self, beat_class: BeatClass) -> None:
        self.overlay.classify(np.flatnonzero(self.overlay.log.classes == PENDING)[:2], beat_class)

    @invariant()
    def the_report_has_a_row_for_every_beat_as_it_is_now(self) -> None:
        report = built(self.beats)
        table = csv_bytes(RECORD, report.beats)
        assert table == csv_bytes(RECORD, built(self.beats.copied()).beats)
        rows = list(csv.DictReader(io.StringIO(table.decode(), newline="")))
        assert [plain(row) for row in rows] == list(expected_rows(self.beats))

    @invariant()
    def the_figures_are_those_of_the_beats(self) -> None:
        figures = summarise(RECORD, self.beats, None)
        assert figures == summarise(RECORD, self.beats.copied(), None)
        classes = self.beats.beat_class.tolist()
        assert figures.counts == tuple(classes.count(c) for c in BeatClass)
        assert figures.n_classified == sum(figures.counts) == self.beats.n_classified
        assert figures.n_not_classified == classes.count(NOT_CLASSIFIED)
        assert figures.n_pending == classes.count(PENDING) == self.beats.n_pending
        read = [c for c in classes if c >= 0]
        expected = tuple(read.count(c) / len(read) for c in BeatClass) if read else None
        assert figures.burden == expected

    @invariant()
    def the_marks_are_those_of_the_beats(self) -> None:
        marks = marks_as_shown(RECORD, self.beats).marks
        classes = np.where(self.beats.beat_class < 0, BeatClass.Q, self.beats.beat_class)
        assert marks.samples.tolist() == self.beats.sample.tolist()
        assert marks.kinds.tolist() == classes.tolist()


def built(beats: Beats) -> Any:
    return build_report(
        RECORD, Verdict((), True), None, beats, Used(), (0, None), hashes=None, stretches=(GAP,)
    )


def plain(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("beat", "sample", "class", "p_V", "rr_before_ms"))


def expected_rows(beats: Beats) -> Any:
    """Of every beat what `plain` takes of a row, worked out one by one."""
    before: int | None = None
    for row in range(beats.n):
        beat = beats.beat(row)
        across = before is None or (before < GAP.stop and beat.sample > GAP.start)
        letter = "" if beat.beat_class is None else beat.beat_class.name
        v = f"{beat.probabilities[BeatClass.V]:.3f}" if beat.probabilities and letter else ""
        rr = "" if across or before is None else f"{(beat.sample - before) * 1000 / FS:.1f}"
        yield str(beat.number), str(beat.sample), letter, v, rr
        before = beat.sample


TestAnyEdits = Editing.TestCase
TestAnyEdits.settings = settings(max_examples=10, stateful_step_count=12, deadline=None)


def test_a_beat_that_nobody_could_read_counts_once_a_user_has_said_what_it_is() -> None:
    overlay = FakeOverlay(a_log())
    before = summarise(RECORD, overlay.beats, None).burden
    beats, _ = overlay.relabel(7, BeatClass.Q)
    assert before is not None
    assert before[BeatClass.Q] == 0
    after = summarise(RECORD, beats, None).burden
    assert after is not None
    assert after[BeatClass.Q] == 1 / 13


def test_a_copy_for_a_thread_holds_still_while_the_machine_goes_on() -> None:
    overlay = FakeOverlay(a_log())
    taken = overlay.beats.copied()
    report = csv_bytes(RECORD, built(taken).beats)
    overlay.classify(np.array([15, 16]), BeatClass.V)
    assert csv_bytes(RECORD, built(taken).beats) == report
    assert csv_bytes(RECORD, built(replace(overlay.beats)).beats) != report
