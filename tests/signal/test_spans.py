"""Spans that overlap, touch or lie in each other are one."""

import numpy as np

from ecgviewer.signal.spans import union


def test_union() -> None:
    a = np.array([[10, 20], [40, 50]])
    b = np.array([[20, 25], [5, 8], [41, 42], [60, 61]])
    assert union(a, b).tolist() == [[5, 8], [10, 25], [40, 50], [60, 61]]
    assert union(np.empty((0, 2), np.int64), a).tolist() == a.tolist()
    assert union(np.empty((0, 2), np.int64)).shape == (0, 2)
