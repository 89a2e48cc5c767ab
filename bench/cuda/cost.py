"""What the networks of an ensemble compute and move for one beat, by counting and by formula."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from bench.days.figures import Figure
from ecgviewer.model.bundle import Member

ROWS = 256  # beats that share one reading of the weights; twice as many change little
_N = 4  # beats counted on


@dataclass(frozen=True)
class Cost:
    """Of one beat through all members.

    Attributes
    ----------
    flop : float
        Multiplications and additions of products and convolutions, two for each pair; what adds,
        pools and normalises is not counted.
    elements : float
        Values that layers read and write. Fused layers move fewer.
    parameters : int
        Values of all members' weights, read once a call of `ROWS` beats at least.
    """

    flop: float
    elements: float
    parameters: int

    def bytes_a_beat(self, precision: str) -> float:
        """Bytes moved for one beat, in "bf16" or "fp32"."""
        size = 2 if precision == "bf16" else 4
        return size * (self.elements + self.parameters / ROWS)


def of(members: Sequence[Member]) -> Cost:
    """Count all members, once, on a few beats."""
    counted = [
        _of_network(m.network, n_context=m.card.arguments.get("n_context", 0)) for m in members
    ]
    return Cost(
        sum(c.flop for c in counted),
        sum(c.elements for c in counted),
        sum(c.parameters for c in counted),
    )


@torch.no_grad()
def _of_network(network: nn.Module, *, n_context: int) -> Cost:
    network = copy.deepcopy(network).float().cpu().eval()  # hooks stay off the one in use
    lstms = {name: m for name, m in network.named_modules() if isinstance(m, nn.LSTM)}
    flop, elements = 0.0, 0.0

    def seen(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        nonlocal flop, elements
        made = output[0] if isinstance(output, tuple) else output
        elements += inputs[0].numel() + made.numel()
        if isinstance(module, nn.LSTM):
            flop += lstm_flop(module, inputs[0])
            # between two layers the states are written and read
            elements += 2 * (module.num_layers - 1) * made.numel()

    for module in network.modules():
        if not list(module.children()):
            module.register_forward_hook(seen)
    windows = torch.randn(_N, 2, 400)
    beside = (torch.randn(_N, n_context),) if n_context else ()
    counter = FlopCounterMode(display=False)
    with counter:
        network(windows, *beside)
    counts = counter.get_flop_counts()
    flop += sum(counts.get("Global", {}).values())
    # where the counter does see an LSTM's products, the formula has them already
    root = type(network).__name__
    flop -= sum(sum(counts.get(f"{root}.{name}", {}).values()) for name in lstms)
    parameters = sum(p.numel() for p in network.parameters())
    return Cost(flop / _N, elements / _N, parameters)


def figures(cost: Cost, *, name: str) -> list[Figure]:
    """One beat's, in both precisions."""
    note = "what layers read and write, each by itself; fused ones move less"
    return [
        Figure(f"{name}: a beat", cost.flop / 1e6, "MFLOP", note="LSTMs by formula"),
        *(
            Figure(f"{name}: a beat moves, {p}", cost.bytes_a_beat(p) / 1e6, "MB", note=note)
            for p in ("bf16", "fp32")
        ),
    ]


def lstm_flop(lstm: nn.LSTM, inputs: Tensor) -> float:
    """Of an LSTM's products over inputs (n, steps, n_in), batch first: four gates a cell."""
    n, steps, n_in = inputs.shape
    cells, total = lstm.hidden_size, 0.0
    for layer in range(lstm.num_layers):
        width = n_in if layer == 0 else cells
        total += 2 * 4 * cells * (width + cells)
    return n * steps * total
