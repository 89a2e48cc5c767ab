"""Whether a channel whose name says nothing looks like an ECG.

Of 229 ECG leads of three public databases 226 do, by the numbers below, and none of the noise of
nstdb: in most of three pieces of 30 s narrow deflections of one shape come 25 to 260 times a
minute, little is left between them, and they are a good part of all that moves.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from ecgviewer.signal.denoise import band_pass

FS_HZ = 360
PIECE_S = 30
_PLACES = (0.1, 0.5, 0.9)  # where pieces lie, of what is left beside one
_QRS_HZ = (5.0, 25.0)
_WHOLE_HZ = (0.5, 40.0)
_RATE = (25.0, 260.0)  # deflections a minute
_SHAPE = 0.94  # median correlation of a deflection with their median
_REST = 0.25  # 75 % of what lies between them, of their height
_SHARE = 0.3  # of all that moves within 2 s; a pulse wave, slow as it is, has 0.1 to 0.3
_HALF = 22  # samples of a deflection on either side: 60 ms
_AROUND = 36  # not counted as between: 100 ms
_REFRACTORY = 72
_FEWEST = 5
_TINY = 1e-12


def pieces(n_samples: int) -> tuple[tuple[int, int], ...]:
    """Spans of a recording of so many samples at 360 Hz that are looked at."""
    length = PIECE_S * FS_HZ
    if n_samples <= length:
        return ((0, n_samples),)
    starts = [int(place * (n_samples - length)) for place in _PLACES]
    return tuple((start, start + length) for start in starts)


def looks_like_ecg(parts: Sequence[NDArray[np.float64]]) -> bool:
    """Whether most of the pieces of a channel in which there is a signal hold QRS complexes.

    Parameters
    ----------
    parts : sequence of (n,) float64
        Pieces at 360 Hz without NaN, in any unit; those in which nothing moves do not count.
    """
    alive = [part for part in parts if part.size >= 2 * FS_HZ and np.ptp(part) > 0]
    return bool(alive) and 2 * sum(map(_has_complexes, alive)) >= len(alive)


def _has_complexes(ecg: NDArray[np.float64]) -> bool:
    unit = ecg / np.ptp(ecg)
    band = band_pass(unit, _QRS_HZ, order=2, fs=FS_HZ)
    height = np.abs(band)
    usual = float(np.median(_by_two_seconds(height).max(axis=1)))
    peaks, _ = find_peaks(height, height=0.5 * usual, distance=_REFRACTORY)
    peaks = peaks[(peaks > _AROUND) & (peaks < len(band) - _AROUND)]
    rate = 60 * FS_HZ * len(peaks) / len(ecg)
    if usual < _TINY or len(peaks) < _FEWEST or not _RATE[0] <= rate <= _RATE[1]:
        return False
    shapes = np.stack([band[p - _HALF : p + _HALF + 1] * np.sign(band[p]) for p in peaks])
    between = np.ones(len(band), np.bool_)
    for p in peaks:
        between[p - _AROUND : p + _AROUND + 1] = False
    rest = np.percentile(height[between], 75) if between.any() else np.inf
    moving = np.median(np.ptp(_by_two_seconds(band_pass(unit, _WHOLE_HZ, order=2, fs=FS_HZ)), 1))
    return bool(
        _likeness(shapes) >= _SHAPE
        and rest <= _REST * np.median(height[peaks])
        and np.median(np.ptp(shapes, axis=1)) >= _SHARE * moving
    )


def _by_two_seconds(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    n = len(signal) // (2 * FS_HZ)
    return signal[: n * 2 * FS_HZ].reshape(n, -1)


def _likeness(shapes: NDArray[np.float64]) -> float:
    """Median correlation of (k, n) shapes with their median shape."""
    centred = shapes - shapes.mean(axis=1, keepdims=True)
    usual = np.median(centred, axis=0)
    usual = usual - usual.mean()
    norms = np.linalg.norm(centred, axis=1) * np.linalg.norm(usual)
    return float(np.median(centred @ usual / np.maximum(norms, _TINY)))
