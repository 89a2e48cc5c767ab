"""Least and greatest samples of a whole recording in coarse columns, read once.

Columns are those of `envelope`: powers of two, counted from the record's first sample. One thread
fills, any other may look meanwhile: what is not read yet is NaN, never a guess.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.pyramid.envelope import Floats, View

FINEST_STEP = 64  # samples; five minutes of 360 Hz on 1,700 pixels
LEVEL = 4  # columns of one level in a column of the next
BLOCK = 65_536  # samples read at a time, 2 ms for two leads: so soon a reader ends when asked to
KEEP_BYTES = 48 << 20


class Coarse:
    """Every level of one recording, from the finest that fits into memory.

    Parameters
    ----------
    n_samples : int
        Samples per row.
    n_rows : int
        Leads.
    keep_bytes : int
        Memory for all levels; the finest column is as wide as that takes.

    Attributes
    ----------
    step : int
        Samples per column of the finest level.
    done : int
        Samples read so far, from the record's start.
    """

    def __init__(self, n_samples: int, n_rows: int, *, keep_bytes: int = KEEP_BYTES) -> None:
        self.n_samples, self.n_rows = n_samples, n_rows
        self.step = FINEST_STEP
        # 4 bytes of least and of greatest, and a third of that for the levels above
        while self.step < BLOCK and 11 * n_rows * n_samples // self.step > keep_bytes:
            self.step *= 2
        self.done = 0
        self._levels: dict[int, tuple[Floats, Floats]] = {}
        step = self.step
        while step <= BLOCK:
            shape = n_rows, -(-n_samples // step)
            self._levels[step] = np.empty(shape, np.float32), np.empty(shape, np.float32)
            step *= LEVEL

    @property
    def nbytes(self) -> int:
        """Memory that all levels take."""
        return sum(low.nbytes + high.nbytes for low, high in self._levels.values())

    @property
    def complete(self) -> bool:
        """Whether all of the recording is read."""
        return self.done >= self.n_samples

    def fill(
        self,
        read: Callable[[int, int], Floats],
        *,
        stop: Callable[[], bool] = lambda: False,
        advanced: Callable[[int, int], object] = lambda _done, _total: None,
    ) -> bool:
        """Read on, from where it was left, to the end; for one thread at a time.

        Parameters
        ----------
        read : callable
            (start, stop) -> (n_rows, stop - start) float32, NaN where there is no sample.
        stop : callable
            Says before every block whether to end here.
        advanced : callable
            Told samples read and samples in all, after every block.

        Returns
        -------
        bool
            Whether the end was reached.
        """
        while not self.complete:
            if stop():
                return False
            last = min(self.done + BLOCK, self.n_samples)
            self._add(np.asarray(read(self.done, last), np.float32))
            self.done = last  # after the columns, so that none is seen half made
            advanced(last, self.n_samples)
        return True

    def _add(self, values: Floats) -> None:
        """Columns of the next block on every level."""
        low, high, width = values, values, 1
        for step, (lows, highs) in self._levels.items():
            while width < step:
                low, high = _halved(np.fmin, low), _halved(np.fmax, high)
                width *= 2
            first = self.done // step
            lows[:, first : first + low.shape[1]] = low
            highs[:, first : first + low.shape[1]] = high

    def view(self, start: int, stop: int, samples_per_pixel: float) -> View:
        """What to draw of a span; NaN where nothing is read yet.

        Parameters
        ----------
        start, stop : int
            Half-open range of samples; cut at the record's ends, widened to whole columns.
        samples_per_pixel : float
            Of the screen. Columns are at most as wide and at least a quarter of it, but never
            narrower than `step`.

        Returns
        -------
        View
        """
        step = max((s for s in self._levels if s <= samples_per_pixel), default=self.step)
        first, last = max(0, start) // step, -(-min(stop, self.n_samples) // step)
        if last <= first:
            return View.empty(first * step, step, self.n_rows)
        known = -(-self.done // step)
        return View(first * step, step, *(_part(v, first, last, known) for v in self._levels[step]))


def _part(values: Floats, first: int, last: int, known: int) -> Floats:
    """Columns first..last, a copy with NaN where they reach beyond those known."""
    if last <= known:
        return values[:, first:last]
    part: NDArray[np.float32] = np.full((values.shape[0], last - first), np.nan, np.float32)
    there = max(0, known - first)
    part[:, :there] = values[:, first : first + there]
    return part


def _halved(ufunc: np.ufunc, values: Floats) -> Floats:
    """Reduce neighbours of (n_rows, n); a last one without neighbour stays. NaN is skipped."""
    pairs = values.shape[1] // 2 * 2
    half: Floats = ufunc(values[:, :pairs:2], values[:, 1:pairs:2])
    return half if pairs == values.shape[1] else np.append(half, values[:, -1:], axis=1)
