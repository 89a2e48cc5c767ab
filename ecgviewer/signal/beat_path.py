"""Which candidates are beats: the path of highest score through them; never looks at the signal."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, percentile_filter

from ecgviewer.signal.params import Detection

_RR_LIMITS_S = (0.22, 2.0)  # of the local RR
_FEW = 5  # beats below which nothing is learnt from a pass


def choose_beats(
    positions: NDArray[np.int64],
    heights: NDArray[np.float64],
    unrest: NDArray[np.float64],
    detection: Detection,
) -> NDArray[np.int64]:
    """Choose the beats among candidates.

    Each pass scores a candidate by its height against a threshold between the local levels of
    noise and signal, and a path by its candidates' scores less costs for RR intervals that are
    improbably short or long; the best path is found by dynamic programming. Threshold and RR come
    from the pass before.

    Parameters
    ----------
    positions : (n,) int64
        Candidates, grid samples, ascending.
    heights : (n,) float64
        Their heights, positive.
    unrest : (n,) float64
        Height that most of the time around exceeds.
    detection : Detection
        The detector's numbers.

    Returns
    -------
    (m,) int64
        Indices of the beats, ascending.
    """
    n = len(positions)
    if n == 0:
        return np.empty(0, np.int64)
    height = np.log(heights)
    threshold = np.full(n, math.log(detection.first_threshold))
    rr = np.full(n, detection.first_rr_s * detection.grid_fs_hz)
    low, high = detection.unrest
    limit = detection.gain_limit
    doubt = 2 * limit * np.clip((unrest - low) / (high - low), 0.0, 1.0)
    chosen = np.empty(0, np.int64)
    for index in range(detection.passes):
        gain = detection.gain if index else detection.first_gain
        score = np.clip(gain * (height - threshold), -limit, limit) - doubt
        chosen = _best_path(positions, height, score, rr, detection)
        if len(chosen) < _FEW or index == detection.passes - 1:
            break
        threshold = _threshold(positions, height, chosen, detection)
        rr = _local_rr(positions, chosen, detection)
    return chosen


def _threshold(
    positions: NDArray[np.int64],
    height: NDArray[np.float64],
    chosen: NDArray[np.int64],
    detection: Detection,
) -> NDArray[np.float64]:
    """Logarithm of the height above which a candidate counts as a beat, (n,)."""
    signal = percentile_filter(
        height[chosen], detection.signal_percentile, detection.signal_beats, mode="nearest"
    )
    signal = np.interp(positions, positions[chosen], signal)
    rejected = np.ones(len(height), np.bool_)
    rejected[chosen] = False
    others = np.flatnonzero(rejected)
    noise = np.full(len(height), math.log(detection.candidate_floor))
    if len(others) >= _FEW:
        level = percentile_filter(
            height[others], detection.noise_percentile, detection.noise_candidates, mode="nearest"
        )
        noise = np.interp(positions, positions[others], level)
    noise = np.minimum(noise, signal)
    low, high = (math.log(limit) for limit in detection.threshold_range)
    between = noise + detection.threshold_share * (signal - noise)
    threshold: NDArray[np.float64] = np.clip(between, low, high)
    return threshold


def _local_rr(
    positions: NDArray[np.int64], chosen: NDArray[np.int64], detection: Detection
) -> NDArray[np.float64]:
    """Median RR around each candidate, (n,), grid samples."""
    beats = positions[chosen]
    intervals = np.diff(beats).astype(np.float64)
    median = median_filter(intervals, detection.rr_beats, mode="nearest")
    low, high = (limit * detection.grid_fs_hz for limit in _RR_LIMITS_S)
    middle = beats[:-1] + intervals / 2
    local: NDArray[np.float64] = np.interp(positions, middle, np.clip(median, low, high))
    return local


def _best_path(
    positions: NDArray[np.int64],
    height: NDArray[np.float64],
    score: NDArray[np.float64],
    rr: NDArray[np.float64],
    detection: Detection,
) -> NDArray[np.int64]:
    """Indices of the path with the highest sum of scores less costs of its intervals.

    Plain lists, not arrays: the recursion is short and numpy's overhead would be most of it.
    """
    ms = detection.grid_fs_hz / 1000
    refractory = detection.refractory_ms * ms
    echo, echo_ratio, echo_cost = (
        detection.echo_ms * ms,
        math.log(detection.echo[0]),
        detection.echo[1],
    )
    early, early_cost = detection.early
    late, late_cost, late_most = detection.late
    saturated = late + late_most / late_cost  # x RR: from here on delay costs no more
    first = _first_allowed(positions, score, refractory, detection.sure)
    p, h, x, r = positions.tolist(), height.tolist(), score.tolist(), rr.tolist()
    n = len(p)
    best, before, top = [0.0] * n, [-1] * n, [0] * n
    for j in range(n):
        at, interval, begin = p[j], r[j], first[j]
        value, link = (0.0, -1) if begin < 0 else (-math.inf, -1)
        begin = max(begin, 0)
        for i in range(j - 1, begin - 1, -1):
            rr_i = at - p[i]
            if rr_i < refractory:
                continue
            share = rr_i / interval
            if share >= saturated and top[i] >= begin:
                if best[top[i]] - late_most > value:
                    value, link = best[top[i]] - late_most, top[i]
                break
            cost = 0.0
            if share < early:
                cost = early_cost * math.log(early / share)
            elif share > late:
                cost = min(late_cost * (share - late), late_most)
            if rr_i < echo:
                cost += echo_cost * max(0.0, abs(h[i] - h[j]) + echo_ratio)
            if best[i] - cost > value:
                value, link = best[i] - cost, i
        best[j], before[j] = x[j] + value, link
        top[j] = j
        if j and top[j - 1] >= begin:
            top[j] = top[j - 1] if best[top[j - 1]] >= best[j] else j
        elif j:
            top[j] = max(range(begin, j + 1), key=best.__getitem__)
    end = max(range(_end(positions, score, refractory, detection.sure), n), key=best.__getitem__)
    return _trace(before, end if best[end] > 0 else -1)


def _first_allowed(
    positions: NDArray[np.int64], score: NDArray[np.float64], refractory: float, sure: float
) -> list[int]:
    """First candidate that may precede each one without a sure beat left out; -1: none need to."""
    marks = positions[score >= sure]
    last = np.searchsorted(marks, positions - refractory, side="right") - 1
    if len(marks) == 0:
        return [-1] * len(positions)
    first = np.searchsorted(positions, marks[np.maximum(last, 0)] - refractory, side="right")
    allowed: list[int] = np.where(last < 0, -1, first).tolist()
    return allowed


def _end(
    positions: NDArray[np.int64], score: NDArray[np.float64], refractory: float, sure: float
) -> int:
    """First candidate that may be the last beat without a sure beat left out."""
    marks = positions[score >= sure]
    if len(marks) == 0:
        return 0
    return int(np.searchsorted(positions, marks[-1] - refractory, side="right"))


def _trace(before: list[int], end: int) -> NDArray[np.int64]:
    """The path that ends there, ascending."""
    path = []
    while end >= 0:
        path.append(end)
        end = before[end]
    return np.array(path[::-1], np.int64)
