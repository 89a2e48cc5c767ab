"""Where the beats of a matrix cell lie, in the record and among its own beats; no Qt, no files."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    beats : (k,) int64
        The program's own beats, from 0; -1 where it found none.
    """

    row: int
    column: int
    samples: NDArray[np.int64]
    beats: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.samples)


def places_of(evaluation: Evaluation, own: NDArray[np.int64], row: int, column: int) -> Cells:
    """The beats of a cell, each with the program's own beat that it was paired with.

    Parameters
    ----------
    evaluation : Evaluation
        The comparison.
    own : (n,) int64
        The program's R peaks, samples of the record.
    row, column : int
        The cell, in the order of `ec57.beats.LETTERS`.
    """
    samples = evaluation.beats_of(row, column)
    beats = np.full(len(samples), -1, np.int64)
    if column < NO_BEAT and len(own):
        counted = evaluation.beats
        chosen = (counted.rows == row) & (counted.columns == column)
        # at the reference's rate a time is as exact as its samples: the nearest beat is the one
        wanted = counted.test[chosen] * (evaluation.record_fs / counted.fs)
        after = np.clip(np.searchsorted(own, wanted), 1, max(1, len(own) - 1))
        after = np.minimum(after, len(own) - 1)
        before = np.maximum(after - 1, 0)
        nearer = np.abs(own[before] - wanted) <= np.abs(own[after] - wanted)
        beats = np.where(nearer, before, after).astype(np.int64)
    return Cells(row, column, samples, beats)
