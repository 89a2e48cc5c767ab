"""The paper's figures from results and histories, as PNG files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.config import ConfigError

try:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
except ImportError as error:  # pragma: no cover - only without the extra
    raise ConfigError("figures need matplotlib: pip install 'ecgviewer[train]'") from error

CLASSES = tuple("NSVFQ")
CAP = 100  # counts above share one colour, or the N beats' would hide all others
_DPI = 130


def _cells(axes: Axes, values: NDArray[np.float64], *, most: float, text: str, title: str) -> None:
    """One matrix with its numbers written into it."""
    axes.imshow(values, cmap="Blues", vmin=0, vmax=most)
    for row in range(len(values)):
        for column in range(len(values)):
            value = values[row, column]
            colour = "white" if value > 0.6 * most else "black"
            shown = "" if np.isnan(value) else format(value, text)
            axes.text(column, row, shown, ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(CLASSES)), CLASSES)
    axes.set_yticks(range(len(CLASSES)), CLASSES)
    axes.set_xlabel("called")
    axes.set_ylabel("reference")
    axes.set_title(title, fontsize=10)


def confusion(matrix: Sequence[Sequence[int]], title: str) -> Figure:
    """Counts with colours capped at 100, and shares of each reference class."""
    counts = np.asarray(matrix, float)
    total = counts.sum(1, keepdims=True)
    shares = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    _cells(left, counts, most=CAP, text=",.0f", title=f"beats (colour capped at {CAP})")
    _cells(right, shares, most=1, text=".3f", title="share of the reference class")
    figure.suptitle(title)
    return figure


def curves(history: Sequence[Mapping[str, Any]], title: str) -> Figure:
    """Loss and accuracy against the epoch, training and validation, which says on whose rows."""
    epochs = [line["epoch"] + 1 for line in history]
    on_training = any("training" in line.get("validated_on", "") for line in history)
    watched = "validation (on training rows)" if on_training else "validation"
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    shown = (
        (left, "loss", "training"),
        (left, "validation_loss", watched),
        (right, "train_accuracy", "training (jittered, leads dropped)"),
        (right, "accuracy", watched),
        (right, "macro_f1", f"{watched}, macro-F1"),
    )
    for axes, key, label in shown:
        values = [line.get(key, np.nan) for line in history]
        if not np.isnan(values).all():
            axes.plot(epochs, values, marker="o", markersize=3, label=label)
    for axes, name in ((left, "loss"), (right, "share")):
        axes.set_xlabel("epoch")
        axes.set_ylabel(name)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.suptitle(title)
    return figure


def class_distribution(parts: Mapping[str, Sequence[int]]) -> Figure:
    """Beats per class in each part, on a logarithmic scale."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(parts)
    for i, (name, counts) in enumerate(parts.items()):
        places = np.arange(len(CLASSES)) + (i - (len(parts) - 1) / 2) * width
        bars = axes.bar(places, counts, width, label=f"{name} ({sum(counts):,})")
        axes.bar_label(bars, [f"{n:,}" for n in counts], fontsize=6, rotation=90, padding=2)
    axes.set_yscale("log")
    axes.set_ylim(top=10 * max(max(counts) for counts in parts.values()))
    axes.set_xticks(range(len(CLASSES)), CLASSES)
    axes.set_ylabel("beats")
    axes.legend(fontsize=8)
    axes.set_title("Beats per class, paper's split")
    return figure


def folds(found: Mapping[str, Any], title: str) -> Figure:
    """Overall accuracy and macro-F1 of each fold run, with their mean."""
    names = list(found["folds"])
    figure = Figure(figsize=(8, 3.8), layout="constrained")
    for axes, key, label in zip(
        figure.subplots(1, 2),
        ("accuracy", "macro_f1"),
        ("overall accuracy", "macro-F1"),
        strict=True,
    ):
        values = [100 * found["folds"][k]["fused"][key] for k in names]
        bars = axes.bar(names, values, color="#4477aa")
        axes.bar_label(bars, [f"{v:.2f}" for v in values], fontsize=8)
        mean = float(np.mean(values))
        axes.axhline(mean, color="black", linestyle="--", linewidth=1, label=f"mean {mean:.2f}")
        reach = max(0.5, float(np.ptp(values)))
        axes.set_ylim(min(values) - reach, min(101.0, max(values) + reach))
        axes.set_xlabel(f"fold ({len(names)} of 5 run)")
        axes.set_ylabel(f"{label}, %")
        axes.legend(fontsize=8)
    figure.suptitle(title)
    return figure


def read_history(path: Path) -> list[dict[str, Any]]:
    """A run's history; ConfigError where it is damaged or empty."""
    try:
        history: list[dict[str, Any]] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: damaged history ({error})") from error
    if not history:
        raise ConfigError(f"{path}: empty history")
    return history


def save(figure: Figure, path: Path) -> None:
    """Write a figure, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    figure.savefig(part, dpi=_DPI, format="png", metadata={"Software": None})
    part.replace(path)
