"""What is watched while a network is trained, and what is told of it."""

import numpy as np
import torch
from torch import Tensor, nn

from train.config import Config
from train.data.sampling import Rows
from train.metrics import confusion, f_beta, macro_f1, overall_accuracy


def validated_on(config: Config) -> str:
    """Whose rows the history's validation is on: without any set aside, those of the training."""
    if config.protocol == "paper" or config.validation_records:
        return "validation rows"
    return "training rows; nothing is chosen on them"


def watched(rows: Rows, config: Config) -> Rows:
    """The rows that every epoch is validated on: (n,) all, or as many as the configuration says."""
    wanted = config.validate_beats
    if not wanted or wanted >= len(rows):
        return rows
    rng = np.random.default_rng(config.seed)
    return np.sort(rng.permutation(rows)[:wanted])


def figures(sigmoids: Tensor, label: Rows) -> dict[str, float]:
    """Loss and shares of 1 of answers (n, 5) to beats of classes (n,), for the history."""
    sigmoids = sigmoids.double()
    matrix = confusion(label, sigmoids.argmax(1).numpy())
    target = nn.functional.one_hot(torch.from_numpy(label), 5).double()
    # held away from 0 and 1, where the sigmoid's float32 has no logarithm
    loss = nn.functional.binary_cross_entropy(sigmoids.clamp(1e-7, 1 - 1e-7), target)
    return {
        "validation_loss": round(float(loss), 6),
        "accuracy": round(overall_accuracy(matrix), 6),
        "macro_f1": round(macro_f1(matrix), 6),
        "f0.15": round(f_beta(matrix, 0.15), 6),
    }
