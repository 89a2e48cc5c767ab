from dataclasses import replace
from datetime import time

import numpy as np
import pytest

from ecgviewer.gui.panels.beats.columns import Columns
from ecgviewer.gui.panels.beats.filter import QueryError, matches, row_order, understood
from ecgviewer.gui.style.record_clock import RecordClock
from tests.gui.panels.edited import made_beats


@pytest.fixture
def columns() -> Columns:
    """Six beats: N, V, S, pending, Q and N again."""
    nan = np.nan
    time_s = np.array([0.5, 1.5, 61.2, 62.0, 725.0, 751.5])
    beats = made_beats(
        (time_s * 360).astype(np.int64),
        np.array([0, 2, 1, -1, 4, 0], np.int8),
        confidence=np.array([0.99, 0.7, 0.55, nan, 0.5, 0.9]),
        flags=np.array([1, 64, 16, 256, 2, 0], np.uint16),  # edge, uncertain, noisy, pending, pause
    )
    return Columns(
        beats,
        time_s=time_s,
        rr_ms=np.array([nan, 1000, 800, 400, 1600, 700.0]),
        hr_bpm=np.array([nan, 60, 75, 150, 37.5, 85.7]),
    )


@pytest.mark.parametrize(
    ("text", "beats"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("V", [2]),
        ("sv", [2, 3]),
        ("abnormal", [2, 3, 5]),
        ("pending", [4]),
        ("noisy", [3]),
        ("edge", [1]),
        ("uncertain", [2]),
        ("conf<0.6", [3]),
        ("conf>=0.7 N", [1, 6]),
        ("rr>1200", [5]),
        ("hr>100", [4]),
        ("1:01-1:03", [3, 4]),
        ("12:05", [5]),
        ("+12:05", [5]),
        ("1:01 - 1:03", [3, 4]),
        ("+1:01-+1:03", [3, 4]),
        ("2-4", [2, 3, 4]),
        ("#6", [6]),
        ("V noisy", []),
    ],
)
def test_a_filter_line_lets_through(columns: Columns, text: str, beats: list[int]):
    assert (np.flatnonzero(matches(text, columns)) + 1).tolist() == beats


@pytest.mark.parametrize(
    ("text", "beats"),
    [
        ("23:59", [1, 2]),
        ("00:00", [3, 4]),
        ("00:00 +1", [3, 4]),
        ("00:00 +1 d", [3, 4]),
        ("00:00:01 +1 d - 00:00:02 +1 d", [3]),
        ("23:00-00:05", [1, 2, 3, 4]),
        ("23:00 - 00:15 abnormal", [2, 3, 5]),
        ("+12:00-+13:00", [5, 6]),
        ("3-4 00:00", [3, 4]),
        ("14:00-15:00", []),
    ],
)
def test_times_of_the_day_where_the_start_is_known(columns: Columns, text: str, beats: list[int]):
    clock = RecordClock(time(23, 59), 800.0)
    assert (np.flatnonzero(matches(text, columns, clock=clock)) + 1).tolist() == beats
    assert understood(text, clock)


def test_no_time_of_the_day_where_it_is_hidden(columns: Columns):
    hidden = RecordClock(None, 800.0, hidden=True)
    with pytest.raises(QueryError, match="hidden with the patient fields"):
        matches("V 00:00-00:05", columns, clock=hidden)
    assert matches("+12:05", columns, clock=hidden).sum() == 1
    assert understood("+12:05 V", hidden) == "12:05 to 12:06 from the start"
    assert understood("V #3 3-5", hidden) == ""


def test_beats_that_get_no_class_are_neither_pending_nor_abnormal(columns: Columns):
    classes = np.array([0, -2, 1, -1, 4, -2], np.int8)
    some = replace(columns, beats=replace(columns.beats, beat_class=classes))
    assert np.flatnonzero(matches("unclassified", some)).tolist() == [1, 5]
    assert np.flatnonzero(matches("pending", some)).tolist() == [3]
    assert np.flatnonzero(matches("abnormal", some)).tolist() == [2, 4]


@pytest.mark.parametrize("text", ["what", "conf<", "rr>>3", "12:xx", "V X", "9:5", "+x"])
def test_a_word_without_meaning_is_told(columns: Columns, text: str):
    with pytest.raises(QueryError, match="is not understood"):
        matches(text, columns)


def test_numbers_are_serial_numbers_and_not_rows(columns: Columns):
    ids = np.array([0, 1, -1, 2, 4, 5])  # one inserted, one deleted
    edited = replace(columns, beats=replace(columns.beats, id=ids))
    assert np.flatnonzero(matches("3", edited)).tolist() == [3]
    assert np.flatnonzero(matches("2-5", edited)).tolist() == [1, 3, 4]
    assert np.flatnonzero(matches("#-1", edited)).tolist() == [2]


def test_rows_without_a_value_come_last_in_either_direction(columns: Columns):
    rows = np.arange(6)
    assert row_order(columns, rows, "confidence", descending=False)[-2:].tolist() == [3, 4]
    assert row_order(columns, rows, "confidence", descending=True)[-2:].tolist() == [3, 4]
    assert row_order(columns, rows, "class", descending=False)[-1] == 3


def test_ties_stay_in_order_of_time(columns: Columns):
    order = row_order(columns, np.arange(6), "class", descending=True)
    assert order.tolist() == [4, 1, 2, 0, 5, 3]


def test_a_hundred_thousand_beats_are_filtered_and_sorted_at_once(benchmark_columns: Columns):
    rows = np.flatnonzero(matches("abnormal conf<0.9", benchmark_columns))
    order = row_order(benchmark_columns, rows, "rr", descending=True)
    assert len(order) == len(rows) > 1000
    assert (np.diff(benchmark_columns.rr_ms[order]) <= 0).all()


@pytest.fixture
def benchmark_columns() -> Columns:
    rng = np.random.default_rng(1)
    n = 100_000
    rr = rng.uniform(300, 1500, n)
    time_s = np.cumsum(rr) / 1000
    beats = made_beats(
        (time_s * 360).astype(np.int64),
        rng.integers(0, 5, n).astype(np.int8),
        confidence=rng.uniform(0.2, 1, n),
        flags=rng.integers(0, 128, n).astype(np.uint16),
    )
    return Columns(beats, time_s, rr, 60_000 / rr)
