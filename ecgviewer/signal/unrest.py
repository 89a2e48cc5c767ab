"""Which seconds of a lead are flat, and which are noisy.

Flat: a second's range is below 20 uV, or a twentieth of the lead's QRS height where that is less;
of a lead without any QRS, without the hum of the mains. Noisy: for 70 % of the three seconds
around, the lead leaves its own 80 ms mean by more than 2.2 times what is usual for it, this at
least 2.5 % and at most 3.5 % of its QRS height, and by more than 1.25 % of the height around,
unless it is a wave as regular as ventricular flutter; or its baseline steps by 1.2 QRS heights, and
as long as it then has no QRS. What is usual, and the QRS height, are the block's. Figures:
docs/limits.md.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from ecgviewer.signal.params import Quality

_TINY = 1e-12
_LEAST_MV = 0.01  # of a QRS: less than what a recorder shows


def judge(
    ecg: NDArray[np.float64], gap: NDArray[np.bool_], second: int, count: int, quality: Quality
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Flat and noisy seconds.

    Parameters
    ----------
    ecg : (n_leads, n) float64
        mV, no NaN; it starts on a second.
    gap : (n_leads, n) bool
        Where there is no sample.
    second : int
        Samples of a second.
    count : int
        Seconds; the last may be cut, and is judged by what there is.
    quality : Quality
        The rule's numbers.

    Returns
    -------
    (n_leads, count) bool, twice
    """
    n_leads, n = ecg.shape
    width = ((0, 0), (0, max(0, count * second - n)))
    ecg = np.pad(ecg, width, mode="edge")[:, : count * second]
    missing = np.pad(gap, width, mode="edge")[:, : count * second]
    there = np.logical_not(missing.reshape(n_leads, count, second).all(axis=2))
    step = quality.decimation
    mean = ecg.reshape(n_leads, count * second // step, step).mean(axis=2)
    rate = second // step
    height, rest = _movement(mean, count, rate, quality)
    flat, noisy = np.zeros((n_leads, count), np.bool_), np.zeros((n_leads, count), np.bool_)
    for row in range(n_leads):
        with_qrs = _with_qrs(height[row], rest[row], there[row], quality)
        flat[row] = there[row] & _still(ecg[row], count, height[row][with_qrs], quality)
        alive = there[row] & ~flat[row]
        if alive.any():
            known = alive & with_qrs if (alive & with_qrs).any() else alive
            level, limit = _limits(height[row][known], rest[row][alive], quality)
            restless = (rest[row] > limit) & (rest[row] > quality.near * height[row])
            doubtful = np.flatnonzero(alive & restless)
            leak = _leakage(mean[row], doubtful, count, rate, quality)
            noisy[row, doubtful[leak >= quality.leakage]] = True
            noisy[row] |= alive & _swings(mean[row], count, level, quality)
    return flat, noisy


def _with_qrs(
    height: NDArray[np.float64],
    rest: NDArray[np.float64],
    there: NDArray[np.bool_],
    quality: Quality,
) -> NDArray[np.bool_]:
    """Seconds of a lead with a QRS, (count,) bool; none where the block has too few."""
    with_qrs = there & (height > quality.stands_out * rest) & (height > _LEAST_MV)
    return with_qrs if with_qrs.sum() >= quality.qrs_seconds else np.zeros_like(with_qrs)


def _still(
    lead: NDArray[np.float64], count: int, heights: NDArray[np.float64], quality: Quality
) -> NDArray[np.bool_]:
    """Seconds (count,) of a lead in which nothing moves; `heights` are those of its QRS."""

    def extent(values: NDArray[np.float64]) -> NDArray[np.float64]:
        ranges: NDArray[np.float64] = np.ptp(values.reshape(count, -1), axis=1)
        return ranges

    limit, moved = quality.flat_uv / 1000, extent(lead)
    if len(heights):
        usual = float(np.percentile(heights, quality.level_percentile))
        return moved < min(limit, quality.flat_share * usual)
    second = len(lead) // count
    left = _moving_mean(lead, quality.hum_ms, second)
    end = round(quality.hum_ms * second / 1000)  # there the mean is of no whole period
    left[:end], left[-end:] = left[end], left[-end - 1]
    left = extent(left)
    return (moved < limit) | ((left < limit) & (left < quality.hum_share * moved))


def _limits(
    heights: NDArray[np.float64], rest: NDArray[np.float64], quality: Quality
) -> tuple[float, float]:
    """A lead's usual QRS height in the block, and the rest above which a second is noisy.

    Seconds of a pause say nothing of the QRS, and a lead that always moves a little between its
    beats is no noise.
    """
    level = float(np.percentile(heights, quality.level_percentile))
    usual = float(np.percentile(rest, quality.level_percentile))
    low, high = quality.rest
    return level, min(max(quality.floor * usual, low * level), high * level)


def _swings(
    mean: NDArray[np.float64], count: int, level: float, quality: Quality
) -> NDArray[np.bool_]:
    """Seconds of a lead in which its baseline steps, and those beside them that have no QRS.

    So an amplifier that is driven to its limit returns, and an electrode that is moved.
    """
    rate = len(mean) // count
    baseline = _moving_mean(mean, quality.swing_ms, rate).reshape(count, rate).mean(axis=1)
    around = np.pad(baseline, 1, mode="edge")
    moved = np.abs(around[2:] - around[:-2])
    heights, usual = quality.swing
    swings: NDArray[np.bool_] = moved > max(heights * level, usual * float(np.median(moved)))
    if swings.any():
        high = np.abs(mean - _moving_mean(mean, quality.height_ms, rate))
        empty = high.reshape(count, rate).max(axis=1) < quality.no_qrs * level
        beside = swings.copy()
        for start, stop in runs(empty):
            if swings[max(0, start - quality.swing_s) : stop + quality.swing_s].any():
                beside[start:stop] = True
        beside[1:-1] |= beside[:-2] & beside[2:]  # a second between two of them is no better
        swings = beside
    return swings


def _moving_mean(signal: NDArray[np.float64], ms: float, rate: int) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = uniform_filter1d(
        signal, max(1, round(ms * rate / 1000)), axis=-1, mode="nearest"
    )
    return mean


def _around(
    signal: NDArray[np.float64], count: int, rate: int, seconds: int
) -> NDArray[np.float64]:
    """Each second of (..., count * rate) with its neighbours, (..., count, seconds * rate)."""
    half = seconds // 2
    padded = np.pad(signal, ((0, 0),) * (signal.ndim - 1) + ((half * rate, half * rate),), "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, seconds * rate, axis=-1)
    every: NDArray[np.float64] = windows[..., : count * rate : rate, :]
    return every


def _movement(
    mean: NDArray[np.float64], count: int, rate: int, quality: Quality
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Height of the QRS and what moves between beats, of the seconds around, (n_leads, count)."""
    high = np.abs(mean - _moving_mean(mean, quality.height_ms, rate))
    height = high.reshape(len(mean), count, rate).max(axis=2)
    height = maximum_filter1d(height, quality.seconds, axis=1, mode="nearest")
    rest = np.abs(mean - _moving_mean(mean, quality.rest_ms, rate))
    around = _around(rest, count, rate, quality.seconds)[..., ::3]  # every third says as much
    return height, np.percentile(around, quality.rest_percentile, axis=2)


def _leakage(
    mean: NDArray[np.float64],
    chosen: NDArray[np.int64],
    count: int,
    rate: int,
    quality: Quality,
) -> NDArray[np.float64]:
    """How much is left of a lead added to itself half a period later: 0 for a sine, 1 at most.

    Kuo and Dillman's filter for ventricular fibrillation (Computers in Cardiology 1978), which
    must not be taken for noise.
    """
    band = _moving_mean(
        mean - _moving_mean(mean, quality.wave_ms[1], rate), quality.wave_ms[0], rate
    )
    x = _around(band, count, rate, quality.seconds)[chosen]
    x = x - x.mean(axis=1, keepdims=True)
    moved = np.abs(np.diff(x, axis=1)).sum(axis=1)
    half = np.pi * np.abs(x).sum(axis=1) / np.maximum(moved, _TINY)
    half = np.clip(np.floor(half), 1, rate).astype(np.int64)
    leak = np.ones(len(chosen))
    for lag in np.unique(half):
        mine = half == lag
        first, second = x[mine, lag:], x[mine, :-lag]
        total = (np.abs(first) + np.abs(second)).sum(axis=1)
        leak[mine] = np.abs(first + second).sum(axis=1) / np.maximum(total, _TINY)
    return leak


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open runs of True in (n,) bool."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
