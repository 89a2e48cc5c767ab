"""Which rows a learner sees, in which order, and what each counts."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from train.config import Config
from train.data.fibrillation import may_be_drawn

Rows = NDArray[np.int64]
_BALANCE = (0.1, 3.0)
_BAGGING = 77  # keeps the draw apart from those of the epochs


def bag(rows: Rows, config: Config) -> Rows:
    """The rows of one learner, drawn once by seed and learner number.

    Parameters
    ----------
    rows : (n,) int64
        The training part.
    config : Config
        `bagging`, `seed` and `learner`.

    Returns
    -------
    (m,) int64
        "none": all; "bootstrap": n drawn with replacement; "halves": one half. Learners 0 and 1
        of a seed get the two halves of one cut.
    """
    if config.bagging == "none":
        return rows
    if config.bagging == "bootstrap":
        rng = np.random.default_rng([config.seed, _BAGGING, config.learner])
        return np.sort(rng.choice(rows, len(rows), replace=True))
    rng = np.random.default_rng([config.seed, _BAGGING, config.learner // 2])
    return np.sort(np.array_split(rng.permutation(rows), 2)[config.learner % 2])


def epoch_rows(rows: Rows, labels: Rows, config: Config, rng: np.random.Generator) -> Rows:
    """One epoch's rows in their order; of the N beats only `keep_normal`, drawn anew.

    `labels` (n,) are those of all beats of the database.
    """
    if config.keep_normal < 1:
        normal = labels[rows] == 0
        n_keep = round(config.keep_normal * normal.sum())
        kept = rng.permutation(rows[normal])[:n_keep]
        rows = np.concatenate([kept, rows[~normal]])
    return rng.permutation(rows)


def beat_weights(config: Config, labels: Rows) -> Tensor:
    """What a beat of each class counts in the loss, (5,) float32.

    `labels` (n,) are those of the training rows. The inverse of `keep_normal` is in it.
    """
    weights = np.ones(5)
    if config.class_weights == "balanced":
        weights = len(labels) / (5 * np.maximum(np.bincount(labels, minlength=5), 1))
    elif config.class_weights != "one":
        weights = np.array(config.class_weights, float)
    weights[0] /= config.keep_normal
    return torch.from_numpy(weights.astype(np.float32))


def row_weights(config: Config, labels: Rows, records: Rows, rows: Rows) -> Tensor:
    """What every beat counts in the loss, (n,) float32.

    Parameters
    ----------
    config : Config
        `class_weights`, `keep_normal` and `balance_records`.
    labels, records : (n,) int64
        Class and record number of all beats of the database.
    rows : (m,) int64
        The training rows.
    """
    weights = beat_weights(config, labels[rows])[torch.from_numpy(labels)]
    if not config.balance_records:
        return weights
    group = 5 * records + labels
    of_group = np.bincount(group)[group]
    balance = np.clip(config.balance_records / of_group, *_BALANCE)
    return weights * torch.from_numpy(np.where(labels == 0, 1.0, balance).astype(np.float32))


def some_from_copies(rows: Rows, labels: Rows, config: Config, rng: np.random.Generator) -> Rows:
    """The same beats, some of them in one of the copies that follow the records.

    `labels` (n,) are those of all rows, copies among them; copy k of row r is row r + k n / (1 +
    copies).
    """
    if not config.copies:
        return rows
    noisy = rng.integers(1, config.noisy_copies + 1, len(rows)) if config.noisy_copies else 0
    fibrillating: Rows | int = 0
    if config.fibrillating_copies:
        fibrillating = rng.integers(1 + config.noisy_copies, config.copies + 1, len(rows))
    u = rng.random(len(rows))
    copy = np.where(u < config.noisy_share, noisy, 0)
    falls = (u >= config.noisy_share) & (u < config.noisy_share + config.fibrillating_share)
    copy = np.where(falls & may_be_drawn(labels[rows]), fibrillating, copy)
    drawn: Rows = rows + len(labels) // (1 + config.copies) * copy
    return drawn


def parameter_groups(network: torch.nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Decay for weights only: biases and normalisation have one dimension."""
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others}]
