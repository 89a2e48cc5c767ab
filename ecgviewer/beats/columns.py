"""The beats as the user sees them: what every view, table, figure and report reads."""

import copy
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.beats.beat import Beat
from ecgviewer.beats.log import PENDING, BeatLog, class_counts, flag_words

_T = TypeVar("_T", bound=np.generic)


class Origin(IntEnum):
    """Who says that a beat is there and what it is."""

    MACHINE = 0
    CONFIRMED = 1
    CHANGED = 2
    INSERTED = 3


@dataclass(frozen=True)
class Change:
    """What differs between the beats a view has and those it is given.

    Attributes
    ----------
    what : "positions" or "classes"
        Whether beats came, went or moved (and with them stretches, RR and windows), or only their
        classes, confidence, flags or origin are others.
    span : (int, int) or None
        Own samples, half-open, around everything that changed; None: anything anywhere.
    """

    what: Literal["positions", "classes"]
    span: tuple[int, int] | None = None

    def __or__(self, other: "Change | None") -> "Change":
        """Both changes as one."""
        if other is None:
            return self
        what = self.what if self.what == "positions" else other.what
        if self.span is None or other.span is None:
            return Change(what)
        low, high = min(self.span[0], other.span[0]), max(self.span[1], other.span[1])
        return Change(what, (low, high))

    __ror__ = __or__

    def touches(self, start: int, stop: int) -> bool:
        """Whether anything in the half-open range of own samples may be another."""
        return self.span is None or (self.span[0] < stop and start < self.span[1])


ANEW = Change("positions")  # serial numbers start anew: another record, or another search for beats


@dataclass(frozen=True, eq=False)
class Beats:
    """Beats in order of time, one array a column.

    A beat keeps its id whatever happens to others: selection, table, journal and report speak of
    ids, never of rows.

    Attributes
    ----------
    id : (n,) int64
        The machine's index, from 0; below 0 for a beat that a user inserted.
    sample : (n,) int64
        R peaks, samples of the record's own rate, ascending.
    beat_class : (n,) int8
        `BeatClass` values, or PENDING or NOT_CLASSIFIED of `beats.log`.
    origin : (n,) int8
        `Origin` values.
    confidence : (n,) float64
        Largest of the fused probabilities, NaN where there are none.
    flags : (n,) uint16
        Bit i stands for FLAGS[i].
    machine : BeatLog
        What the networks said, by id.
    revision : int
        Another number whenever a column may be another.
    """

    id: NDArray[np.int64]
    sample: NDArray[np.int64]
    beat_class: NDArray[np.int8]
    origin: NDArray[np.int8]
    confidence: NDArray[np.float64]
    flags: NDArray[np.uint16]
    machine: BeatLog
    revision: int

    @classmethod
    def of(cls, log: BeatLog) -> "Beats":
        """The machine's beats as they are; a view on its log, no copy.

        Classes that the log is given later show in the columns, beats that it is given later do
        not: a view that keeps these beats is told by a `Change`.
        """
        n = log.n_beats
        return cls(
            id=_first_numbers(n),
            sample=log.samples,
            beat_class=log.classes,
            origin=np.broadcast_to(np.int8(Origin.MACHINE), (n,)),
            confidence=log.confidence,
            flags=log.flags,
            machine=log,
            revision=log.revision,
        )

    @property
    def n(self) -> int:
        """Beats."""
        return len(self.sample)

    @property
    def n_classified(self) -> int:
        """Beats that have a class."""
        return int(self.counts.sum())

    @property
    def n_not_classified(self) -> int:
        """Beats that have none, and get none."""
        return self.n - self.n_classified - self.n_pending

    @property
    def n_pending(self) -> int:
        """Beats that await their class."""
        return int(np.count_nonzero(self.beat_class == PENDING))

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(5,) beats per class, order N S V F Q, as they were when first asked for."""
        return class_counts(self.beat_class)

    def between(self, start: int, stop: int) -> slice:
        """Rows of beats in the half-open range of own samples."""
        low, high = np.searchsorted(self.sample, (start, stop))
        return slice(int(low), int(high))

    def row(self, beat_id: int | None) -> int | None:
        """Row of a beat; None where there is no such beat (any more)."""
        if beat_id is None:
            return None
        if 0 <= beat_id < self.n and self.id[beat_id] == beat_id:  # nothing came or went before it
            return beat_id
        found = np.flatnonzero(self.id == beat_id)
        return int(found[0]) if len(found) else None

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(n, 5) fused probabilities as the machine gave them, NaN where it gave none."""
        return self._said(self.machine.probabilities)

    @property
    def votes(self) -> NDArray[np.float32]:
        """(n, n_members, 5) sigmoids, NaN where there are none."""
        return self._said(self.machine.votes)

    def _said(self, column: NDArray[_T]) -> NDArray[_T]:
        """A column of the machine's answers, row by row as the beats are now."""
        if self._as_found:
            return column[: self.n]
        said = np.full((self.n, *column.shape[1:]), np.nan, column.dtype)
        own = self.id >= 0
        said[own] = column[self.id[own]]
        return said

    def beat(self, row: int) -> Beat:
        """One beat, whole."""
        if not 0 <= row < self.n:
            raise IndexError(f"row {row} of {self.n} beats")
        beat_id, value = int(self.id[row]), int(self.beat_class[row])
        said = self.machine.beat(beat_id) if beat_id >= 0 else None
        return Beat(
            number=number(beat_id),
            sample=int(self.sample[row]),
            beat_class=BeatClass(value) if value >= 0 else None,
            probabilities=said.probabilities if said else (),
            votes=said.votes if said else (),
            flags=flag_words(int(self.flags[row])),
        )

    def copied(self) -> "Beats":
        """The same in arrays of its own, for a thread beside the one that fills the log."""
        columns = ("id", "sample", "beat_class", "origin", "confidence", "flags")
        own = {name: getattr(self, name).copy() for name in columns}
        return replace(self, machine=copy.deepcopy(self.machine), **own)

    @cached_property
    def _as_found(self) -> bool:
        """Whether every row is the machine's beat of that number."""
        return np.array_equal(self.id, _first_numbers(self.n))


def number(beat_id: int) -> int:
    """The serial number that a user reads: from 1 for the machine's beats, below 0 for others."""
    return beat_id + 1 if beat_id >= 0 else beat_id


def numbers(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) serial numbers of beats by their ids (n,)."""
    return np.where(ids >= 0, ids + 1, ids)


def beat_id(number: int) -> int:
    """The id behind a serial number."""
    return number - 1 if number > 0 else number


def _first_numbers(n: int) -> NDArray[np.int64]:
    """(n,) int64, 0 to n - 1: one array serves all, for a log's views are many."""
    global _NUMBERS
    if n > len(_NUMBERS):
        _NUMBERS = np.arange(max(n, 2 * len(_NUMBERS), 1024))
        _NUMBERS.flags.writeable = False
    return _NUMBERS[:n]


_NUMBERS: NDArray[np.int64] = np.arange(0)
