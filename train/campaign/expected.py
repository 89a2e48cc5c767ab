"""How long a run would take: on an assumed card at first, as measured once one was.

The assumption: a step of the optimizer takes as long as the CPU needs to start its kernels or as
the card needs for the arithmetic, whichever is longer, and an LSTM over time a fixed time a step of
time and layer, for these wait for each other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from ecgviewer.signal.params import CONTEXT
from train.campaign.book import Book
from train.campaign.plan import Item
from train.compare.classifier import Settings
from train.config import Config
from train.fit.trainer import ask, build

CARD = "a data-centre card that nothing was measured on"
_KERNEL_S = 10e-6  # to start one
_KERNELS = 14  # a layer with weights: forward, backward, casts
_FLOPS = 1e14  # a second, bf16, of convolutions as small as these
_LSTM_S = 25e-6  # a step of time and layer, forward and backward
_FORWARD = 0.4  # of these, validation alone
_VALIDATION_BATCH = 512
_AROUND = 0.25  # minutes of a comparison beside its training: building, scoring
# beats to train on, to validate on, share of N among the former
_BEATS = {
    "paper": (78_834, 19_711, 0.83),
    "ds1": (51_000, 2_000, 0.90),
    "ds1+svdb+paced": (120_000, 3_000, 0.83),
}


_assumed: dict[str, float] = {}  # by kind: a network is built to count what it does


@dataclass(frozen=True)
class Expected:
    """How long, and how it is known.

    Attributes
    ----------
    minutes : float
        To come.
    epoch_s : float
        Of one epoch; 0 for a comparison.
    source : str
        "measured" or "assumed".
    """

    minutes: float
    epoch_s: float
    source: str


def kind_of(config: Config) -> str:
    """What epochs of equal length have in common."""
    aug = "augmented" if config.augment.any else "plain"
    told = json.dumps(config.arguments, sort_keys=True)
    words = (config.architecture, told, config.protocol, aug, config.batch, config.keep_normal)
    return " ".join(map(str, words))


def expected(
    item: Item, book: Book, unfinished: Mapping[str, Any] | None, *, machine: str, share: float
) -> Expected:
    """Minutes an item would take from where it is.

    Parameters
    ----------
    item : Item
        Of the plan.
    book : Book
        What is finished: epochs on the same machine are taken from it.
    unfinished : mapping, optional
        `kind`, `machine`, `epochs` and `seconds` of the run that was left, and its `name`.
    machine : str
        Name of the card, or "cpu".
    share : float
        Of the beats.
    """
    if isinstance(item.work, Settings):
        return Expected(item.work.max_minutes + _AROUND, 0.0, "assumed")
    kind, done = kind_of(item.work), 0
    seen = [dict(r["pace"]) for r in book.runs.values()]
    if unfinished:
        seen.append(dict(unfinished))
        done = int(unfinished["epochs"]) if unfinished["name"] == item.name else 0
    alike = [p for p in seen if p["kind"] == kind and p["machine"] == machine and p["epochs"]]
    if alike:
        epoch_s = sum(p["seconds"] for p in alike) / sum(p["epochs"] for p in alike)
        return Expected(max(1, item.epochs - done) * epoch_s / 60, epoch_s, "measured")
    epoch_s = assumed_epoch_s(item.work) * share
    return Expected(max(1, item.epochs - done) * epoch_s / 60, epoch_s, "assumed")


def assumed_epoch_s(config: Config) -> float:
    """Seconds of one epoch with its validation on the assumed card."""
    key = f"{kind_of(config)} {config.validate_beats}"
    if key not in _assumed:
        _assumed[key] = _assume(config)
    return _assumed[key]


def _assume(config: Config) -> float:
    train, validation, normal = _BEATS[config.protocol]
    beats = train * (1 - normal * (1 - config.keep_normal))
    if config.validate_beats:
        validation = min(validation, config.validate_beats)
    network = build(config)
    flop = _flop(network)
    layers = sum(any(True for _ in m.parameters(recurse=False)) for m in network.modules())
    waits = _lstm_steps(network) * _LSTM_S

    def step(n: int, share: float) -> float:
        return max(layers * _KERNELS * _KERNEL_S * share, 3 * share * flop * n / _FLOPS) + (
            waits * share
        )

    steps = beats / config.batch
    return steps * step(config.batch, 1.0) + validation / _VALIDATION_BATCH * step(
        _VALIDATION_BATCH, _FORWARD
    )


def _flop(network: nn.Module) -> float:
    """Of one beat, forward, in convolutions: what else there is, is small beside them."""
    counted: list[float] = []

    def count(module: nn.Module, _: object, out: torch.Tensor) -> None:
        assert isinstance(module, nn.Conv2d)
        counted.append(2.0 * out.numel() * module.weight[0].numel())

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    windows = torch.zeros(1, 2, 400)
    context = None
    if getattr(network, "takes_context", False):
        context = torch.zeros(1, CONTEXT.columns)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several would wait for each other longer than one beat takes
    try:
        with torch.inference_mode():
            ask(network.eval(), windows, context)
    finally:
        torch.set_num_threads(threads)
    return sum(counted)


def _lstm_steps(network: nn.Module) -> int:
    """Steps of time by layers; a reading over the leads has two."""
    found = [m for m in network.modules() if isinstance(m, nn.LSTM)]
    return sum(m.num_layers * (2 if m.input_size == 400 else 400) for m in found)
