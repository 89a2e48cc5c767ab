"""Beats too many for letters: shares of classes by column of pixels."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES, BeatClass
from ecgviewer.gui.trace.geometry import Page

GREY_ROW = N_CLASSES  # of counts: beats without a class
# From the bottom: what must not be overlooked stands on the line
ORDER = (BeatClass.V, BeatClass.S, BeatClass.F, BeatClass.Q)
_LEAST_PX = 4  # height of a class that occurs, be it one beat of a hundred
_REACH_S = 2.0  # a column without a beat so soon after one belongs to it


def column_counts(
    page: Page, times_s: NDArray[np.float64], classes: NDArray[np.int8]
) -> NDArray[np.int64]:
    """Beats in each column of device pixels.

    Parameters
    ----------
    page : Page
        The paper.
    times_s : (n,) float64
        R peaks about the page, seconds, ascending.
    classes : (n,) int8
        AAMI class; below 0 where there is none.

    Returns
    -------
    (6, page.columns) int64
        Rows N S V F Q, none.
    """
    width = page.columns
    first = _first_of_columns(page, times_s)
    counts = np.zeros((N_CLASSES + 1, width), np.int64)
    on = slice(int(first[0]), int(first[-1]))
    times, known = times_s[on], classes[on]
    for row in range(N_CLASSES + 1):
        if row != BeatClass.N:
            mine = known < 0 if row == GREY_ROW else known == row
            column = page.column(times[np.flatnonzero(mine)])
            counts[row] = np.bincount(column, minlength=width)
    # most beats are N: they are the rest, and not looked at one by one
    counts[BeatClass.N] = np.diff(first) - counts.sum(axis=0)
    return counts


def _first_of_columns(page: Page, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """First beat in or after each column, and after the last one, (page.columns + 1,)."""
    edge = np.arange(page.columns + 1)
    low, high = np.zeros(len(edge), np.int64), np.full(len(edge), len(times_s))
    while (low < high).any():  # all bisected at once
        middle = (low + high) // 2
        at = page.column(times_s[np.minimum(middle, len(times_s) - 1)])
        before = (at < edge) & (low < high)
        low = np.where(before, middle + 1, low)
        high = np.where(before, high, np.where(low < high, middle, high))
    return low


def heights(counts: NDArray[np.int64], height: int, *, dpr: float = 1.0) -> NDArray[np.int64]:
    """Share of each abnormal class as rows of pixels, none that occurs below four.

    Parameters
    ----------
    counts : (6, width) int64
        Output of `column_counts`.
    height : int
        Rows of a column; at least sixteen.
    dpr : float
        Device pixels per pixel.

    Returns
    -------
    (4, width) int64
        In the order of `ORDER`; a column's sum is at most `height`.
    """
    total = np.maximum(counts.sum(axis=0), 1)
    mine = counts[list(ORDER)]
    least = min(round(_LEAST_PX * dpr), height // len(ORDER))
    tall = np.where(mine > 0, np.maximum(least, np.rint(height * mine / total)), 0)
    tall[:, 1:] = np.maximum(tall[:, 1:], tall[:, :-1])  # two pixels wide at least
    excess = np.maximum(tall.sum(axis=0) - height, 0)
    for _ in ORDER:  # taken from the tallest, so that the rare ones stay
        tallest, column = tall.argmax(axis=0), np.arange(tall.shape[1])
        spare = np.clip(tall[tallest, column] - least, 0, excess)
        tall[tallest, column] -= spare
        excess = excess - spare
    return tall.astype(np.int64)


def pixels(
    counts: NDArray[np.int64],
    height: int,
    page: Page,
    *,
    colors: tuple[int, ...],
    pending: int,
    paper: int,
) -> NDArray[np.uint32]:
    """The strip of shares.

    Parameters
    ----------
    counts : (6, width) int64
        Output of `column_counts`.
    height : int
        Rows of pixels.
    page : Page
        The paper.
    colors : tuple of 5 int
        0xffRRGGBB, order N S V F Q.
    pending, paper : int
        Colours of beats without a class and of columns without a beat.

    Returns
    -------
    (height, width) uint32
    """
    top = np.where(counts[GREY_ROW] > 0, pending, paper).astype(np.uint32)
    top[counts.sum(axis=0) > counts[GREY_ROW]] = colors[BeatClass.N]
    reach = max(1, round(_REACH_S * page.px_per_s * page.dpr))
    for _ in range(reach):
        free = top[1:] == paper
        top[1:][free] = top[:-1][free]
    image = np.repeat(top[None], height, axis=0)
    edges = np.cumsum(heights(counts, height, dpr=page.dpr), axis=0)
    from_bottom = np.arange(height)[::-1, None]
    for code, edge in reversed(list(zip(ORDER, edges, strict=True))):
        np.copyto(image, np.uint32(colors[code]), where=from_bottom < edge)
    return image


def nearest(
    samples: NDArray[np.int64], classes: NDArray[np.int8], near: slice, sample: float
) -> int | None:
    """Row of the closest abnormal of the beats `near` a sample, else of the closest; or None."""
    if near.stop <= near.start:
        return None
    distance = np.abs(samples[near] - sample)
    abnormal = classes[near] > BeatClass.N
    if abnormal.any():
        distance = np.where(abnormal, distance, np.inf)
    return int(near.start) + int(distance.argmin())
