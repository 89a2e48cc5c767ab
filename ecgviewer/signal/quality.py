"""Stretches that cannot be read, by a stated rule: gap, flat, noisy.

Gap: the recording has no sample. Flat: a second's range is below 20 uV. Noisy: for 70 % of the
three seconds around, the lead leaves its own 80 ms mean by more than 3 % of its QRS height, unless
it is a wave as regular as ventricular flutter. Seconds are counted from the record's start.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import QUALITY, Quality

Kind = Literal["gap", "flat", "noisy"]
_TINY = 1e-12
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
        flat, noisy = _judge(ecg[:, cut:], gap[:, cut:], second, count, quality)
    own = slice(-(-block.start // second) - first, -(-block.stop // second) - first)
    for row, lead in enumerate(leads):
        for start, stop in _runs(gap[row, block.core]):
            low, high = (int(p) for p in _own(grid, np.array([start, stop]) + block.start))
            found.append(Stretch("gap", low, high, lead))
        for kind, judged in (("flat", flat), ("noisy", noisy)):
            for start, stop in _runs(judged[row, own]):
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
        mine = _union([(s.start, s.stop) for s in found if s.lead in (lead, None)])
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


def _judge(
    ecg: NDArray[np.float64], gap: NDArray[np.bool_], second: int, count: int, quality: Quality
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Flat and noisy seconds, (n_leads, count) bool each; `ecg` starts on a second."""
    n_leads, n = ecg.shape
    # the record's last second may be cut: it is judged by what there is
    width = ((0, 0), (0, max(0, count * second - n)))
    ecg = np.pad(ecg, width, mode="edge")[:, : count * second]
    missing = np.pad(gap, width, mode="edge")[:, : count * second]
    there = np.logical_not(missing.reshape(n_leads, count, second).all(axis=2))
    extent = np.ptp(ecg.reshape(n_leads, count, second), axis=2)
    flat = np.logical_and(there, extent * 1000 < quality.flat_uv)
    alive = np.logical_and(there, ~flat)
    step = quality.decimation
    mean = ecg.reshape(n_leads, count * second // step, step).mean(axis=2)
    rate = second // step
    height, rest = _movement(mean, count, rate, quality)
    noisy = np.zeros_like(flat)
    for row in range(n_leads):
        if alive[row].any():
            level = np.percentile(height[row][alive[row]], quality.level_percentile)
            doubtful = np.flatnonzero(alive[row] & (rest[row] > quality.rest * level))
            leak = _leakage(mean[row], doubtful, count, rate, quality)
            noisy[row, doubtful[leak >= quality.leakage]] = True
    return flat, noisy


def _moving_mean(signal: NDArray[np.float64], ms: float, rate: int) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = uniform_filter1d(
        signal, max(1, round(ms * rate / 1000)), axis=-1, mode="nearest"
    )
    return mean


def _around(
    signal: NDArray[np.float64], count: int, rate: int, seconds: int
) -> NDArray[np.float64]:
    """Each second of (..., count * rate) with its neighbours, (..., count, seconds * rate)."""
    half = seconds // 2
    padded = np.pad(signal, ((0, 0),) * (signal.ndim - 1) + ((half * rate, half * rate),), "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, seconds * rate, axis=-1)
    every: NDArray[np.float64] = windows[..., : count * rate : rate, :]
    return every


def _movement(
    mean: NDArray[np.float64], count: int, rate: int, quality: Quality
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Height of the QRS and what moves between beats, of the seconds around, (n_leads, count)."""
    high = np.abs(mean - _moving_mean(mean, quality.height_ms, rate))
    height = high.reshape(len(mean), count, rate).max(axis=2)
    height = maximum_filter1d(height, quality.seconds, axis=1, mode="nearest")
    rest = np.abs(mean - _moving_mean(mean, quality.rest_ms, rate))
    around = _around(rest, count, rate, quality.seconds)[..., ::3]  # every third says as much
    return height, np.percentile(around, quality.rest_percentile, axis=2)


def _leakage(
    mean: NDArray[np.float64],
    chosen: NDArray[np.int64],
    count: int,
    rate: int,
    quality: Quality,
) -> NDArray[np.float64]:
    """How much is left of a lead added to itself half a period later: 0 for a sine, 1 at most.

    Kuo and Dillman's filter for ventricular fibrillation (Computers in Cardiology 1978), which
    must not be taken for noise.
    """
    band = _moving_mean(
        mean - _moving_mean(mean, quality.wave_ms[1], rate), quality.wave_ms[0], rate
    )
    x = _around(band, count, rate, quality.seconds)[chosen]
    x = x - x.mean(axis=1, keepdims=True)
    moved = np.abs(np.diff(x, axis=1)).sum(axis=1)
    half = np.pi * np.abs(x).sum(axis=1) / np.maximum(moved, _TINY)
    half = np.clip(np.floor(half), 1, rate).astype(np.int64)
    leak = np.ones(len(chosen))
    for lag in np.unique(half):
        mine = half == lag
        first, second = x[mine, lag:], x[mine, :-lag]
        total = (np.abs(first) + np.abs(second)).sum(axis=1)
        leak[mine] = np.abs(first + second).sum(axis=1) / np.maximum(total, _TINY)
    return leak


def _own(grid: TimeGrid, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Own samples of bounds: the record's end stays its end."""
    total = grid.to_own(np.array([2 * grid.n_samples + 2]))[0] + 1  # held at the last sample
    return np.where(positions >= grid.n_samples, total, grid.to_own(positions))


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _order(stretch: Stretch) -> tuple[int, int, int, int]:
    lead = -1 if stretch.lead is None else stretch.lead
    return lead, _KINDS.index(stretch.kind), stretch.start, stretch.stop


def _union(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        else:
            out.append((start, stop))
    return out


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
