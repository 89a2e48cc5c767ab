"""One curve per class, without holes; nothing normal over anything abnormal."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING
from ecgviewer.gui.style.lines import segments
from ecgviewer.gui.trace.curves import (
    UNCOVERED,
    by_pixel,
    class_codes,
    class_curves,
    thin,
    uprights,
)


def codes(n: int, *spans: tuple[int, int, int]) -> list[int]:
    start, stop, classes = (np.array(part, np.int64) for part in zip(*spans, strict=True))
    return class_codes(n, start=start, stop=stop, classes=classes.astype(np.int8)).tolist()


def test_spans_become_codes() -> None:
    assert codes(8, (1, 3, 0), (5, 7, 2)) == [-3, 0, 0, -3, -3, 2, 2, -3]


def test_spans_beyond_the_trace_are_cut() -> None:
    assert codes(4, (-9, -3, 2), (-3, 1, 1), (3, 99, PENDING)) == [1, -3, -3, -1]


def test_where_spans_overlap_abnormal_wins_in_any_order() -> None:
    assert codes(5, (0, 4, 2), (2, 5, 0)) == [2, 2, 2, 2, 0]
    assert codes(5, (0, 4, 0), (2, 5, 2)) == [0, 0, 2, 2, 2]
    assert codes(3, (0, 3, 1), (0, 3, 2), (0, 3, 3), (0, 3, 4), (0, 3, -1)) == [2, 2, 2]


@given(st.lists(st.integers(-3, 4), min_size=1, max_size=40))
def test_curves_together_leave_no_hole(code_list: list[int]) -> None:
    code = np.array(code_list, np.int8)
    y = np.arange(len(code), dtype=float)[None]
    joined = np.zeros(max(0, len(code) - 1), bool)
    seen = np.zeros(len(code), bool)
    for _, curve in class_curves(y, code):
        finite = np.isfinite(curve[0])
        assert (curve[0][finite] == y[0][finite]).all()
        joined |= finite[1:] & finite[:-1]
        seen |= finite
    assert joined.all()
    assert seen.all()


def test_one_curve_per_class_that_occurs() -> None:
    code = np.array([UNCOVERED, 0, 0, 2, PENDING, NOT_CLASSIFIED, 2], np.int8)
    found = [c for c, _ in class_curves(np.zeros((3, 7)), code)]
    assert found == [UNCOVERED, PENDING, NOT_CLASSIFIED, 0, 2]  # painted in this order: V on top


def test_segments_stop_at_gaps() -> None:
    nan = np.nan
    lines = segments(np.arange(5.0), np.array([[0, 1, nan, 3, 4], [nan, nan, 7, nan, nan]]))
    middles = (lines[:, :2] + lines[:, 2:]) / 2
    assert middles.tolist() == [[0.5, 0.5], [3.5, 3.5], [2.0, 7.0]]  # the last is a lone point
    assert lines.flags.c_contiguous


def test_segments_are_bounded_for_the_rasteriser() -> None:
    lines = segments(np.arange(3.0), np.array([[0.0, 1e30, -np.inf]]))
    assert np.isfinite(lines).all()
    assert np.abs(lines).max() < 30_000


def test_segments_of_nothing() -> None:
    assert segments(np.empty(0), np.empty((2, 0))).shape == (0, 4)
    assert len(segments(np.zeros(1), np.zeros((1, 1)))) == 1


@given(
    st.lists(st.tuples(st.integers(-2, 12), st.floats(-9, 9)), min_size=1, max_size=40),
    st.integers(1, 9),
)
def test_every_extreme_is_within_its_pixel_and_neighbours_touch(
    values: list[tuple[int, float]], n_pixels: int
) -> None:
    values.sort()
    column = np.array([c for c, _ in values])
    low = np.array([[v for _, v in values]])
    codes = np.zeros(len(column), np.int8)
    least, greatest, _ = by_pixel(column, low, low + 1, codes, n_pixels=n_pixels)
    for c, v in values:
        if 0 <= c < n_pixels:
            assert least[0, c] <= v
            assert greatest[0, c] >= v + 1
    there = np.isfinite(least[0])
    both = there[1:] & there[:-1]
    assert (least[0, 1:] <= greatest[0, :-1])[both].all()
    assert (greatest[0, 1:] >= least[0, :-1])[both].all()
    if there.any():  # nothing is made up beyond the last value
        assert np.flatnonzero(there).max() <= column.max()


def test_gaps_stay_gaps_and_abnormal_wins_a_pixel() -> None:
    nan = np.nan
    low = np.array([[0.0, 1.0, nan, nan, 5.0]])
    codes = np.array([0, 2, 0, UNCOVERED, PENDING], np.int8)
    least, greatest, code = by_pixel(np.array([0, 0, 1, 1, 2]), low, low, codes, n_pixels=4)
    np.testing.assert_array_equal(least, [[0, nan, 5, nan]])
    np.testing.assert_array_equal(greatest, [[1, nan, 5, nan]])
    assert code.tolist() == [2, 0, PENDING, UNCOVERED]


def test_columns_become_upright_lines() -> None:
    lines = uprights(
        np.array([[9.0, np.nan, 5.0]]), np.array([[1.0, np.nan, 5.0]]), np.arange(3.0), least=2
    )
    assert lines.tolist() == [[0, 1, 0, 9], [2, 4, 2, 6]]


@given(
    st.lists(st.floats(0, 400), max_size=60),
    st.lists(st.booleans(), min_size=60, max_size=60),
)
def test_letters_thin_out_and_abnormal_ones_stay(places: list[float], flags: list[bool]) -> None:
    x = np.sort(np.array(places))
    important = np.array(flags[: len(x)], bool)
    keep = thin(x, important, spacing=15)
    assert keep[important].all()
    for i in np.flatnonzero(keep & ~important):
        others = np.delete(x[keep], np.flatnonzero(np.flatnonzero(keep) == i))
        assert (np.abs(others - x[i]) >= 15 - 1e-9).all()
    if len(x) and not important.any():
        assert keep.any()
