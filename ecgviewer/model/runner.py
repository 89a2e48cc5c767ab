"""One network as it runs here: folded, in its precision, in batches of one size."""

import platform
from functools import partial
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ecgviewer.model.folding import FoldedResnet
from ecgviewer.model.resnet1d import ResNet1d
from ecgviewer.model.slap import Slap
from ecgviewer.runtime.cores import use_one_core
from ecgviewer.runtime.pool import each_thread

Precision = Literal["fp32", "bf16"]
# Windows a call, fp32 and bf16 on a CPU. More do not pay: a call shall take a twentieth of a second
# or less, for it cannot be interrupted; fp32 beside bf16 settles few beats at a time.
_SMALL, _SLOW, _LARGE = (64, 512), (32, 64), (16, 32)
_ROWS_CUDA = 256
_LARGE_FROM, _SLOW_FROM = 1_000_000, 32  # parameters; cells of an LSTM of 400 steps


def engine(device: str) -> str:
    """A name for the kernels of a device, the same wherever answers are the same bit for bit.

    Parameters
    ----------
    device : str
        "cpu" or "cuda".
    """
    if device == "cuda":
        return f"cuda {torch.version.cuda} {torch.cuda.get_device_name()}"
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


class Runner:
    """One network on one device in one precision.

    Every call computes `rows` windows, padded with zeros: a beat's bits do not depend on its
    company.

    Parameters
    ----------
    network : nn.Module
        In evaluation mode; not changed.
    takes_context : bool
        Whether it wants the context beside the window.
    device, precision : str
        Where and how.
    """

    def __init__(
        self, network: nn.Module, *, takes_context: bool, device: str, precision: Precision
    ) -> None:
        self.rows = rows(network, device=device, precision=precision)
        self._device, self._takes_context = device, takes_context
        self._autocast = precision == "bf16"
        if device == "cpu" and isinstance(network, ResNet1d):
            half = torch.bfloat16 if precision == "bf16" else torch.float32
            network, self._autocast = FoldedResnet(network, dtype=half), False
        self._network = network.to(device)

    @torch.inference_mode()
    def votes(
        self, windows: NDArray[np.float32], context: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Sigmoids (n, 5) of windows (n, 2, 400) with context (n, n_columns), n at most `rows`."""
        x = self._padded(windows)
        beside = (self._padded(context),) if self._takes_context else ()
        with torch.autocast(self._device, torch.bfloat16, enabled=self._autocast):
            logits = self._network(x, *beside)
        votes: NDArray[np.float32] = torch.sigmoid(logits.float()).cpu().numpy()
        return votes[: len(windows)]

    def _padded(self, values: NDArray[np.float32]) -> torch.Tensor:
        whole = np.zeros((self.rows, *values.shape[1:]), np.float32)
        whole[: len(values)] = values
        return torch.from_numpy(whole).to(self._device)


def rows(network: nn.Module, *, device: str, precision: Precision) -> int:
    """Windows a call; by the network alone, never by the clock: bits must not depend on it."""
    if device != "cpu":
        return _ROWS_CUDA
    size = _SMALL
    if isinstance(network, Slap) and network.lstm.hidden_size >= _SLOW_FROM:
        size = _SLOW
    elif sum(p.numel() for p in network.parameters()) >= _LARGE_FROM:
        size = _LARGE
    return size[precision == "bf16"]


def use_one_thread() -> None:
    """Compute on one core from now on, the networks too."""
    use_one_core()
    torch.set_num_threads(1)


each_thread.append(partial(torch.set_num_threads, 1))  # of that thread alone
