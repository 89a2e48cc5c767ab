"""Where the beats of a matrix cell lie, in the record and among its own beats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.columns import Beats
from ecgviewer.ec57.beats import NO_BEAT
from ecgviewer.evaluation.recording import Evaluation


@dataclass(frozen=True)
class Cells:
    """The beats of one cell.

    Attributes
    ----------
    row, column : int
        The cell.
    samples : (k,) int64
        The reference's beats in the record's own samples, the program's where it has none.
    ids : (k,) int64 or None
        The program's own beats; None where it found none of them.
    """

    row: int
    column: int
    samples: NDArray[np.int64]
    ids: NDArray[np.int64] | None

    def __len__(self) -> int:
        return len(self.samples)

    def beat_id(self, place: int) -> int | None:
        """The program's own beat in one of the places; None where it found none."""
        return None if self.ids is None else int(self.ids[place])


def cells_of(evaluation: Evaluation, beats: Beats, row: int, column: int) -> Cells:
    """The beats of a cell, each with the program's own beat that it was paired with.

    Parameters
    ----------
    evaluation : Evaluation
        The comparison.
    beats : Beats
        The program's, as they were compared.
    row, column : int
        The cell, in the order of `ec57.beats.LETTERS`.
    """
    samples = evaluation.beats_of(row, column)
    ids, own = None, beats.sample
    if column < NO_BEAT and beats.n:
        counted = evaluation.beats
        chosen = (counted.rows == row) & (counted.columns == column)
        # at the reference's rate a time is as exact as its samples: the nearest beat is the one
        wanted = counted.test[chosen] * (evaluation.record_fs / counted.fs)
        after = np.clip(np.searchsorted(own, wanted), 1, max(1, len(own) - 1))
        after = np.minimum(after, len(own) - 1)
        before = np.maximum(after - 1, 0)
        nearer = np.abs(own[before] - wanted) <= np.abs(own[after] - wanted)
        ids = beats.id[np.where(nearer, before, after)]
    return Cells(row, column, samples, ids)
