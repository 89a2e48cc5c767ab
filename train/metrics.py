"""Figures from a confusion matrix, with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.int64]
N_CLASSES = 5
FIGURES = ("accuracy", "ppv", "sensitivity", "specificity", "f1")
Interval = tuple[float, float]


def confusion(reference: NDArray[np.int64], predicted: NDArray[np.int64]) -> Matrix:
    """(5, 5) counts, rows the reference, columns the prediction, order N S V F Q."""
    flat = np.bincount(reference * N_CLASSES + predicted, minlength=N_CLASSES**2)
    return flat.reshape(N_CLASSES, N_CLASSES).astype(np.int64)


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


@dataclass(frozen=True)
class ClassFigures:
    """One-vs-rest figures, (..., 5) each, order N S V F Q; NaN where undefined."""

    accuracy: NDArray[np.float64]
    ppv: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    specificity: NDArray[np.float64]
    f1: NDArray[np.float64]


def class_figures(matrix: Matrix) -> ClassFigures:
    """One-vs-rest figures of one confusion matrix or of many, (..., 5, 5)."""
    hit = np.diagonal(matrix, axis1=-2, axis2=-1).astype(np.float64)
    reference, called = matrix.sum(-1).astype(float), matrix.sum(-2).astype(float)
    total = np.broadcast_to(reference.sum(-1, keepdims=True), hit.shape)
    rejected = total - reference - called + hit
    return ClassFigures(
        _share(hit + rejected, total),
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


def f_beta(matrix: Matrix, beta: float) -> float:
    """Mean F-beta over the classes that occur in the reference; the paper's table 3: beta 0.15."""
    hit = np.diag(matrix).astype(np.float64)
    reference, called = matrix.sum(1), matrix.sum(0)
    each = (1 + beta**2) * hit / np.maximum(beta**2 * reference + called, 1)
    return float(each[reference > 0].mean()) if reference.any() else float("nan")


def _overall(matrices: Matrix) -> dict[str, NDArray[np.float64]]:
    """Accuracy and macro-F1 of many matrices (n, 5, 5)."""
    diagonal = np.trace(matrices, axis1=1, axis2=2)
    total = np.maximum(matrices.sum((1, 2)), 1)
    present = matrices.sum(2) > 0
    f1 = np.nan_to_num(class_figures(matrices).f1)
    macro = (f1 * present).sum(1) / np.maximum(present.sum(1), 1)
    return {"accuracy": diagonal / total, "macro_f1": macro}


def _draw_beats(matrix: Matrix, n: int, seed: int) -> Matrix:
    """Confusion matrices (n, 5, 5) of beats drawn with replacement."""
    rng = np.random.default_rng(seed)
    cells = matrix.ravel()
    draws = rng.multinomial(cells.sum(), cells / cells.sum(), size=n)
    return draws.reshape(n, N_CLASSES, N_CLASSES)


def _draw_patients(
    reference: NDArray[np.int64],
    predicted: NDArray[np.int64],
    patient: NDArray[np.int64],
    n: int,
    seed: int,
) -> Matrix:
    """Confusion matrices (n, 5, 5) of patients drawn with replacement."""
    rng = np.random.default_rng(seed)
    ids, place = np.unique(patient, return_inverse=True)
    each = np.zeros((len(ids), N_CLASSES, N_CLASSES))
    np.add.at(each, (place, reference, predicted), 1)
    weights = rng.multinomial(len(ids), np.full(len(ids), 1 / len(ids)), size=n)
    return np.rint(np.tensordot(weights.astype(np.float64), each, axes=1)).astype(np.int64)


def beat_bootstrap(
    reference: NDArray[np.int64],
    predicted: NDArray[np.int64],
    *,
    n: int = 2_000,
    seed: int = 0,
) -> dict[str, Interval]:
    """95 % intervals of overall accuracy and macro-F1 over beats drawn with replacement.

    Beats of one patient are not independent, so these are too narrow for new patients.
    """
    matrices = _draw_beats(confusion(reference, predicted), n, seed)
    return {name: _interval(values) for name, values in _overall(matrices).items()}


def patient_bootstrap(
    reference: NDArray[np.int64],
    predicted: NDArray[np.int64],
    patient: NDArray[np.int64],
    *,
    n: int = 2_000,
    seed: int = 0,
) -> dict[str, Interval]:
    """95 % intervals over patients drawn with replacement: overall, and Se and F1 of S and V."""
    matrices = _draw_patients(reference, predicted, patient, n, seed)
    out = {name: _interval(values) for name, values in _overall(matrices).items()}
    figures = class_figures(matrices)
    for c, name in ((1, "S"), (2, "V")):
        out[f"{name}_sensitivity"] = _interval(figures.sensitivity[:, c])
        out[f"{name}_f1"] = _interval(figures.f1[:, c])
    return out


def class_intervals(
    reference: NDArray[np.int64],
    predicted: NDArray[np.int64],
    *,
    patient: NDArray[np.int64] | None = None,
    n: int = 2_000,
    seed: int = 0,
) -> list[dict[str, Interval]]:
    """95 % intervals of every one-vs-rest figure, one dict a class; over patients where given."""
    if patient is None:
        matrices = _draw_beats(confusion(reference, predicted), n, seed)
    else:
        matrices = _draw_patients(reference, predicted, patient, n, seed)
    figures = class_figures(matrices)
    return [
        {name: _interval(getattr(figures, name)[:, c]) for name in FIGURES}
        for c in range(N_CLASSES)
    ]


def _interval(values: NDArray[np.float64]) -> Interval:
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def rounded(value: float) -> float | None:
    """A figure as it is kept: five decimals; None where it is not a number."""
    return None if np.isnan(value) else round(float(value), 5)


def mean_sd(values: Sequence[float | None]) -> list[float | None]:
    """[mean, sd] of the values there are; sd None where there is one, both where there is none."""
    known = [v for v in values if v is not None]
    if not known:
        return [None, None]
    sd = rounded(float(np.std(known, ddof=1))) if len(known) > 1 else None
    return [rounded(float(np.mean(known))), sd]
