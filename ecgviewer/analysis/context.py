"""The context of a scan's beats, made when it is first asked for."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.inputs import rows_of
from ecgviewer.analysis.leads import Reading
from ecgviewer.beats.scan import Scan
from ecgviewer.features.context import RecordContext, neighbourhood, stretch_bounds
from ecgviewer.features.morphology import cut_snippets, offsets
from ecgviewer.runtime.cores import cores
from ecgviewer.runtime.pool import Stop, Stopped, carry_out
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.params import CONTEXT, Context
from ecgviewer.signal.rpeaks.detect import refine_all

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
    parts : sequence of Reading
        From which leads the beats are read. A beat is compared with those beats of its stretch
        for which the same leads are there, by these leads alone.
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
        parts: Sequence[Reading],
        *,
        in_turn: bool = False,
        params: Context = CONTEXT,
    ) -> None:
        self._result, self._cleaned = result, cleaned
        self._parts = tuple(parts)
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
        jobs = [partial(self._columns, i, stop) for i in following if i not in self._made]
        carry_out(jobs, stop=stop)

    def _columns(self, k: int, stopped: Stop) -> None:
        def ask() -> None:
            if stopped():
                raise Stopped

        first, stop = int(self._bounds[k]), int(self._bounds[k + 1])
        out = np.zeros((stop - first, self._params.columns), np.float32)
        for part in self._parts:
            wanted, among = (part.mine & part.there)[first:stop], part.there[first:stop]
            if wanted.any():
                # with its neighbours, not the whole: a stretch of a week shall not wait for it
                margin = neighbourhood(self._params)
                near = slice(max(0, first - margin), stop + margin)
                seen = self._seen(part, near)
                context = RecordContext(*seen, self._cleaned.grid.n_samples, self._params)
                here = slice(first - near.start, stop - near.start)
                positions = seen[0][here][among]
                snippets = self._snippets(positions, rows_of(part.inputs, self._cleaned.leads))
                columns = context.columns_among(here, among, snippets, ask=ask)
                out[wanted] = columns[wanted[among]]
        self._made[k] = out

    def _seen(
        self, part: Reading, near: slice
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """R peaks of some beats and the marks before and after, as the leads of a part have them.

        Where a beat is read from other leads its R peak was found in those, up to 60 ms off.
        """
        positions, before, after = (
            each[near].copy()
            for each in (self._result.positions, self._result.before, self._result.after)
        )
        others = np.flatnonzero((part.there & ~part.mine)[near])
        if len(others):
            old, leads = positions.copy(), tuple(i for i in part.inputs if i is not None)
            positions[others] = refine_all(
                self._cleaned.grid, old[others], leads, self._result.detection
            )
            for marks, at, beside in (
                (before, slice(1, None), slice(None, -1)),
                (after, slice(None, -1), slice(1, None)),
            ):
                is_beat = marks[at] == old[beside]  # no flutter wave between
                marks[at][is_beat] = positions[beside][is_beat]
        return positions, before, after

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

    def _snippets(
        self, positions: NDArray[np.int64], rows: tuple[int | None, ...]
    ) -> NDArray[np.float32]:
        reach, n_samples = offsets(self._params), self._cleaned.grid.n_samples
        low = max(0, int(positions[0] + reach[0]))
        high = min(n_samples, int(positions[-1] + reach[-1]) + 1)
        cleaned = self._cleaned.between(low, high)
        ecg = np.zeros((len(rows), high - low), np.float32)
        for i, row in enumerate(rows):
            if row is not None:
                ecg[i] = np.nan_to_num(cleaned[row])
        return cut_snippets(ecg, positions - low, self._params)
