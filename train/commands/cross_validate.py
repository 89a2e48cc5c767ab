"""`cross-validate`: train and score an ensemble fold by fold; the 10 % is never read."""

import math
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ecgviewer.signal.params import PAPER
from train.commands.fit import train_run
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
from train.config import Config
from train.config import read as read_config
from train.data import splits
from train.data.load import CACHE, Data, cache_file, choose_device, of_paper_windows, paper_data
from train.data.windows import WindowCutter
from train.fit import checkpoint
from train.scoring import folds, learners, results


def cross_validate(
    configs: Annotated[list[Path], typer.Argument(help="TOML of each member, ResNet first")],
    which: Annotated[str, typer.Option("--folds", help="Any of 0,1,2,3,4")] = "0,1,2,3,4",
    name: Annotated[str, typer.Option(help="Of the result")] = "cross-validate",
    cache_folder: CacheFolder = CACHE,
    runs: RunsFolder = RUNS,
    results_folder: ResultsFolder = RESULTS,
    device: Device = "auto",
    threads: Threads = 0,
    max_minutes: Annotated[float, typer.Option(help="Of training, in this call")] = math.inf,
) -> None:
    """Train on folds of the paper's split, score each fold's validation beats, write the result.

    Runs that are finished are taken as they are, others gone on with; so it is resumed by calling
    it again. Fold 0 is the committed lists: the runs of `fit` serve it.
    """
    wanted = folds.parse_folds(which)
    members = [read_config(path) for path in configs]
    planned = {k: [folds.of_fold(member, k) for member in members] for k in wanted}
    of_paper_windows(members)
    target = results.target(results_folder, name, kind="cross-validate")
    where = choose_device(device, threads=threads)
    records = paper_data(cache_folder).records
    cutter = WindowCutter(records, device=where, prep=PAPER)
    started = time.monotonic()
    scored, found = {}, {}
    for k in wanted:
        data = Data(records, splits.paper_fold(records, k))
        left = max_minutes - (time.monotonic() - started) / 60
        if not _train_fold(planned[k], data, cutter, runs, cache_folder, left):
            console.print(f"fold {k} is not finished; the same command goes on with it")
            break
        found[k] = learners.from_runs([runs / config.name for config in planned[k]])
        scored[k] = folds.score_fold(found[k], cutter, data.split)
        summary = folds.summary(scored, found, [member.name for member in members])
        minutes = sum(a["minutes"] for each in found.values() for a in each.accounts)
        results.write(
            target,
            {"folds_asked": wanted, **summary},
            kind="cross-validate",
            config=[msgspec.to_builtins(member) for member in members],
            seeds=[member.seed for member in members],
            minutes=minutes,
            files=[cache_file(cache_folder, "mitdb"), *configs],
        )
        figures = summary["folds"][str(k)]["fused"]
        said = f"accuracy {figures['accuracy']:.4f}, macro-F1 {figures['macro_f1']:.4f}"
        console.print(f"fold {k}: {said}", highlight=False)
    if scored:
        mean = summary["mean_sd"]["fused"]
        said = f"accuracy {_spread(mean['accuracy'])}, macro-F1 {_spread(mean['macro_f1'])}"
        console.print(f"{len(scored)} of 5 folds: {said}", highlight=False)


def _spread(pair: list[float | None]) -> str:
    mean, sd = pair
    return f"{mean:.4f}" + (f" ± {sd:.4f}" if sd is not None else " (one fold, no sd)")


def _train_fold(
    members: list[Config],
    data: Data,
    cutter: WindowCutter,
    runs: Path,
    cache_folder: Path,
    minutes: float,
) -> bool:
    """Train what is not trained; whether every member is finished."""
    started = time.monotonic()
    done = True
    for config in members:
        folder = runs / config.name
        left = minutes - (time.monotonic() - started) / 60
        if left <= 0 and not (folder / checkpoint.CHECKPOINT).is_file():
            return False
        _, finished = train_run(
            config,
            data,
            folder,
            cache_folder,
            device=str(cutter.device),
            max_minutes=left,
            cutter=cutter,
        )
        done = done and finished
    return done
