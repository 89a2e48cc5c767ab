"""Beats too many for letters: shares of classes by column of pixels; numpy, never imports Qt."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beat import N_CLASSES, BeatClass
from ecgviewer.gui.page import Page

PENDING_ROW = N_CLASSES  # of counts
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
        R peaks on the page, seconds.
    classes : (n,) int8
        AAMI class, -1 while pending.

    Returns
    -------
    (6, page.columns) int64
        Rows N S V F Q pending.
    """
    width = page.columns
    column = page.column(times_s)
    on = (column >= 0) & (column < width)
    row = np.where(classes < 0, PENDING_ROW, classes).astype(np.int64)
    flat = np.bincount((row * width + column)[on], minlength=(N_CLASSES + 1) * width)
    return flat.reshape(N_CLASSES + 1, width)


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
        Colours of pending beats and of columns without a beat.

    Returns
    -------
    (height, width) uint32
    """
    top = np.where(counts[PENDING_ROW] > 0, pending, paper).astype(np.uint32)
    top[counts.sum(axis=0) > counts[PENDING_ROW]] = colors[BeatClass.N]
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
    """Of the beats `near` a sample the closest abnormal one, else the closest; None without any."""
    if near.stop <= near.start:
        return None
    distance = np.abs(samples[near] - sample)
    abnormal = classes[near] > BeatClass.N
    if abnormal.any():
        distance = np.where(abnormal, distance, np.inf)
    return near.start + int(distance.argmin())
