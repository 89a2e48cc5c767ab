"""What is chosen on training patients that a fold left out; never sees a test patient."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.metrics import confusion, macro_f1
from train.scoring.score import Scores

Floats = NDArray[np.float64]
# one beat in ten of patients a fold left out is put up for review
REVIEW_SHARE = 0.1
_NSV = (0, 1, 2)
_TEMPERATURES = np.round(np.geomspace(0.5, 4.0, 61), 3)
_BINS = 10


@dataclass(frozen=True)
class Choices:
    """Fusion weights of the two kinds of member, temperature, review threshold.

    Attributes
    ----------
    weights : (float, float)
        Of ResNet-34 and SLAP; several seeds share each.
    temperature : float
        Fused probabilities are raised to its inverse.
    review_below : float
        Confidence below which a beat is for review.
    account : dict
        How well each does on those patients.
    """

    weights: tuple[float, float]
    temperature: float
    review_below: float
    account: dict[str, Any]


def choose(scored: Scores) -> Choices:
    """Choose on answers that no network gave about a patient it was trained on."""
    weights = _weights(scored)
    fused = np.tensordot(scored.votes.astype(np.float64), np.array(weights), axes=(1, 0))
    temperature = min(_TEMPERATURES, key=lambda t: _mistrust(sharpened(fused, t), scored.label))
    probabilities = sharpened(fused, float(temperature))
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == scored.label
    review_below = round(float(np.quantile(confidence, REVIEW_SHARE)), 3)
    flagged = confidence < review_below
    account = {
        "on": "training patients, each by networks trained without its fold",
        "beats": len(right),
        "calibration_error": round(_mistrust(probabilities, scored.label), 4),
        "calibration_error_before": round(_mistrust(sharpened(fused, 1.0), scored.label), 4),
        "review_share": round(float(flagged.mean()), 4),
        "errors_in_review": round(float((~right & flagged).sum() / max(1, (~right).sum())), 4),
        "accuracy_outside_review": round(float(right[~flagged].mean()), 4),
    }
    return Choices(weights, float(temperature), review_below, account)


def sharpened(fused: Floats, temperature: float) -> Floats:
    """Probabilities (n, 5) of fused sigmoids, as `Ensemble.predict` gives them."""
    powered = np.maximum(fused, 1e-12) ** (1 / temperature)
    out: Floats = powered / powered.sum(axis=1, keepdims=True)
    return out


def _weights(scored: Scores) -> tuple[float, float]:
    """Weights of the greatest macro-F1 over N, S and V; the middle of the best, not their edge."""
    grid = np.linspace(0, 1, 21)
    found = [macro_f1(confusion(scored.label, scored.called((w, 1 - w))), _NSV) for w in grid]
    best = grid[np.flatnonzero(np.asarray(found) >= max(found) - 1e-3)]
    w = round(float(best[len(best) // 2]), 3)
    return w, round(1 - w, 3)


def _mistrust(probabilities: Floats, label: NDArray[np.int64]) -> float:
    """Calibration error of the probabilities' largest."""
    return _calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == label)


def _calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence and share of right calls over ten bins of confidence."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    total = 0.0
    for k in np.unique(bins):
        mine = bins == k
        total += mine.mean() * abs(confidence[mine].mean() - right[mine].mean())
    return float(total)
