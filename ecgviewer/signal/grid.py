"""The 360 Hz grid: blocks, and samples at that rate."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ecgviewer.signal.params import GRID, Grid

# Grid samples per own sample above which a value is held instead of filtered: below a sample a
# second the filter would have hundreds of millions of taps, for what is no waveform.
_HELD_ABOVE = 360


class Samples(Protocol):
    """What a recording has to offer here: a rate, a length and a way to read."""

    @property
    def fs(self) -> float: ...
    @property
    def n_samples(self) -> int: ...
    def read(self, start: int, stop: int) -> NDArray[np.float32]: ...


@dataclass(frozen=True)
class Block:
    """A core [start, stop) and the span with margins [low, high), in grid samples."""

    index: int
    start: int
    stop: int
    low: int
    high: int

    @property
    def core(self) -> slice:
        """The core's place within the span."""
        return slice(self.start - self.low, self.stop - self.low)


@dataclass(frozen=True)
class _Read:
    """What was read last."""

    low: int
    high: int
    ecg: NDArray[np.float64]
    gap: NDArray[np.bool_]


class TimeGrid:
    """One recording on the 360 Hz grid.

    Parameters
    ----------
    record : Samples
        The recording.
    params : Grid
        Rate, block and margin.
    """

    def __init__(self, record: Samples, *, params: Grid = GRID) -> None:
        self._record = record
        self.params = params
        # own samples advance by down / up per grid sample
        ratio = Fraction(params.fs_hz / record.fs).limit_denominator(params.max_denominator)
        if ratio == 0:  # rates above 360,000 Hz have no such fraction
            ratio = Fraction(1, params.max_denominator)
        self.up, self.down = ratio.numerator, ratio.denominator
        self.n_samples = -(-record.n_samples * self.up // self.down)
        self.n_blocks = -(-self.n_samples // params.block)
        self._last: _Read | None = None  # detection and quality ask for the same block in turn

    def to_own(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Nearest own sample of grid positions (n,), never beyond the record's last."""
        own = (2 * np.asarray(positions, np.int64) * self.down + self.up) // (2 * self.up)
        return np.clip(own, 0, max(0, self._record.n_samples - 1))

    def from_own(self, samples: NDArray[np.int64]) -> NDArray[np.int64]:
        """Nearest grid position of own samples (n,)."""
        grid = (2 * np.asarray(samples, np.int64) * self.up + self.down) // (2 * self.down)
        return np.clip(grid, 0, max(0, self.n_samples - 1))

    def block(self, index: int) -> Block:
        """The block of that index, its margins cut at the record's ends."""
        size, margin = self.params.block, self.params.margin
        start = index * size
        stop = min(start + size, self.n_samples)
        return Block(index, start, stop, max(0, start - margin), min(stop + margin, self.n_samples))

    def read(self, low: int, high: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Samples of a span on the grid.

        Parameters
        ----------
        low, high : int
            Half-open range in grid samples; the result depends on it alone.

        Returns
        -------
        ecg : (n_leads, n) float64
            The record's units, gaps bridged by straight lines.
        gap : (n_leads, n) bool
            True where the recording has no sample.

        Both are shared with whoever asks for the same span next, and cannot be written to.
        """
        last = self._last
        if last is None or (last.low, last.high) != (low, high):
            ecg, gap = self._read(low, high)
            ecg.flags.writeable = gap.flags.writeable = False
            self._last = last = _Read(low, high, ecg, gap)
        return last.ecg, last.gap

    def _read(self, low: int, high: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        if self.up == self.down:
            return bridge(self._record.read(low, high).astype(np.float64))
        # whole periods of the fraction, so that phases do not depend on where the span starts;
        # the filter reaches 10 samples of the lower of the two rates to either side
        reach = 12 * max(1, -(-self.down // self.up))
        first = max(0, (low * self.down // self.up - reach) // self.down * self.down)
        last = min(self._record.n_samples, -(-high * self.down // self.up) + reach)
        own, missing = bridge(self._record.read(first, last).astype(np.float64))
        if own.shape[1] == 0:
            return own, missing
        nearest = self.to_own(np.arange(low, high)) - first
        if self.up > _HELD_ABOVE * self.down:
            return own[:, nearest], missing[:, nearest]
        offset = low - first // self.down * self.up
        ecg = resample_poly(own, self.up, self.down, axis=1, padtype="edge")
        ecg = ecg[:, offset : offset + high - low]
        return ecg, missing[:, nearest]


def bridge(ecg: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Fill gaps (NaN, infinities) of (n_leads, n) by straight lines, and say where they were."""
    gap = ~np.isfinite(ecg)
    if not gap.any():
        return ecg, gap
    filled = ecg.copy()
    x = np.arange(ecg.shape[1])
    for lead, missing in zip(filled, gap, strict=True):
        if missing.all():
            lead[:] = 0.0
        elif missing.any():
            lead[missing] = np.interp(x[missing], x[~missing], lead[~missing])
    return filled, gap
