"""Networks to be scored, from a bundle or from finished runs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from safetensors.torch import save as save_safetensors
from torch import Tensor, nn

from ecgviewer.model.bundle import (
    BundleError,
    load_bundle,
    narrow,
    sha256,
)
from train.config import Config, ConfigError, stored
from train.data.load import trained_on
from train.fit import checkpoint
from train.fit.checkpoint import is_done
from train.fit.precision import of_history
from train.fit.trainer import build
from train.fit.validation import validated_on
from train.protocols import PROTOCOLS

WEIGHTS = (0.792, 0.208)  # the paper's, of ResNet and SLAP


@dataclass(frozen=True)
class Learners:
    """Some networks and how they are fused.

    Attributes
    ----------
    names : tuple of str
        One a network.
    networks : tuple of Module
        With their weights rounded to fp16, as a user runs them.
    weights : tuple of float
        Of the fusion.
    hashes : tuple of str
        sha256 of each one's weights as shipped.
    accounts : tuple of dict
        How each was trained: `config`, epochs, minutes.
    """

    names: tuple[str, ...]
    networks: tuple[nn.Module, ...]
    weights: tuple[float, ...]
    hashes: tuple[str, ...]
    accounts: tuple[dict[str, Any], ...]

    @property
    def protocols(self) -> set[str]:
        """Protocols they were trained under."""
        return {str(account.get("config", {}).get("protocol", "")) for account in self.accounts}

    @property
    def folds(self) -> set[int]:
        """Folds that were kept from them for validation."""
        return {int(account.get("config", {}).get("fold", 0)) for account in self.accounts}

    @property
    def configs(self) -> list[Config]:
        """Their configurations; ConfigError where a card holds none."""
        try:
            return [msgspec.convert(account.get("config"), Config) for account in self.accounts]
        except msgspec.ValidationError as error:
            raise ConfigError(
                f"{', '.join(self.names)}: no configuration kept ({error})"
            ) from error

    def check_finished(self) -> None:
        """ConfigError where one was stopped before its epochs and its patience were at an end."""
        for config, account in zip(self.configs, self.accounts, strict=True):
            done = int(account["epochs_run"])
            if not is_done(done, int(account["best_epoch"]), config):
                raise ConfigError(
                    f"{config.name}: {done} of {config.epochs} epochs done; rows that are scored"
                    " once wait for a finished run (`fit --resume`)"
                )

    @property
    def seeds(self) -> list[int]:
        """Their seeds."""
        return [int(account.get("config", {}).get("seed", 0)) for account in self.accounts]


def default_weights(n: int) -> tuple[float, ...]:
    """The paper's weights for two networks, equal ones for any other number."""
    return WEIGHTS if n == len(WEIGHTS) else (1 / n,) * n


def from_runs(folders: Sequence[Path], *, weights: Sequence[float] = ()) -> Learners:
    """The best networks of finished runs; ConfigError where one has none."""
    if weights and len(weights) != len(folders):
        raise ConfigError(f"{len(weights)} weights given for {len(folders)} runs; one a run")
    if weights and not (np.isfinite(weights).all() and min(weights) >= 0 and max(weights) > 0):
        raise ConfigError(f"weights {', '.join(map(str, weights))}: none below 0, some above")
    found = [load_run(folder) for folder in folders]
    configs: list[Config] = [config for config, _, _ in found]
    return Learners(
        tuple(config.name for config in configs),
        tuple(shipped_network(config, state) for config, state, _ in found),
        tuple(weights) or default_weights(len(found)),
        tuple(sha256(save_safetensors(narrow(dict(state)))) for _, state, _ in found),
        tuple(account for _, _, account in found),
    )


def from_bundle(folder: Path) -> Learners:
    """The members of an ensemble; ConfigError where its files do not fit."""
    try:
        bundle = load_bundle(folder)
    except BundleError as error:
        raise ConfigError(str(error)) from error
    return Learners(
        tuple(bundle.card.members),
        tuple(member.network for member in bundle.members),
        tuple(bundle.card.weights),
        tuple(member.card.weights_sha256 for member in bundle.members),
        tuple(member.card.training for member in bundle.members),
    )


def load_run(folder: Path) -> tuple[Config, dict[str, Tensor], dict[str, Any]]:
    """Config, best weights and a short account of a run; ConfigError where there is none."""
    saved = checkpoint.read(folder)
    config = stored(saved["config"], where=folder / checkpoint.CHECKPOINT)
    history = json.loads(saved["history"])
    account = {
        "config": msgspec.to_builtins(config),
        "epochs_run": saved["epoch"],
        "best_epoch": saved["best_epoch"],
        "minutes": round(saved["seconds"] / 60, 1),
        "validation_during_training": history[saved["best_epoch"]],
        "validated_on": validated_on(config),
        "precision": of_history(history),
    }
    patients = list(saved.get("trained_on", ())) or _of_protocol(config)
    if patients:
        account["patients"] = patients
    return config, saved["best_weights"], account


def _of_protocol(config: Config) -> list[str]:
    """What a configuration trains on where nothing is absent, as "mitdb/101"; split by beat: none.

    For runs of before they said it themselves: these were never without one of their databases.
    """
    protocol = PROTOCOLS.get(config.protocol)
    if protocol is None or not protocol.unseen:
        return []
    return list(trained_on(protocol, config.validation_records))


def shipped_network(config: Config, weights: Mapping[str, Tensor]) -> nn.Module:
    """The network with its weights rounded to fp16, as a user will run it."""
    network = build(config)
    rounded = {k: v.to(network.state_dict()[k].dtype) for k, v in narrow(dict(weights)).items()}
    network.load_state_dict(rounded)
    return network.eval()
