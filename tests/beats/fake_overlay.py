"""A machine's log with a user's edits laid over it, as slow and plain as can be; no Qt."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES, BeatClass
from ecgviewer.beats.columns import Beats, Change, Origin
from ecgviewer.beats.log import PENDING, BeatBatch, BeatLog, flag_bits

_PENDING_BIT = np.uint16(flag_bits("pending"))
_COLUMNS = ("id", "sample", "beat_class", "origin", "confidence", "flags")


@dataclass(frozen=True)
class Edit:
    """One edit of a user.

    Attributes
    ----------
    kind : str
        "insert", "delete", "relabel" or "move".
    beat_id : int
        Whose; below 0 for an inserted beat.
    sample : int
        New place, own samples; of "insert" and "move".
    beat_class : int
        New `BeatClass` value; of "insert" and "relabel".
    """

    kind: str
    beat_id: int
    sample: int = -1
    beat_class: int = PENDING


class FakeOverlay:
    """Beats that a machine finds and a user edits; every verb gives the beats and what differs.

    All is worked out anew from log and edits, and the change is the difference between what was
    and what is: the narrowest span that is right. Without edits the beats are a view on the log,
    as they are in the program.

    Parameters
    ----------
    log : BeatLog
        The machine's; written by `classify` and `find` alone.

    Attributes
    ----------
    log : BeatLog
    beats : Beats
        As they are now.
    edits : list of Edit
        Those that count, oldest first.
    """

    def __init__(self, log: BeatLog) -> None:
        self.log = log
        self.edits: list[Edit] = []
        self._n_inserted = 0
        self._n_steps = 0
        self.beats = self._laid_over()
        self._as_told = self.beats.copied()

    # -- the user -----------------------------------------------------------------------------

    def insert(self, sample: int, beat_class: int) -> tuple[Beats, Change]:
        """A beat where there is none; its id is the next below 0, none is given twice."""
        self._must_be_free(sample)
        self._n_inserted += 1
        return self._edit(Edit("insert", -self._n_inserted, int(sample), int(beat_class)))

    def delete(self, beat_id: int) -> tuple[Beats, Change]:
        """Take a beat away."""
        return self._edit(Edit("delete", self._present(beat_id)))

    def relabel(self, beat_id: int, beat_class: int) -> tuple[Beats, Change]:
        """Give a beat a class, or confirm the one it has."""
        return self._edit(
            Edit("relabel", self._present(beat_id), beat_class=int(BeatClass(beat_class)))
        )

    def move(self, beat_id: int, sample: int) -> tuple[Beats, Change]:
        """Put a beat elsewhere, past others if need be."""
        self._must_be_free(sample)
        return self._edit(Edit("move", self._present(beat_id), int(sample)))

    def undo(self) -> tuple[Beats, Change]:
        """Take the last edit back."""
        if not self.edits:
            raise ValueError("there is no edit to undo")
        self.edits.pop()
        return self._told()

    # -- the machine --------------------------------------------------------------------------

    def classify(self, beat_ids: NDArray[np.int64], beat_class: int) -> tuple[Beats, Change]:
        """The machine gives pending beats (k,) a class; what a user says of one stands."""
        n, n_members = len(beat_ids), self.log.n_members
        votes = np.full((n, n_members, N_CLASSES), 0.1, np.float32)
        votes[:, :, beat_class] = 0.6
        probabilities = np.full((n, N_CLASSES), 0.1)
        probabilities[:, beat_class] = 0.6
        classes = np.full(n, beat_class, np.int8)
        ids = np.asarray(beat_ids, np.int64)
        self.log.apply(BeatBatch(ids, classes, probabilities, votes, np.zeros(n, np.uint16)))
        return self._told()

    def find(self, samples: NDArray[np.int64]) -> tuple[Beats, Change]:
        """The machine finds more beats (m,), later than all that it found before."""
        self.log.extend(np.asarray(samples, np.int64))
        return self._told()

    # -- the beats ----------------------------------------------------------------------------

    def _edit(self, edit: Edit) -> tuple[Beats, Change]:
        self.edits.append(edit)
        return self._told()

    def _told(self) -> tuple[Beats, Change]:
        self._n_steps += 1
        before, self.beats = self._as_told, self._laid_over()
        self._as_told = self.beats.copied()
        return self.beats, difference(before, self._as_told)

    def _laid_over(self) -> Beats:
        beats = replace(Beats.of(self.log), revision=self._n_steps)
        if not self.edits:
            return beats
        beats = replace(beats, **{name: getattr(beats, name).copy() for name in _COLUMNS})
        for edit in self.edits:
            beats = _edited(beats, edit)
        order = np.lexsort((beats.id, beats.sample))
        return replace(beats, **{name: getattr(beats, name)[order] for name in _COLUMNS})

    def _present(self, beat_id: int) -> int:
        if self.beats.row(beat_id) is None:
            raise ValueError(f"there is no beat {beat_id}")
        return int(beat_id)

    def _must_be_free(self, sample: int) -> None:
        if sample in self.beats.sample:
            raise ValueError(f"there is a beat at sample {sample}")


def _edited(beats: Beats, edit: Edit) -> Beats:
    """Beats, in any order, after one edit."""
    if edit.kind == "insert":
        row = (edit.beat_id, edit.sample, edit.beat_class, Origin.INSERTED, np.nan, 0)
        return replace(
            beats,
            **{
                name: np.append(column := getattr(beats, name), column.dtype.type(value))
                for name, value in zip(_COLUMNS, row, strict=True)
            },
        )
    mine = beats.id == edit.beat_id
    if edit.kind == "delete":
        return replace(beats, **{name: getattr(beats, name)[~mine] for name in _COLUMNS})
    if edit.kind == "move":
        beats.sample[mine] = edit.sample
        return beats
    said = int(beats.machine.classes[edit.beat_id]) if edit.beat_id >= 0 else PENDING
    if edit.beat_id >= 0:
        beats.origin[mine] = Origin.CONFIRMED if said == edit.beat_class else Origin.CHANGED
    beats.beat_class[mine] = edit.beat_class
    beats.flags[mine] &= ~_PENDING_BIT
    return beats


def difference(before: Beats, after: Beats) -> Change:
    """The narrowest change that leads from some beats to others; an empty span without any."""
    old = np.argsort(before.id)
    new = np.argsort(after.id)
    _, i, j = np.intersect1d(before.id[old], after.id[new], return_indices=True)
    i, j = old[i], new[j]  # rows of the same beat
    gone = np.setdiff1d(np.arange(before.n), i)
    come = np.setdiff1d(np.arange(after.n), j)
    moved = before.sample[i] != after.sample[j]
    other = moved.copy()
    for name in _COLUMNS[2:]:
        a, b = getattr(before, name)[i], getattr(after, name)[j]
        other |= (a != b) & ((a == a) | (b == b))  # NaN is as good as NaN
    at = np.concatenate(
        [before.sample[gone], after.sample[come], before.sample[i[other]], after.sample[j[other]]]
    )
    span = (int(at.min()), int(at.max()) + 1) if len(at) else (0, 0)
    placed = len(gone) or len(come) or moved.any()
    return Change("positions" if placed else "classes", span)
