"""Beats of a reference and of a test annotator, paired one to one in order of time.

The rule is that of ANSI/AAMI EC57 as WFDB's bxb reads it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NONE = -1
_NEVER = 1 << 60  # later than any sample


@dataclass(frozen=True)
class Pairs:
    """Every step of the pairing, in order of time: a pair, a missed beat or an extra one.

    Attributes
    ----------
    reference, test : (m,) int64
        Index of the beat, -1 where the other annotator has none.
    next_reference, next_test : (m,) int64
        The beats that were up when the step was made: those of a pair; of a missed beat, the next
        test beat; of an extra one, the next reference beat. Equal to the number of beats where
        there was none left.
    """

    reference: NDArray[np.int64]
    test: NDArray[np.int64]
    next_reference: NDArray[np.int64]
    next_test: NDArray[np.int64]


def pair(
    reference: NDArray[np.int64],
    test: NDArray[np.int64],
    *,
    match: int,
    first_reference: int = 0,
    first_test: int = 0,
) -> Pairs:
    """Pair beats that lie within the match window of each other.

    The earlier of the two beats that are up pairs with the later one unless the later one has a
    nearer or equally near partner in the beat after the earlier one: on a tie the earlier one
    stays alone.

    Parameters
    ----------
    reference, test : (n,) and (k,) int64
        Ascending samples.
    match : int
        Largest distance of a pair, samples.
    first_reference, first_test : int
        Where to begin.

    Returns
    -------
    Pairs
    """
    refs, tests = reference.tolist(), test.tolist()
    n_refs, n_tests = len(refs), len(tests)
    refs += [_NEVER, _NEVER]
    tests += [_NEVER, _NEVER]
    steps: list[tuple[int, int, int, int]] = []
    i, j = first_reference, first_test
    while i < n_refs or j < n_tests:
        at, found = refs[i], tests[j]
        if found < at:
            matched = at - found <= match and at - found < abs(tests[j + 1] - at)
            alone = (_NONE, j)
        else:
            matched = found - at <= match and found - at < abs(refs[i + 1] - found)
            alone = (i, _NONE)
        one, other = (i, j) if matched else alone
        steps.append((one, other, i, j))
        i += one != _NONE
        j += other != _NONE
    columns = np.array(steps, np.int64).reshape(-1, 4)
    return Pairs(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3])
