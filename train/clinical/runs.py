"""Runs of the `clinical` ensemble: data read once, every seed resumable; scores no test patient."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train.clinical.configurations import grouped_folds, runs_of
from train.config import Config
from train.data import packed as cache
from train.data import splits
from train.data.augment import load_noise
from train.data.database import RecordBeats
from train.data.fibrillation import fibrillating_copy
from train.data.load import cache_file, present, trained_on
from train.data.noisy import noisy_copy
from train.data.splits import Split
from train.data.windows import WindowCutter
from train.fit.trainer import Trainer
from train.protocols import PROTOCOLS, Protocol
from train.scoring.learners import Learners, from_runs
from train.scoring.score import Scores, score

Say = Callable[[str], None]


@dataclass(frozen=True)
class Patients:
    """Training records with their beats' context, and where their windows are cut.

    The cutter's rows are those of `records`, then those of their copies, if any. `protocol` has
    the databases that were there.
    """

    records: list[RecordBeats]
    cutter: WindowCutter
    protocol: Protocol

    @property
    def names(self) -> NDArray[np.str_]:
        """Record of every beat."""
        return np.concatenate([np.full(len(r.label), r.name) for r in self.records])

    def s_beats(self) -> dict[str, int]:
        """S beats of each record."""
        return {r.name: int((r.label == 1).sum()) for r in self.records}


def read_patients(
    folder: Path, config: Config, *, unseen: bool = False, copies: bool = False, device: str
) -> Patients:
    """Records of a configuration's protocol: those to train on, or those never seen.

    A database of the training whose cache is absent is left out, with a warning; `copies` are for
    training.
    """
    protocol = PROTOCOLS[config.protocol]
    if not unseen:
        protocol = present(config.protocol, protocol, folder)
    records: list[RecordBeats] = []
    for database, names in (protocol.unseen if unseen else protocol.train).items():
        packed = cache.load(cache_file(folder, database))
        records += cache.beats(packed, names=names, prep=config.prep, context=True)
    every = records + (_copies(records, config, folder) if copies else [])
    cutter = WindowCutter(every, device=device, prep=config.prep)
    return Patients(records, cutter, protocol)


def _copies(records: list[RecordBeats], config: Config, folder: Path) -> list[RecordBeats]:
    """All records once more for each copy, the noisy ones first."""
    kinds = [partial(fibrillating_copy, seed=k) for k in range(config.fibrillating_copies)]
    if config.noisy_copies:
        noise = load_noise(cache_file(folder, "nstdb"), device="cpu", prep=config.prep)
        noisy = [partial(noisy_copy, noise=noise, seed=k) for k in range(config.noisy_copies)]
        kinds = noisy + kinds
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [copy for kind in kinds for copy in pool.map(kind, records)]


def train_seeds(
    members: Sequence[Config],
    configuration: str,
    seeds: Sequence[int],
    patients: Patients,
    runs: Path,
    *,
    say: Say,
) -> None:
    """Train every member of every seed on all patients; finished runs are left as they are."""
    rows = splits.everything(np.concatenate([r.label for r in patients.records]))
    for seed in seeds:
        for config in runs_of(members, configuration, seed):
            _train(config, rows, patients, runs, say)


def cross_validate(
    members: Sequence[Config],
    configuration: str,
    seed: int,
    patients: Patients,
    runs: Path,
    *,
    say: Say,
) -> Scores:
    """Train without each fold of records and ask about it; answers on every training beat."""
    folds = grouped_folds(patients.s_beats())
    parts = []
    for k, kept in enumerate(folds):
        configs = runs_of(members, configuration, seed, kept=kept, fold=k)
        split = splits.by_record(patients.records, kept)
        for config in configs:
            _train(config, split, patients, runs, say)
        learners = learners_of(configs, runs)
        parts.append(score(learners.networks, patients.cutter, split.validation))
    return Scores(
        np.concatenate([p.rows for p in parts]),
        np.concatenate([p.label for p in parts]),
        np.concatenate([p.patient for p in parts]),
        np.concatenate([p.votes for p in parts]),
    )


def learners_of(configs: Sequence[Config], runs: Path) -> Learners:
    """The finished networks of some configurations."""
    return from_runs([runs / config.name for config in configs])


def _train(config: Config, split: Split, patients: Patients, runs: Path, say: Say) -> None:
    def report(event: dict[str, object]) -> None:
        if "epoch" in event:
            accuracy = event["train_accuracy"]
            say(f"{config.name} epoch {event['epoch']}: accuracy in training {accuracy}")

    used = trained_on(patients.protocol, config.validation_records)
    folder = runs / config.name
    trainer = Trainer(config, patients.cutter, split, folder, report=report, trained_on=used)
    trainer.resume()
    if not trainer.is_done:
        trainer.run()
