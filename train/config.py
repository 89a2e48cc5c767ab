"""One run's configuration, read from TOML; checks it, runs nothing."""

from pathlib import Path
from typing import Any, Literal

import msgspec


class ConfigError(Exception):
    """A configuration that cannot be read or does not fit; one clear sentence."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to train, on what, how long.

    `keep_normal` draws that share of the N beats anew each epoch and gives each the inverse weight:
    the same expected loss in fewer steps. An epoch of a card is one such pass.
    """

    name: str
    architecture: str
    arguments: dict[str, Any] = {}
    protocol: Literal["paper", "ds1"] = "paper"
    seed: int = 1
    epochs: int = 240
    batch: int = 200
    learning_rate: float = 1e-3
    schedule: Literal["step", "one-cycle"] = "step"
    step_factor: float = 0.9  # learning rate x this every `step_epochs`
    step_epochs: int = 5
    weight_decay: float = 2e-4  # L2 0.04 / (2 m) with m = batch; weights only
    clip_norm: float = 0.0
    patience: int = 15
    min_delta: float = 1e-5
    take: Literal["best", "last"] = "best"  # "last": nothing is chosen on validation
    keep_normal: float = 1.0
    lead_dropout: float = 0.15
    jitter_ms: float = 8.0
    validate_beats: int = 0  # a fixed random part of the validation rows each epoch; 0: all


def read(path: Path) -> Config:
    """Read a TOML file; ConfigError with one sentence where it does not fit."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such configuration") from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: {error}") from error
