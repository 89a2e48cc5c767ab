"""The trace as coloured curves, one NaN-gapped curve per class; numpy only, never imports Qt."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beat import BeatClass

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UNCOVERED = -2  # code of a point that no beat covers
PENDING = -1
# what is painted later lies on top: nothing may hide an abnormal beat
PAINT_ORDER = (PENDING, BeatClass.N, BeatClass.Q, BeatClass.F, BeatClass.S, BeatClass.V)
FAR_PX = 20_000.0  # beyond any screen; Qt's rasteriser does not take unbounded coordinates
OVERLAP_PX = 0.2  # lines end to end, shorter than a pixel, would else add up to a paler one
DOT_PX = 3.0  # a lone sample between gaps is drawn this wide


def class_codes(
    n_points: int, *, start: Ints, stop: Ints, classes: NDArray[np.int8]
) -> NDArray[np.int8]:
    """Which class covers each point of a trace.

    Parameters
    ----------
    n_points : int
        Points of the trace.
    start, stop : (n,) int64
        Half-open spans of n beats in points; may reach beyond the trace.
    classes : (n,) int8
        AAMI class of each beat, -1 while pending.

    Returns
    -------
    (n_points,) int8
        A class, -1 pending, -2 where no beat is. Where spans overlap, abnormal goes before normal.
    """
    codes = np.full(n_points, UNCOVERED, np.int8)
    for code in PAINT_ORDER:
        for i in np.flatnonzero(classes == code):
            codes[max(0, start[i]) : max(0, stop[i])] = code
    return codes


def class_curves(y: Floats, codes: NDArray[np.int8]) -> Iterator[tuple[int, Floats]]:
    """The trace split by class.

    Parameters
    ----------
    y : (n_rows, n) float64
        Any unit; NaN in gaps.
    codes : (n,) int8
        Output of `class_codes`.

    Yields
    ------
    code : int
        -2 first, then every code that occurs, in the order to be painted.
    curve : (n_rows, n) float64
        `y` where that code holds, NaN elsewhere. The curve of code -2 also joins neighbouring
        points of different codes, so that together the curves leave no hole.
    """
    changes = np.zeros(len(codes), bool)
    differs = codes[1:] != codes[:-1]
    changes[1:] |= differs
    changes[:-1] |= differs
    yield UNCOVERED, np.where((codes == UNCOVERED) | changes, y, np.nan)
    for code in PAINT_ORDER:
        mine = codes == code
        if mine.any():
            yield int(code), np.where(mine, y, np.nan)


def segments(x: Floats, y: Floats) -> Floats:
    """Line segments of NaN-gapped curves.

    Parameters
    ----------
    x : (n,) float64
        Pixels, ascending.
    y : (n_rows, n) float64
        Pixels; NaN in gaps.

    Returns
    -------
    (k, 4) float64, C-contiguous
        x1, y1, x2, y2 of each segment, a fifth of a pixel longer at both ends; a lone point becomes
        a short dash.
    """
    y = np.clip(y, -FAR_PX, FAR_PX)
    finite = np.isfinite(y)
    joined = finite[:, :-1] & finite[:, 1:]
    row, i = np.nonzero(joined)
    lines = np.empty((len(row), 4))
    lines[:, 0], lines[:, 1] = x[i], y[row, i]
    lines[:, 2], lines[:, 3] = x[i + 1], y[row, i + 1]
    along = lines[:, 2:] - lines[:, :2]
    along *= (OVERLAP_PX / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9))[:, None]
    lines[:, :2] -= along
    lines[:, 2:] += along
    lone = finite.copy()
    lone[:, 1:] &= ~joined
    lone[:, :-1] &= ~joined
    row, i = np.nonzero(lone)
    if len(row) == 0:
        return lines
    dots = np.empty((len(row), 4))
    dots[:, 0], dots[:, 2] = x[i] - DOT_PX / 2, x[i] + DOT_PX / 2
    dots[:, 1] = dots[:, 3] = y[row, i]
    return np.concatenate([lines, dots])


def interleave(x: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Columns of least and greatest value as one zigzag curve: (2n,) and (n_rows, 2n)."""
    zigzag = np.empty((low.shape[0], 2 * low.shape[1]))
    zigzag[:, ::2], zigzag[:, 1::2] = low, high
    return np.repeat(x, 2), zigzag


def thin(x: Floats, important: NDArray[np.bool_], *, spacing: float) -> NDArray[np.bool_]:
    """Which of the letters at x (n,) are written, so that they do not run into each other.

    Parameters
    ----------
    x : (n,) float64
        Pixels, ascending.
    important : (n,) bool
        Written whatever stands beside them.
    spacing : float
        Pixels that a letter needs.

    Returns
    -------
    (n,) bool
    """
    keep = important.copy()
    fixed = x[important]
    last = -np.inf
    for i in np.flatnonzero(~important):
        k = int(np.searchsorted(fixed, x[i]))
        near = min((abs(x[i] - f) for f in fixed[max(0, k - 1) : k + 1]), default=np.inf)
        if near >= spacing and x[i] - last >= spacing:
            keep[i] = True
            last = x[i]
    return keep
