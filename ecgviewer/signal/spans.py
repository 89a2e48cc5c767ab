"""Half-open spans of samples."""

import numpy as np
from numpy.typing import NDArray


def union(*spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """Everything that lies in some of the spans.

    Parameters
    ----------
    *spans : (m, 2) int64
        Half-open, in any order; they may meet.

    Returns
    -------
    (k, 2) int64
        Ascending and apart: neighbours that touch are one.
    """
    every = np.concatenate(spans)
    if len(every) == 0:
        return every
    every = every[np.argsort(every[:, 0], kind="stable")]
    reached = np.maximum.accumulate(every[:, 1])
    first = np.concatenate([[True], every[1:, 0] > reached[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.stack([every[first, 0], reached[last]], axis=1)
