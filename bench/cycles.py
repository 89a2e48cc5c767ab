"""Windows opened and closed again and again: python -m bench.cycles [RECORD] [--cycles 100].

Each is closed at some moment of its work, chosen by a seed: while files are hashed, beats found,
the context made, classes given, or after it all; with --one-window the record is opened anew then.
Prints how long that took and what memory, threads and handles were at each tenth; a figure that
grows with the cycles is a leak.
"""

import argparse
import gc
import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication, QEvent

from bench.days.driver import Driver
from bench.days.memory import resident
from ecgviewer import paths
from ecgviewer.gui.session.analysis_thread import Ensembles

_LONGEST_S = 6.0  # after opening
_SETTLE_S = 0.2


@dataclass(frozen=True)
class Cycle:
    """One window.

    Attributes
    ----------
    after_s : float
        How long it was open.
    phase : str
        What it was doing.
    close_s : float
        How long closing took, or opening the record anew.
    own_mb : float
        Resident memory that is no file's afterwards.
    n_threads, n_handles : int
        Afterwards, of Python and of the system.
    """

    after_s: float
    phase: str
    close_s: float
    own_mb: float
    n_threads: int
    n_handles: int


def cycle(folder: Path, ensembles: Ensembles, ensemble: str, record: Path, after_s: float) -> Cycle:
    """Open a window on a record, wait a while, close it."""
    driver = Driver(folder, ensembles, ensemble)
    driver.open(record)
    driver.watch(after_s)
    phase = driver.session.progress.phase
    close_s = driver.close()
    driver.watch(_SETTLE_S)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del driver
    gc.collect()
    return _now(after_s, phase, close_s)


def reopened(
    folder: Path, ensembles: Ensembles, ensemble: str, record: Path, after: list[float]
) -> list[Cycle]:
    """Open a record again and again in one window, each time after so many seconds."""
    driver, found = Driver(folder, ensembles, ensemble), []
    for after_s in after:
        driver.open(record)
        driver.watch(after_s)
        phase = driver.session.progress.phase
        start = time.perf_counter()
        driver.open(record)  # the run before is ended first
        took = time.perf_counter() - start
        found.append(
            Cycle(after_s, phase, took, resident().own, threading.active_count(), _handles())
        )
    driver.close()
    return found


def _now(after_s: float, phase: str, took_s: float) -> Cycle:
    return Cycle(after_s, phase, took_s, resident().own, threading.active_count(), _handles())


def _handles() -> int:
    """Open files and sockets of this process; -1 where that is not known."""
    try:
        return len(list(Path("/proc/self/fd").iterdir()))
    except OSError:
        return -1


def cycles(
    record: Path,
    n: int,
    *,
    ensemble: str,
    seed: int,
    one_window: bool,
    longest_s: float = _LONGEST_S,
) -> list[Cycle]:
    """So many windows, or openings in one window, one after the other in one process."""
    chance, ensembles = random.Random(seed), Ensembles()
    after = [longest_s * chance.random() ** 2 for _ in range(n)]  # most while it works
    with TemporaryDirectory() as folder:
        # kept results would leave nothing to interrupt
        (Path(folder) / "settings.ini").write_text("[General]\nkeep_results=false\n")
        if one_window:
            return reopened(Path(folder), ensembles, ensemble, record, after)
        return [cycle(Path(folder), ensembles, ensemble, record, after_s) for after_s in after]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", type=Path, nargs="?", default=paths.demo_record())
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--ensemble", default="clinical")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one-window", action="store_true", help="open the record anew in one")
    options = parser.parse_args()
    found = cycles(
        options.record,
        options.cycles,
        ensemble=options.ensemble,
        seed=options.seed,
        one_window=options.one_window,
    )
    print(f"{'cycle':>6} {'MB':>7} {'threads':>8} {'handles':>8}")
    step = max(1, len(found) // 10)
    for i in range(step - 1, len(found), step):
        now = found[i]
        print(f"{i + 1:6} {now.own_mb:7.1f} {now.n_threads:8} {now.n_handles:8}")
    slowest = sorted(found, key=lambda c: -c.close_s)[:5]
    print("slowest:")
    for each in slowest:
        print(f"  {each.close_s:.3f} s, {each.phase}, {each.after_s:.2f} s after it was opened")


if __name__ == "__main__":
    main()
