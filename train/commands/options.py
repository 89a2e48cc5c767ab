"""What the commands share: where things lie, which device, which data."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console()

RUNS = Path("train/runs")
RESULTS = Path("train/results")
CacheFolder = Annotated[Path, typer.Option("--cache", help="Folder of the packed caches")]
RunsFolder = Annotated[Path, typer.Option("--runs", help="Folder for checkpoints and logs")]
ResultsFolder = Annotated[Path, typer.Option("--results", help="Folder of results")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda")]
Threads = Annotated[int, typer.Option(help="CPU threads; 0: torch's own choice")]
