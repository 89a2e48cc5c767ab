"""`ship`: from finished runs to the bundle in model_weights; trains nothing."""

from pathlib import Path
from typing import Annotated

import typer

from train.commands.common import (
    CACHE,
    RESULTS,
    RUNS,
    CacheFolder,
    ResultsFolder,
    RunsFolder,
    cache_file,
    console,
)
from train.shipping import Runs
from train.shipping import ship as run_ship


def ship(
    target: Annotated[Path, typer.Option(help="Bundle to write")] = Path("model_weights/paper"),
    cache_folder: CacheFolder = CACHE,
    runs: RunsFolder = RUNS,
    results: ResultsFolder = RESULTS,
    reason: Annotated[str, typer.Option(help="Why the same runs are scored again")] = "",
) -> None:
    """Score the finished runs (the 10 % and DS2, once) and write the `paper` bundle."""
    folders = Runs(
        runs / "paper-resnet", runs / "paper-slap", runs / "ds1-resnet", runs / "ds1-slap"
    )
    packed = cache_file(cache_folder, "mitdb")
    with console.status("scoring") as status:
        run_ship(packed, folders, target, results=results, say=status.update, reason=reason)
    console.print(f"{target}: written")
