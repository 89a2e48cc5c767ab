"""The trace as coloured curves, one NaN-gapped curve per class."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING
from ecgviewer.gui.style.lines import FAR_PX, Floats

Ints = NDArray[np.int64]

UNCOVERED = -3  # code of a point that no beat covers: below every beat's
# what is painted later lies on top: nothing may hide an abnormal beat
PAINT_ORDER = (
    PENDING,
    NOT_CLASSIFIED,
    BeatClass.N,
    BeatClass.Q,
    BeatClass.F,
    BeatClass.S,
    BeatClass.V,
)
# place of code - UNCOVERED in the order of painting, and back
_BY_RANK = np.array((UNCOVERED, *PAINT_ORDER), np.int8)
_RANK = np.argsort(_BY_RANK).astype(np.int8)


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
        AAMI class of each beat; PENDING or NOT_CLASSIFIED where it has none.

    Returns
    -------
    (n_points,) int8
        A class, PENDING or NOT_CLASSIFIED, UNCOVERED where no beat is. Where spans
        overlap, abnormal goes before normal.
    """
    codes = np.full(n_points, UNCOVERED, np.int8)
    edges = np.clip(np.stack([start, stop]), 0, n_points)
    for code in PAINT_ORDER:
        mine = edges[:, classes == code]
        if mine.shape[1]:
            # spans opened less spans closed: no loop over beats
            n_open = np.bincount(mine[0], minlength=n_points + 1)[:n_points]
            n_shut = np.bincount(np.maximum(*mine), minlength=n_points + 1)[:n_points]
            codes[np.cumsum(n_open - n_shut) > 0] = code
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
        UNCOVERED first, then every code that occurs, in the order to be painted.
    curve : (n_rows, n) float64
        `y` where that code holds, NaN elsewhere. The curve of UNCOVERED also joins neighbouring
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


def by_pixel(
    column: Ints,
    low: NDArray[np.floating],
    high: NDArray[np.floating],
    codes: NDArray[np.int8],
    *,
    n_pixels: int,
) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """Least and greatest of each column of pixels, joined to its neighbour's.

    Parameters
    ----------
    column : (m,) int64
        Column of pixels of each value, ascending.
    low, high : (n_rows, m) float
        Any unit; NaN in gaps.
    codes : (m,) int8
        Output of `class_codes`.
    n_pixels : int
        Columns of pixels.

    Returns
    -------
    low, high : (n_rows, n_pixels) float64
        NaN where nothing is known. Where the columns of values are wider than pixels, each fills
        the pixels up to its own.
    codes : (n_pixels,) int8
        The one to be painted last of those that occur.
    """
    nothing = np.full((low.shape[0], n_pixels), np.nan)
    none = np.full(n_pixels, UNCOVERED, np.int8)
    if len(column) == 0:
        return nothing, nothing.copy(), none
    first = np.searchsorted(column, np.arange(n_pixels))
    there = first < len(column)
    first = first[there]
    n = len(first)
    if n == 0:
        return nothing, nothing.copy(), none
    stop = int(np.searchsorted(column, n_pixels))  # the last pixel ends where the paper does
    stop = max(stop, int(first[-1]) + 1)
    lows, highs = nothing, nothing.copy()
    lows[:, :n] = np.fmin.reduceat(low[:, :stop], first, axis=1)
    highs[:, :n] = np.fmax.reduceat(high[:, :stop], first, axis=1)
    before, after = highs[:, :-1].copy(), lows[:, :-1].copy()
    known = ~np.isnan(lows[:, 1:])
    lows[:, 1:] = np.where(known, np.fmin(lows[:, 1:], before), np.nan)
    highs[:, 1:] = np.where(known, np.fmax(highs[:, 1:], after), np.nan)
    rank = _RANK[codes[:stop] - UNCOVERED]
    none[:n] = _BY_RANK[np.maximum.reduceat(rank, first)]
    return lows, highs, none


def uprights(low: Floats, high: Floats, x: Floats, *, least: float) -> Floats:
    """Upright line segments (k, 4) at x (n,) from low to high (n_rows, n) pixels, none shorter."""
    row, i = np.nonzero(~np.isnan(low))
    top = np.clip(np.fmin(low[row, i], high[row, i]), -FAR_PX, FAR_PX)
    bottom = np.clip(np.fmax(low[row, i], high[row, i]), -FAR_PX, FAR_PX)
    short = np.maximum(0.0, least - (bottom - top)) / 2
    lines = np.empty((len(row), 4))
    lines[:, 0] = lines[:, 2] = x[i]
    lines[:, 1], lines[:, 3] = top - short, bottom + short
    return lines


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
    free = x[~important]
    fixed = np.concatenate([[-np.inf], x[important], [np.inf]])
    after = np.searchsorted(fixed, free)
    roomy = np.minimum(free - fixed[after - 1], fixed[after] - free) >= spacing
    place, free = np.flatnonzero(~important)[roomy], free[roomy]
    i = 0
    while i < len(free):  # once for every letter that is written, not for every beat
        keep[place[i]] = True
        i = max(i + 1, int(np.searchsorted(free, free[i] + spacing)))
    return keep
