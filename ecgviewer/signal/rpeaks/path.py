"""Which candidates are beats: the path of highest score through them."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, minimum_filter1d, percentile_filter, uniform_filter1d

from ecgviewer.signal.params import Detection
from ecgviewer.signal.rpeaks.candidates import Candidates
from ecgviewer.signal.rpeaks.lone import ramp
from ecgviewer.signal.rpeaks.templates import likeness

_RR_LIMITS_S = (0.22, 3.0)  # of the local RR
_FEW = 5  # beats below which nothing is learnt from a pass


def choose_beats(candidates: Candidates, detection: Detection) -> NDArray[np.int64]:
    """Choose the beats among candidates.

    Each pass scores a candidate by its height against a threshold between the local levels of
    noise and signal, and a path by its candidates' scores less costs for RR intervals that are
    improbably short or long; the best path is found by dynamic programming. Threshold, RR and the
    shapes a candidate has to be like come from the pass before.

    Parameters
    ----------
    candidates : Candidates
        n places where a beat may be.
    detection : Detection
        The detector's numbers.

    Returns
    -------
    (m,) int64
        Indices of the beats, ascending.
    """
    share = detection.sharpness  # T waves are high but not steep: both count
    height = (1 - share) * np.log(candidates.heights) + share * np.log(candidates.slopes)
    some = np.flatnonzero(height > math.log(detection.candidate_floor))
    if len(some) == 0:
        return some
    found, height = candidates.take(some), height[some]
    positions = found.positions
    doubt = _doubt(height, found.unrest, detection)
    threshold = np.full(len(some), math.log(detection.first_threshold))
    strange = np.zeros(len(some))
    rr = _first_rr(positions, height, detection)
    limit = detection.gain_limit
    chosen = np.empty(0, np.int64)
    for index in range(detection.passes):
        if index:
            if len(chosen) < _FEW:
                break
            threshold = _threshold(positions, height, chosen, detection)
            strange = _strange(found, chosen, detection)
            rr = _local_rr(positions, chosen, detection)
        score = np.clip(detection.gain * (height - threshold) - strange, -limit, limit) - doubt
        left = np.flatnonzero(score > detection.hopeless)
        path = _best_path(positions[left], height[left], score[left], rr[left], detection)
        chosen = left[path]
    return some[chosen]


def _strange(
    candidates: Candidates, chosen: NDArray[np.int64], detection: Detection
) -> NDArray[np.float64]:
    """What a candidate's score loses for its shape, (n,); below 0 where it is like most beats."""
    unrest = candidates.unrest[chosen]
    percentile, least = detection.shape_quiet
    teachers = chosen[unrest <= max(float(np.percentile(unrest, percentile)), least)]
    found = likeness(candidates.shapes, teachers, detection)
    if found is None:
        return np.zeros(len(candidates.positions))
    like, larger = found
    lowest, free, cost = detection.like
    loss: NDArray[np.float64] = cost * (free - np.maximum(like, lowest))
    return loss + detection.larger * np.maximum(larger, 0.0)


def _doubt(
    height: NDArray[np.float64], unrest: NDArray[np.float64], detection: Detection
) -> NDArray[np.float64]:
    """What a candidate's score loses where there is no rest between candidates, (n,).

    A fast tachycardia has none either, but its beats are alike; noise is not.
    """
    size = detection.alike_candidates
    mean = uniform_filter1d(height, size, mode="nearest")
    square = uniform_filter1d(height * height, size, mode="nearest")
    unlike = np.sqrt(np.maximum(square - mean * mean, 0.0))
    noise = ramp(unrest, detection.unrest) * ramp(unlike, detection.unlike)
    doubt: NDArray[np.float64] = np.maximum(noise, ramp(unrest, detection.no_rest))
    return 2 * detection.gain_limit * doubt


def _first_rr(
    positions: NDArray[np.int64], height: NDArray[np.float64], detection: Detection
) -> NDArray[np.float64]:
    """RR to begin with: usual, or longer where even all larger candidates lie far apart."""
    usual = detection.first_rr_s * detection.grid_fs_hz
    share, least = detection.slow
    large = np.flatnonzero(height >= math.log(least))
    if len(large) < _FEW:
        return np.full(len(positions), usual)
    return np.maximum(usual, share * _local_rr(positions, large, detection))


def _threshold(
    positions: NDArray[np.int64],
    height: NDArray[np.float64],
    chosen: NDArray[np.int64],
    detection: Detection,
) -> NDArray[np.float64]:
    """Logarithm of the height above which a candidate counts as a beat, (n,)."""
    smallest = minimum_filter1d(height[chosen], detection.signal_beats, mode="nearest")
    signal = np.interp(positions, positions[chosen], smallest)
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
    if len(positions) == 0:
        return np.empty(0, np.int64)
    ms = detection.grid_fs_hz / 1000
    refractory, echo = detection.refractory_ms * ms, detection.echo_ms * ms
    alike, echo_cost = -math.log(detection.echo[0]), detection.echo[1]
    early, early_cost = detection.early
    longest = detection.early_rr_s * detection.grid_fs_hz
    late, late_cost, late_most = detection.late
    saturated = late + late_most / late_cost  # x RR: from here on delay costs no more
    begins = _first_allowed(positions, score, refractory, detection.sure)
    p, h, x, r = positions.tolist(), height.tolist(), score.tolist(), rr.tolist()
    best, before, top = [0.0] * len(p), [-1] * len(p), [0] * len(p)
    for j, (at, interval, begin) in enumerate(zip(p, r, begins, strict=True)):
        value, link = (0.0, -1) if begin < 0 else (-math.inf, -1)
        begin = max(begin, 0)
        soon = early * min(interval, longest)
        slow, beyond = late * interval, saturated * interval
        for i in range(j - 1, begin - 1, -1):
            gone = at - p[i]
            if gone < refractory:
                continue
            if gone >= beyond and top[i] >= begin:  # further back only the best can win
                if best[top[i]] - late_most > value:
                    value, link = best[top[i]] - late_most, top[i]
                break
            result = best[i]
            if gone < soon:
                result -= early_cost * math.log(soon / gone)
            elif gone > slow:
                result -= min(late_cost * (gone - slow) / interval, late_most)
            if gone < echo:
                unlike = abs(h[i] - h[j]) - alike
                if unlike > 0:
                    result -= echo_cost * unlike
            if result > value:
                value, link = result, i
        best[j], before[j] = x[j] + value, link
        top[j] = _top(best, top[j - 1] if j else 0, begin, j)
    begin = _end(positions, score, refractory, detection.sure)
    end = max(range(begin, len(p)), key=best.__getitem__)
    some = best[end] > 0 or max(x) >= detection.sure
    return _trace(before, end if some else -1)


def _top(best: list[float], last: int, begin: int, j: int) -> int:
    """Which of begin..j has the best value, where `last` had it before j."""
    if last < begin:
        return max(range(begin, j + 1), key=best.__getitem__)
    return last if best[last] >= best[j] else j


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
