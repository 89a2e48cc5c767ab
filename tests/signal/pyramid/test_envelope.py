"""The pyramid gives what reading everything would, whatever was read before; no spike is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.signal.pyramid.envelope import Envelope, View, block_size, column_step

RNG = np.random.default_rng(5)
ECG = RNG.normal(size=(2, 30_011)).astype(np.float32)
ECG[0, 7_000:9_100] = np.nan
ECG[1, 123] = np.nan


class Counted:
    def __init__(self, values: np.ndarray) -> None:
        self.values, self.asked = values, []

    def __call__(self, start: int, stop: int) -> np.ndarray:
        self.asked.append((start, stop))
        return self.values[:, start:stop]


def envelope(read=None, **kwargs) -> Envelope:
    return Envelope(
        read or (lambda a, b: ECG[:, a:b]), ECG.shape[1], 2, **{"block": 4096, **kwargs}
    )


def slow(first: int, step: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest of each column, sample by sample."""
    low, high = np.full((2, 2, n), np.nan, np.float32)
    for column in range(n):
        part = ECG[:, first + column * step : first + (column + 1) * step]
        for row in range(2):
            values = part[row][np.isfinite(part[row])]
            if len(values):
                low[row, column], high[row, column] = values.min(), values.max()
    return low, high


def same(view: View) -> None:
    low, high = slow(view.first, view.step, view.low.shape[1])
    np.testing.assert_array_equal(view.low, low)
    np.testing.assert_array_equal(view.high, high)


@given(st.integers(-50, 30_100), st.integers(0, 6_000), st.sampled_from([0.5, 3, 8, 17, 40, 300]))
def test_fast_is_slow(start: int, length: int, per_pixel: float) -> None:
    same(envelope().view(start, start + length, per_pixel))


def test_whole_record_in_one_view() -> None:
    view = envelope().view(0, ECG.shape[1], 64)
    assert view.step == 64
    assert view.low.shape[1] == -(-ECG.shape[1] // 64)
    same(view)


def test_columns_do_not_depend_on_where_the_screen_starts() -> None:
    near, far = envelope().view(1_000, 9_000, 20), envelope().view(4_555, 9_000, 20)
    overlap = (far.first - near.first) // near.step
    np.testing.assert_array_equal(near.low[:, overlap:], far.low)


def test_one_spike_in_an_hour_is_seen() -> None:
    quiet = np.zeros((1, 360 * 3_600), np.float32)
    quiet[0, 777_777] = 5.0
    view = Envelope(lambda a, b: quiet[:, a:b], quiet.shape[1], 1).view(0, quiet.shape[1], 1_000)
    assert view.high.max() == 5.0
    where = view.samples[view.high[0].argmax()]
    assert abs(where - 777_777) <= view.step


def test_only_what_is_asked_for_is_read_and_read_once() -> None:
    read = Counted(ECG)
    pyramid = envelope(read)
    pyramid.view(5_000, 6_000, 1)
    assert read.asked == [(4_096, 8_192)]
    pyramid.view(4_100, 8_000, 30)
    assert read.asked == [(4_096, 8_192)]
    pyramid.view(0, 20_000, 1)  # what is missing on either side, each run at once
    assert read.asked[1:] == [(0, 4_096), (8_192, 20_480)]


def test_memory_is_bounded() -> None:
    read = Counted(ECG)
    pyramid = envelope(read, keep_bytes=1)
    for start in range(0, 30_000, 1_000):
        pyramid.view(start, start + 500, 1)
    read.asked.clear()
    for block in reversed(range(8)):  # backwards, so that those kept are met first
        pyramid.view(block * 4_096, block * 4_096 + 500, 1)
    assert len(read.asked) == 8 - 4


def test_nothing_to_show() -> None:
    assert envelope().view(40_000, 50_000, 1).low.shape == (2, 0)
    assert Envelope(lambda a, b: np.empty((1, 0), np.float32), 0, 1).view(0, 10, 1).low.size == 0
    one = Envelope(lambda a, b: np.ones((1, 1), np.float32), 1, 1).view(-5, 10, 100)
    assert one.low.tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("per_pixel", "step"), [(0.1, 1), (7.9, 1), (8, 8), (15.9, 8), (16, 16), (float("nan"), 1)]
)
def test_column_step(per_pixel: float, step: int) -> None:
    assert column_step(per_pixel) == step


def test_block_sizes() -> None:
    assert block_size(360) == 8_192
    assert block_size(0.01) == 4_096
    for fs in (50, 128, 250, 1_000, 10_000):
        assert 10 <= block_size(fs) / fs <= 82
    with pytest.raises(ValueError, match="power of two"):
        envelope(block=5_000)
