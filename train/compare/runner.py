"""Which runs of compare are due, and their doing, one result each; reads no test row."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.params import PAPER
from train.compare.classifier import Problem, Say, Settings
from train.compare.registry import CLASSIFIERS, Row
from train.compare.results import Result, is_done, result, write
from train.config import Augment, ConfigError
from train.data import packed as cache
from train.data import splits
from train.data.augment import Noise, load_noise
from train.data.database import DatabaseError, RecordBeats
from train.data.windows import WindowCutter
from train.protocols import MITDB
from train.scoring.results import file_hash, machine

Variants = Literal["both", "with", "without"]
# "with augmentation" of table 6; "without": windows exactly as the viewer cuts them
AUGMENT = Augment(noise_share=0.3, amplitude=0.1, shift_ms=8.0, time_warp=0.05)
LEAD_DROPOUT, JITTER_MS = 0.15, 8.0
N_FOLDS = 5


@dataclass(frozen=True)
class Wanted:
    """What was asked for; None leaves a classifier's own default of the registry.

    Attributes
    ----------
    only : tuple of str
        Classifiers; empty: all.
    variants : str
        Table 6 with augmentation, without, or both.
    seeds, folds : int
        How many of each, from seed 1 and fold 0.
    width, minutes : float, optional
        Width factor and training minutes of networks.
    settings : dict
        Further fields of networks' `Settings`.
    """

    only: tuple[str, ...] = ()
    variants: Variants = "both"
    seeds: int = 1
    folds: int = 1
    width: float | None = None
    minutes: float | None = None
    settings: dict[str, Any] | None = None


def plan(wanted: Wanted) -> list[Settings]:
    """Runs in their order: every classifier once before any second fold or seed."""
    unknown = [name for name in wanted.only if name not in CLASSIFIERS]
    if unknown:
        raise ConfigError(f"no classifier {unknown[0]!r}; there are {', '.join(CLASSIFIERS)}")
    if not 1 <= wanted.folds <= N_FOLDS or wanted.seeds < 1:
        raise ConfigError(f"folds are 1 to {N_FOLDS} and seeds at least 1")
    runs: list[Settings] = []
    for seed in range(1, wanted.seeds + 1):
        for fold in range(wanted.folds):
            for name, row in CLASSIFIERS.items():
                if not wanted.only or name in wanted.only:
                    runs += _variants(wanted, name, row, fold=fold, seed=seed)
    return runs


def _variants(wanted: Wanted, name: str, row: Row, *, fold: int, seed: int) -> Iterable[Settings]:
    settings = Settings(classifier=name, fold=fold, seed=seed, max_minutes=row.minutes)
    if row.width is not None:
        settings = msgspec.structs.replace(
            settings,
            width=wanted.width or row.width,
            max_minutes=wanted.minutes or row.minutes,
            **(wanted.settings or {}),
        )
    if row.table == 7 or wanted.variants != "with":
        yield settings
    if row.table == 6 and wanted.variants != "without":
        yield msgspec.structs.replace(
            settings, augment=AUGMENT, lead_dropout=LEAD_DROPOUT, jitter_ms=JITTER_MS
        )


class Data:
    """The packed database, loaded when the first run needs it.

    Parameters
    ----------
    folder : Path
        Of the packed caches.
    device : str
        Where windows are cut and networks trained.
    share : float
        Of the training and validation beats; less than 1: a dry run.
    beats : list of RecordBeats and WindowCutter, optional
        Of the paper's 48 records, where they have been read before.
    """

    def __init__(
        self,
        folder: Path,
        *,
        device: str,
        share: float = 1.0,
        beats: tuple[list[RecordBeats], WindowCutter] | None = None,
    ) -> None:
        self._folder, self.device, self._share = folder, device, share
        self._records: list[RecordBeats] = beats[0] if beats else []
        self._cutter: WindowCutter | None = beats[1] if beats else None
        self._noise: Noise | None = None

    def check(self, runs: Sequence[Settings]) -> None:
        """DatabaseError before the first run where a cache that some run needs is absent."""
        names = ["mitdb"] if runs else []
        names += ["nstdb"] if any(s.augment.noise_share for s in runs) else []
        for name in names:
            path = self._folder / f"{name}.cache"
            if not path.is_file():
                raise DatabaseError(
                    f"{path}: no such cache; make it with `python -m train prepare`"
                )

    @property
    def cutter(self) -> WindowCutter:
        if self._cutter is None:
            packed = cache.load(self._folder / "mitdb.cache")
            self._records = cache.beats(packed, names=MITDB, prep=PAPER)
            self._cutter = WindowCutter(self._records, device=self.device, prep=PAPER)
        return self._cutter

    @property
    def noise(self) -> Noise:
        if self._noise is None:
            self._noise = load_noise(self._folder / "nstdb.cache", device=self.device, prep=PAPER)
        return self._noise

    def task(self, settings: Settings, say: Say) -> Problem:
        """What a run is given; rows of the fold without the test part."""
        cutter = self.cutter
        split = splits.paper_fold(self._records, settings.fold)
        split = splits.part(split, cutter.label.cpu().numpy(), self._share)
        noise = self.noise if settings.augmented and settings.augment.noise_share else None
        return Problem(cutter, split.train, split.validation, settings, say, noise)

    def hashes(self) -> dict[str, str]:
        """sha256 of the cache and of the lists, fingerprint of the signal chain."""
        files = [self._folder / "mitdb.cache"]
        files += [splits.FOLDER / "paper" / f"{part}.json" for part in splits.PARTS]
        found = {f.name: file_hash(f) for f in files if f.is_file()}
        return {**found, "preprocessing": PAPER.fingerprint()}


def run_one(settings: Settings, data: Data, folder: Path, *, say: Say) -> Result:
    """Do one run and write its result."""
    done = compute(settings, data, say=say)
    write(done, folder)
    return done


def compute(settings: Settings, data: Data, *, say: Say) -> Result:
    """Do one run."""
    row = CLASSIFIERS[settings.classifier]
    task = data.task(settings, say)
    started, cpu = time.monotonic(), time.process_time()
    outcome = row.classify(task)
    minutes = (time.monotonic() - started) / 60
    cpu_minutes = round((time.process_time() - cpu) / 60, 2)  # the machine may have other work
    reference: NDArray[np.int64] = task.labels(task.validation)
    return result(
        settings,
        title=row.title,
        table=row.table,
        reading=row.reading,
        reference=reference,
        called=outcome.called,
        training_beats=outcome.n_training,
        stopped=outcome.stopped,
        account={**outcome.account, "cpu_minutes": cpu_minutes},
        minutes=minutes,
        machine={**machine(), "device": data.device},
        hashes=data.hashes(),
    )


def due(runs: Sequence[Settings], folder: Path) -> list[Settings]:
    """Runs that have no result yet; ConfigError where one has a result of other settings."""
    return [settings for settings in runs if not is_done(settings, folder)]
