"""An ensemble of two small untrained networks, for tests that need classes but no right ones."""

from pathlib import Path

import msgspec
import torch
from safetensors.torch import save_file

from ecgviewer.model.bundle import CLASS_ORDER, Card, EnsembleCard, narrow, sha256
from ecgviewer.model.slap import SlapOverLeads
from ecgviewer.signal.params import PAPER

UNSEEN = "Made of noise; on new patients it finds 7 of 100 S and 8 of 100 V beats."


def make_ensemble(folder: Path, *, bf16_delta: float | None = None) -> Path:
    """Write the bundle into a new folder; the same bytes at every call."""
    weights = {"first": 0.792, "second": 0.208}
    hashes = {name: _member(folder / name, seed) for seed, name in enumerate(weights)}
    card = EnsembleCard(
        name="tiny",
        title="untrained",
        members=list(weights),
        weights=list(weights.values()),
        member_cards_sha256=hashes,
        metrics={},
        unseen={},
        unseen_sentence=UNSEEN,
        leaks="",
        precision={} if bf16_delta is None else {"bf16_delta": bf16_delta},
        intended_use="supports, does not replace, a clinician's reading; not a medical device",
    )
    (folder / "ensemble.json").write_bytes(msgspec.json.encode(card))
    return folder


def _member(folder: Path, seed: int) -> str:
    folder.mkdir(parents=True)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = SlapOverLeads(n_cells=8, n_layers=1, dropout=0.0)
        with torch.no_grad():  # so that classes differ from beat to beat
            next(network.head.parameters()).mul_(20)
    path = folder / "weights.safetensors"
    save_file(narrow(network.state_dict()), path)
    card = Card(
        name=folder.name,
        architecture="slap-over-leads",
        arguments={"n_cells": 8, "n_layers": 1, "dropout": 0.0},
        class_order=list(CLASS_ORDER),
        preprocessing=PAPER.to_dict(),
        preprocessing_fingerprint=PAPER.fingerprint(),
        weights_sha256=sha256(path.read_bytes()),
        training={},
        metrics={},
        intended_use="",
        limits="",
        licence="",
    )
    data = msgspec.json.encode(card)
    (folder / "card.json").write_bytes(data)
    return sha256(data)
