"""What a classifier is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from train.config import Augment
from train.data.augment import Noise
from train.data.windows import WindowCutter

Rows = NDArray[np.int64]
Say = Callable[[str], None]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One run of one classifier; all of it stands in the run's result.

    `width` multiplies channels or cells, `beats` limits the training beats (0: all of the fold's);
    `keep_normal`, `augment`, `lead_dropout` and `jitter_ms` are those of
    :class:`train.config.Config`. Networks stop at `epochs` or, if that comes first, so that
    `max_minutes` are kept; to other classifiers these mean nothing.
    """

    classifier: str
    augment: Augment = Augment()
    lead_dropout: float = 0.0
    jitter_ms: float = 0.0
    width: float = 1.0
    fold: int = 0
    seed: int = 1
    epochs: float = 240.0
    max_minutes: float = 6.0
    beats: int = 0
    batch: int = 128
    keep_normal: float = 0.5
    weight_decay: float = 2e-4
    rates: Literal["own", "paper"] = "own"

    @property
    def augmented(self) -> bool:
        """Whether training windows are varied."""
        return self.augment.any

    @property
    def run(self) -> str:
        """Name of the run and of its file."""
        kind = "augmented" if self.augmented else "plain"
        return f"{self.classifier}-{kind}-w{self.width:g}-fold{self.fold}-seed{self.seed}"


@dataclass(frozen=True)
class Problem:
    """Data and settings of one run; the test part is not in it.

    Attributes
    ----------
    cutter : WindowCutter
        All beats, on the device to train on.
    train, validation : (n,) int64
        Rows of the fold.
    settings : Settings
        Of the run.
    say : callable
        Told now and then how far the run is.
    noise : Noise, optional
        For augmented runs.
    """

    cutter: WindowCutter
    train: Rows
    validation: Rows
    settings: Settings
    say: Say
    noise: Noise | None = None

    def labels(self, rows: Rows) -> Rows:
        """(n,) reference classes of rows."""
        return self.cutter.label.cpu().numpy()[rows]


@dataclass(frozen=True)
class Outcome:
    """What a classifier says of the validation rows.

    Attributes
    ----------
    called : (n,) int64
        Classes, in the order of the task's validation rows.
    n_training : int
        Different beats it could draw on.
    account : dict
        Plain data: epochs, parameters, what was chosen and on what.
    stopped : bool
        Whether the clock ended the training before its epochs.
    """

    called: Rows
    n_training: int
    account: dict[str, Any] = field(default_factory=dict)
    stopped: bool = False


Classify = Callable[[Problem], Outcome]


def stratified_sample(labels: Rows, rows: Rows, n: int, rng: np.random.Generator) -> Rows:
    """At most about `n` of `rows`, every class in its share, at least two beats of each.

    Parameters
    ----------
    labels : (len(rows),) int64
        Classes of the rows.
    rows : (m,) int64
        To draw from.
    n : int
        Wanted; 0 or more than there are: all rows.
    rng : numpy.random.Generator
        Draws.
    """
    if not 0 < n < len(rows):
        return rows
    parts = []
    for label in np.unique(labels):
        mine = rng.permutation(rows[labels == label])
        parts.append(mine[: max(2, round(n * len(mine) / len(rows)))])
    return np.sort(np.concatenate(parts))
