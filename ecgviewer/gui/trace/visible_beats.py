"""What a page shows of the beats, to tell whether it is to be painted anew; paints nothing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.log import BeatLog
from ecgviewer.gui.trace.geometry import Page
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import PAPER, Preprocessing
from ecgviewer.signal.windows import window_bounds

_REACH_S = 5.0  # a segment's bounds depend on the neighbours of its beat

Seen = tuple[int, int, bytes]


def seen(log: BeatLog | None, page: Page, fs: float) -> Seen | None:
    """First and last beat around a page and their classes; None without a log.

    Parameters
    ----------
    log : BeatLog or None
        Beats so far.
    page : Page
        What is on screen.
    fs : float
        Hz, of the log's samples.
    """
    if log is None:
        return None
    start, stop = page.start_s - _REACH_S, page.stop_s + _REACH_S
    near = log.between(int(start * fs), int(stop * fs) + 1)
    return near.start, near.stop, log.classes[near].tobytes()


@dataclass(frozen=True)
class VisibleBeats:
    """Beats whose segment may reach into a span.

    Attributes
    ----------
    first : int
        Index of the first of them in the log.
    times_s : (n,) float64
        R peaks, seconds.
    start_s, stop_s : (n,) float64
        Bounds of their segments, seconds, half-open.
    classes : (n,) int8
        -1 while pending.
    """

    first: int
    times_s: NDArray[np.float64]
    start_s: NDArray[np.float64]
    stop_s: NDArray[np.float64]
    classes: NDArray[np.int8]

    def at(self, t_s: float, *, reach_s: float) -> int | None:
        """Index in the log of the beat whose segment or R peak (within reach) is at a time."""
        if len(self.times_s) == 0:
            return None
        distance = np.abs(self.times_s - t_s)
        inside = (self.start_s <= t_s) & (t_s < self.stop_s)
        distance[~inside & (distance > reach_s)] = np.inf
        nearest = int(distance.argmin())
        return self.first + nearest if np.isfinite(distance[nearest]) else None


def visible_beats(
    log: BeatLog,
    grid: TimeGrid,
    fs: float,
    *,
    start_s: float,
    stop_s: float,
    prep: Preprocessing = PAPER,
) -> VisibleBeats:
    """Beats on a page with the bounds of their windows, from a BeatLog.

    Parameters
    ----------
    log : BeatLog
        Its `samples` and `classes` are read, by binary search.
    grid : TimeGrid
        The record's 360 Hz grid, on which windows are defined.
    fs : float
        The record's own rate, Hz.
    start_s, stop_s : float
        The page.
    prep : Preprocessing
        What a window is.
    """
    samples: NDArray[np.int64] = log.samples
    n = len(samples)
    reach = prep.window / prep.grid_fs_hz * fs  # no segment is longer
    low, high = np.searchsorted(samples, (start_s * fs - reach, stop_s * fs + reach))
    first, last = max(0, int(low) - 1), min(n, int(high) + 1)  # one more on either side: their RR
    positions = grid.from_own(samples[first:last])
    before = np.concatenate([[-1], positions[:-1]])
    after = np.concatenate([positions[1:], [-1]])
    bounds = window_bounds(positions, before.astype(np.int64), after.astype(np.int64), prep)
    own = grid.down / grid.up / fs
    keep = slice(int(low) - first, int(high) - first)
    return VisibleBeats(
        first=int(low),
        times_s=samples[first:last][keep] / fs,
        start_s=np.asarray(bounds.start[keep] * own, np.float64),
        stop_s=np.asarray(bounds.stop[keep] * own, np.float64),
        classes=np.asarray(log.classes[first:last][keep], np.int8),
    )
