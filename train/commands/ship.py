"""`score` and `ship`: from finished runs to the bundle in model_weights."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from train.commands.options import (
    RESULTS,
    RUNS,
    CacheFolder,
    ResultsFolder,
    RunsFolder,
    Threads,
    console,
)
from train.data.load import CACHE, cache_file, choose_device
from train.shipping.paper import Runs, score_seen, score_unseen
from train.shipping.paper import ship as run_ship


def _folders(runs: Path) -> Runs:
    return Runs(runs / "paper-resnet", runs / "paper-slap", runs / "ds1-resnet", runs / "ds1-slap")


def score(
    what: Annotated[Literal["paper", "unseen"], typer.Argument(help="The 10 %, or DS2")],
    cache_folder: CacheFolder = CACHE,
    runs: RunsFolder = RUNS,
    results: ResultsFolder = RESULTS,
    threads: Threads = 0,
    reason: Annotated[str, typer.Option(help="Why the same networks are scored again")] = "",
) -> None:
    """Score finished runs on rows that are scored once, and log it."""
    choose_device("cpu", threads=threads)
    packed = cache_file(cache_folder, "mitdb")
    with console.status("scoring") as status:
        if what == "unseen":
            score_unseen(packed, _folders(runs), results=results, reason=reason)
        else:
            folders = _folders(runs)
            score_seen(packed, folders, results=results, say=status.update, reason=reason)
    console.print(f"{results}: written")


def ship(
    target: Annotated[Path, typer.Option(help="Bundle to write")] = Path("model_weights/paper"),
    runs: RunsFolder = RUNS,
    results: ResultsFolder = RESULTS,
) -> None:
    """Write the `paper` bundle from finished runs and their scorings."""
    run_ship(_folders(runs), target, results=results)
    console.print(f"{target}: written")
