"""A cleaned signal where the networks are computed, and windows cut from it there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecgviewer.model.place import Place
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.windows import Bounds, stands_out

_SHARE = 0.2  # of a card's free memory for the signal: a day of two leads takes 250 MB
_BLOCKS = 64  # kept beside a processor, which has the source's own too
_NOT_THERE = -1
_Ints = NDArray[np.int64]


class Source(Protocol):
    """A cleaned signal in blocks, as `signal.denoise.CleanedSignal`."""

    prep: Preprocessing

    @property
    def n_samples(self) -> int: ...
    @property
    def block_size(self) -> int: ...
    def block(self, index: int) -> NDArray[np.float32]: ...


@dataclass(frozen=True)
class Cut:
    """Network inputs of some beats.

    Attributes
    ----------
    values : (n, n_inputs, 400) float32
        In the place; each lead z-scored over the 400 points; zeros where flat, missing or in a gap.
    flat : (n, n_inputs) bool
        Leads given as zeros: nothing is connected, see `signal.windows.normalise`.
    gap : (n, n_inputs) bool
        Leads given as zeros because a sample of theirs in the window is not there.
    empty : (n,) bool
        Windows with nothing in them: every lead is in a gap or flat.
    """

    values: Tensor
    flat: NDArray[np.bool_]
    gap: NDArray[np.bool_]
    empty: NDArray[np.bool_]

    @property
    def read(self) -> NDArray[np.bool_]:
        """(n, n_inputs) leads with something in them."""
        read: NDArray[np.bool_] = self.values.any(dim=2).cpu().numpy()
        return read

    def without(self, unreadable: NDArray[np.bool_]) -> "Cut":
        """The same with some windows (n,) counted as empty, whatever is in them."""
        return replace(self, empty=self.empty | unreadable)

    @property
    def inputs(self) -> Tensor:
        """Windows (m, n_inputs, 400) that have something in them."""
        return self.values[torch.from_numpy(~self.empty).to(self.values.device)]


def join_cuts(parts: Sequence[tuple[_Ints, Cut]]) -> Cut:
    """Windows cut apart, each given with its rows (m,) in the whole, as one."""
    order = torch.from_numpy(np.argsort(np.concatenate([rows for rows, _ in parts])))
    columns = [(cut.flat, cut.gap, cut.empty) for _, cut in parts]
    values = torch.cat([cut.values for _, cut in parts])
    if len(parts) > 1:
        values = values[order.to(values.device)]
    flat, gap, empty = (np.concatenate(c)[order.numpy()] for c in zip(*columns, strict=True))
    return Cut(values, flat, gap, empty)


class DeviceSignal:
    """Blocks of a cleaned signal, each moved once, the last few kept; windows are cut in the place.

    The windows are those of `signal.windows.cut_windows`: the samples bit for bit, the z-scores in
    float64 but for the order in which they are summed.

    Parameters
    ----------
    source : Source
        The cleaned leads in blocks longer than a window; asked for one when a window wants it.
    rows : sequence of int or None
        Row of the source for each network input; None gives zeros (lead not present).
    place : Place
        Where windows are wanted.
    """

    def __init__(self, source: Source, rows: Sequence[int | None], *, place: Place) -> None:
        self._source, self._place = source, place
        self._rows = [row for row in rows if row is not None]
        self._inputs = [i for i, row in enumerate(rows) if row is not None]
        self._n_inputs = len(rows)
        size = source.block_size
        n_blocks = -(-source.n_samples // size)
        where = place.torch_device
        with place.watched():
            self._slots = max(2, min(n_blocks, self._most(4 * size * max(1, len(self._rows)))))
            self._signal = torch.empty((len(self._rows), self._slots * size), device=where)
        self._slot_of = np.full(n_blocks, _NOT_THERE)
        self._block_in = np.full(self._slots, _NOT_THERE)
        self._next = 0

    def _most(self, block_bytes: int) -> int:
        """Blocks that there is room for."""
        free = self._place.free_bytes()
        return _BLOCKS if free is None else max(2, int(_SHARE * free) // block_bytes)

    def cut(self, bounds: Bounds) -> Cut:
        """Cut and normalise windows.

        Parameters
        ----------
        bounds : Bounds
            Where to cut, n windows.

        Raises
        ------
        PlaceFailed
            Where a graphics card cannot go on.
        """
        found: list[Cut] = []
        # on a processor, on one thread: torch's own would wait for each other, see `runtime.pool`
        with self._place.watched():
            self._place.carry_out([lambda: found.append(self._cut(bounds))], stop=lambda: False)
        return found[0]

    @torch.inference_mode()
    def _cut(self, bounds: Bounds) -> Cut:
        size, n = self._source.block_size, self._source.n_samples
        low, high = bounds.start.clip(0, n), bounds.stop.clip(0, n)
        first, last = low // size, np.maximum(high - 1, low) // size
        first, last = (each.clip(0, max(0, len(self._slot_of) - 1)) for each in (first, last))
        where = self._place.torch_device
        raw = torch.zeros((len(low), self._n_inputs, self._source.prep.window), device=where)
        if self._inputs and n:
            for turn in self._turns(first, last):
                self._fetch(np.unique([first[turn], last[turn]]).tolist())
                there = torch.from_numpy(turn).to(where)[:, None]
                raw[there, torch.tensor(self._inputs, device=where)] = self._raw(
                    bounds.start[turn], low[turn], high[turn], first[turn], last[turn]
                )
        return self._normalised(raw)

    def _turns(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Windows by turns, those of a turn within as many blocks as there are slots."""
        order = np.argsort(first, kind="stable")
        if len(np.unique([first, last])) <= self._slots:
            return [order]
        # a window of block k may reach into the next
        group = first[order] // max(1, self._slots - 1)
        return np.split(order, np.flatnonzero(np.diff(group)) + 1)

    def _fetch(self, wanted: Sequence[int]) -> None:
        """Move blocks that are not there."""
        size = self._source.block_size
        for block in wanted:
            if self._slot_of[block] != _NOT_THERE:
                continue
            while self._block_in[self._next] in wanted:  # of this very turn
                self._next = (self._next + 1) % self._slots
            slot, self._next = self._next, (self._next + 1) % self._slots
            if self._block_in[slot] != _NOT_THERE:
                self._slot_of[self._block_in[slot]] = _NOT_THERE
            # not known to be there before it is: cleaning or moving it may fail
            self._block_in[slot] = _NOT_THERE
            core = torch.from_numpy(self._source.block(block)[self._rows])
            begin = slot * size
            self._signal[:, begin : begin + core.shape[1]] = core.to(self._signal.device)
            self._block_in[slot], self._slot_of[block] = block, slot

    def _raw(self, start: _Ints, low: _Ints, high: _Ints, first: _Ints, last: _Ints) -> Tensor:
        """Samples (n, n_leads, 400), zeros beyond a window's end and beyond the record.

        `low` and `high` are the ends within the record, `first` and `last` the blocks they lie in.
        """
        size = self._source.block_size
        slots = self._slot_of[first], self._slot_of[last]
        # where sample 0 of the window would lie, were all of it in the first block, or in the last
        places = [start + (s - b) * size for s, b in zip(slots, (first, last), strict=True)]
        columns = np.stack([*places, last * size - start, low - start, high - start], axis=1)
        a, b, boundary, begin, end = (
            torch.from_numpy(columns).to(self._signal.device)[:, :, None].unbind(1)
        )
        k = torch.arange(self._source.prep.window, device=self._signal.device)
        index = k + torch.where(k < boundary, a, b)  # (n, 400)
        inside = (k >= begin) & (k < end)
        found = self._signal[:, index.clamp_(0, self._signal.shape[1] - 1)]  # (n_leads, n, 400)
        return found.masked_fill_(~inside, 0.0).transpose(0, 1)

    def _normalised(self, raw: Tensor) -> Cut:
        missing = raw.sum(dim=2).isnan()  # of each lead: one spoils no other
        x = torch.where(missing[:, :, None], 0.0, raw).double()
        x -= x.mean(dim=2, keepdim=True)
        sd = (x * x).mean(dim=2, keepdim=True).sqrt()
        quiet = sd[:, :, 0] < self._source.prep.flat_uv / 1000  # mV
        flat = quiet & ~stands_out(x.abs().amax(dim=2), sd[:, :, 0])
        values = torch.where(flat[:, :, None], 0.0, x / torch.where(sd > 0, sd, 1.0)).float()
        present = torch.zeros(self._n_inputs, dtype=torch.bool)
        present[self._inputs] = True
        gap = missing.cpu().numpy()
        return Cut(
            values,
            (flat.cpu() & present).numpy() & ~gap,
            gap,
            (missing | flat).all(dim=1).cpu().numpy(),
        )
