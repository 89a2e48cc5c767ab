"""`clinical`: the ensemble for patients never seen, step by step."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from train.clinical.configurations import protocol_of, runs_of
from train.clinical.rates import keep_rates
from train.clinical.runs import Patients, cross_validate, read_patients, train_seeds
from train.clinical.scoring import keep_validation, score_unseen
from train.clinical.ship import ship
from train.commands.options import (
    RESULTS,
    RUNS,
    CacheFolder,
    Device,
    ResultsFolder,
    RunsFolder,
    Threads,
    console,
)
from train.config import Config, ConfigError
from train.config import read as read_config
from train.data.load import CACHE, choose_device

CONFIGS = Path("train/configs")
MEMBERS = ("clinical-resnet.toml", "clinical-slap.toml")
Step = Literal["validate", "fit", "score", "rates", "ship"]


@dataclass(frozen=True)
class _Job:
    """What every step needs."""

    members: list[Config]
    configuration: str
    seeds: list[int]
    runs: Path
    results: Path
    cache_folder: Path
    device: str

    def patients(self, *, unseen: bool = False, copies: bool = False) -> Patients:
        one = runs_of(self.members, self.configuration, self.seeds[0])[0]
        return read_patients(
            self.cache_folder, one, unseen=unseen, copies=copies, device=self.device
        )

    def say(self, line: str) -> None:
        console.print(line, highlight=False)


def clinical(
    step: Annotated[
        Step,
        typer.Argument(help="validate: folds of records; fit; score: DS2, once; rates; ship: C"),
    ],
    configuration: Annotated[
        str, typer.Option("--configuration", "-c", help="A, B or C (train/LOG.md)")
    ] = "C",
    seeds: Annotated[str, typer.Option(help="Seeds, as 1,2,3")] = "1",
    configs: Annotated[Path, typer.Option(help="Folder of the members' TOML")] = CONFIGS,
    target: Annotated[Path, typer.Option(help="Bundle to write")] = Path("model_weights/clinical"),
    end_to_end: Annotated[
        Path | None, typer.Option(help="JSON of `ecgviewer evaluate` on DS2, for the card")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why the same networks are scored again")] = "",
    cache_folder: CacheFolder = CACHE,
    runs: RunsFolder = RUNS,
    results: ResultsFolder = RESULTS,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Train and judge the ensemble for patients never seen."""
    protocol_of(configuration)
    try:
        wanted = [int(part) for part in seeds.split(",")]
    except ValueError as error:
        raise ConfigError(f"seeds {seeds!r}: give numbers, as 1,2,3") from error
    members = [read_config(configs / name) for name in MEMBERS]
    where = choose_device(device, threads=threads)
    job = _Job(members, configuration, wanted, runs, results, cache_folder, where)
    if step == "validate":
        _validate(job)
    elif step == "fit":
        train_seeds(members, configuration, wanted, job.patients(copies=True), runs, say=job.say)
    elif step == "score":
        _score(job, reason)
    elif step == "rates":
        _rates(job)
    else:
        ship(members, wanted, job.patients(), runs, results, target, end_to_end=end_to_end)
        console.print(f"{target}: written")


def _validate(job: _Job) -> None:
    started, patients = time.monotonic(), job.patients(copies=True)
    each = [
        cross_validate(job.members, job.configuration, seed, patients, job.runs, say=job.say)
        for seed in job.seeds
    ]
    chosen = keep_validation(
        each,
        job.members,
        job.configuration,
        job.seeds,
        patients,
        job.results,
        minutes=(time.monotonic() - started) / 60,
        cache_folder=job.cache_folder,
    )
    console.print(f"{job.results}: written; {chosen.account}", highlight=False)


def _rates(job: _Job) -> None:
    keep_rates(
        job.members,
        job.configuration,
        job.seeds,
        job.runs,
        job.results,
        cache_folder=job.cache_folder,
    )
    console.print(f"{job.results}: written", highlight=False)


def _score(job: _Job, reason: str) -> None:
    found = score_unseen(
        job.members,
        job.configuration,
        job.seeds,
        job.patients(unseen=True),
        job.runs,
        job.results,
        cache_folder=job.cache_folder,
        reason=reason,
    )
    console.print(f"{job.results}: written; {found['single_seeds']}", highlight=False)
