"""Stretches without a beat, and what they hold, by a stated rule.

No beat for longer than 2.5 s and than 2.2 times the RR before or after it is a silence. Where
nothing in it is like a QRS and a lead's noise is what it was before, the heart paused: a quiet lead
may be flat then. Where the noise is gone from every lead, an electrode is off; what swings, is
large, drifts, has more noise or cannot be read is not explained. Where samples are missing, nothing
is said.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.activity import Steps
from ecgviewer.signal.params import Activity

Why = Literal["pause", "electrode off", "unexplained"]


@dataclass(frozen=True)
class Silence:
    """A stretch [start, stop) of grid samples, between two beats or a beat and the record's end."""

    start: int
    stop: int
    why: Why


@dataclass(frozen=True)
class _Around:
    """What each lead does about a silence, mV (n_leads,); NaN where that is not known."""

    sharp: NDArray[np.float64]
    extent: NDArray[np.float64]
    floor: NDArray[np.float64]


def silences(
    positions: NDArray[np.int64],
    n_samples: int,
    steps: Steps,
    legible: NDArray[np.bool_],
    recorded: NDArray[np.bool_],
    swings: NDArray[np.bool_],
    params: Activity,
) -> tuple[Silence, ...]:
    """All silences of a record.

    Parameters
    ----------
    positions : (n,) int64
        R peaks, grid samples, ascending.
    n_samples : int
        The record's length on the grid.
    steps : Steps
        Of the whole record: m half seconds.
    legible : (n_leads, m) bool
        Whether the lead can be judged there: no gap, not noisy.
    recorded : (m,) bool
        Whether any lead has samples there.
    swings : (m,) bool
        Suspected ventricular flutter or fibrillation.
    params : Activity
        The rule's numbers.
    """
    if steps.n == 0:
        return ()
    marks = np.concatenate([[0], positions, [n_samples]]).astype(np.int64)
    gaps = np.diff(marks)
    found: list[Silence] = []
    for i in np.flatnonzero(gaps > params.silence_s * params.step * 2):
        if gaps[i] <= params.silence_rr * _local_rr(positions, int(i), params):
            continue
        both = 0 < i < len(gaps) - 1
        start, stop = int(marks[i]), int(marks[i + 1])
        # what follows a QRS is its T wave
        low = -(-(start + round(params.after_s * 2 * params.step)) // params.step) if i else 0
        high = (stop - round(params.before_s * 2 * params.step)) // params.step
        high = high if i < len(gaps) - 1 else steps.n
        inner = slice(max(0, min(low, steps.n)), max(0, min(high, steps.n)))
        why = None
        if np.count_nonzero(recorded[inner]) >= _wanted(inner, params):
            why = _why(inner, positions, steps, legible, swings, params)
        if why is not None:
            found.append(Silence(start, stop, why if both or why != "pause" else "unexplained"))
    return tuple(found)


def _local_rr(positions: NDArray[np.int64], i: int, params: Activity) -> float:
    """RR around the i-th interval between marks, grid samples; 0 where there is none.

    The lesser of the medians before and after: where a slow rhythm takes over, the interval that
    begins or ends it is as long as it is.
    """
    reach = params.around_beats
    before = np.diff(positions[max(0, i - reach - 1) : i])
    after = np.diff(positions[i : i + reach + 1])
    return min((_median(side) for side in (before, after) if len(side)), default=0.0)


def _wanted(inner: slice, params: Activity) -> int:
    """How many of the half seconds of a silence must be known to judge it."""
    n = inner.stop - inner.start
    share = math.ceil(params.readable_share * n)
    return int(max(min(n, params.least_readable), share))


def _why(
    inner: slice,
    positions: NDArray[np.int64],
    steps: Steps,
    legible: NDArray[np.bool_],
    swings: NDArray[np.bool_],
    params: Activity,
) -> Why:
    """What the half seconds `inner` hold."""
    mine = legible[:, inner] & np.isfinite(steps.floor[:, inner])
    if np.count_nonzero(mine.any(axis=0)) < _wanted(inner, params) or swings[inner].any():
        return "unexplained"
    around = _around(inner, positions, steps, legible, params)
    gone = []  # of each lead that says something, the share of its half seconds without noise
    for row in range(len(mine)):
        at = np.flatnonzero(mine[row]) + inner.start
        if len(at) == 0:
            continue
        floor = _median(steps.floor[row, at])
        usual = around.floor[row]
        busy = (steps.sharp[row, at] > params.qrs_share * around.sharp[row]).any()
        busy |= (steps.extent[row, at] > params.large_share * around.extent[row]).any()
        busy |= np.ptp(steps.level[row, at]) > params.drift_share * around.extent[row]
        busy |= floor > params.floor_most * usual + params.floor_least_mv
        if busy or not np.isfinite(usual):
            return "unexplained"
        if usual > params.floor_known_mv:
            gone.append(float((steps.floor[row, at] < params.floor_gone * usual).mean()))
        elif (steps.extent[row, at] > params.floor_least_mv).mean() >= 1 - params.gone_share[0]:
            gone.append(0.0)  # too coarse to show noise, but it moves
    if not gone or params.gone_share[0] < min(gone) < params.gone_share[1]:
        return "unexplained"
    return "pause" if min(gone) <= params.gone_share[0] else "electrode off"


def _around(
    inner: slice,
    positions: NDArray[np.int64],
    steps: Steps,
    legible: NDArray[np.bool_],
    params: Activity,
) -> _Around:
    """A lead's usual QRS and noise: of the beats and half seconds nearest to a silence."""
    place = int(np.searchsorted(positions, inner.start * params.step))
    reach = params.usual_beats
    at = positions[max(0, place - reach) : place + reach] // params.step - steps.first
    at = at[(at >= 0) & (at < steps.n)]
    low, high = max(0, inner.start - params.usual_steps), inner.stop + params.usual_steps
    near = np.r_[low : inner.start, inner.stop : min(high, steps.n)].astype(np.int64)
    return _Around(
        _medians(steps.sharp, at, legible),
        _medians(steps.extent, at, legible),
        _medians(steps.floor, near, legible),
    )


def _medians(
    figures: NDArray[np.float32], at: NDArray[np.int64], legible: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Of each lead's (n_leads, m) figures at those places that can be read; NaN without any."""
    out = np.full(len(figures), np.nan)
    for row, lead in enumerate(figures):
        known = lead[at[legible[row, at]]]
        known = known[np.isfinite(known)]
        if len(known):
            out[row] = _median(known)
    return out


def _median(values: NDArray[Any]) -> float:
    """The upper middle one of a few (n,): np.median takes ten times as long for them."""
    return float(np.sort(values)[len(values) // 2])


def legible_steps(
    steps: Steps, spans: Sequence[NDArray[np.int64]], params: Activity
) -> NDArray[np.bool_]:
    """Half seconds (n_leads, n) that meet none of a lead's half-open spans (m, 2), grid samples."""
    out = np.ones(steps.floor.shape, np.bool_)
    for row, mine in enumerate(spans):
        for start, stop in mine.tolist():
            low = start // params.step - steps.first
            high = -(-stop // params.step) - steps.first
            out[row, max(0, low) : max(0, high)] = False
    return out
