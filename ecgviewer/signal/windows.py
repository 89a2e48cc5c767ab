"""Windows of 400 samples around R peaks, normalised."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.params import Preprocessing

# not of `Preprocessing`: that travels with the weights, which were trained before this was asked
_LOW_QRS_MV = 0.025
_CREST = 6.0
_UNREAD = 720  # grid samples
_Values = TypeVar("_Values", bound=Any)  # numpy's or torch's
_PAST_R = 36  # samples: 100 ms, to the end of most QRS complexes


@dataclass(frozen=True)
class Bounds:
    """Where the windows of some beats lie.

    Attributes
    ----------
    start, stop : (n,) int64
        Half-open spans on the grid; at most 400 samples; may reach beyond the record.
    r_offset : (n,) int64
        Place of the R peak in its window; may lie beyond the window after a long pause.
    edge : (n,) bool
        Beats that had to reuse their one RR interval.
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    r_offset: NDArray[np.int64]
    edge: NDArray[np.bool_]

    @property
    def drawn(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Half-open spans (n,) drawn as the beats' own: what was cut, and R where that ends before.

        Without a cap, 400 samples from 3/8 of a long RR end before R; the segment then goes on to
        100 ms after it.
        """
        r_peak = self.start + self.r_offset
        beyond = r_peak >= self.stop
        return self.start, np.where(beyond, r_peak + _PAST_R, self.stop)

    def some(self, rows: NDArray[np.int64]) -> "Bounds":
        """Those of some of the beats, (m,) rows."""
        return Bounds(self.start[rows], self.stop[rows], self.r_offset[rows], self.edge[rows])


@dataclass(frozen=True)
class Windows:
    """Network inputs of some beats.

    Attributes
    ----------
    values : (n, n_inputs, 400) float32
        Each lead z-scored over the 400 points; zeros where flat, missing or in a gap.
    flat : (n, n_inputs) bool
        Leads given as zeros: nothing is connected, see `normalise`.
    gap : (n, n_inputs) bool
        Leads given as zeros because a sample of theirs in the window is not there.
    """

    values: NDArray[np.float32]
    flat: NDArray[np.bool_]
    gap: NDArray[np.bool_]


def window_bounds(
    positions: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    prep: Preprocessing,
) -> Bounds:
    """Bounds of windows from R peaks and their neighbours.

    Parameters
    ----------
    positions : (n,) int64
        R peaks on the grid.
    before, after : (n,) int64
        The neighbouring beat on either side; -1 where there is none.
    prep : Preprocessing
        Shares of the RR intervals, window length, caps.

    Returns
    -------
    Bounds
    """
    none_before, none_after = before < 0, after < 0
    rr_before = np.where(none_before, 0, positions - before)
    rr_after = np.where(none_after, 0, after - positions)
    lone = round(prep.lone_rr_s * prep.grid_fs_hz)
    alone = none_before & none_after
    rr_before = np.where(alone, lone, np.where(none_before, rr_after, rr_before))
    rr_after = np.where(alone, lone, np.where(none_after, rr_before, rr_after))
    left = rr_before * prep.before[0] // prep.before[1]
    right = rr_after * prep.after[0] // prep.after[1]
    if prep.cap_before:
        left = np.minimum(left, prep.cap_before)
    if prep.cap_after:
        right = np.minimum(right, prep.cap_after)
    start = positions - left
    stop = np.minimum(positions + right + 1, start + prep.window)
    return Bounds(start, stop, left, none_before | none_after)


def neighbours(
    positions: NDArray[np.int64], marks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Nearest mark strictly before and after each position, (n,) each; -1 where there is none.

    `marks` (m,) is sorted and holds the beats and, in a reference, flutter waves.
    """
    left = np.searchsorted(marks, positions, side="left") - 1
    right = np.searchsorted(marks, positions, side="right")
    if len(marks) == 0:
        none = np.full(len(positions), -1, np.int64)
        return none, none
    before = np.where(left >= 0, marks[np.maximum(left, 0)], -1)
    after = np.where(right < len(marks), marks[np.minimum(right, len(marks) - 1)], -1)
    return before.astype(np.int64), after.astype(np.int64)


def apart(
    positions: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    spans: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Neighbours as `neighbours` gives them, -1 too where a span, or two seconds, lie between.

    Who knows how many beats there were in what cannot be read: neither a window nor the context
    may take such an interval for an RR. Beats close to each other within a span keep each other.

    Parameters
    ----------
    positions, before, after : (n,) int64
        On the grid.
    spans : (m, 2) int64
        What cannot be read, half-open, on the grid, ascending, apart.
    """
    if len(spans) == 0:
        return before, after

    # unreadable samples up to each bound of a span
    knots = spans.ravel()
    total = np.concatenate([[0], np.cumsum(np.diff(knots) * (np.arange(len(knots) - 1) % 2 == 0))])

    def whole(low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.bool_]:
        first = np.searchsorted(spans[:, 0], low)
        inside = np.append(spans[:, 1], np.iinfo(np.int64).max)[first] <= high
        unread = np.interp(high, knots, total) - np.interp(low, knots, total)
        found: NDArray[np.bool_] = inside | (unread >= _UNREAD)
        return found

    return (
        np.where((before >= 0) & whole(before, positions), -1, before),
        np.where((after >= 0) & whole(positions, after), -1, after),
    )


def stands_out(peak: _Values, sd: _Values) -> _Values:
    """Whether what a quiet lead shows in a window is a low QRS and not what is left of nothing.

    A QRS of 0.24 mV stands 7 to 8.4 standard deviations out of its window, cleaned noise 6 at most
    (of muscle, nstdb's ma: 5 in nine windows of ten) but then it is not 25 uV high.

    Parameters
    ----------
    peak : (n, n_inputs) array or tensor
        Largest deviation from the window's mean, mV.
    sd : (n, n_inputs) array or tensor
        Standard deviation, mV.

    Returns
    -------
    (n, n_inputs) bool, array or tensor
    """
    found: _Values = (peak >= _LOW_QRS_MV) & (peak >= _CREST * sd)
    return found


def normalise(
    raw: NDArray[np.float32], prep: Preprocessing
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """z-score each lead of (n, n_inputs, 400) mV over its 400 points; flat leads become zeros.

    Flat: the standard deviation is below `prep.flat_uv`, and nothing stands out of it.
    """
    x = raw.astype(np.float64)
    x -= x.mean(axis=2, keepdims=True)
    sd = x.std(axis=2, keepdims=True)
    quiet = sd[:, :, 0] < prep.flat_uv / 1000  # mV
    flat = quiet & ~stands_out(np.abs(x).max(axis=2), sd[:, :, 0])
    values = x / np.where(sd > 0, sd, 1.0)
    values[flat] = 0.0
    return values.astype(np.float32), flat


def cut_windows(
    cleaned: CleanedSignal, bounds: Bounds, *, inputs: tuple[int | None, ...] = (0, 1)
) -> Windows:
    """Cut and normalise windows.

    Parameters
    ----------
    cleaned : CleanedSignal
        The cleaned leads; read in ascending order, so that few blocks are cleaned.
    bounds : Bounds
        Where to cut, n windows.
    inputs : tuple of int or None
        Row of `cleaned` for each network input; None gives zeros (lead not present).

    Returns
    -------
    Windows
    """
    prep = cleaned.prep
    n = len(bounds.start)
    raw = np.zeros((n, len(inputs), prep.window), np.float32)
    rows = [row for row in inputs if row is not None]
    places = [i for i, row in enumerate(inputs) if row is not None]
    for i in np.argsort(bounds.start, kind="stable"):
        start, stop = int(bounds.start[i]), int(bounds.stop[i])
        raw[i, places, : stop - start] = cleaned.between(start, stop)[rows]
    gap: NDArray[np.bool_] = np.logical_or.reduce(np.isnan(raw), axis=2)
    raw[gap] = 0.0
    values, flat = normalise(raw, prep)
    flat[:, [i for i, row in enumerate(inputs) if row is None]] = False
    return Windows(values, flat & ~gap, gap)
