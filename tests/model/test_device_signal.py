"""Windows cut where the networks are, against those that `signal.windows` cuts."""

import numpy as np
import pytest

from ecgviewer.model.device_signal import DeviceSignal
from ecgviewer.model.place import Place, PlaceFailed
from ecgviewer.signal.params import CLINICAL, PAPER
from ecgviewer.signal.windows import Bounds, cut_windows, window_bounds
from tests.model.fake_card import FakeCard

SIZE = 1_000


class Cleaned:
    """Two leads of noise in blocks of 1,000 samples, with gaps and a flat stretch."""

    block_size = SIZE

    def __init__(self, n=25_300, prep=PAPER):
        self.prep, self.n_samples = prep, n
        self.ecg = np.random.default_rng(1).normal(size=(2, n)).astype(np.float32)
        self.ecg[:, 7_000:7_050] = np.nan
        self.ecg[0, 11_000:13_000] = np.nan
        self.ecg[1, 15_000:17_000] = 0.001
        self.asked = []

    def block(self, index):
        self.asked.append(index)
        return self.ecg[:, index * SIZE : (index + 1) * SIZE].copy()

    def between(self, low, high):
        out = np.zeros((2, high - low), np.float32)
        a, b = max(0, low), min(high, self.n_samples)
        out[:, a - low : b - low] = self.ecg[:, a:b]
        return out


@pytest.fixture
def cleaned():
    return Cleaned()


def bounds(prep=PAPER, n=25_300):
    rng = np.random.default_rng(2)
    beats = np.sort(rng.choice(np.arange(20, n - 20), 80, replace=False))
    before, after = np.concatenate([[-1], beats[:-1]]), np.concatenate([beats[1:], [-1]])
    found = window_bounds(beats, before, after, prep)
    order = rng.permutation(len(beats))
    return Bounds(*(getattr(found, f)[order] for f in ("start", "stop", "r_offset", "edge")))


def assert_equal(cut, windows):
    assert np.array_equal(cut.flat, windows.flat)
    assert np.array_equal(cut.gap, windows.gap)
    assert np.array_equal(cut.empty, ~windows.values.any(axis=(1, 2)))
    np.testing.assert_allclose(cut.values.numpy(), windows.values, atol=1e-6)


@pytest.mark.parametrize("rows", [(0, 1), (1, 0), (0, None), (None, 1), (0, 0)])
@pytest.mark.parametrize("prep", [PAPER, CLINICAL])
def test_they_are_the_same_windows(prep, rows):
    cleaned, wanted = Cleaned(prep=prep), bounds(prep)
    cut = DeviceSignal(cleaned, rows, place=Place()).cut(wanted)
    assert_equal(cut, cut_windows(cleaned, wanted, inputs=rows))
    assert cut.gap.any()
    if rows == (0, 1):
        assert (cut.flat.any(axis=1) & ~cut.empty).any()
        assert (cut.gap.sum(axis=1) == 1).any()  # one lead is not there, the other is read
        assert not (cut.empty & (cut.gap.sum(axis=1) == 1) & ~cut.flat.any(axis=1)).any()


def test_on_a_card_each_block_is_moved_once(cleaned):
    signal = DeviceSignal(cleaned, (0, 1), place=FakeCard())
    wanted = bounds()
    assert_equal(signal.cut(wanted), cut_windows(cleaned, wanted, inputs=(0, 1)))
    signal.cut(wanted)
    assert sorted(cleaned.asked) == list(range(26))


def test_a_card_with_little_memory_keeps_the_last_few_blocks(cleaned):
    four = 5 * 4 * (4 * SIZE * 2)  # a fifth of it is for the signal
    signal = DeviceSignal(cleaned, (0, 1), place=FakeCard(memory=four))
    for seed in range(4):
        wanted = bounds()
        some = np.random.default_rng(seed).permutation(80)[:50]
        part = Bounds(*(getattr(wanted, f)[some] for f in ("start", "stop", "r_offset", "edge")))
        assert_equal(signal.cut(part), cut_windows(cleaned, part, inputs=(0, 1)))


def test_a_block_that_could_not_be_read_is_asked_for_again(cleaned):
    signal, wanted, right = DeviceSignal(cleaned, (0, 1), place=Place()), bounds(), cleaned.block

    def fails(index):
        raise OSError(5, "Input/output error")

    cleaned.block = fails
    with pytest.raises(OSError, match="Input/output"):
        signal.cut(wanted)
    cleaned.block = right
    assert_equal(signal.cut(wanted), cut_windows(cleaned, wanted, inputs=(0, 1)))


def test_an_empty_recording_and_no_beat():
    nothing = Cleaned(n=8_000)
    none = np.empty(0, np.int64)
    cut = DeviceSignal(nothing, (0, 1), place=Place()).cut(
        Bounds(none, none, none, np.empty(0, np.bool_))
    )
    assert cut.values.shape == (0, 2, 400)


def test_a_card_that_is_gone_is_said_to_be(cleaned):
    card = FakeCard(lost_after=0)
    signal = DeviceSignal(cleaned, (0, 1), place=card)
    card.calls = 1
    with pytest.raises(PlaceFailed, match="CUDA error"):
        signal.cut(bounds())
