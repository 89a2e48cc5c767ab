"""What a page shows of the beats, and which of them is where on it."""

import math
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.columns import Beats
from ecgviewer.beats.scan import Scan
from ecgviewer.gui.trace import class_shares
from ecgviewer.gui.trace.geometry import COLOURS_PX_S, LETTERS_PX_S, Page
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.windows import window_bounds

_CLICK_PX = 10.0  # a click this near an R peak means its beat
_REACH_S = 5.0  # a current beat so far beyond the page may have its segment there


@dataclass(frozen=True)
class VisibleBeats:
    """Beats whose segment may reach into a span.

    Attributes
    ----------
    ids : (n,) int64
        Which beats they are.
    times_s : (n,) float64
        R peaks, seconds.
    start_s, stop_s : (n,) float64
        Bounds of their segments, seconds, half-open.
    read_stop_s : (n,) float64
        Where that ends which the networks read: the segment's end but where R lies beyond it.
    classes : (n,) int8
        Below 0 where there is none.
    """

    ids: NDArray[np.int64]
    times_s: NDArray[np.float64]
    start_s: NDArray[np.float64]
    stop_s: NDArray[np.float64]
    read_stop_s: NDArray[np.float64]
    classes: NDArray[np.int8]

    def coloured(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
        """Spans that have the colour of a class, seconds, and the class: (m,) each, m >= n.

        What was read; and the QRS complex where R lies beyond that, but not the line between.
        """
        beyond = self.stop_s > self.read_stop_s
        around = 2 * self.times_s - self.stop_s  # as far before R as the segment ends after it
        return (
            np.concatenate([self.start_s, around[beyond]]),
            np.concatenate([self.read_stop_s, self.stop_s[beyond]]),
            np.concatenate([self.classes, self.classes[beyond]]),
        )

    def at(self, t_s: float, *, reach_s: float) -> int | None:
        """Id of the beat whose segment or R peak (within reach) is at a time."""
        if len(self.times_s) == 0:
            return None
        distance = np.abs(self.times_s - t_s)
        inside = (self.start_s <= t_s) & (t_s < self.stop_s)
        distance[~inside & (distance > reach_s)] = np.inf
        nearest = int(distance.argmin())
        return int(self.ids[nearest]) if np.isfinite(distance[nearest]) else None


def visible_beats(
    beats: Beats,
    grid: TimeGrid,
    fs: float,
    *,
    start_s: float,
    stop_s: float,
    prep: Preprocessing,
    scan: Scan | None = None,
) -> VisibleBeats:
    """Beats on a page with the bounds of their segments: what the networks read, and R.

    Parameters
    ----------
    beats : Beats
        Of the whole record; those on the page are found by binary search.
    grid : TimeGrid
        The record's 360 Hz grid, on which windows are defined.
    fs : float
        The record's own rate, Hz.
    start_s, stop_s : float
        The page.
    prep : Preprocessing
        What a window is.
    scan : Scan, optional
        Where the machine's beats were found: their windows were cut there.
    """
    samples, n = beats.sample, beats.n
    reach = prep.window / prep.grid_fs_hz * fs  # no window is longer
    low, high = np.searchsorted(samples, (start_s * fs - reach, stop_s * fs + reach))
    # a window ends before the next beat and begins after the one before, however far that is
    low, high = max(0, int(low) - 1), min(n, int(high) + 1)
    first, last = max(0, low - 1), min(n, high + 1)  # one more on either side: their RR
    positions = grid.from_own(samples[first:last])
    before = np.concatenate([[-1], positions[:-1]]).astype(np.int64)
    after = np.concatenate([positions[1:], [-1]]).astype(np.int64)
    if scan is not None:
        ids = beats.id[first:last]
        read = np.flatnonzero((ids >= 0) & (ids < scan.n_beats))
        read = read[scan.samples[ids[read]] == samples[first:last][read]]  # and not moved
        for mine, found in (
            (positions, scan.positions),
            (before, scan.before),
            (after, scan.after),
        ):
            mine[read] = found[ids[read]]
    bounds = window_bounds(positions, before, after, prep)
    start, stop = bounds.drawn
    own = grid.down / grid.up / fs
    keep = slice(low - first, high - first)
    return VisibleBeats(
        ids=beats.id[first:last][keep],
        times_s=samples[first:last][keep] / fs,
        start_s=np.asarray(start[keep] * own, np.float64),
        stop_s=np.asarray(stop[keep] * own, np.float64),
        read_stop_s=np.asarray(bounds.stop[keep] * own, np.float64),
        classes=beats.beat_class[first:last][keep],
    )


@dataclass(frozen=True)
class PageBeats:
    """The beats of a record as one page shows them.

    Attributes
    ----------
    beats : Beats
        Of the whole record.
    grid : TimeGrid
        Its 360 Hz grid.
    fs : float
        Its own rate, Hz.
    page : Page
        What is on screen.
    prep : Preprocessing
        What a window is: that of the networks in use.
    scan : Scan or None
        Where the machine's beats were found.
    """

    beats: Beats
    grid: TimeGrid
    fs: float
    page: Page
    prep: Preprocessing
    scan: Scan | None = None

    def extent(self) -> tuple[int, int]:
        """Half-open range of own samples; a change of beats outside of it is not seen here.

        A segment's bounds hang on the neighbours of its beat, be they an hour away: so the range
        reaches from the last beat before the page to the first one after it.
        """
        beats, page = self.beats, self.page
        start, stop = self._samples(page.start_s - _REACH_S, page.stop_s + _REACH_S)
        near = beats.between(start, stop)
        before, after = near.start - 1, near.stop
        if near.stop == near.start and after >= beats.n:
            # a page that the search has not reached: of what may come after it only a beat whose
            # window, which begins a share of its RR before R, begins here
            share = self.prep.before[0] / self.prep.before[1]
            last = int(beats.sample[before]) if before >= 0 else stop
            return start, max(stop, math.ceil((stop - share * last) / (1 - share)))
        start = min(start, int(beats.sample[before]) if before >= 0 else 0)
        stop = max(stop, int(beats.sample[after]) + 1 if after < beats.n else sys.maxsize)
        return start, stop

    def segments(self) -> VisibleBeats | None:
        """Beats with the bounds of their segments; None where the page is too wide for them."""
        page = self.page
        if page.px_per_s < COLOURS_PX_S:
            return None
        return self._between(page.time(page.gutter), page.time(page.width))

    def counts(self) -> NDArray[np.int64] | None:
        """(6, columns) beats by column of pixels; None where letters have room."""
        page, beats = self.page, self.beats
        if page.px_per_s >= LETTERS_PX_S:
            return None
        near = beats.between(*self._samples(page.start_s, page.time(page.width)))
        times_s = beats.sample[near] / self.fs
        return class_shares.column_counts(page, times_s, beats.beat_class[near])

    def mark(self, beat_id: int | None) -> tuple[float, float, float] | None:
        """R peak and segment of a beat, seconds; None where it is not near the page."""
        row = self.beats.row(beat_id)
        if row is None:
            return None
        t_s = float(self.beats.sample[row]) / self.fs
        if not self.page.start_s - _REACH_S <= t_s <= self.page.stop_s + _REACH_S:
            return None
        near = self._between(t_s, t_s)
        i = int(np.flatnonzero(near.ids == beat_id)[0])
        return t_s, float(near.start_s[i]), float(near.stop_s[i])

    def at(self, x: float) -> int | None:
        """Id of the beat at a pixel: its segment, or close to its R peak.

        On wide pages the nearest abnormal one within a few pixels goes before a normal one.
        """
        page, beats = self.page, self.beats
        if not page.gutter <= x <= page.width:
            return None
        t_s, reach_s = page.time(x), _CLICK_PX / page.px_per_s
        if page.px_per_s < LETTERS_PX_S:
            near = beats.between(*self._samples(t_s - reach_s, t_s + reach_s))
            row = class_shares.nearest(beats.sample, beats.beat_class, near, t_s * self.fs)
            return None if row is None else int(beats.id[row])
        segments = self.segments()
        return None if segments is None else segments.at(t_s, reach_s=reach_s)

    def _samples(self, start_s: float, stop_s: float) -> tuple[int, int]:
        """A span in own samples."""
        return int(start_s * self.fs), int(stop_s * self.fs) + 1

    def _between(self, start_s: float, stop_s: float) -> VisibleBeats:
        return visible_beats(
            self.beats,
            self.grid,
            self.fs,
            start_s=start_s,
            stop_s=stop_s,
            prep=self.prep,
            scan=self.scan,
        )
