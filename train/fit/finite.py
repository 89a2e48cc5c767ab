"""A training that has left the numbers."""

import math

import torch
from torch import nn

from train.config import ConfigError

_END = "the training ends, and these weights are not saved"


class LossError(ConfigError):
    """The loss, or a weight, is no number any more: nothing that follows can be used."""


def check_loss(loss: float, *, where: str) -> None:
    """LossError where a loss is infinite or none; `where` begins its sentence."""
    if not math.isfinite(loss):
        raise LossError(f"{where}: the loss is {loss}; {_END}")


def check_weights(network: nn.Module, *, where: str) -> None:
    """LossError where a parameter is not finite; waits for the device."""
    whole = [torch.isfinite(p).all() for p in network.parameters()]
    if whole and not torch.stack(whole).all():
        raise LossError(f"{where}: a weight is no number; {_END}")
