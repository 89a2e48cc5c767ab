"""What a device can do at best: products of matrices and copies, and what its data sheet says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from bench.days.figures import Figure
from ecgviewer.model import runner  # noqa: F401  # has the pool's threads use one core each
from ecgviewer.runtime.cores import cores
from ecgviewer.runtime.pool import carry_out

_SIDE = {"cuda": 8192, "cpu": 1024}
_COPY_BYTES = {"cuda": 2**30, "cpu": 2**28}
_RUNS = {"cuda": 20, "cpu": 30}


@dataclass(frozen=True)
class Sheet:
    """Dense peak rates of one card, FLOP/s, and its memory's, bytes/s."""

    words: tuple[str, ...]  # all of them are in the card's name as torch gives it
    bf16: float
    fp32: float
    bytes_s: float
    source: str


_H100 = "NVIDIA H100 Tensor Core GPU data sheet, half of the figure with sparsity"
_H200 = "NVIDIA H200 Tensor Core GPU data sheet, half of the figure with sparsity"
_A100 = "NVIDIA A100 Tensor Core GPU data sheet"
# the first whose words are in the name
SHEETS = (
    Sheet(("H200",), 989e12, 67e12, 4.8e12, _H200),
    Sheet(("H100", "NVL"), 835e12, 60e12, 3.9e12, _H100),
    Sheet(("H100", "PCIe"), 756e12, 51e12, 2.0e12, _H100),
    Sheet(("H100",), 989e12, 67e12, 3.35e12, _H100),
    Sheet(("A100", "40GB"), 312e12, 19.5e12, 1.555e12, _A100),
    Sheet(("A100", "PCIe"), 312e12, 19.5e12, 1.935e12, _A100),
    Sheet(("A100",), 312e12, 19.5e12, 2.039e12, _A100),
)


@dataclass(frozen=True)
class Limits:
    """Measured rates of a device: FLOP/s by precision, and bytes/s read and written by a copy."""

    flop_s: dict[str, float]
    bytes_s: float
    sheet: Sheet | None


def sheet_of(card: str) -> Sheet | None:
    """The data sheet of a card by its name; None where it is not known."""
    return next((sheet for sheet in SHEETS if all(word in card for word in sheet.words)), None)


def wait(device: str) -> None:
    """Until the device has done what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()


def fastest(action: Callable[[], object], device: str) -> float:
    """Least seconds of several runs after one that does not count."""
    times = []
    for _ in range(1 + _RUNS[device]):
        wait(device)
        start = time.perf_counter()
        action()
        wait(device)
        times.append(time.perf_counter() - start)
    return min(times[1:])


@torch.inference_mode()
def measure(device: str, *, card: str) -> Limits:
    """Largest rates that this device reaches here.

    Parameters
    ----------
    device : str
        "cpu" or "cuda".
    card : str
        Its name, for the data sheet.
    """
    torch.backends.cuda.matmul.allow_tf32 = False  # fp32 is to be what it says
    side, flop_s = _SIDE[device], {}
    for name, kind in (("bf16", torch.bfloat16), ("fp32", torch.float32)):
        a = torch.randn(side, side, device=device).to(kind)
        # on a CPU one for each core, as networks run: torch's threads on one wait for each other
        outs = [torch.empty_like(a) for _ in range(cores() if device == "cpu" else 1)]
        seconds = fastest(partial(_products, a, outs), device)
        flop_s[name] = len(outs) * 2 * side**3 / seconds
    source = torch.ones(_COPY_BYTES[device] // 4, device=device)
    target = torch.empty_like(source)
    seconds = fastest(partial(target.copy_, source), device)
    return Limits(flop_s, 2 * source.nbytes / seconds, sheet_of(card) if device == "cuda" else None)


def _products(a: Tensor, outs: list[Tensor]) -> None:
    """The square of a matrix (n, n) into each of `outs`, on a CPU at the same time."""
    jobs = [partial(_square, a, out) for out in outs]
    if a.is_cuda:
        for job in jobs:
            job()
    else:
        carry_out(jobs)


@torch.inference_mode()  # of a thread
def _square(a: Tensor, out: Tensor) -> None:
    torch.mm(a, a, out=out)


def figures(limits: Limits, device: str) -> list[Figure]:
    """What was measured, beside the data sheet."""
    sheet, side = limits.sheet, _SIDE[device]
    peer = "data sheet" if sheet else ""
    note = sheet.source if sheet else "no data sheet known"
    rows = [
        Figure(
            f"{precision} product of {side}^3" + ("" if device == "cuda" else ", one a core"),
            rate / 1e12,
            "TFLOP/s",
            peer=peer,
            peer_value=getattr(sheet, precision) / 1e12 if sheet else None,
            note="TF32 off" if precision == "fp32" else note,
        )
        for precision, rate in limits.flop_s.items()
    ]
    copied = Figure(
        f"copy of {_COPY_BYTES[device] // 2**20} MiB, read and written",
        limits.bytes_s / 1e9,
        "GB/s",
        peer=peer,
        peer_value=sheet.bytes_s / 1e9 if sheet else None,
    )
    return [*rows, copied]
