"""python -m train: the command line of training; does nothing itself."""

import math
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console

from train import cache, splits
from train.config import Config, ConfigError
from train.config import read as read_config
from train.database import DS1, MITDB, PAPER_COUNTS, DatabaseError, RecordBeats
from train.fit import Trainer
from train.shipping import Runs
from train.shipping import ship as run_ship
from train.splits import Split
from train.windows import WindowCutter

app = typer.Typer(no_args_is_help=True, add_completion=False)
console = Console()

CACHE = Path("train/cache")
RUNS = Path("train/runs")
CacheFolder = Annotated[Path, typer.Option("--cache", help="Folder of the packed cache")]
RunsFolder = Annotated[Path, typer.Option(help="Folder for checkpoints and logs")]


def load_data(protocol: str, folder: Path) -> tuple[list[RecordBeats], Split]:
    """Records and split of a protocol, from the packed cache."""
    packed = cache.load(folder / "mitdb.cache")
    if protocol == "ds1":
        records = cache.beats(packed, names=DS1)
        return records, splits.everything(np.concatenate([r.label for r in records]))
    records = cache.beats(packed, names=MITDB)
    return records, splits.read_lists(records, splits.FOLDER / "paper")


@app.command()
def prepare(
    data: Annotated[Path, typer.Option(help="Folder that holds mitdb, svdb, ...")],
    protocol: Annotated[str, typer.Option(help="paper or ds1")] = "paper",
    out: Annotated[Path, typer.Option(help="Folder of the packed cache")] = CACHE,
    write_splits: Annotated[bool, typer.Option(help="Write the lists of beats anew")] = False,
) -> None:
    """Pack the records, print the class counts, refuse where they are not the paper's."""
    paths = [data / "mitdb" / f"{name}.hea" for name in MITDB]
    absent = [path.name for path in paths if not path.is_file()]
    if absent:
        raise DatabaseError(f"{data / 'mitdb'}: {len(absent)} of 48 records absent: {absent[:5]}")
    target = out / "mitdb.cache"
    with console.status("packing") as status:
        packed = cache.pack("mitdb", paths, target, progress=lambda n: status.update(f"packed {n}"))
    records = cache.beats(packed)
    counts = tuple(np.bincount(np.concatenate([r.label for r in records]), minlength=5).tolist())
    per_class = " ".join(f"{c} {n}" for c, n in zip("NSVFQ", counts, strict=True))
    console.print(f"{sum(counts)} beats: {per_class}")
    console.print(f"{target}: {target.stat().st_size / 2**20:.1f} MiB")
    if protocol == "paper" and counts != PAPER_COUNTS:
        target.unlink()
        raise DatabaseError(f"class counts {counts} are not the paper's, {PAPER_COUNTS}")
    if write_splits:
        split = splits.stratified(np.concatenate([r.label for r in records]))
        splits.write_lists(records, split, splits.FOLDER / "paper")


@app.command()
def fit(
    config: Annotated[Path, typer.Argument(help="TOML of the run")],
    cache_folder: CacheFolder = CACHE,
    runs: RunsFolder = RUNS,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda")] = "auto",
    threads: Annotated[int, typer.Option(help="CPU threads; 0: torch's own choice")] = 0,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint")] = False,
    max_minutes: Annotated[float, typer.Option(help="Stop at the epoch past this")] = math.inf,
) -> None:
    """Train one network."""
    settings: Config = read_config(config)
    if threads:
        torch.set_num_threads(threads)
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    folder = runs / settings.name
    if (folder / "checkpoint.pt").is_file() and not resume:
        raise ConfigError(f"{folder}: holds a checkpoint; give --resume or another name")
    records, split = load_data(settings.protocol, cache_folder)
    cutter = WindowCutter(records, device=device)
    sizes = f"{len(split.train)} training and {len(split.validation)} validation beats"
    console.print(f"{settings.name}: {sizes}")
    trainer = Trainer(settings, cutter, split, folder, report=lambda line: console.print(line))
    if resume:
        trainer.resume()
    state = trainer.run(max_minutes=max_minutes)
    best = f"best epoch {state.best_epoch}: accuracy {state.best_score:.4f}"
    console.print(f"{best}, {state.seconds / 60:.0f} min")


@app.command()
def ship(
    target: Annotated[Path, typer.Option(help="Bundle to write")] = Path("model_weights/paper"),
    cache_folder: CacheFolder = CACHE,
    runs: RunsFolder = RUNS,
    results: Annotated[Path, typer.Option(help="Folder of results")] = Path("train/results"),
) -> None:
    """Score the finished runs (the 10 % and DS2, once) and write the `paper` bundle."""
    folders = Runs(
        runs / "paper-resnet", runs / "paper-slap", runs / "ds1-resnet", runs / "ds1-slap"
    )
    with console.status("scoring") as status:
        run_ship(cache_folder / "mitdb.cache", folders, target, results=results, say=status.update)
    console.print(f"{target}: written")


def main() -> None:
    """Run a command; errors are one sentence and exit status 2."""
    try:
        app(standalone_mode=True)
    except (ConfigError, DatabaseError) as error:
        console.print(f"[red]{error}[/red]", highlight=False, soft_wrap=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
