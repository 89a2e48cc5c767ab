"""A checkpoint small enough to travel: four bytes or so a weight where a whole one takes twelve.

A network of up to `EXACT` parameters is kept to the last bit, and goes on as if it had not stopped.
Of a larger one, every tensor of `SMALL` values or more is rounded: weights to 16 bits of mantissa
(2^-17, relative), Adam's second moment to 8 bits on a scale of its root (2 %), its first to 8 bits
of its ratio to that root (1/127 of the largest of 1,024 neighbours). Then it does not.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from ecgviewer.model.bundle import narrow
from train.config import ConfigError
from train.fit.checkpoint import State
from train.fit.epoch import Position

EXACT = 500_000  # parameters
SMALL = 4_096  # values of a tensor that are never rounded
_CODED = b"zlib"  # begins a checkpoint whose bytes are coded
_BLOCK = 1_024
_OCTAVES = 16.0  # below the largest root of a block, told apart
_PER_OCTAVE = 254 / _OCTAVES  # codes


@dataclass(frozen=True)
class Kept:
    """What a checkpoint holds beside the state of the run.

    Attributes
    ----------
    position : Position or None
        Within the epoch.
    answers : (n, 5) float32 Tensor or None
        Sigmoids of the best epoch's network on the validation rows.
    answered : int
        The epoch that gave them.
    """

    position: Position | None
    answers: Tensor | None
    answered: int


def pack(
    state: State, kept: Kept, *, config: dict[str, Any], best: bool, exact: int = EXACT
) -> bytes:
    """One checkpoint.

    Parameters
    ----------
    state : State
        Of a run.
    kept : Kept
        What goes with it.
    config : dict
        The configuration as plain data.
    best : bool
        Whether the best weights so far are kept, in fp16, as they would ship.
    exact : int
        Parameters up to which nothing is rounded.
    """
    rounds = sum(p.numel() for p in state.network.parameters()) > exact
    tensors = dict(_coded("w", state.network.state_dict(), rounds=rounds))
    steps: dict[str, float] = {}
    for k, moments in state.optimizer.state_dict()["state"].items():
        steps[str(k)] = float(moments["step"])
        tensors |= _moments(str(k), moments["exp_avg"], moments["exp_avg_sq"], rounds=rounds)
    if best and state.best_weights:
        tensors |= {f"best.{k}": _planes(v) for k, v in narrow(dict(state.best_weights)).items()}
    if kept.answers is not None:
        tensors["answers"] = pack_sigmoids(kept.answers)
    position = kept.position
    if position is not None:
        tensors |= {f"position.{k}": v.cpu() for k, v in position.tensors.items()}
    told = {
        "config": config,
        "steps": steps,
        "epoch": state.epoch,
        "best_epoch": state.best_epoch,
        "best_score": state.best_score if state.best_epoch >= 0 else None,
        "seconds": state.seconds,
        "history": state.history,
        "answered": kept.answered,
        "position": [position.batch, position.device] if position else None,
    }
    whole = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    return _smaller(save(whole, {"told": json.dumps(told)}))


def restore(data: bytes, state: State, *, config: dict[str, Any], where: str) -> Kept:
    """Put a checkpoint into the state of a run of the same configuration.

    ConfigError where another configuration made it, or it does not fit.
    """
    told, tensors = read(data, where=where)
    if told["config"] != config:
        differing = [k for k in config if told["config"].get(k) != config[k]]
        raise ConfigError(
            f"{where}: was made by another configuration ({', '.join(differing)}); not resumed"
        )
    like = state.network.state_dict()
    try:
        state.network.load_state_dict({k: _decoded("w", k, v, tensors) for k, v in like.items()})
        optimizer = state.optimizer.state_dict()
        parameters = [p for group in state.optimizer.param_groups for p in group["params"]]
        optimizer["state"] = {
            int(k): {
                "step": torch.tensor(step),
                **_read_moments(k, parameters[int(k)], tensors),
            }
            for k, step in told["steps"].items()
        }
        state.optimizer.load_state_dict(optimizer)
    except (KeyError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{where}: does not fit its configuration ({reason})") from error
    for p, moments in state.optimizer.state.items():
        for k in ("exp_avg", "exp_avg_sq"):
            moments[k] = torch.empty_like(p).copy_(moments[k])  # laid out as the weights are
    best_score = told["best_score"]
    state.epoch, state.best_epoch = told["epoch"], told["best_epoch"]
    state.best_score = -float("inf") if best_score is None else best_score
    state.seconds, state.history = told["seconds"], told["history"]
    best = {k: _from_planes(v, like[k]) for k, v in _part("best.", tensors).items()}
    state.best_weights = {k: v.to(like[k].dtype) for k, v in best.items()}
    answers = unpack_sigmoids(tensors["answers"]) if "answers" in tensors else None
    position = None
    if told["position"]:
        batch, kind = told["position"]
        position = Position(batch, kind, _part("position.", tensors))
    return Kept(position, answers, told["answered"])


def read(data: bytes, *, where: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """What a checkpoint tells, and its tensors as they are kept; ConfigError where damaged."""
    try:
        data = _whole(data)
        length = int.from_bytes(data[:8], "little")
        told = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["told"])
        return told, load(data)
    except (SafetensorError, ValueError, KeyError, zlib.error) as error:
        raise ConfigError(f"{where}: damaged checkpoint ({error})") from error


def pack_sigmoids(answers: Tensor) -> Tensor:
    """(n, 5) float32 of 0 to 1 as int16: steps of 1/65535, whatever the value."""
    return ((answers.double() * 65_535).round() - 32_768).to(torch.int16)


def unpack_sigmoids(packed: Tensor) -> Tensor:
    """The inverse of `pack_sigmoids`, to 2^-17."""
    return ((packed.double() + 32_768) / 65_535).float()


def _smaller(data: bytes) -> bytes:
    """Bytes by their frequency alone: 15 % less in a second; matches would cost three to find."""
    coder = zlib.compressobj(1, strategy=zlib.Z_HUFFMAN_ONLY)
    return _CODED + coder.compress(data) + coder.flush()


def _whole(data: bytes) -> bytes:
    """The inverse of `_smaller`; what is not coded is as it was before it was."""
    return zlib.decompress(data[len(_CODED) :]) if data.startswith(_CODED) else data


def _planes(value: Tensor) -> Tensor:
    """(2, n) uint8 of fp16: its exponents beside each other, which are coded in half the bits."""
    if value.dtype != torch.float16 or value.numel() < SMALL:
        return value
    return value.detach().cpu().contiguous().flatten().view(torch.uint8).reshape(-1, 2).T


def _from_planes(value: Tensor, like: Tensor) -> Tensor:
    if value.dtype != torch.uint8:
        return value
    return value.T.contiguous().view(torch.float16).reshape(like.shape)


def _part(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _coded(kind: str, values: dict[str, Tensor], *, rounds: bool) -> Iterator[tuple[str, Tensor]]:
    for name, value in values.items():
        if rounds and value.dtype == torch.float32 and value.numel() >= SMALL:
            yield f"{kind}24.{name}", _to_24(value)
        else:
            yield f"{kind}.{name}", value


def _decoded(kind: str, name: str, like: Tensor, tensors: dict[str, Tensor]) -> Tensor:
    if f"{kind}.{name}" in tensors:
        return tensors[f"{kind}.{name}"]
    return _from_24(tensors[f"{kind}24.{name}"]).reshape(like.shape)


def _to_24(value: Tensor) -> Tensor:
    """(3, n) uint8: the upper 24 bits of float32, rounded."""
    bits = value.detach().cpu().contiguous().view(torch.int32).flatten().long()
    upper = (bits + 128) >> 8
    return torch.stack([(upper >> shift & 255).to(torch.uint8) for shift in (16, 8, 0)])


def _from_24(planes: Tensor) -> Tensor:
    high, middle, low = planes.long()
    bits = (high << 24) | (middle << 16) | (low << 8)
    return torch.where(bits >= 2**31, bits - 2**32, bits).to(torch.int32).view(torch.float32)


def _moments(k: str, first: Tensor, second: Tensor, *, rounds: bool) -> dict[str, Tensor]:
    if not rounds or first.numel() < SMALL:
        return {f"m.{k}": first, f"v.{k}": second}
    root, ratio = second.detach().cpu().flatten().sqrt(), first.detach().cpu().flatten()
    root, ratio = _blocks(root), _blocks(ratio)
    most = root.amax(1, keepdim=True)
    octaves = torch.log2(root / most.clamp_min(1e-38)).clamp_min(-_OCTAVES)
    code = torch.where(root > 0, 1 + ((octaves + _OCTAVES) * _PER_OCTAVE).round(), 0.0)
    kept = _root(code, most)
    ratio = torch.where(kept > 0, ratio / kept.clamp_min(1e-38), 0.0)
    largest = ratio.abs().amax(1, keepdim=True)
    steps = (ratio / largest.clamp_min(1e-38) * 127).round()
    return {
        f"root.{k}": code.to(torch.uint8),
        f"most.{k}": most,
        f"ratio.{k}": steps.to(torch.int8),
        f"largest.{k}": largest,
    }


def _read_moments(k: str, like: Tensor, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    if f"m.{k}" in tensors:
        return {"exp_avg": tensors[f"m.{k}"], "exp_avg_sq": tensors[f"v.{k}"]}
    root = _root(tensors[f"root.{k}"].float(), tensors[f"most.{k}"])
    first = tensors[f"ratio.{k}"].float() / 127 * tensors[f"largest.{k}"] * root
    n = like.numel()
    return {
        "exp_avg": first.flatten()[:n].reshape(like.shape),
        "exp_avg_sq": (root**2).flatten()[:n].reshape(like.shape),
    }


def _root(code: Tensor, most: Tensor) -> Tensor:
    return torch.where(code > 0, most * torch.exp2((code - 1) / _PER_OCTAVE - _OCTAVES), 0.0)


def _blocks(values: Tensor) -> Tensor:
    """(n / 1024, 1024), zeros at its end."""
    short = -len(values) % _BLOCK
    return torch.nn.functional.pad(values, (0, short)).reshape(-1, _BLOCK)
