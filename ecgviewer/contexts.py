"""The context of a scan's beats, made when it is first asked for; classifies nothing."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.rhythm.context import N_CONTEXT, beat_context, stretch_bounds
from ecgviewer.rhythm.shapes import cut_snippets, offsets
from ecgviewer.scanning import Scan
from ecgviewer.signal.denoise import CleanedSignal


class ContextSource:
    """Context of one scan, stretch by stretch of about half an hour.

    A stretch's columns depend on the scan and the cleaned signal alone, never on the order in
    which beats are asked for; what is on screen needs one stretch.

    Parameters
    ----------
    result : Scan
        The beats.
    cleaned : CleanedSignal
        The network inputs' channels.
    rows : tuple of int or None
        Row of `cleaned` for each network input; None: the lead is not there.
    """

    def __init__(self, result: Scan, cleaned: CleanedSignal, rows: tuple[int | None, ...]) -> None:
        self._result, self._cleaned = result, cleaned
        self._rows = rows
        self._bounds = stretch_bounds(result.positions, cleaned.grid.n_samples)
        self._made = np.zeros(len(self._bounds) - 1, np.bool_)
        self._table = np.zeros((result.n_beats, N_CONTEXT), np.float32)

    def of(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Context (k, n_columns) of beats."""
        stretch = np.searchsorted(self._bounds, indices, side="right") - 1
        for k in np.unique(stretch):
            if not self._made[k]:
                self._make(int(k))
        return self._table[indices]

    def _make(self, k: int) -> None:
        result = self._result
        part = slice(int(self._bounds[k]), int(self._bounds[k + 1]))
        made = beat_context(
            result.positions,
            result.before,
            result.after,
            self._bounds,
            self._snippets,
            wanted=np.array([k], np.int64),
        )
        self._table[part] = made[part]
        self._made[k] = True

    def _snippets(self, part: slice) -> NDArray[np.float32]:
        positions = self._result.positions[part]
        reach = offsets()
        n = self._cleaned.grid.n_samples
        low = max(0, int(positions[0] + reach[0]))
        high = min(n, int(positions[-1] + reach[-1]) + 1)
        cleaned = np.nan_to_num(self._cleaned.between(low, high))
        ecg = np.zeros((len(self._rows), high - low), np.float32)
        for i, row in enumerate(self._rows):
            if row is not None:
                ecg[i] = cleaned[row]
        return cut_snippets(ecg, positions - low)
