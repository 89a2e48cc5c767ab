import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.windows import apart, cut_windows, neighbours, normalise, window_bounds
from tests.signals import demo, demo_ecg, in_memory


def bounds_of(positions, before, after):
    return window_bounds(np.array(positions), np.array(before), np.array(after), PAPER)


def test_window_is_three_eighths_of_either_rr():
    b = bounds_of([1000], [700], [1400])
    assert b.r_offset[0] == 112  # floor(3/8 of 300)
    assert b.start[0] == 888
    assert b.stop[0] == 1000 + 150 + 1  # inclusive
    assert not b.edge[0]


def test_window_is_cropped_at_400():
    b = bounds_of([10_000], [9_000], [11_000])
    assert b.r_offset[0] == 375  # a pause: R beyond sample 364
    assert b.stop[0] - b.start[0] == 400


def test_edge_beats_reuse_their_one_rr_and_a_lone_beat_takes_800_ms():
    b = bounds_of([300, 600, 5000], [-1, 300, -1], [600, -1, -1])
    assert b.edge.tolist() == [True, True, True]
    assert b.r_offset.tolist() == [112, 112, 108]
    assert (b.stop - b.start).tolist() == [225, 225, 217]


def test_neighbours_are_the_nearest_marks_on_either_side():
    before, after = neighbours(np.array([10, 20, 30]), np.array([10, 15, 20, 30, 44]))
    assert before.tolist() == [-1, 15, 20]
    assert after.tolist() == [15, 30, 44]
    before, after = neighbours(np.array([5]), np.empty(0, np.int64))
    assert (before[0], after[0]) == (-1, -1)


def test_each_lead_has_mean_zero_and_sd_one_over_the_400_points():
    raw = np.random.default_rng(0).normal(0.3, 0.5, (4, 2, 400)).astype(np.float32)
    raw[1, 1] = 0.01
    values, flat = normalise(raw, PAPER)
    assert flat.tolist() == [[False, False], [False, True], [False, False], [False, False]]
    assert not values[1, 1].any()
    np.testing.assert_allclose(values[0].mean(1), 0, atol=1e-6)
    np.testing.assert_allclose(values[0].std(1), 1, atol=1e-5)


def test_missing_lead_is_zeros_and_not_called_flat():
    cleaned = CleanedSignal(TimeGrid(demo()), (0,))
    windows = cut_windows(cleaned, bounds_of([1000], [700], [1300]), inputs=(0, None))
    assert windows.values.shape == (1, 2, 400)
    assert windows.values[0, 0].any()
    assert not windows.values[0, 1].any()
    assert not windows.flat.any()


def test_window_that_touches_a_gap_says_so():
    ecg = demo_ecg().copy()
    ecg[0, 1100] = np.nan
    cleaned = CleanedSignal(TimeGrid(in_memory(ecg)), (0,))
    windows = cut_windows(cleaned, bounds_of([1000, 5000], [700, 4700], [1400, 5300]), inputs=(0,))
    assert windows.gap.tolist() == [[True], [False]]
    assert not windows.values[0].any()


def test_a_gap_in_one_lead_spoils_no_other():
    ecg = np.concatenate([demo_ecg(), demo_ecg()[:, ::-1]])
    bounds = bounds_of([1000], [700], [1300])
    whole = cut_windows(CleanedSignal(TimeGrid(in_memory(ecg)), (0, 1)), bounds)
    ecg[1, 1100:1200] = np.nan
    windows = cut_windows(CleanedSignal(TimeGrid(in_memory(ecg)), (0, 1)), bounds)
    assert windows.gap.tolist() == [[False, True]]
    assert np.array_equal(windows.values[0, 0], whole.values[0, 0])
    assert not windows.values[0, 1].any()


@pytest.mark.parametrize("position", [0, 3, 107_999])
def test_window_may_reach_beyond_the_record(position):
    cleaned = CleanedSignal(TimeGrid(demo()), (0,))
    windows = cut_windows(cleaned, bounds_of([position], [-1], [-1]), inputs=(0,))
    assert np.isfinite(windows.values).all()
    assert not windows.gap.any()


@settings(max_examples=20)
@given(
    order=st.permutations(range(12)),
    piece=st.sampled_from([1000, 4096, 65_536]),
    keep=st.integers(1, 3),
)
def test_any_read_size_and_order_cut_the_same_windows_to_the_bit(order, piece, keep):
    positions = np.linspace(600, 107_000, 12).astype(np.int64)
    positions[5] = 65_536  # straddles two blocks
    reference = cut_windows(
        CleanedSignal(TimeGrid(demo()), (0,)),
        bounds_of(positions, positions - 290, positions + 310),
        inputs=(0,),
    )
    chosen = positions[list(order)]
    windows = cut_windows(
        CleanedSignal(TimeGrid(demo(piece=piece)), (0,), keep=keep),
        bounds_of(chosen, chosen - 290, chosen + 310),
        inputs=(0,),
    )
    assert np.array_equal(windows.values, reference.values[list(order)])


def test_beats_apart_are_no_neighbours():
    positions = np.array([100, 400, 2000, 2300, 2600])
    before, after = neighbours(positions, positions)
    spans = np.array([[500, 1900], [2250, 2350], [2590, 2650]])
    before, after = apart(positions, before, after, spans)
    # a beat in the first second of a long span is no neighbour of the first one after it
    begun, long = np.array([100, 400, 1300]), np.array([[390, 1290]])
    left, right = neighbours(begun, begun)
    assert apart(begun, left, right, long)[0].tolist() == [-1, 100, -1]
    assert apart(begun, left, right, np.array([[390, 1100]]))[0].tolist() == [-1, 100, 400]
    # across the first span; a beat within a span keeps both its neighbours
    assert before.tolist() == [-1, 100, -1, 2000, 2300]
    assert after.tolist() == [400, -1, 2300, 2600, -1]


def test_a_low_qrs_is_no_flat_lead_and_what_is_left_of_noise_is():
    t = np.arange(400) / 360
    rng = np.random.default_rng(0)
    qrs = 0.12 * np.exp(-(((t - 0.4) / 0.012) ** 2) / 2)
    hum = 0.02 * np.sin(2 * np.pi * 50 * t)
    noise = 0.004 * rng.normal(size=400)
    raw = np.stack([qrs, hum, noise, 0.1 * qrs]).astype(np.float32)[:, None]
    assert (raw.std(axis=2) < 0.02).all()
    values, flat = normalise(raw, PAPER)
    # the last is a QRS of 12 uV: less than a recorder shows
    assert flat[:, 0].tolist() == [False, True, True, True]
    assert values[0].std() == pytest.approx(1, abs=1e-6)
    assert (values[1:] == 0).all()
