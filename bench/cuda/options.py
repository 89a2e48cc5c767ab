"""What a run is asked for, and the time it has."""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

DATABASE = "mitdb"
WHOLE_DAY = 109_220  # beats of the 24 h record that `make bench` tiles from the same 48 records
BATCH = 16_384  # beats cut and put to the networks at a time


@dataclass(frozen=True)
class Options:
    """One run.

    Attributes
    ----------
    data : Path
        Folder of mitdb.cache.
    minutes : float
        The most the run may take.
    device : str
        "auto", "cpu" or "cuda".
    share : float
        How much of every record is taken; 1: all.
    ensembles : tuple of str
        Names, or folders where there are such.
    batch : int
        Beats at a time.
    out : Path
        Where the JSON goes.
    markdown : bool
        Whether to print a section of docs/performance.md at the end.
    """

    data: Path
    minutes: float
    device: str
    share: float
    ensembles: tuple[str, ...]
    batch: int
    out: Path
    markdown: bool


def parse(arguments: list[str] | None = None) -> Options:
    """Options of the command line; exits with status 2 where they are none."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.cuda",
        description="What a card does with a day of beats, and whether it says what the CPU says.",
    )
    parser.add_argument(
        "--data", type=Path, default=Path("train/cache"), help=f"folder of {DATABASE}.cache"
    )
    parser.add_argument("--minutes", type=float, default=9.0, help="the run may take")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--share", type=float, default=1.0, help="of every record; less to try")
    parser.add_argument("--ensemble", default="clinical,paper", help="names or folders, by commas")
    parser.add_argument("--batch", type=int, default=BATCH, help="beats at a time")
    parser.add_argument("--out", type=Path, default=Path("out/bench-cuda.json"))
    parser.add_argument("--markdown", action="store_true", help="print it for docs/performance.md")
    given = parser.parse_args(arguments)
    if not 0 < given.share <= 1:
        parser.error(f"--share {given.share:g}: give more than 0 and at most 1")
    if given.minutes <= 0 or given.batch < 1:
        parser.error("--minutes and --batch: give more than 0")
    return Options(
        data=given.data,
        minutes=given.minutes,
        device=given.device,
        share=given.share,
        ensembles=tuple(name for name in given.ensemble.split(",") if name),
        batch=given.batch,
        out=given.out,
        markdown=given.markdown,
    )


class Clock:
    """The minutes of a run."""

    def __init__(self, minutes: float) -> None:
        self._start, self._limit_s = time.perf_counter(), 60 * minutes

    @property
    def spent_s(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self._start

    def half_gone(self) -> bool:
        """Whether what is left belongs to the comparison with the CPU."""
        return self.spent_s >= self._limit_s / 2

    def over(self) -> bool:
        """Whether the minutes are used up."""
        return self.spent_s >= self._limit_s
