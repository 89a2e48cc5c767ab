"""The state of a run and its checkpoint on disk."""

import json
import math
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor, nn

from train.config import Config, ConfigError, differences, stored

CHECKPOINT = "checkpoint.pt"
_KEYS = (
    *("config", "network", "optimizer", "epoch", "best_epoch", "best_score", "best_weights"),
    *("seconds", "history"),
)


@dataclass
class State:
    """Everything a run needs to go on as if it had not stopped.

    `trained_on` are its training records, as "mitdb/101"; empty where nobody said.
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    epoch: int = 0
    best_score: float = -math.inf
    best_epoch: int = -1
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    trained_on: tuple[str, ...] = ()


def read(folder: Path) -> dict[str, Any]:
    """A run's checkpoint as plain data, on the CPU; ConfigError where there is no whole one."""
    path = folder / CHECKPOINT
    if not path.is_file():
        raise ConfigError(f"{path}: no such checkpoint; train it with `python -m train fit`")
    try:
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, pickle.UnpicklingError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(f"{path}: damaged checkpoint ({reason})") from error
    absent = [key for key in _KEYS if key not in saved] if isinstance(saved, dict) else list(_KEYS)
    if absent:
        raise ConfigError(f"{path}: no checkpoint of a run (lacks {', '.join(absent)})")
    return saved


def restore(state: State, config: Config, folder: Path) -> None:
    """Put a checkpoint's content into `state`; ConfigError where another configuration made it.

    Weights and moments go where those of `state` are; Adam's steps stay on the CPU, where it counts
    them: on a card, every one of them would be waited for at every batch.
    """
    saved = read(folder)
    path = folder / CHECKPOINT
    other = stored(saved["config"], where=path)
    if other != config:
        what = differences(config, other)
        raise ConfigError(f"{path}: was made by another configuration ({what}); not resumed")
    before = tuple(saved.get("trained_on", ()))
    if before and state.trained_on and set(before) != set(state.trained_on):
        n, now = len(before), len(state.trained_on)
        raise ConfigError(f"{path}: was trained on {n} records, there are {now} now; not resumed")
    try:
        state.network.load_state_dict(saved["network"])
        state.optimizer.load_state_dict(saved["optimizer"])
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{path}: does not fit its configuration ({reason})") from error
    state.epoch, state.best_epoch = saved["epoch"], saved["best_epoch"]
    state.best_score, state.seconds = saved["best_score"], saved["seconds"]
    state.best_weights = saved["best_weights"]
    state.history = json.loads(saved["history"])
    state.trained_on = before or state.trained_on


def save(state: State, config: Config, folder: Path) -> None:
    """Write checkpoint and history, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CHECKPOINT
    part = path.with_suffix(".part")
    torch.save(
        {
            "config": json.dumps(msgspec.to_builtins(config)),
            "network": state.network.state_dict(),
            "optimizer": state.optimizer.state_dict(),
            "epoch": state.epoch,
            "best_epoch": state.best_epoch,
            "best_score": state.best_score,
            "best_weights": state.best_weights,
            "seconds": state.seconds,
            "history": json.dumps(state.history),
            "trained_on": list(state.trained_on),
        },
        part,
    )
    part.replace(path)
    history = folder / "history.part"
    history.write_text(json.dumps(state.history, indent=1) + "\n")
    history.replace(folder / "history.json")


def is_done(epoch: int, best_epoch: int, config: Config) -> bool:
    """Whether a run has had its epochs or its patience."""
    return epoch >= config.epochs or epoch - 1 - best_epoch >= config.patience
