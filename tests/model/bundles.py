"""A small ensemble of untrained networks on disk, for tests; its answers mean nothing."""

from pathlib import Path

import torch

from train.config import Config
from train.fit.trainer import build
from train.shipping.bundle import write_ensemble, write_member

ARGUMENTS = {
    "a": ("resnet1d", {"width": 8, "blocks": [1, 1, 1, 1]}),
    "b": ("slap", {"n_cells": 8}),
}


def small_bundle(folder: Path, *, bf16_delta: float | None = None, context: bool = False) -> Path:
    """Write the ensemble into `folder` and return it; with `context` it takes that too."""

    torch.manual_seed(0)
    hashes = {}
    for name, (architecture, arguments) in ARGUMENTS.items():
        config = Config(
            name=name,
            architecture=architecture,
            arguments=arguments,
            context=context,
            preprocessing="clinical" if context else "paper",
        )
        network = build(config)
        hashes[name] = write_member(
            folder / name, config, network.state_dict(), training={}, metrics={}, limits="untrained"
        )
    found = {"per_class": {"S": {"sensitivity": 0.5}, "V": {"sensitivity": 0.25}}}
    write_ensemble(
        folder,
        title="small",
        members=list(ARGUMENTS),
        weights=[0.792, 0.208],
        hashes=hashes,
        figures={"metrics": {}, "unseen": {"both": found}},
        leaks="",
        bf16_delta=bf16_delta,
        calibration={"temperature": 1.5, "review_below": 0.3} if context else None,
    )
    return folder
