"""One network as it runs here: folded, in its precision, in batches of one size."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from ecgviewer.model.folding import FoldedResnet
from ecgviewer.model.place import Compute, Place
from ecgviewer.model.resnet1d import ResNet1d
from ecgviewer.model.slap import Slap
from ecgviewer.runtime.cores import use_one_core
from ecgviewer.runtime.pool import each_thread

Precision = Literal["fp32", "bf16"]
# Windows a call, fp32 and bf16 on a processor. More do not pay: a call shall take a twentieth of a
# second or less, for it cannot be interrupted; fp32 beside bf16 settles few beats at a time.
_SMALL, _SLOW, _LARGE = (64, 512), (32, 64), (16, 32)
_WORKSPACE = 8  # times what a layer reads and writes: cuDNN's own memory, the LSTM's gates
_LARGE_FROM, _SLOW_FROM = 1_000_000, 32  # parameters; cells of an LSTM of 400 steps


@dataclass(frozen=True)
class Call:
    """One call: which windows of those asked for, and to how many they are padded."""

    part: slice
    rows: int


class Runner:
    """One network in one place in one precision.

    Every call computes as many windows as `rows` has it, padded with zeros: on a processor a beat's
    bits do not depend on its company.

    Parameters
    ----------
    network : nn.Module
        In evaluation mode, on the processor; not changed and not moved.
    n_columns : int
        Columns of context it wants beside the window; 0: none.
    place : Place
        Where.
    precision : str
        How.
    """

    def __init__(
        self, network: nn.Module, *, n_columns: int, place: Place, precision: Precision
    ) -> None:
        self.place, self._n_columns = place, n_columns
        usual = _usual_rows(network, precision=precision)
        self.rows = place.rows(partial(bytes_a_window, network, n_columns=n_columns), usual=usual)
        # On a card LSTMs stay in fp32: asked for bf16, torch's autocast hands cuDNN fp16, and what
        # an LSTM of 400 steps waits for there is its steps, not its arithmetic.
        self._autocast = precision == "bf16" and place.name == "cpu"
        # an LSTM on a card is one call of cuDNN's; a ResNet is a hundred small kernels
        self._repeats = isinstance(network, ResNet1d)
        if isinstance(network, ResNet1d):
            half = torch.bfloat16 if precision == "bf16" else torch.float32
            network, self._autocast = FoldedResnet(network, dtype=half), False
        elif place.torch_device.type != "cpu":
            network = copy.deepcopy(network)  # the one on the processor settles close calls
        self._network = network.to(place.torch_device)
        self._ready: dict[int, Compute] = {}

    def calls(self, n: int) -> list[Call]:
        """Calls that n windows take: one where no more than half of it is padding, or several."""
        calls, start = [], 0
        while start < n:
            left = n - start
            holding = [r for r in self.rows if left <= r <= 2 * left]
            filled = [r for r in self.rows if r <= left]
            rows = (holding or filled[-1:] or self.rows)[0]
            calls.append(Call(slice(start, min(start + rows, n)), rows))
            start += rows
        return calls

    def shrink(self) -> bool:
        """Compute fewer windows a call from now on; False where they are the fewest already."""
        self._ready.clear()
        can = len(self.rows) > 1
        if can:
            self.rows = self.rows[:-1]
        return can

    @torch.inference_mode()
    def votes(self, windows: Tensor, context: Tensor, *, rows: int) -> Tensor:
        """Sigmoids of some windows.

        Parameters
        ----------
        windows : (n, 2, 400) float32
            In the place, n at most `rows`.
        context : (n, n_columns) float32
            Likewise; without columns where the network takes none.
        rows : int
            Windows to compute.

        Returns
        -------
        (n, 5) float32
            In the place; a card may still be at it.
        """
        inputs = [_padded(windows, rows)]
        if self._n_columns:
            inputs.append(_padded(context, rows))
        if rows not in self._ready:
            ready = self.place.made_ready if self._repeats else _as_it_is
            self._ready[rows] = ready(self._compute, inputs)
        return self._ready[rows](*inputs)[: len(windows)]

    def _compute(self, *inputs: Tensor) -> Tensor:
        with torch.autocast(self.place.torch_device.type, torch.bfloat16, enabled=self._autocast):
            logits = self._network(*inputs)
        return torch.sigmoid(logits.float())


def _as_it_is(compute: Compute, _: Sequence[Tensor]) -> Compute:
    return compute


def _padded(values: Tensor, rows: int) -> Tensor:
    if len(values) == rows:
        return values
    whole = values.new_zeros((rows, *values.shape[1:]))
    whole[: len(values)] = values
    return whole


def _usual_rows(network: nn.Module, *, precision: Precision) -> int:
    """Windows a call; by the network alone, never by the clock: bits must not depend on it."""
    size = _SMALL
    if isinstance(network, Slap) and network.lstm.hidden_size >= _SLOW_FROM:
        size = _SLOW
    elif sum(p.numel() for p in network.parameters()) >= _LARGE_FROM:
        size = _LARGE
    return size[precision == "bf16"]


@torch.inference_mode()
def bytes_a_window(network: nn.Module, *, n_columns: int) -> int:
    """Memory that one window takes while a network computes it, generously, in bytes.

    The layer that reads and writes most, times what its kernels may want beside that.
    """
    largest = 0

    def look(_: nn.Module, given: tuple[Tensor, ...], found: object) -> None:
        nonlocal largest
        tensors = [*given, found[0] if isinstance(found, tuple) else found]
        sizes = [4 * t.numel() for t in tensors if isinstance(t, Tensor)]
        largest = max(largest, sum(sizes))

    hooks = [m.register_forward_hook(look) for m in network.modules() if not list(m.children())]
    try:
        where = next(network.parameters()).device
        windows = torch.zeros(1, 2, 400, device=where)
        network(windows, *([torch.zeros(1, n_columns, device=where)] if n_columns else []))
    finally:
        for hook in hooks:
            hook.remove()
    return max(1, _WORKSPACE * largest)


def use_one_thread() -> None:
    """Compute on one core from now on, the networks too."""
    use_one_core()
    torch.set_num_threads(1)


each_thread.append(partial(torch.set_num_threads, 1))  # of that thread alone
