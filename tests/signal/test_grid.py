from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.signal.grid import TimeGrid
from tests.signals import in_memory


def tone(fs: float, seconds: float, hz: float = 3.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(fs * seconds)) / fs)[None].astype(np.float32)


@pytest.mark.parametrize("fs", [50, 100, 128, 200, 250, 257.3, 360, 500, 1000, 10_000])
def test_a_tone_stays_where_it_is_at_every_rate(fs):
    grid = TimeGrid(in_memory(tone(fs, 20), fs=fs))
    ecg, gap = grid.read(0, grid.n_samples)
    t = np.arange(grid.n_samples) * float(Fraction(grid.down, grid.up)) / fs
    inner = slice(360, -360)
    assert np.abs(ecg[0] - np.sin(2 * np.pi * 3 * t))[inner].max() < 0.02
    assert not gap.any()


@pytest.mark.parametrize("fs", [128, 250, 257.3, 1000])
@given(data=st.data())
def test_any_span_of_a_resampled_record_is_the_same_to_the_bit(fs, data):
    ecg = np.random.default_rng(1).normal(size=(2, 4000)).astype(np.float32)
    grid = TimeGrid(in_memory(ecg, fs=fs))
    whole, _ = grid.read(0, grid.n_samples)
    low = data.draw(st.integers(0, grid.n_samples - 1))
    high = data.draw(st.integers(low + 1, grid.n_samples))
    part, _ = grid.read(low, high)
    assert part.shape == (2, high - low)
    reach = 40 * max(1, grid.up // grid.down + 1)  # the record's own ends are padded
    inside = slice(max(0, reach - low), max(0, min(high, grid.n_samples - reach) - low))
    np.testing.assert_allclose(part[:, inside], whole[:, low:high][:, inside], atol=1e-9)


@given(fs=st.sampled_from([50.0, 128.0, 250.0, 257.3, 360.0, 1000.0]), n=st.integers(1, 100_000))
def test_positions_go_to_the_nearest_own_sample_and_back(fs, n):
    record = in_memory(np.zeros((1, 1), np.float32), fs=fs)
    object.__setattr__(record, "n_samples", n)
    grid = TimeGrid(record)
    positions = np.array([0, grid.n_samples // 3, grid.n_samples - 1])
    own = grid.to_own(positions)
    assert (own >= 0).all()
    assert (own < n).all()
    exact = positions * grid.down / grid.up
    assert np.abs(own - np.minimum(exact, n - 1)).max() <= 0.5 + 1e-9
    if fs < 360:  # every own sample has its own grid position
        samples = np.arange(0, n, max(1, n // 50))
        assert np.array_equal(grid.to_own(grid.from_own(samples)), samples)


def test_blocks_cover_the_record_once():
    grid = TimeGrid(in_memory(np.zeros((1, 200_000), np.float32)))
    blocks = [grid.block(k) for k in range(grid.n_blocks)]
    assert [b.start for b in blocks] == [0, 65_536, 131_072, 196_608]
    assert blocks[-1].stop == 200_000
    assert blocks[1].low == 65_536 - 3_600
    assert blocks[1].high == 131_072 + 3_600
    assert blocks[0].low == 0


def test_a_value_a_minute_is_held_without_a_filter_of_its_length():
    values = np.arange(90, dtype=np.float32)[None]
    grid = TimeGrid(in_memory(values, fs=0.0166667))
    ecg, gap = grid.read(0, 65_536)
    np.testing.assert_array_equal(ecg[0], grid.to_own(np.arange(65_536)))
    assert not gap.any()
