"""The context of a scan's beats, made when it is first asked for."""

from collections import OrderedDict
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.scan import Scan
from ecgviewer.features.context import RecordContext, neighbourhood, stretch_bounds
from ecgviewer.features.morphology import cut_snippets, offsets
from ecgviewer.runtime.cores import cores
from ecgviewer.runtime.pool import Stop, carry_out
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.params import CONTEXT, Context

_AT_ONCE = 4  # stretches
KEPT = 8  # stretches: those ahead, and what lies to both sides of the screen


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
    in_turn : bool
        Whether beats are asked for in their order: as many stretches are then made at a time as
        there are cores.
    params : Context
        Length of a stretch, and all the rest.
    """

    def __init__(
        self,
        result: Scan,
        cleaned: CleanedSignal,
        rows: tuple[int | None, ...],
        *,
        in_turn: bool = False,
        params: Context = CONTEXT,
    ) -> None:
        self._result, self._cleaned = result, cleaned
        self._rows = rows
        self._ahead = min(cores(), _AT_ONCE) if in_turn else 1
        self._params = params
        self._bounds = stretch_bounds(result.positions, cleaned.grid.n_samples, params)
        # stretch -> its columns; of a week they would take 200 MB
        self._made: OrderedDict[int, NDArray[np.float32]] = OrderedDict()

    @property
    def in_memory(self) -> tuple[int, ...]:
        """Stretches whose columns are there, that asked for last at the end."""
        return tuple(self._made)

    def of(self, indices: NDArray[np.int64], *, stop: Stop = lambda: False) -> NDArray[np.float32]:
        """Context (k, n_columns) of beats; Stopped where `stop`, asked now and then, says so."""
        out = np.empty((len(indices), self._params.columns), np.float32)
        stretch = np.searchsorted(self._bounds, indices, side="right") - 1
        for k in np.unique(stretch).tolist():
            if k not in self._made:
                self._make(k, stop)
            mine = stretch == k
            out[mine] = self._made[k][indices[mine] - self._bounds[k]]
            self._made.move_to_end(k)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        return out

    def _make(self, k: int, stop: Stop) -> None:
        """Make a stretch: its blocks on several threads, or whole stretches where some follow."""
        following = range(k, min(k + self._ahead, len(self._bounds) - 1))
        if len(following) == 1:
            carry_out(self._cleaned.missing(*self._span(k)), stop=stop)
        jobs = [partial(self._columns, i) for i in following if i not in self._made]
        carry_out(jobs, stop=stop)

    def _columns(self, k: int) -> None:
        # with its neighbours, not with the whole: a stretch of a week shall not wait for the week
        margin = neighbourhood(self._params)
        near = slice(max(0, int(self._bounds[k]) - margin), int(self._bounds[k + 1]) + margin)
        result, n_samples = self._result, self._cleaned.grid.n_samples
        context = RecordContext(
            result.positions[near], result.before[near], result.after[near], n_samples, self._params
        )
        self._made[k] = context.columns(k, self._snippets(k))

    def _positions(self, k: int) -> NDArray[np.int64]:
        return self._result.positions[self._bounds[k] : self._bounds[k + 1]]

    def _span(self, k: int) -> tuple[int, int]:
        """Grid samples that a stretch's snippets are cut from."""
        positions = self._positions(k)
        if len(positions) == 0:
            return 0, 0
        reach = offsets(self._params)
        high = min(self._cleaned.grid.n_samples, int(positions[-1] + reach[-1]) + 1)
        return max(0, int(positions[0] + reach[0])), high

    def _snippets(self, k: int) -> NDArray[np.float32]:
        low, high = self._span(k)
        cleaned = np.nan_to_num(self._cleaned.between(low, high))
        ecg = np.zeros((len(self._rows), high - low), np.float32)
        for i, row in enumerate(self._rows):
            if row is not None:
                ecg[i] = cleaned[row]
        return cut_snippets(ecg, self._positions(k) - low, self._params)
