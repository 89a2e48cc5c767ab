"""Pieces of about two seconds, and what is usual around each; dead pieces say nothing."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from ecgviewer.signal.params import Detection


@dataclass(frozen=True)
class Pieces:
    """How a block of n samples is cut, and in which pieces each lead says something.

    Attributes
    ----------
    n : int
        Samples of the block with its margins.
    count, size : int
        Pieces, and samples of each.
    neighbours : int
        Pieces that the median around one takes in.
    alive : (n_leads, count) bool
        False where too much of a piece is dead; None where nothing is.
    """

    n: int
    count: int
    size: int
    neighbours: int
    alive: NDArray[np.bool_] | None

    @classmethod
    def of(cls, gap: NDArray[np.bool_], detection: Detection) -> Self:
        """Cut a block in which leads are dead at `gap`, (n_leads, n)."""
        n = gap.shape[1]
        count = max(1, n // round(detection.level_s * detection.grid_fs_hz))
        size, alive = n // count, None
        if gap.any():
            dead = gap[:, : size * count].reshape(len(gap), count, size).sum(axis=2)
            alive = np.less_equal(dead, (1 - detection.alive_share) * size)
        return cls(n, count, size, detection.level_pieces, alive)

    def any_lead(self) -> "Pieces":
        """The same pieces of all leads fused, alive where any is."""
        alive = None if self.alive is None else np.atleast_2d(self.alive.any(axis=0))
        return Pieces(self.n, self.count, self.size, self.neighbours, alive)

    def cut(self, signal: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n_leads, n) as (n_leads, count, size)."""
        return signal[:, : self.size * self.count].reshape(len(signal), self.count, self.size)

    def maxima(self, signal: NDArray[np.float64]) -> NDArray[np.float64]:
        """The largest value of each piece of (n_leads, n), (n_leads, count)."""
        maxima: NDArray[np.float64] = self.cut(signal).max(axis=2)
        return maxima

    def quiet(self, signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
        """What a lead moves between its beats around each piece: a low percentile of it."""
        sparse = self.cut(signal)[:, :, ::4]  # smoothed: every fourth sample says as much
        return self.around(np.percentile(sparse, detection.quiet_percentile, axis=2))

    def around(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Median of the neighbouring living pieces of (n_leads, count), the same shape.

        Of maxima: one artefact or one pause does not move it. In dead pieces it goes from that of
        the last living one to that of the next; a lead that is dead throughout has zeros.
        """
        size = (1, self.neighbours)
        if self.alive is None:
            median: NDArray[np.float64] = median_filter(values, size, mode="nearest")
            return median
        out = np.zeros_like(values)
        for row, lead, alive in zip(out, values, self.alive, strict=True):
            living = np.flatnonzero(alive)
            if len(living):
                known = median_filter(lead[living], self.neighbours, mode="nearest")
                row[:] = np.interp(np.arange(self.count), living, known)
        return out

    def percentile(self, values: NDArray[np.float64], q: float) -> NDArray[np.float64]:
        """Percentile of each lead's living pieces of (n_leads, count), (n_leads,); 0 of none."""
        if self.alive is None:
            whole: NDArray[np.float64] = np.percentile(values, q, axis=1)
            return whole
        rows = zip(values, self.alive, strict=True)
        return np.array([np.percentile(lead[a], q) if a.any() else 0.0 for lead, a in rows])

    def at(self, values: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Values (n_leads, count) at places (k,), on straight lines between pieces' middles."""
        middle = (np.arange(self.count) + 0.5) * self.size
        return np.stack([np.interp(places, middle, row) for row in values])
