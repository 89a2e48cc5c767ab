"""Stretches that cannot be read, by a stated rule: gap, flat, noisy.

Gap: the recording has no sample; flat and noisy: see `signal.unrest`. Seconds are counted from the
record's start.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import QUALITY, Quality
from ecgviewer.signal.spans import union
from ecgviewer.signal.unrest import judge, runs

Kind = Literal["gap", "flat", "noisy"]
_KINDS: tuple[Kind, ...] = ("gap", "flat", "noisy")


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A stretch of one lead, or of all, that cannot be read.

    Attributes
    ----------
    kind : str
        "gap", "flat" or "noisy".
    start, stop : int
        Half-open range of samples at the record's own rate.
    lead : int or None
        The channel; None where it holds for every channel.
    """

    kind: Kind
    start: int
    stop: int
    lead: int | None = None


def stretches(
    grid: TimeGrid, index: int, leads: tuple[int, ...], *, quality: Quality = QUALITY
) -> tuple[Stretch, ...]:
    """Stretches of one block; they depend on the block and its margins alone.

    Parameters
    ----------
    grid : TimeGrid
        The recording.
    index : int
        Which block. A second belongs to the block in which it starts.
    leads : tuple of int
        Channels to look at.
    quality : Quality
        The rule's numbers.

    Returns
    -------
    tuple of Stretch
        By lead, kind and time, not yet joined with the block before.
    """
    block = grid.block(index)
    if not leads or block.stop <= block.start:
        return ()
    second = grid.params.fs_hz
    ecg, gap = grid.read(block.low, block.high)
    ecg, gap = ecg[list(leads)], gap[list(leads)]
    found: list[Stretch] = []
    first = -(-block.low // second)  # first whole second of the span
    count = -(-(block.high - first * second) // second)  # the last one may be cut
    flat = noisy = np.zeros((len(leads), 0), np.bool_)
    if count > 0:
        cut = first * second - block.low
        flat, noisy = judge(ecg[:, cut:], gap[:, cut:], second, count, quality)
    own = slice(-(-block.start // second) - first, -(-block.stop // second) - first)
    for row, lead in enumerate(leads):
        for start, stop in runs(gap[row, block.core]):
            low, high = (int(p) for p in _own(grid, np.array([start, stop]) + block.start))
            found.append(Stretch("gap", low, high, lead))
        for kind, judged in (("flat", flat), ("noisy", noisy)):
            for start, stop in runs(judged[row, own]):
                span = (np.array([start, stop]) + own.start + first) * second
                low, high = (int(p) for p in _own(grid, span))
                found.append(Stretch(kind, low, high, lead))  # type: ignore[arg-type]
    return join_stretches((), tuple(found))


def join_stretches(previous: tuple[Stretch, ...], new: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """All stretches of both, those of one kind and lead that touch or overlap made one.

    Returns them ordered by lead, kind and start.
    """
    joined: list[Stretch] = []
    for s in sorted((*previous, *new), key=_order):
        last = joined[-1] if joined else None
        if last and last.kind == s.kind and last.lead == s.lead and s.start <= last.stop:
            joined[-1] = Stretch(s.kind, last.start, max(last.stop, s.stop), s.lead)
        else:
            joined.append(s)
    return tuple(joined)


def unreadable(found: tuple[Stretch, ...], leads: tuple[int, ...]) -> NDArray[np.int64]:
    """Spans in which no lead can be read.

    Parameters
    ----------
    found : tuple of Stretch
        Stretches of any kind; those given count.
    leads : tuple of int
        The leads that could be read; none: no span is returned.

    Returns
    -------
    (n, 2) int64
        Half-open own-sample spans, ascending, apart.
    """
    if not leads:
        return np.empty((0, 2), np.int64)
    spans: list[tuple[int, int]] | None = None
    for lead in leads:
        its = [(s.start, s.stop) for s in found if s.lead in (lead, None)]
        mine = union(np.array(its, np.int64).reshape(-1, 2)).tolist()
        spans = mine if spans is None else _intersection(spans, mine)
    return np.array(spans, np.int64).reshape(-1, 2)


def readable_seconds(
    found: tuple[Stretch, ...], leads: tuple[int, ...], *, n_samples: int, fs: float
) -> float:
    """Recorded time less the spans in which no lead can be read, s; 0 where there is no lead."""
    if not leads:
        return 0.0
    spans = unreadable(found, leads)
    return float((n_samples - (spans[:, 1] - spans[:, 0]).sum()) / fs)


def _own(grid: TimeGrid, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Own samples of bounds: the record's end stays its end."""
    total = grid.to_own(np.array([2 * grid.n_samples + 2]))[0] + 1  # held at the last sample
    return np.where(positions >= grid.n_samples, total, grid.to_own(positions))


def _order(stretch: Stretch) -> tuple[int, int, int, int]:
    lead = -1 if stretch.lead is None else stretch.lead
    return lead, _KINDS.index(stretch.kind), stretch.start, stretch.stop


def _intersection(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, stop = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if start < stop:
            out.append((start, stop))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return out
