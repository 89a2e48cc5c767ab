"""Min-max pyramid of a recording in lazily read blocks, for drawing.

A column's place depends on the record alone and never on where the screen starts: buckets are
powers of two, counted from the record's first sample, so a trace does not flicker while it scrolls.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FINEST_STEP = 8  # samples; below this many per pixel every sample is drawn
BLOCK_S = 20.0  # about a page at 25 mm/s
KEEP_BYTES = 32 << 20


@dataclass(frozen=True)
class View:
    """What is drawn of a span.

    Attributes
    ----------
    first : int
        Sample the first column starts at; a multiple of `step`.
    step : int
        Samples per column; 1 where every sample is a column of its own.
    low, high : (n_rows, m) float32
        Least and greatest sample of each column, NaN where it holds none. The same array at step 1.
    """

    first: int
    step: int
    low: Floats
    high: Floats

    @classmethod
    def empty(cls, first: int, step: int, n_rows: int) -> Self:
        """No column, at `first`."""
        none = np.empty((n_rows, 0), np.float32)
        return cls(first, step, none, none)

    @property
    def samples(self) -> NDArray[np.float64]:
        """(m,) float64, the sample at the middle of each column."""
        n = self.low.shape[1]
        middle = self.first + (self.step - 1) / 2
        return np.asarray(middle + self.step * np.arange(n), np.float64)


def column_step(samples_per_pixel: float) -> int:
    """Samples per column: 1, or the largest power of two that is no wider than a pixel."""
    if not samples_per_pixel >= FINEST_STEP:
        return 1
    return 1 << int(math.log2(samples_per_pixel))


def block_size(fs: float) -> int:
    """Samples per block: the power of two nearest to 20 s, at least 4,096."""
    return max(4096, 1 << round(math.log2(max(1.0, fs * BLOCK_S))))


class _Block:
    """The samples of one block and, once asked for, its coarser levels."""

    def __init__(self, values: Floats) -> None:
        self.levels: dict[int, tuple[Floats, Floats]] = {1: (values, values)}

    def level(self, step: int) -> tuple[Floats, Floats]:
        """Least and greatest of every `step` samples (a power of two)."""
        if step not in self.levels:
            low, high = self.level(FINEST_STEP if step > FINEST_STEP else 1)
            factor = step // (FINEST_STEP if step > FINEST_STEP else 1)
            self.levels[step] = (_reduce(np.fmin, low, factor), _reduce(np.fmax, high, factor))
        return self.levels[step]


def _reduce(ufunc: np.ufunc, values: Floats, factor: int) -> Floats:
    """Reduce every `factor` columns of (n_rows, n); the last group may be short. NaN is skipped."""
    spare = -values.shape[1] % factor
    if spare:
        values = np.pad(values, ((0, 0), (0, spare)), constant_values=np.nan)
    while factor > 1:
        values = ufunc(values[:, ::2], values[:, 1::2])
        factor //= 2
    return values


class Envelope:
    """Reads a signal in blocks as they come on screen and keeps the latest; not thread-safe.

    Parameters
    ----------
    read : callable
        (start, stop) -> (n_rows, stop - start) float32, NaN where there is no sample.
    n_samples : int
        Samples per row.
    n_rows : int
        Leads.
    block : int
        Samples per block, a power of two of at least 4,096.
    keep_bytes : int
        Memory for blocks; what is on screen is kept whatever it takes.
    """

    def __init__(
        self,
        read: Callable[[int, int], Floats],
        n_samples: int,
        n_rows: int,
        *,
        block: int = 8192,
        keep_bytes: int = KEEP_BYTES,
    ) -> None:
        if block < 4096 or block & (block - 1):
            raise ValueError(f"block is {block}; give a power of two of at least 4,096")
        self._read = read
        self.n_samples = n_samples
        self.n_rows = n_rows
        self.block = block
        self._keep = max(4, keep_bytes // max(1, 6 * block * n_rows))  # 4 bytes, half again: levels
        self._blocks: OrderedDict[int, _Block] = OrderedDict()

    def forget(self) -> None:
        """Drop every block, so that it is read anew."""
        self._blocks.clear()

    def view(self, start: int, stop: int, samples_per_pixel: float) -> View:
        """What to draw of a span.

        Parameters
        ----------
        start, stop : int
            Half-open range of samples; cut at the record's ends, widened to whole columns.
        samples_per_pixel : float
            Of the screen, for the width of a column.

        Returns
        -------
        View
        """
        step = min(column_step(samples_per_pixel), self.block)
        start, stop = max(0, start) // step * step, min(self.n_samples, stop)
        if stop <= start:
            return View.empty(start, step, self.n_rows)
        first, last = start // self.block, (stop - 1) // self.block
        self._load(first, last)
        low, high = [], []
        for index in range(first, last + 1):
            origin = index * self.block
            part = slice(
                max(0, start - origin) // step, -(-(min(stop - origin, self.block)) // step)
            )
            levels = self._blocks[index].level(step)
            low.append(levels[0][:, part])
            high.append(levels[1][:, part])
        if step == 1:
            values = low[0] if len(low) == 1 else np.concatenate(low, axis=1)
            return View(start, step, values, values)
        return View(start, step, np.concatenate(low, axis=1), np.concatenate(high, axis=1))

    def _load(self, first: int, last: int) -> None:
        """Have blocks first..last in memory, each run of missing ones by one read."""
        index = first
        while index <= last:
            if index in self._blocks:
                self._blocks.move_to_end(index)
                index += 1
                continue
            end = index + 1
            while end <= last and end not in self._blocks:
                end += 1
            self._read_blocks(index, end)
            index = end
        while len(self._blocks) > max(self._keep, last - first + 1):
            self._blocks.popitem(last=False)

    def _read_blocks(self, index: int, end: int) -> None:
        start, stop = index * self.block, min(end * self.block, self.n_samples)
        values = np.asarray(self._read(start, stop), np.float32)
        for k in range(index, end):
            part = values[:, k * self.block - start : (k + 1) * self.block - start]
            # a copy where several blocks share one read, so that dropping one frees its memory
            self._blocks[k] = _Block(part.copy() if end - index > 1 else part)
