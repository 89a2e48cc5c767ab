"""Beats as every view reads them, and the algebra of what changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW, Beats, Change, Origin, beat_id, number, numbers
from ecgviewer.beats.log import BeatBatch, BeatLog
from tests.beats.fake_overlay import FakeOverlay

SPANS = st.none() | st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted).map(tuple)
CHANGES = st.builds(Change, st.sampled_from(["positions", "classes"]), SPANS)


def classified(log: BeatLog, *indices: int, beat_class: int = BeatClass.V) -> None:
    """Give beats of a log a class."""
    n = len(indices)
    probabilities = np.full((n, 5), 0.1)
    probabilities[:, beat_class] = 0.6
    votes = np.full((n, log.n_members, 5), 0.3, np.float32)
    flags, classes = np.zeros(n, np.uint16), np.full(n, beat_class, np.int8)
    log.apply(BeatBatch(np.array(indices), classes, probabilities, votes, flags))


@pytest.fixture
def log() -> BeatLog:
    """Beats at 0, 100, ..., 900; those at 200 and 300 are V, the others pending."""
    log = BeatLog()
    log.extend(np.arange(10) * 100)
    classified(log, 2, 3)
    return log


@pytest.fixture
def edited(log: BeatLog) -> Beats:
    """The third beat deleted, one inserted at 150, the last moved to 50."""
    overlay = FakeOverlay(log)
    overlay.delete(2)
    overlay.insert(150, BeatClass.S)
    return overlay.move(9, 50)[0]


def test_a_view_on_the_log_copies_nothing_and_classes_show_in_it(log: BeatLog) -> None:
    beats = Beats.of(log)
    assert np.shares_memory(beats.sample, log.samples)
    assert np.shares_memory(beats.beat_class, log.classes)
    classified(log, 5)
    assert beats.beat_class[5] == BeatClass.V
    log.extend(np.array([1000]))
    assert (beats.n, Beats.of(log).n) == (10, 11)


def test_columns_cannot_be_written(log: BeatLog) -> None:
    beats = Beats.of(log)
    for column in (beats.id, beats.sample, beats.beat_class, beats.origin, beats.flags):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_counts(log: BeatLog) -> None:
    beats = Beats.of(log)
    assert beats.counts.tolist() == [0, 0, 2, 0, 0]
    assert (beats.n, beats.n_classified, beats.n_pending) == (10, 2, 8)


def test_rows_are_found_by_id_before_and_after_edits(log: BeatLog, edited: Beats) -> None:
    assert edited.id.tolist() == [0, 9, 1, -1, 3, 4, 5, 6, 7, 8]
    found = {beat: edited.row(beat) for beat in (0, 1, -1, 9, 2, 10, -2, None)}
    assert found == {0: 0, 1: 2, -1: 3, 9: 1, 2: None, 10: None, -2: None, None: None}
    assert [Beats.of(log).row(beat) for beat in (0, 9, 10, -1)] == [0, 9, None, None]


@pytest.mark.parametrize(
    ("span", "rows"),
    [((0, 51), (0, 2)), ((150, 151), (3, 4)), ((151, 300), (4, 4)), ((-9, 0), (0, 0))],
)
def test_between_is_half_open(edited: Beats, span: tuple[int, int], rows: tuple[int, int]) -> None:
    assert edited.between(*span) == slice(*rows)


def test_what_the_machine_said_follows_its_beats(log: BeatLog, edited: Beats) -> None:
    assert edited.probabilities.shape == (10, 5)
    assert edited.votes.shape == (10, 2, 5)
    known = np.isfinite(edited.probabilities).all(axis=1)
    assert np.flatnonzero(known).tolist() == [4]  # the other V was deleted, the S inserted
    assert edited.probabilities[4, BeatClass.V] == 0.6
    assert np.shares_memory(Beats.of(log).probabilities, log.probabilities)


def test_one_beat_whole(edited: Beats) -> None:
    inserted, found = edited.beat(3), edited.beat(4)
    assert (inserted.number, inserted.sample, inserted.beat_class) == (-1, 150, BeatClass.S)
    assert (inserted.probabilities, inserted.votes, inserted.flags) == ((), (), ())
    assert (found.number, found.sample, found.confidence) == (4, 300, 0.6)
    assert edited.origin[[3, 4]].tolist() == [Origin.INSERTED, Origin.MACHINE]
    for row in (-1, 10):
        with pytest.raises(IndexError, match=f"row {row} of 10 beats"):
            edited.beat(row)


def test_a_copy_stays_as_it_is(log: BeatLog) -> None:
    beats = Beats.of(log)
    copy = beats.copied()
    classified(log, 5)
    assert (copy.beat_class[5], copy.machine.n_classified) == (-1, 2)
    assert np.isnan(copy.probabilities[5]).all()
    assert np.isfinite(beats.probabilities[5]).all()


def test_numbers_and_ids() -> None:
    ids = np.array([0, 7, -1, -3])
    assert numbers(ids).tolist() == [number(i) for i in ids.tolist()] == [1, 8, -1, -3]
    assert [beat_id(n) for n in numbers(ids).tolist()] == ids.tolist()


@given(CHANGES, CHANGES)
def test_two_changes_as_one_touch_what_either_touches(one: Change, other: Change) -> None:
    both = one | other
    assert both == other | one
    assert both.what == ("positions" if "positions" in (one.what, other.what) else "classes")
    for start in range(0, 50, 7):
        if one.touches(start, start + 3) or other.touches(start, start + 3):
            assert both.touches(start, start + 3)


@given(CHANGES)
def test_nothing_more_changes_nothing(change: Change) -> None:
    assert change | None == change
    assert None | change == change
    assert change | change == change
    assert change | ANEW == ANEW


@pytest.mark.parametrize(
    ("start", "stop", "touched"),
    [(0, 10, False), (0, 11, True), (15, 16, True), (19, 30, True), (20, 30, False)],
)
def test_spans_are_half_open(start: int, stop: int, touched: bool) -> None:
    assert Change("classes", (10, 20)).touches(start, stop) is touched
    assert ANEW.touches(start, stop)
