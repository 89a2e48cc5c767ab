"""A network and its weights put together: shapes are compared before memory is taken for them."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from torch import Tensor, nn

from ecgviewer.model.architectures import ARCHITECTURES
from ecgviewer.model.card_checks import CardError

# Of all members of an ensemble together, three times the largest shipped. Loading one takes six
# times its file: bytes, fp16, fp32 and the network.
MAX_WEIGHTS_BYTES = 48 * 2**20
_MAX_HEADER_BYTES = 2**20  # the table of the tensors; of 218 it has 20 kB
_LENGTH_BYTES = 8  # of the length that comes before it
_TYPES = (torch.float16, torch.bfloat16, torch.float32, torch.int64)


def build(architecture: str, arguments: Mapping[str, Any], weights: bytes) -> nn.Module:
    """A network with its weights, float32, on the processor.

    Parameters
    ----------
    architecture : str
        A row of `ARCHITECTURES`.
    arguments : mapping
        As `check_arguments` lets them pass.
    weights : bytes
        Contents of a safetensors file.

    Raises
    ------
    CardError
        Where names, shapes or types are not those of the network, or a value is none that a
        trained network has.
    """
    tensors = _tensors(weights)
    with torch.device("meta"):  # shapes alone: what the file does not hold is never allocated
        wanted = ARCHITECTURES[architecture](**arguments).state_dict()
    if missing := sorted(set(wanted) - set(tensors)):
        raise CardError(f"{len(missing)} tensors are missing, such as {missing[0]}")
    if unknown := sorted(set(tensors) - set(wanted)):
        raise CardError(f"{len(unknown)} tensors are unknown, such as {unknown[0][:80]}")
    for name, tensor in tensors.items():
        _check(name, tensor, wanted[name])
    network = ARCHITECTURES[architecture](**arguments)
    try:
        network.load_state_dict({k: _widen(v) for k, v in tensors.items()})
    except RuntimeError as error:
        raise CardError(str(error).splitlines()[0]) from error
    return network


def _tensors(weights: bytes) -> dict[str, Tensor]:
    header = int.from_bytes(weights[:_LENGTH_BYTES], "little")
    if not header <= min(_MAX_HEADER_BYTES, len(weights)):
        raise CardError(f"its table of tensors has {header:,} bytes")
    try:
        return load_safetensors(weights)
    except (SafetensorError, RuntimeError, ValueError, KeyError, TypeError) as error:
        reason = str(error).splitlines() or ["no safetensors file"]
        raise CardError(reason[0][:200]) from error


def _check(name: str, tensor: Tensor, wanted: Tensor) -> None:
    """Refuse a tensor of another shape or type, and values that make every answer NaN."""
    if tensor.shape != wanted.shape:
        found, expected = tuple(tensor.shape), tuple(wanted.shape)
        raise CardError(f"{name} is {found}, expected {expected}")
    if tensor.dtype not in _TYPES or tensor.is_floating_point() != wanted.is_floating_point():
        raise CardError(f"{name} is of type {tensor.dtype}")
    if tensor.is_floating_point():
        low = float(tensor.amin()) if tensor.numel() else 0.0
        high = float(tensor.amax()) if tensor.numel() else 0.0
        if not (math.isfinite(low) and math.isfinite(high)):
            raise CardError(f"{name} holds values that are not finite")
        # a variance is never below 0, and by a spread is divided
        if (name.endswith("running_var") and low < 0) or (name == "head.spread" and low <= 0):
            raise CardError(f"{name} holds {low:g}, which is no spread")


def _widen(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor
