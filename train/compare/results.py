"""Results of compare, one JSON file a run."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from train.compare.classifier import Settings
from train.config import ConfigError
from train.metrics import class_figures, confusion, macro_f1, overall_accuracy

FOLDER = Path("train/results/compare")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of 1; those without a class in their name are means over the five classes."""

    accuracy: float  # beats given their class
    accuracy_one_vs_rest: float  # the paper's kind
    specificity: float
    sensitivity: float
    ppv: float  # 0 for a class never called
    f1: float


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One finished run."""

    kind: str = "compare"
    title: str
    table: int
    reading: str
    settings: Settings
    seeds: list[int]
    scored_on: str
    figures: Figures
    per_class: dict[str, dict[str, float | None]]
    confusion: list[list[int]]  # rows the reference, columns the call, N S V F Q
    training_beats: int
    validation_beats: int
    stopped_by_clock: bool
    account: dict[str, Any]
    minutes: float
    date: str
    machine: dict[str, Any]
    hashes: dict[str, str]


def figures_of(matrix: NDArray[np.int64]) -> Figures:
    """Means over the classes that occur in the reference."""
    each = class_figures(matrix)
    present = matrix.sum(1) > 0

    def mean(values: NDArray[np.float64]) -> float:
        return round(float(np.nan_to_num(values)[present].mean()), 6)

    return Figures(
        accuracy=round(overall_accuracy(matrix), 6),
        accuracy_one_vs_rest=mean(each.accuracy),
        specificity=mean(each.specificity),
        sensitivity=mean(each.sensitivity),
        ppv=mean(each.ppv),
        f1=round(macro_f1(matrix), 6),
    )


def per_class(matrix: NDArray[np.int64]) -> dict[str, dict[str, float | None]]:
    """One-vs-rest figures of every class; None where undefined."""
    each = class_figures(matrix)
    columns = {
        "accuracy": each.accuracy,
        "ppv": each.ppv,
        "sensitivity": each.sensitivity,
        "specificity": each.specificity,
        "f1": each.f1,
    }
    return {
        c.name: {k: None if np.isnan(v[c]) else round(float(v[c]), 5) for k, v in columns.items()}
        for c in BeatClass
    }


def result(
    settings: Settings,
    *,
    title: str,
    table: int,
    reading: str,
    reference: NDArray[np.int64],
    called: NDArray[np.int64],
    training_beats: int,
    stopped: bool,
    account: Mapping[str, Any],
    minutes: float,
    machine: Mapping[str, Any],
    hashes: Mapping[str, str],
) -> Result:
    """A result from the calls on the validation rows."""
    matrix = confusion(reference, called)
    return Result(
        title=title,
        table=table,
        reading=reading,
        settings=settings,
        seeds=[settings.seed],
        scored_on="validation rows of the fold; the 10 % test part was not read",
        figures=figures_of(matrix),
        per_class=per_class(matrix),
        confusion=matrix.tolist(),
        training_beats=training_beats,
        validation_beats=len(reference),
        stopped_by_clock=stopped,
        account=dict(account),
        minutes=round(minutes, 2),
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        machine=dict(machine),
        hashes=dict(hashes),
    )


def encoded(result: Result) -> bytes:
    """A result as its file holds it."""
    return msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"


def write(result: Result, folder: Path) -> Path:
    """Write a result, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.settings.run}.json"
    part = path.with_suffix(".part")
    part.write_bytes(encoded(result))
    part.replace(path)
    return path


def read(path: Path) -> Result:
    """Read one result; ConfigError in a sentence where it is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: no result of this version ({error}); remove it") from error


def read_all(folder: Path = FOLDER) -> list[Result]:
    """Every result of a folder, in the order of the files' names."""
    return [read(path) for path in sorted(folder.glob("*.json"))]


def is_done(settings: Settings, folder: Path) -> bool:
    """Whether the run has a result; ConfigError where it has one of other settings."""
    path = folder / f"{settings.run}.json"
    if not path.is_file():
        return False
    found = msgspec.to_builtins(read(path).settings)
    wanted = msgspec.to_builtins(settings)
    differing = [k for k in wanted if wanted[k] != found[k]]
    if differing:
        k = differing[0]
        raise ConfigError(
            f"{path}: made with {k} {found[k]}, asked for is {wanted[k]}; remove it or give"
            " another --results"
        )
    return True
