"""Scores of members and of the ensemble on rows of a database."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ecgviewer.aami import BeatClass
from ecgviewer.model import capability
from ecgviewer.model.runner import Precision
from train.data.windows import WindowCutter
from train.fit.trainer import predict
from train.metrics import (
    FIGURES,
    beat_bootstrap,
    class_figures,
    class_intervals,
    confusion,
    macro_f1,
    overall_accuracy,
    patient_bootstrap,
    rounded,
)

_LOG = logging.getLogger(__name__)
LEADS = {"both": (True, True), "lead 1": (True, False), "lead 2": (False, True)}


@dataclass(frozen=True)
class Scores:
    """Answers on some rows.

    Attributes
    ----------
    rows : (n,) int64
        Row numbers.
    label, patient : (n,) int64
        Reference class, record number.
    votes : (n, n_members, 5) float32
        Each member's sigmoids.
    """

    rows: NDArray[np.int64]
    label: NDArray[np.int64]
    patient: NDArray[np.int64]
    votes: NDArray[np.float32]

    def called(self, weights: Sequence[float]) -> NDArray[np.int64]:
        """(n,) classes of the members fused with these weights."""
        fused = np.tensordot(self.votes.astype(np.float64), np.asarray(weights), axes=(1, 0))
        called: NDArray[np.int64] = fused.argmax(axis=1).astype(np.int64)
        return called


def score(
    networks: Sequence[nn.Module],
    cutter: WindowCutter,
    rows: NDArray[np.int64],
    *,
    leads: tuple[bool, bool] = (True, True),
    precision: Precision = "fp32",
) -> Scores:
    """Ask every network about every row."""
    place = torch.from_numpy(rows).to(cutter.device)
    votes = [
        predict(n.to(cutter.device), cutter, rows, leads=leads, batch=256, precision=precision)
        for n in networks
    ]
    return Scores(
        rows,
        cutter.label[place].cpu().numpy(),
        cutter.record[place].cpu().numpy(),
        torch.stack(votes, dim=1).numpy(),
    )


@torch.inference_mode()
def score_windows(
    networks: Sequence[nn.Module],
    windows: NDArray[np.float32],
    label: NDArray[np.int64],
    patient: NDArray[np.int64],
    *,
    device: str,
    batch: int = 256,
) -> Scores:
    """Ask every network about windows (n, 2, 400) that lie outside any database."""
    votes = np.zeros((len(windows), len(networks), 5), np.float32)
    for i, network in enumerate(networks):
        network.to(device).eval()
        for start in range(0, len(windows), batch):
            part = torch.from_numpy(windows[start : start + batch]).to(device)
            votes[start : start + batch, i] = torch.sigmoid(network(part).float()).cpu().numpy()
    return Scores(np.arange(len(windows)), label, patient, votes)


def figures(
    label: NDArray[np.int64], called: NDArray[np.int64], *, patient: NDArray[np.int64] | None = None
) -> dict[str, Any]:
    """All figures of one scoring as plain data; intervals over patients where these are given."""
    matrix = confusion(label, called)
    each = class_figures(matrix)
    spread = class_intervals(label, called, patient=patient)
    per_class = {
        c.name: {
            **{name: rounded(getattr(each, name)[c]) for name in FIGURES},
            "intervals_95": {name: [rounded(v) for v in spread[c][name]] for name in FIGURES},
        }
        for c in BeatClass
    }
    intervals = (
        beat_bootstrap(label, called)
        if patient is None
        else patient_bootstrap(label, called, patient)
    )
    return {
        "beats": len(label),
        "accuracy": rounded(overall_accuracy(matrix)),
        "macro_f1": rounded(macro_f1(matrix)),
        "accuracy_one_vs_rest": rounded(float(np.mean(each.accuracy))),  # the paper's kind
        "intervals_95": {k: [rounded(v) for v in pair] for k, pair in intervals.items()},
        "interval_over": "beats" if patient is None else "patients",
        "per_class": per_class,
        "confusion": matrix.tolist(),
    }


def measures_bf16(networks: Sequence[nn.Module], device: str) -> bool:
    """Whether a delta can be chosen on a device; a warning says what it means where none can."""
    reason = capability.why_not_bf16(networks, device)
    if reason:
        _LOG.warning("no delta is chosen, so the card will not allow bf16: %s", reason)
    return not reason


def choose_delta(fp32: Scores, bf16: Scores, weights: Sequence[float]) -> float:
    """The least margin that settles every class a faster precision got differently, doubled.

    Both scorings hold the same rows of training patients. A beat whose two largest fused
    probabilities (bf16) differ by less than the margin is computed again in fp32.
    """
    w = np.asarray(weights)
    exact = np.tensordot(fp32.votes.astype(np.float64), w, axes=(1, 0))
    fast = np.tensordot(bf16.votes.astype(np.float64), w, axes=(1, 0))
    changed = exact.argmax(1) != fast.argmax(1)
    ordered = np.sort(fast, axis=1)
    margin = ordered[:, -1] - ordered[:, -2]
    worst = float(margin[changed].max()) if changed.any() else 0.0
    return round(max(2 * worst, 0.02), 4)


def fit_weights(scored: Scores) -> tuple[float, float]:
    """Fusion weights of two members that classify most of the (validation) rows rightly."""
    grid = np.linspace(0, 1, 101)
    hits = [(scored.called((w, 1 - w)) == scored.label).mean() for w in grid]
    # the middle of the best weights, not their edge
    best = grid[np.flatnonzero(np.isclose(hits, max(hits)))]
    w = round(float(best[len(best) // 2]), 3)
    return w, round(1 - w, 3)
