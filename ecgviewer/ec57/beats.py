"""Beat-by-beat comparison of two annotators after ANSI/AAMI EC57.

Written from the standard's definitions; every count was checked against the output of WFDB's bxb,
the standard's reference program.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES, BeatClass
from ecgviewer.ec57.marks import LEARNING_S, MATCH_S, Marks, in_samples
from ecgviewer.ec57.pairing import Pairs, pair

# Rows of the matrix are what the reference says, columns what the test says: N S V F Q, then
# O: the other annotator has no beat here; X: it has said that the signal cannot be read here.
LETTERS = "NSVFQOX"
NO_BEAT, SHUT_DOWN = N_CLASSES, N_CLASSES + 1
_NONE = -1


@dataclass(frozen=True)
class Comparison:
    """What the comparison of one recording came to.

    Attributes
    ----------
    fs : float
        Samples per second of both annotators' times, Hz.
    matrix : (7, 7) int64
        Counts; row: reference, column: test, both in the order of `LETTERS`.
    rows, columns : (m,) int8
        For every beat counted, its cell of the matrix; in order of time.
    reference, test : (m,) int64
        Samples of those beats, -1 where that annotator has none.
    rr_error_ms : float or None
        Root mean square difference of the two annotators' RR intervals, milliseconds.
    shutdown_s : float
        How long the test annotator was shut down after the learning period, seconds.
    """

    fs: float
    matrix: NDArray[np.int64]
    rows: NDArray[np.int8]
    columns: NDArray[np.int8]
    reference: NDArray[np.int64]
    test: NDArray[np.int64]
    rr_error_ms: float | None
    shutdown_s: float

    @property
    def n_beats(self) -> int:
        """Beats counted; 0 where nothing lies after the learning period."""
        return len(self.rows)

    def beats(self, row: int, column: int) -> NDArray[np.int64]:
        """Where the beats of a cell lie.

        Parameters
        ----------
        row, column : int
            Cell, in the order of `LETTERS`.

        Returns
        -------
        (k,) int64
            The reference's samples, the test's where the reference has no beat; ascending.
        """
        chosen = (self.rows == row) & (self.columns == column)
        by_test = row in (NO_BEAT, SHUT_DOWN)
        found: NDArray[np.int64] = (self.test if by_test else self.reference)[chosen]
        return found


def compare(
    reference: Marks,
    test: Marks,
    *,
    fs: float,
    learning_s: float = LEARNING_S,
    match_s: float = MATCH_S,
) -> Comparison:
    """Compare two annotators beat by beat.

    Not counted are reference beats of the learning period; test beats that pair with none within
    the match window of its end, for their partner may lie before it; and extra test beats in a
    flutter stretch of the reference.

    Parameters
    ----------
    reference, test : Marks
        Their marks, in samples of one rate.
    fs : float
        That rate, Hz.
    learning_s : float
        Learning period, seconds.
    match_s : float
        Match window, seconds.

    Returns
    -------
    Comparison
    """
    start, match = in_samples(learning_s, fs), in_samples(match_s, fs)
    refs, tests = reference.beat_samples, test.beat_samples
    steps = pair(
        refs,
        tests,
        match=match,
        first_reference=int(np.searchsorted(refs, start)),
        first_test=int(np.searchsorted(tests, start - match)),
    )
    ref_at, test_at = _taken(refs, steps.reference), _taken(tests, steps.test)
    extra = steps.reference == _NONE
    early = extra & (test_at < start + match)
    counted = ~early & ~(extra & _inside(test_at, reference.flutter))
    rows = _taken(reference.beat_classes, steps.reference)
    rows[extra] = np.where(_inside(test_at[extra], reference.shutdown(match)), SHUT_DOWN, NO_BEAT)
    missed = steps.test == _NONE
    columns = _taken(test.beat_classes, steps.test)
    shutdown = test.shutdown(match)
    columns[missed] = np.where(_inside(ref_at[missed], shutdown), SHUT_DOWN, NO_BEAT)
    matrix = np.zeros((len(LETTERS), len(LETTERS)), np.int64)
    np.add.at(matrix, (rows[counted], columns[counted]), 1)
    return Comparison(
        fs=fs,
        matrix=matrix,
        rows=rows[counted].astype(np.int8),
        columns=columns[counted].astype(np.int8),
        reference=ref_at[counted],
        test=test_at[counted],
        rr_error_ms=_rr_error_ms(reference, test, steps, ~early, fs),
        shutdown_s=float((shutdown[:, 1] - np.maximum(shutdown[:, 0], start)).clip(0).sum() / fs),
    )


def without_s(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """The matrix with S counted as N, as bxb prints it without its option S; (7, 7) int64."""
    normal, ectopic = BeatClass.N, BeatClass.S
    folded = matrix.copy()
    folded[normal] += folded[ectopic]
    folded[ectopic] = 0
    folded[:, normal] += folded[:, ectopic]
    folded[:, ectopic] = 0
    return folded


def _taken(values: NDArray[np.integer], indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Values at indices (m,), -1 where the index is; (m,) int64."""
    out = np.full(len(indices), _NONE, np.int64)
    there = indices != _NONE
    out[there] = values[indices[there]]
    return out


def _inside(samples: NDArray[np.int64], spans: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which samples (m,) lie in one of the spans (k, 2), ends included."""
    spans = spans[spans[:, 0] <= spans[:, 1]]
    if len(spans) == 0:
        return np.zeros(len(samples), np.bool_)
    last = np.searchsorted(spans[:, 0], samples, side="right") - 1
    inside: NDArray[np.bool_] = (last >= 0) & (samples <= spans[np.maximum(last, 0), 1])
    return inside


def _rr_error_ms(
    reference: Marks, test: Marks, steps: Pairs, chosen: NDArray[np.bool_], fs: float
) -> float | None:
    """Root mean square difference of the RR intervals that end at the beats that were up.

    As in bxb, missed and extra beats take part, each against the other annotator's next interval,
    so that a single missed beat weighs as much as hundreds of found ones; intervals across
    shutdown or flutter do not.
    """
    refs, tests = reference.beat_samples, test.beat_samples
    i, j = steps.next_reference[chosen], steps.next_test[chosen]
    both = (i > 0) & (j > 0) & (i < len(refs)) & (j < len(tests))
    i, j = i[both], j[both]
    whole = ~(reference.after_break[i] | test.after_break[j])
    i, j = i[whole], j[whole]
    if len(i) == 0:
        return None
    difference = (refs[i] - refs[i - 1]) - (tests[j] - tests[j - 1])
    return 1000 / fs * math.sqrt(float((difference.astype(np.float64) ** 2).mean()))
