"""How soon Cancel, closing and opening another end what goes on, and what threads they leave."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QThread
from shiboken6 import Shiboken

from bench.days.driver import Driver
from bench.days.figures import Figure
from bench.days.options import Options
from ecgviewer.gui.session.analysis_thread import Ensembles

BAR_MS = 100.0
Start = Callable[[Driver, Options], None]


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """Each in every phase of an analysis."""
    ensembles = Ensembles()
    new = lambda: Driver(scratch, ensembles, options.ensemble)
    for phase, begin in PHASES.items():
        if phase != "hashing the week":
            driver = new()
            begin(driver, options)
            start = time.perf_counter()
            driver.session.cancel()
            returned = time.perf_counter() - start
            ended = driver.wait(lambda: not driver.session.progress.busy) - start  # noqa: B023
            note = f"the window is busy {returned * 1e3:.0f} ms of it"
            yield Figure(f"Cancel while {phase}", ended * 1e3, "ms", BAR_MS, note=note)
            driver.close()
        driver = new()
        begin(driver, options)
        driver.heart.reset()
        shown = driver.open(options.hour()) * 1e3
        note = f"longest silence {driver.heart.longest_ms:.0f} ms"
        yield Figure(f"open another while {phase}", shown, "ms", BAR_MS, note=note)
        driver.wait(lambda: len(qt_threads()) <= 3)
        driver.close()
        driver = new()
        begin(driver, options)
        took = driver.close() * 1e3
        left = len(qt_threads()) + len(other_threads())
        yield Figure(f"close while {phase}", took, "ms", BAR_MS, note=f"{left} threads left")


def _finding(driver: Driver, options: Options) -> None:
    driver.open(options.day())
    driver.wait(lambda: driver.session.progress.done > 3)


def _classifying(driver: Driver, options: Options) -> None:
    driver.open(options.hour())
    driver.wait_phase("classifying")
    driver.wait(lambda: driver.session.progress.done > 0)


def _hashing(driver: Driver, options: Options) -> None:
    driver.open(options.week())
    driver.watch(0.05)


PHASES: dict[str, Start] = {
    "finding beats in the day": _finding,
    "classifying": _classifying,
    "hashing the week": _hashing,
}


def qt_threads() -> list[QThread]:
    """QThreads that run."""
    every = [w for w in Shiboken.getAllValidWrappers() if isinstance(w, QThread)]
    return [thread for thread in every if thread.isRunning() and thread is not _main()]


def other_threads() -> list[threading.Thread]:
    """Python's threads that would keep the process alive, the main one apart."""
    every = [t for t in threading.enumerate() if not t.daemon]
    # Qt's threads show up as dummies, which are daemons
    return [t for t in every if t is not threading.main_thread()]


def _main() -> QThread:
    return QThread.currentThread()
