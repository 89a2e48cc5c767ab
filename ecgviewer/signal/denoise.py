"""Cleaning of an ECG: baseline, mains, band and wavelet, in fixed blocks.

Paper section 2.1 as science reads it: two medians for the baseline, mains, zero-phase band-pass,
db8 soft threshold on the three finest levels.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, partial

import bottleneck
import numpy as np
import pywt
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import PAPER, Preprocessing

_MAD_TO_SD = 0.6745  # of a normal distribution


def remove_baseline(ecg: NDArray[np.float64], prep: Preprocessing) -> NDArray[np.float64]:
    """Subtract the baseline of one lead (n,): a 200 ms median, then a 600 ms median of it."""
    baseline = ecg + 0.0  # no negative zero
    for ms in prep.baseline_ms:
        baseline = _sliding_median(baseline, 2 * round(ms * prep.grid_fs_hz / 2000) + 1)
    return ecg - baseline


def _sliding_median(values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Median of odd `size` around every value of (n,), the ends repeated.

    Not scipy's: that keeps Python's lock, 3 ms for a block, and the window waits for it.
    """
    padded = np.pad(values, size // 2, mode="edge")
    medians: NDArray[np.float64] = bottleneck.move_median(padded, size)[size - 1 :]
    return medians


def remove_mains(ecg: NDArray[np.float64], prep: Preprocessing) -> NDArray[np.float64]:
    """Subtract the stronger of the mains sinusoids from one lead (n,).

    Its amplitude and phase are the lead's demodulated mean over two seconds, so they may drift.
    """
    size = 2 * round(prep.mains_window_s * prep.grid_fs_hz / 2) + 1
    n = len(ecg)
    length = max(n, prep.grid_block + 2 * prep.grid_margin)  # of a whole block: one table for all
    best, strongest = np.zeros_like(ecg), -1.0
    for hz in prep.mains_hz:
        c, s = (wave[:n] for wave in _waves(hz, prep.grid_fs_hz, length))
        a = 2 * uniform_filter1d(ecg * c, size, mode="nearest")
        b = 2 * uniform_filter1d(ecg * s, size, mode="nearest")
        strength = float(np.mean(a * a + b * b))
        if strength > strongest:
            best, strongest = a * c + b * s, strength
    return ecg - best


@lru_cache(maxsize=2)  # two megabytes; the sines were a fifth of the time cleaning takes
def _waves(hz: int, fs: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cosine and sine of a frequency, (n,) each."""
    t = np.arange(n) / fs
    return np.cos(2 * np.pi * hz * t), np.sin(2 * np.pi * hz * t)


@lru_cache(maxsize=8)
def _band_sos(low: float, high: float, order: int, fs: int) -> NDArray[np.float64]:
    sos: NDArray[np.float64] = butter(order, (low, high), "bandpass", fs=fs, output="sos")
    return sos


def band_pass(
    ecg: NDArray[np.float64], band_hz: tuple[float, float], *, order: int, fs: int
) -> NDArray[np.float64]:
    """Zero-phase Butterworth band-pass along the last axis, at the block's own length."""
    sos = _band_sos(band_hz[0], band_hz[1], order, fs)
    # filtfilt's pad: a third of a second settles the ends; shorter records take what they have
    pad = min(fs // 3, ecg.shape[-1] - 1)
    filtered: NDArray[np.float64] = sosfiltfilt(sos, ecg, axis=-1, padlen=pad)
    return filtered


def wavelet_denoise(
    ecg: NDArray[np.float64], prep: Preprocessing, *, n: int
) -> NDArray[np.float64]:
    """Soft threshold on the finest levels of one lead (m,).

    Each level's own threshold: MAD / 0.6745 x sqrt(2 ln n), n samples in the block.
    Thresholding deeper levels leaves 0.14-0.69 of the QRS; these three hold what is above 22 Hz.
    """
    wavelet = pywt.Wavelet(prep.wavelet)
    level = min(prep.wavelet_levels, pywt.dwt_max_level(len(ecg), wavelet.dec_len))
    if level == 0 or n < 2:
        return ecg
    coefficients = pywt.wavedec(ecg, wavelet, level=level)
    for i, detail in enumerate(coefficients[1:], start=1):
        mad = _median(np.abs(detail - _median(detail)))
        limit = mad / _MAD_TO_SD * np.sqrt(2 * np.log(n))
        coefficients[i] = np.sign(detail) * np.maximum(np.abs(detail) - limit, 0.0)
    restored: NDArray[np.float64] = pywt.waverec(coefficients, wavelet)[: len(ecg)]
    return restored


def _median(values: NDArray[np.float64]) -> float:
    """Median of (n,) without NaN; `np.median`'s bits, at two thirds of its time."""
    half = len(values) // 2
    parted = np.partition(values, half)
    if len(values) % 2:
        return float(parted[half])
    return float((parted[:half].max() + parted[half]) / 2)


def clean(ecg: NDArray[np.float64], prep: Preprocessing, *, n: int) -> NDArray[np.float32]:
    """Clean one block with its margins.

    Parameters
    ----------
    ecg : (n_leads, m) float64
        mV at 360 Hz, no NaN.
    prep : Preprocessing
        The chain's numbers.
    n : int
        Samples of the block without margins, for the wavelet threshold.

    Returns
    -------
    (n_leads, m) float32
        mV.
    """
    cleaned = np.empty(ecg.shape, np.float32)
    if ecg.shape[1] == 0:
        return cleaned
    for i, lead in enumerate(ecg):
        x = remove_mains(remove_baseline(lead, prep), prep)
        x = band_pass(x, prep.band_hz, order=prep.band_order, fs=prep.grid_fs_hz)
        cleaned[i] = wavelet_denoise(x, prep, n=n)
    return cleaned


class CleanedSignal:
    """The cleaned leads of a recording on the 360 Hz grid, block by block, the last few kept.

    May be used from several threads; a block that two want at once is cleaned twice.

    Parameters
    ----------
    grid : TimeGrid
        The recording.
    leads : sequence of int
        Channels to clean, in the order wanted.
    prep : Preprocessing
        The chain's numbers.
    keep : int
        Blocks kept; one block of two leads takes half a megabyte.
    """

    def __init__(
        self, grid: TimeGrid, leads: tuple[int, ...], *, prep: Preprocessing = PAPER, keep: int = 8
    ) -> None:
        self.grid = grid
        self.leads = leads
        self.prep = prep
        self._keep = keep
        self._lock = threading.Lock()
        self._blocks: OrderedDict[int, NDArray[np.float32]] = OrderedDict()

    @property
    def n_samples(self) -> int:
        """Length on the grid."""
        return self.grid.n_samples

    @property
    def block_size(self) -> int:
        """Samples of a block's core, all but the last."""
        return self.grid.params.block

    def block(self, index: int) -> NDArray[np.float32]:
        """The core of a block, (n_leads, n) float32, mV, NaN in gaps."""
        with self._lock:
            if index in self._blocks:
                self._blocks.move_to_end(index)
                return self._blocks[index]
        core = self._clean(index)
        with self._lock:
            self._blocks[index] = core
            while len(self._blocks) > self._keep:
                self._blocks.popitem(last=False)
        return core

    def missing(self, low: int, high: int) -> list[Callable[[], object]]:
        """What is to be done before samples low..high are at hand: a block each, on any threads."""
        size = self.grid.params.block
        last = min(high, self.grid.n_samples)
        wanted = range(max(0, low) // size, -(-last // size))
        return [partial(self.block, i) for i in wanted if i not in self._blocks]

    def _clean(self, index: int) -> NDArray[np.float32]:
        block = self.grid.block(index)
        ecg, gap = self.grid.read(block.low, block.high)
        chosen = list(self.leads)
        cleaned = clean(ecg[chosen], self.prep, n=block.stop - block.start)
        cleaned[gap[chosen]] = np.nan
        return np.ascontiguousarray(cleaned[:, block.core])

    def between(self, low: int, high: int) -> NDArray[np.float32]:
        """Samples low..high of the grid, (n_leads, high - low) float32, zeros beyond the record."""
        out = np.zeros((len(self.leads), max(0, high - low)), np.float32)
        a, b = max(0, low), min(high, self.grid.n_samples)
        size = self.grid.params.block
        for index in range(a // size, -(-b // size) if b > a else 0):
            block = self.grid.block(index)
            lo, hi = max(a, block.start), min(b, block.stop)
            core = self.block(index)
            out[:, lo - low : hi - low] = core[:, lo - block.start : hi - block.start]
        return out
