"""Shares of classes: one beat of a day is seen, none stands higher than the strip."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.gui.trace import class_shares
from ecgviewer.gui.trace.shading import Shading
from ecgviewer.signal.quality import Stretch
from tests.gui.trace.test_geometry import PAGE

DAY = replace(PAGE, speed_mm_s=1_000 / 4 / 86_400)  # a day on 1,000 pixels
COLORS = (10, 11, 12, 13, 14)


def picture(times_s: np.ndarray, classes: np.ndarray) -> np.ndarray:
    counts = class_shares.column_counts(DAY, times_s, classes)
    return class_shares.pixels(counts, 20, DAY, colors=COLORS, pending=9, paper=1)


def test_one_beat_of_each_class_in_a_day_is_seen() -> None:
    times = np.linspace(1, 86_399, 100_000)
    classes = np.zeros(100_000, np.int8)
    classes[[20_000, 40_000, 60_000, 80_000]] = [1, 2, 3, 4]
    image = picture(times, classes)
    for i, code in enumerate((1, 2, 3, 4)):
        rows, columns = np.nonzero(image == COLORS[code])
        assert abs(columns.min() - 200 * (i + 1)) <= 1
        assert np.ptp(columns) == 1
        assert np.ptp(rows) >= 3
    assert (image == COLORS[0]).mean() > 0.98


def test_shares_are_shares_and_pending_is_told() -> None:
    times = np.repeat(np.arange(20), 10) * 86.4 + 1
    classes = np.tile(np.array([0, 0, 0, 0, 0, 2, 2, 2, 2, 2], np.int8), 20)
    image = picture(times, classes)
    assert (image[:, 5] == COLORS[2]).sum() == 10
    assert (image[-10:, 5] == COLORS[2]).all()  # from the line upwards
    assert (image[:, 300] == 1).all()  # no beats there
    assert (picture(times, np.full(200, -1, np.int8))[:, 5] == 9).all()


@given(st.lists(st.integers(0, 300), min_size=12, max_size=12), st.integers(16, 60))
def test_classes_that_occur_have_room(counts: list[int], height: int) -> None:
    table = np.array(counts).reshape(6, 2)
    tall = class_shares.heights(table, height)
    assert (tall.sum(axis=0) <= height).all()
    assert (tall[table[list(class_shares.ORDER)] > 0] >= 4).all()


def test_an_abnormal_beat_nearby_goes_before_the_nearest() -> None:
    samples, classes = np.array([10, 50, 90]), np.array([0, 0, 2], np.int8)
    assert class_shares.nearest(samples, classes, slice(0, 3), 45.0) == 2
    assert class_shares.nearest(samples, classes, slice(0, 2), 45.0) == 1
    assert class_shares.nearest(samples, classes, slice(1, 1), 45.0) is None


def test_stretches_that_share_pixels_are_one() -> None:
    short = [Stretch("noisy", 360 * t, 360 * (t + 5), 1) for t in range(0, 36_000, 10)]
    gap = Stretch("gap", 360 * 70_000, 360 * 70_100)
    assert Shading((*short, gap), 360.0).on(DAY) == (
        ("noisy", 0.0, 35_995.0, 1),
        ("gap", 70_000.0, 70_100.0, None),
    )
    assert len(Shading(short, 360.0).on(PAGE)) == 1  # the first ten seconds
    assert Shading((), 1.0).on(DAY) == ()


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 7, 3_000]), st.floats(0, 90_000))
def test_counts_are_those_of_every_beat_by_itself(seed: int, n: int, start_s: float) -> None:
    rng = np.random.default_rng(seed)
    page = replace(DAY, start_s=start_s)
    times = np.sort(np.round(rng.uniform(-3_000, 180_000, n) * 360) / 360)
    classes = rng.integers(-1, 5, n).astype(np.int8)
    expected = np.zeros((6, page.columns), np.int64)
    for column, code in zip(page.column(times), classes, strict=True):
        if 0 <= column < page.columns:
            expected[class_shares.GREY_ROW if code < 0 else code, column] += 1
    np.testing.assert_array_equal(class_shares.column_counts(page, times, classes), expected)
