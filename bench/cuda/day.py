"""A day of beats: the records of a cache cleaned, refined and laid one after the other."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ecgviewer.features.context import RecordContext
from ecgviewer.features.morphology import cut_snippets
from ecgviewer.record import Record
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.windows import Bounds, window_bounds
from train.data.database import RecordBeats, record_beats
from train.data.packed import Packed, PackedRecord, unpack

# What of a preprocessing concerns windows alone: ensembles that differ in it share a signal.
_OF_WINDOWS = ("window", "before", "after", "cap_before", "cap_after", "lone_rr_s", "pause_sample")
_OF_WINDOWS += ("flat_uv", "min_fs_hz")
_LEAST_S = 10.0  # of a record: less holds no beats


@dataclass(frozen=True)
class Made:
    """One record, cleaned; context (b, n_columns) float32 or None."""

    beats: RecordBeats
    context: NDArray[np.float32] | None


class DaySignal:
    """Cleaned leads in memory, read as `signal.denoise.CleanedSignal` is.

    Parameters
    ----------
    ecg : (n_leads, n) float32
        mV at 360 Hz.
    prep : Preprocessing
        Whose windows are cut from it.
    """

    def __init__(self, ecg: NDArray[np.float32], prep: Preprocessing) -> None:
        self.ecg, self.prep = ecg, prep
        self.n_samples, self.block_size = ecg.shape[1], prep.grid_block

    def block(self, index: int) -> NDArray[np.float32]:
        """Samples of a block, (n_leads, k) float32, mV."""
        start = index * self.block_size
        return self.ecg[:, start : start + self.block_size]

    def between(self, low: int, high: int) -> NDArray[np.float32]:
        """Samples low..high, (n_leads, high - low) float32, zeros beyond the ends."""
        out = np.zeros((len(self.ecg), max(0, high - low)), np.float32)
        a, b = max(0, low), min(high, self.n_samples)
        if b > a:
            out[:, a - low : b - low] = self.ecg[:, a:b]
        return out


@dataclass(frozen=True)
class Day:
    """Beats of all records on one signal.

    Attributes
    ----------
    signal : DaySignal
        Both network inputs; zeros between records, as far as any window reaches.
    bounds : Bounds
        Of n windows.
    context : (n, n_columns) float32 or None
        As the networks take it.
    record : (n,) str
        Whose beat it is.
    sample : (n,) int64
        Where, in that record's own samples.
    """

    signal: DaySignal
    bounds: Bounds
    context: NDArray[np.float32] | None
    record: NDArray[np.str_]
    sample: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.sample)

    def bounds_of(self, which: slice | NDArray[np.int64]) -> Bounds:
        """Bounds of some of the beats."""
        b = self.bounds
        return Bounds(b.start[which], b.stop[which], b.r_offset[which], b.edge[which])

    def context_of(self, which: slice | NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Context of some of the beats, (k, n_columns) float32; None where there is none."""
        return None if self.context is None else self.context[which]

    def parts(self, size: int) -> Iterator[slice]:
        """All beats, so many at a time."""
        for start in range(0, len(self), size):
            yield slice(start, min(start + size, len(self)))


def cleaning(prep: Preprocessing) -> Preprocessing:
    """A preprocessing with the windows of all: equal where the cleaned signals are."""
    plain = Preprocessing()
    return replace(prep, **{name: getattr(plain, name) for name in _OF_WINDOWS})


def clean(packed: Packed, *, prep: Preprocessing, context: bool, share: float) -> list[Made]:
    """Clean and refine the beginning of every record, in threads; those without beats are left out.

    Parameters
    ----------
    packed : Packed
        The cache.
    prep : Preprocessing
        The signal chain.
    context : bool
        Whether the beats' context is wanted.
    share : float
        How much of each record.
    """

    def one(record: PackedRecord) -> Made | None:
        whole = unpack(record)
        part = shortened(whole, share)
        samples = np.array(record.samples, np.int64)
        inside = samples < part.n_samples
        symbols = np.array(list(record.symbols))[inside]
        beats = record_beats(part, samples[inside], symbols, prep=prep)
        if len(beats.position) == 0:
            return None
        return Made(beats, _context(beats) if context else None)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [made for made in pool.map(one, packed.records) if made is not None]


def shortened(record: Record, share: float) -> Record:
    """The beginning of a record, ten seconds of it at least."""
    least = min(record.n_samples, round(_LEAST_S * record.fs))
    return replace(record, n_samples=max(least, round(share * record.n_samples)))


def _context(beats: RecordBeats) -> NDArray[np.float32]:
    record = RecordContext(beats.position, beats.before, beats.after, beats.ecg.shape[1])
    parts = [
        record.columns(k, cut_snippets(beats.ecg, beats.position[record.beats(k)]))
        for k in range(record.n_stretches)
    ]
    return np.concatenate(parts)


def lay_out(made: Sequence[Made], *, prep: Preprocessing, context: bool) -> Day:
    """Records one after the other; a window sees what it sees in its record: zeros beyond the ends.

    Parameters
    ----------
    made : sequence of Made
        At least one.
    prep : Preprocessing
        Whose windows.
    context : bool
        Whether the networks take context; the records then have it.
    """
    pieces: list[NDArray[np.float32]] = []
    bounds: list[Bounds] = []
    at = 0
    for each in made:
        beats, n = each.beats, each.beats.ecg.shape[1]
        own = window_bounds(beats.position, beats.before, beats.after, prep)
        before, after = max(0, -int(own.start.min())), max(0, int(own.stop.max()) - n)
        pieces += [_zeros(before), beats.ecg, _zeros(after)]
        move = at + before
        bounds.append(Bounds(own.start + move, own.stop + move, own.r_offset, own.edge))
        at += before + n + after
    tables = [each.context for each in made if each.context is not None] if context else []
    return Day(
        signal=DaySignal(np.concatenate(pieces, axis=1), prep),
        bounds=Bounds(
            start=np.concatenate([b.start for b in bounds]),
            stop=np.concatenate([b.stop for b in bounds]),
            r_offset=np.concatenate([b.r_offset for b in bounds]),
            edge=np.concatenate([b.edge for b in bounds]),
        ),
        context=np.concatenate(tables) if tables else None,
        record=np.concatenate([np.full(len(m.beats.sample), m.beats.name) for m in made]),
        sample=np.concatenate([m.beats.sample for m in made]),
    )


def _zeros(n: int) -> NDArray[np.float32]:
    return np.zeros((2, n), np.float32)
