"""Which precision a device computes networks in; the one place that says so.

What a library promises and what it does differ from processor to processor: without AVX-512 torch
convolves in bf16, six times slower than in fp32, and has no LSTM in it. So every kind of layer is
tried, tiny, once a process.
"""

import logging
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

import torch
from torch import nn

from ecgviewer.model.bundle import BundleError
from ecgviewer.model.runner import Precision

_LOG = logging.getLogger(__name__)


class _Layer(NamedTuple):
    """A kind of layer, a tiny one of it, and the shape of an input for that."""

    kind: type[nn.Module]
    make: Callable[[], nn.Module]
    shape: tuple[int, ...]


# The kinds that networks here compute with. Whatever else they hold adds, pools or normalises,
# which torch does in any type everywhere.
_LAYERS = (
    _Layer(nn.Conv2d, partial(nn.Conv2d, 2, 2, (1, 3)), (2, 2, 1, 8)),
    _Layer(nn.Linear, partial(nn.Linear, 2, 2), (2, 2)),
    _Layer(nn.LSTM, partial(nn.LSTM, 2, 2, batch_first=True), (2, 3, 2)),
    _Layer(
        nn.TransformerEncoderLayer,
        partial(nn.TransformerEncoderLayer, 4, 1, 4, dropout=0.0, batch_first=True),
        (2, 3, 4),
    ),
)


def choose(
    wanted: str, networks: Sequence[nn.Module], device: str, *, training: bool = False
) -> Precision:
    """Precision in which networks are computed together.

    Parameters
    ----------
    wanted : str
        "auto", "fp32" or "bf16". "auto" takes bf16 where the device is faster in it and every
        network can be computed in it.
    networks : sequence of nn.Module
        They are looked at, not run.
    device : str
        "cpu" or "cuda".
    training : bool
        Whether they are to be trained, too. Where "auto" then comes out as fp32, a warning is
        logged, once.

    Returns
    -------
    str
        "fp32" or "bf16".

    Raises
    ------
    BundleError
        Where `wanted` is none of the three, or bf16 by name cannot be.
    """
    if wanted not in ("auto", "fp32", "bf16"):
        raise BundleError(f"precision {wanted!r} is none of auto, fp32, bf16")
    if wanted == "fp32":
        return "fp32"
    if wanted == "auto" and not gains_from_bf16(device):
        if training:
            _say(f"training in fp32: {_name(device)} is not faster in bf16")
        return "fp32"
    reason = why_not_bf16(networks, device, training=training)
    if not reason:
        return "bf16"
    if wanted == "bf16":
        raise BundleError(f"precision 'bf16' asked for, but {reason}; use auto or fp32")
    if training:
        _say(f"training in fp32: {reason}")
    return "fp32"


def why_not_bf16(networks: Sequence[nn.Module], device: str, *, training: bool = False) -> str:
    """What keeps networks from being computed in bf16, as half a sentence; empty: nothing does.

    Parameters
    ----------
    networks : sequence of nn.Module
        They are looked at, not run.
    device : str
        "cpu" or "cuda".
    training : bool
        Whether gradients are wanted, too.
    """
    modules = [module for network in networks for module in network.modules()]
    layers = [each for each in _LAYERS if any(isinstance(m, each.kind) for m in modules)]
    ways = (False, True) if training else (False,)
    wrong = [
        each.kind.__name__
        for each in layers
        if not all(_can(each, device, gradients=way) for way in ways)
    ]
    if not wrong:
        return ""
    return f"{_name(device)} does not compute {' or '.join(wrong)} layers in bf16"


@cache
def gains_from_bf16(device: str) -> bool:
    """Whether a device has instructions for bf16: computed without, it is slower than fp32.

    Parameters
    ----------
    device : str
        "cpu" or "cuda".
    """
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # the processor has them, and torch was not told to leave AVX-512 alone
    used = torch.backends.cpu.get_cpu_capability()
    return bool(torch.cpu._is_avx512_bf16_supported()) and used not in ("DEFAULT", "AVX2")


@cache
def _can(layer: _Layer, device: str, *, gradients: bool) -> bool:
    """Whether a kind of layer can be computed in bf16: answers, or gradients too."""
    with torch.inference_mode(False), torch.device("meta"):
        module = layer.make()  # of shapes alone: no random number is drawn
    try:
        with torch.inference_mode(not gradients), torch.set_grad_enabled(gradients):
            for part in module.modules():
                # `to_empty` would do, and import half a thousand modules
                for name, weight in list(part.named_parameters(recurse=False)):
                    zeros = torch.zeros(weight.shape, device=device)
                    setattr(part, name, nn.Parameter(zeros))
            module.train(gradients)
            with torch.autocast(device, torch.bfloat16):
                found = module(torch.zeros(layer.shape, device=device))
            if gradients:
                result = found[0] if isinstance(found, tuple) else found
                result.float().sum().backward()
    except torch.OutOfMemoryError:
        raise  # no answer to the question
    except RuntimeError as error:
        _LOG.debug("%s in bf16 on %s: %s", layer.kind.__name__, device, error)
        return False
    return True


def _name(device: str) -> str:
    return "this graphics card" if device == "cuda" else "this processor"


@cache
def _say(sentence: str) -> None:
    """Log a warning, once a process."""
    _LOG.warning("%s", sentence)
