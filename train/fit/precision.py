"""The precision a network is trained in."""

import logging
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from torch import nn

from ecgviewer.model import capability
from ecgviewer.model.runner import Precision

_LOG = logging.getLogger(__name__)


def for_training(network: nn.Module, device: str) -> Precision:
    """Precision in which a network is trained; what keeps it from bf16 is logged once.

    On a card, autocast computes cuDNN's recurrent layers in fp16 whatever type it was given
    (aten/src/ATen/native/cudnn/RNN.cpp), whose gradients vanish below 6e-8 unless the loss is
    scaled, which is not done here: a network that holds one is trained in fp32 there.

    Parameters
    ----------
    network : nn.Module
        It is looked at, not run.
    device : str
        "cpu" or "cuda".

    Returns
    -------
    str
        "fp32" or "bf16".
    """
    if device == "cuda" and any(isinstance(m, nn.RNNBase) for m in network.modules()):
        _say("training in fp32: on a card, recurrent layers would be computed in fp16, not bf16")
        return "fp32"
    return capability.choose("auto", [network], device, training=True)


def of_history(history: Iterable[Mapping[str, Any]]) -> str:
    """The precision of a run's epochs, "bf16 and fp32" where machines differed; "": not known."""
    return " and ".join(sorted({str(h["precision"]) for h in history if "precision" in h}))


@cache
def _say(sentence: str) -> None:
    """Log a warning, once a process."""
    _LOG.warning("%s", sentence)
