"""Figures from a confusion matrix, with their intervals; never runs a network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.int64]
N_CLASSES = 5


def confusion(reference: NDArray[np.int64], predicted: NDArray[np.int64]) -> Matrix:
    """(5, 5) counts, rows the reference, columns the prediction, order N S V F Q."""
    flat = np.bincount(reference * N_CLASSES + predicted, minlength=N_CLASSES**2)
    return flat.reshape(N_CLASSES, N_CLASSES).astype(np.int64)


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


@dataclass(frozen=True)
class ClassFigures:
    """One-vs-rest figures, (5,) each, order N S V F Q; NaN where undefined."""

    accuracy: NDArray[np.float64]
    ppv: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    specificity: NDArray[np.float64]
    f1: NDArray[np.float64]


def class_figures(matrix: Matrix) -> ClassFigures:
    """One-vs-rest figures of a confusion matrix."""
    total = float(matrix.sum())
    hit = np.diag(matrix).astype(np.float64)
    reference, called = matrix.sum(1).astype(float), matrix.sum(0).astype(float)
    rejected = total - reference - called + hit
    return ClassFigures(
        _share(hit + rejected, np.full(N_CLASSES, total)),
        _share(hit, called),
        _share(hit, reference),
        _share(rejected, total - reference),
        _share(2 * hit, reference + called),
    )


def overall_accuracy(matrix: Matrix) -> float:
    """Share of beats given their reference class."""
    return float(np.trace(matrix) / max(1, matrix.sum()))


def macro_f1(matrix: Matrix, classes: tuple[int, ...] = (0, 1, 2, 3, 4)) -> float:
    """Mean F1 over those of `classes` that occur in the reference."""
    present = [c for c in classes if matrix[c].sum() > 0]
    return float(np.nanmean(np.nan_to_num(class_figures(matrix).f1)[present]))


def beat_bootstrap(
    reference: NDArray[np.int64],
    predicted: NDArray[np.int64],
    *,
    n: int = 2_000,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """95 % intervals of overall accuracy and macro-F1 over beats drawn with replacement.

    Beats of one patient are not independent, so these are too narrow for new patients.
    """
    rng = np.random.default_rng(seed)
    cells = confusion(reference, predicted).ravel()
    draws = rng.multinomial(cells.sum(), cells / cells.sum(), size=n)
    matrices = draws.reshape(n, N_CLASSES, N_CLASSES)
    accuracy = [overall_accuracy(m) for m in matrices]
    f1 = [macro_f1(m) for m in matrices]
    return {
        "accuracy": _interval(np.array(accuracy)),
        "macro_f1": _interval(np.array(f1)),
    }


def patient_bootstrap(
    reference: NDArray[np.int64],
    predicted: NDArray[np.int64],
    patient: NDArray[np.int64],
    *,
    n: int = 2_000,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """95 % intervals over patients drawn with replacement: overall, and Se and F1 of S and V."""
    rng = np.random.default_rng(seed)
    ids = np.unique(patient)
    each = np.stack(
        [confusion(reference[patient == p], predicted[patient == p]) for p in ids]
    )  # (p, 5, 5)
    weights = rng.multinomial(len(ids), np.full(len(ids), 1 / len(ids)), size=n)
    matrices = np.tensordot(weights, each, axes=1)
    figures = [class_figures(m) for m in matrices]
    out = {
        "accuracy": _interval(np.array([overall_accuracy(m) for m in matrices])),
        "macro_f1": _interval(np.array([macro_f1(m) for m in matrices])),
    }
    for c, name in ((1, "S"), (2, "V")):
        out[f"{name}_sensitivity"] = _interval(np.array([f.sensitivity[c] for f in figures]))
        out[f"{name}_f1"] = _interval(np.array([f.f1[c] for f in figures]))
    return out


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)
