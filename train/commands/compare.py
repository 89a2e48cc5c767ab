"""`python -m train compare`: the command line of the comparison."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from train.commands.options import CacheFolder, Device, Threads, console
from train.compare.classifier import Settings
from train.compare.registry import CLASSIFIERS
from train.compare.results import FOLDER
from train.compare.runner import Data, Wanted, due, plan, run_one
from train.data.load import CACHE, choose_device
from train.pages.compare_tables import tables


def compare(
    only: Annotated[
        list[str] | None, typer.Option(help=f"A classifier: {', '.join(CLASSIFIERS)}")
    ] = None,
    budget_minutes: Annotated[
        float, typer.Option(help="Begin no run that would end beyond this")
    ] = math.inf,
    max_minutes: Annotated[
        float, typer.Option(min=0, help="Training minutes of a network; 0: those of the registry")
    ] = 0.0,
    epochs: Annotated[float, typer.Option(min=0.01, help="Epochs of a network at most")] = 240.0,
    width: Annotated[
        float, typer.Option(min=0, help="Width factor; 0: table 6 a quarter, table 7 whole")
    ] = 0.0,
    variants: Annotated[
        Literal["both", "with", "without"], typer.Option("--augmentation", help="Of table 6")
    ] = "both",
    seeds: Annotated[int, typer.Option(min=1, help="Seeds, from 1")] = 1,
    folds: Annotated[
        int, typer.Option(min=1, max=5, help="Folds, from the committed lists on")
    ] = 1,
    rates: Annotated[
        Literal["own", "paper"], typer.Option(help="Learning rates; the paper's suit long runs")
    ] = "own",
    keep_normal: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of the N beats drawn in each epoch")
    ] = 0.5,
    batch: Annotated[int, typer.Option(min=2, help="Beats a batch")] = 128,
    device: Device = "auto",
    threads: Threads = 0,
    cache_folder: CacheFolder = CACHE,
    results: Annotated[Path, typer.Option(help="Folder of results, one file a run")] = FOLDER,
) -> None:
    """Train and score the classifiers of tables 6 and 7; finished runs are skipped."""
    wanted = Wanted(
        only=tuple(only or ()),
        variants=variants,
        seeds=seeds,
        folds=folds,
        width=width or None,
        minutes=max_minutes or None,
        settings={
            "epochs": epochs,
            "batch": batch,
            "rates": rates,
            "keep_normal": keep_normal,
        },
    )
    runs = plan(wanted)
    left = due(runs, results)
    console.print(f"{len(runs)} runs, {len(runs) - len(left)} finished before")
    data = Data(cache_folder, device=choose_device(device, threads=threads))
    data.check(left)
    _run(left, data, results, budget_minutes=budget_minutes)
    console.print(tables(results), markup=False, highlight=False, soft_wrap=True)


def _run(
    left: Sequence[Settings], data: Data, results: Path, *, budget_minutes: float = math.inf
) -> None:
    """Runs one after the other, while the budget holds the next."""
    started = time.monotonic()
    for i, settings in enumerate(left):
        spent = (time.monotonic() - started) / 60
        if spent + settings.max_minutes > budget_minutes:
            console.print(
                f"{len(left) - i} runs left: the budget of {budget_minutes:g} min is used"
            )
            break
        with console.status(settings.run) as status:
            show = lambda line, name=settings.run: status.update(f"{name}: {line}")
            done = run_one(settings, data, results, say=show)
        figures = f"accuracy {done.figures.accuracy:.4f}, macro-F1 {done.figures.f1:.4f}"
        console.print(f"{settings.run}: {figures}, {done.minutes:.1f} min")
