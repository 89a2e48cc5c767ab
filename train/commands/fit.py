"""`fit`: train one network from its TOML."""

import math
from pathlib import Path
from typing import Annotated

import typer

from train.commands.options import RUNS, CacheFolder, Device, RunsFolder, Threads, console
from train.config import Config, ConfigError
from train.config import read as read_config
from train.data.load import CACHE, Data, choose_device, load_data, load_noise_for
from train.data.windows import WindowCutter
from train.fit.checkpoint import CHECKPOINT, State
from train.fit.progress import TrainingProgress
from train.fit.trainer import Trainer


def fit(
    config: Annotated[Path, typer.Argument(help="TOML of the run")],
    cache_folder: CacheFolder = CACHE,
    runs: RunsFolder = RUNS,
    device: Device = "auto",
    threads: Threads = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint")] = False,
    max_minutes: Annotated[float, typer.Option(help="Stop at the epoch past this")] = math.inf,
) -> None:
    """Train one network."""
    settings = read_config(config)
    folder = runs / settings.name
    if (folder / CHECKPOINT).is_file() and not resume:
        raise ConfigError(f"{folder}: holds a checkpoint; give --resume or another name")
    where = choose_device(device, threads=threads)
    data = load_data(settings, cache_folder)
    train_run(settings, data, folder, cache_folder, device=where, max_minutes=max_minutes)


def train_run(
    config: Config,
    data: Data,
    folder: Path,
    cache_folder: Path,
    *,
    device: str,
    max_minutes: float = math.inf,
    cutter: WindowCutter | None = None,
) -> tuple[State, bool]:
    """Train a run, or go on with it, under a progress bar; its state, and whether it is done."""
    cutter = cutter or WindowCutter(data.records, device=device, prep=config.prep)
    noise = load_noise_for(config, cache_folder, device=device)
    sizes = f"{len(data.split.train):,} training and {len(data.split.validation):,} validation"
    console.print(f"{config.name}: {sizes} beats on {device}", highlight=False)
    bars: list[TrainingProgress] = []  # made once it is known how far the run is
    trainer = Trainer(
        config,
        cutter,
        data.split,
        folder,
        report=lambda event: bars[0](event),
        noise=noise,
        trained_on=data.trained_on,
    )
    trainer.resume()
    folder.mkdir(parents=True, exist_ok=True)  # fails now, not after the first epoch
    bars.append(
        TrainingProgress(console, config.name, epochs=config.epochs, done=trainer.state.epoch)
    )
    with bars[0]:
        state = trainer.run(max_minutes=max_minutes)
    if state.history:
        best = f"best epoch {state.best_epoch + 1}: validation accuracy {state.best_score:.4f}"
        after = (
            f"after {state.epoch} of at most {config.epochs} epochs, {state.seconds / 60:.0f} min"
        )
        done = "" if trainer.is_done else "; not finished, --resume goes on"
        console.print(f"{config.name}: {best}, {after}{done}", highlight=False, soft_wrap=True)
    return state, trainer.is_done
