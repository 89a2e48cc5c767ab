"""The whole recording as columns of pixels: classes and heart rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES, BeatClass
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING
from ecgviewer.findings.rate import trend

# From the top: a lane for each class, so that colour is not the only sign. Beats without a class
# share N's: pending ones beneath it, those that get none above.
LANES = (BeatClass.V, BeatClass.S, BeatClass.F, BeatClass.Q, BeatClass.N)
_LABEL_EVERY_PX = 90.0
_STEPS_S = (0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600)
PENDING_ROW, NONE_ROW = N_CLASSES, N_CLASSES + 1  # of a column's counts


@dataclass(frozen=True)
class Lane:
    """Rows of pixels of one class."""

    beat_class: BeatClass
    top: int
    height: int


def lanes(height: int) -> tuple[Lane, ...]:
    """Share `height` rows of pixels among the classes: N the lowest and two thirds as high."""
    tall = height * 3 // (3 * (len(LANES) - 1) + 2)
    result = [Lane(c, i * tall, tall) for i, c in enumerate(LANES[:-1])]
    top = tall * (len(LANES) - 1)
    return (*result, Lane(LANES[-1], top, height - top))


def column_counts(
    column: NDArray[np.int64], classes: NDArray[np.int8], *, width: int
) -> NDArray[np.int64]:
    """Beats in each column of pixels.

    Parameters
    ----------
    column : (n,) int64
        Of each beat, as `columns` gives it.
    classes : (n,) int8
        AAMI class, PENDING or NOT_CLASSIFIED.
    width : int
        Columns.

    Returns
    -------
    (7, width) int64
        Rows N S V F Q, pending, not classified.
    """
    row = np.where(classes == NOT_CLASSIFIED, NONE_ROW, classes).astype(np.int64)
    row[classes == PENDING] = PENDING_ROW
    flat = np.bincount(row * width + column, minlength=(N_CLASSES + 2) * width)
    return flat.reshape(N_CLASSES + 2, width)


@dataclass(frozen=True)
class BeatColumns:
    """What the beats' places alone decide of the picture; no class changes it.

    Attributes
    ----------
    column : (n,) int64
        Of each beat.
    curve : (k,) float64, (k,) float64
        Output of `rate_curve`.
    """

    column: NDArray[np.int64]
    curve: tuple[NDArray[np.float64], NDArray[np.float64]]


def place(
    samples: NDArray[np.int64],
    fs: float,
    gaps: NDArray[np.int64],
    *,
    n_samples: int,
    width: int,
) -> BeatColumns:
    """Of R peaks (n,) and unreadable spans (m, 2), own samples, on `width` columns."""
    return BeatColumns(
        columns(samples, n_samples=n_samples, width=width),
        rate_curve(samples, fs, gaps, n_samples=n_samples, width=width),
    )


def columns(samples: NDArray[np.int64], *, n_samples: int, width: int) -> NDArray[np.int64]:
    """Column of pixels of own samples (n,)."""
    place = np.asarray(samples, np.int64) * width // max(1, n_samples)
    return np.clip(place, 0, width - 1)


def widen(marked: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """Marks (width,) at least so many columns wide, to the right but for the last."""
    wide = marked.copy()
    for k in range(1, pixels):
        wide[k:] |= marked[:-k]
    if len(marked) > 1 and marked[-1]:
        wide[-pixels:] = True
    return wide


def paint_lanes(
    image: NDArray[np.uint32],
    counts: NDArray[np.int64],
    *,
    colors: tuple[int, ...],
    greys: tuple[int, int],
    tick: int,
) -> None:
    """Paint every beat into the rows of its class.

    Parameters
    ----------
    image : (height, width) uint32
        0xffRRGGBB, changed in place.
    counts : (7, width) int64
        Output of `column_counts`.
    colors : tuple of 5 int
        0xffRRGGBB, order N S V F Q.
    greys : tuple of 2 int
        Colours of pending beats, and of those not classified.
    tick : int
        Least width of a beat that is abnormal or not classified, pixels.
    """
    for lane in lanes(image.shape[0]):
        rows = image[lane.top : lane.top + lane.height - 1]  # one row stays free below
        if lane.beat_class == BeatClass.N:
            rows[:, counts[PENDING_ROW] > 0] = greys[0]
            rows[:, counts[BeatClass.N] > 0] = colors[BeatClass.N]
            rows[:, widen(counts[NONE_ROW] > 0, tick)] = greys[1]
        else:
            marked = widen(counts[lane.beat_class] > 0, tick)
            rows[:, marked] = colors[lane.beat_class]


def rate_curve(
    samples: NDArray[np.int64],
    fs: float,
    gaps: NDArray[np.int64],
    *,
    n_samples: int,
    width: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heart-rate trend to draw: mean over 8 RR, averaged by column where beats are dense.

    Returns
    -------
    (k,) float64, (k,) float64
        Column, ascending, and beats per minute; NaN where the line is broken.
    """
    at, bpm = trend(samples, fs, gaps)
    if len(at) == 0:
        return np.empty(0), np.empty(0)
    if len(at) <= 2 * width:
        x = at * (width / max(1, n_samples))
        # a beat missing from the trend lies across a gap: the line must not bridge it
        missing = np.diff(np.searchsorted(samples, at)) > 1
        where = np.flatnonzero(missing) + 1
        return np.insert(x.astype(np.float64), where, x[where]), np.insert(bpm, where, np.nan)
    column = columns(at, n_samples=n_samples, width=width)
    n = np.bincount(column, minlength=width)
    total = np.bincount(column, weights=bpm, minlength=width)
    mean = np.divide(total, n, out=np.full(width, np.nan), where=n > 0)
    return np.arange(width, dtype=np.float64) + 0.5, mean


def rate_range(bpm: NDArray[np.float64]) -> tuple[float, float]:
    """Least and greatest rate of the trend's axis: whole twenties, at least 40 apart."""
    finite = bpm[np.isfinite(bpm)]
    if len(finite) == 0:
        return 40.0, 120.0
    low = 20 * float(np.floor(finite.min() / 20))
    high = 20 * float(np.ceil(finite.max() / 20))
    return low, max(high, low + 40)


def time_ticks(duration_s: float, width: float, start_s: float) -> tuple[list[float], float]:
    """Where times stand below the strip, on round clock times.

    Parameters
    ----------
    duration_s : float
        Of the record, s.
    width : float
        Pixels it is drawn on.
    start_s : float
        Its first sample's time of day, s.

    Returns
    -------
    list of float, float
        Seconds from the record's first sample, and those between two.
    """
    wanted = _LABEL_EVERY_PX * duration_s / width
    step = float(next((s for s in _STEPS_S if s >= wanted), 86_400))
    phase = -(start_s % step)
    first, last = int(np.ceil(-phase / step - 1e-9)), int((duration_s - phase) // step)
    return [phase + k * step for k in range(first, last + 1)], step
