"""One-to-one pairing of found beats with reference beats, the nearest first."""

import numpy as np
from numpy.typing import NDArray


def pair(
    reference: NDArray[np.int64], found: NDArray[np.int64], *, tolerance: int
) -> NDArray[np.int64]:
    """Index of the found beat for each reference beat, -1 where it was missed.

    Parameters
    ----------
    reference, found : (n,) and (m,) int64
        Ascending positions in samples.
    tolerance : int
        Largest distance of a pair, samples.

    Returns
    -------
    (n,) int64
    """
    partner = np.full(len(reference), -1, np.int64)
    low = np.searchsorted(found, reference - tolerance)
    high = np.searchsorted(found, reference + tolerance, side="right")
    candidates = [
        (abs(int(found[j] - reference[i])), i, j)
        for i in range(len(reference))
        for j in range(low[i], high[i])
    ]
    taken = np.zeros(len(found), np.bool_)
    for _, i, j in sorted(candidates):
        if partner[i] < 0 and not taken[j]:
            partner[i], taken[j] = j, True
    return partner
