"""The context of a scan's beats, made when it is first asked for; classifies nothing."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.model.crew import Stop, carry_out
from ecgviewer.rhythm.context import RecordContext
from ecgviewer.rhythm.shapes import cut_snippets, offsets
from ecgviewer.scanning import Scan
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.params import CONTEXT


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
        self._positions, self._cleaned = result.positions, cleaned
        self._rows = rows
        self._context = RecordContext(
            result.positions, result.before, result.after, cleaned.grid.n_samples
        )
        self._made: dict[int, NDArray[np.float32]] = {}  # stretch -> its columns

    def of(self, indices: NDArray[np.int64], *, stop: Stop = lambda: False) -> NDArray[np.float32]:
        """Context (k, n_columns) of beats; Stopped where `stop`, asked now and then, says so."""
        out = np.empty((len(indices), CONTEXT.columns), np.float32)
        stretch = np.searchsorted(self._context.bounds, indices, side="right") - 1
        for k in np.unique(stretch).tolist():
            part = self._context.beats(k)
            if k not in self._made:
                self._made[k] = self._context.columns(k, self._snippets(part, stop))
            mine = stretch == k
            out[mine] = self._made[k][indices[mine] - part.start]
        return out

    def _snippets(self, part: slice, stop: Stop) -> NDArray[np.float32]:
        positions = self._positions[part]
        reach = offsets()
        n = self._cleaned.grid.n_samples
        low = max(0, int(positions[0] + reach[0]))
        high = min(n, int(positions[-1] + reach[-1]) + 1)
        carry_out(self._cleaned.missing(low, high), stop=stop)
        cleaned = np.nan_to_num(self._cleaned.between(low, high))
        ecg = np.zeros((len(self._rows), high - low), np.float32)
        for i, row in enumerate(self._rows):
            if row is not None:
                ecg[i] = cleaned[row]
        return cut_snippets(ecg, positions - low)
