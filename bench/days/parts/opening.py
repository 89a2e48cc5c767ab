"""Time from asking for a recording to its first page, beside wfdb's load of the whole."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from bench.days.driver import Driver
from bench.days.figures import Figure
from bench.days.options import Options
from bench.days.tiling import library
from ecgviewer.gui.session.analysis_thread import Ensembles

BAR_S, SHARE = 0.3, 0.1
PEER = "wfdb.rdrecord, whole"
WEEK_SHARE = 12  # of the week that the peer reads: all of it would take 15 GB


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """The day in both formats, the week; files in the system's cache, and not."""
    wfdb = library()
    driver = Driver(scratch, Ensembles(), options.ensemble)
    paths = {"24 h, format 212": options.day(212), "24 h, format 16": options.day(16)}
    first = driver.open(options.hour())
    yield Figure("first recording of a window (panels made)", first, "s", note="an hour")
    for name, path in paths.items():
        start = time.perf_counter()
        wfdb.rdrecord(str(path.with_suffix("")))
        peer = time.perf_counter() - start
        warm = min(driver.open(path) for _ in range(3))
        note = "least of 3, while the one before is let go"
        yield Figure(f"{name}: to first paint", warm, "s", BAR_S, PEER, peer, note)
        yield Figure(f"{name}: share of the peer's load", warm / peer, "", SHARE)
        if forget(path):
            cold = driver.open(path)
            yield Figure(f"{name}: to first paint, file not in cache", cold, "s", BAR_S)
    week = options.week()
    start = time.perf_counter()
    record = wfdb.rdheader(str(week.with_suffix("")))
    wfdb.rdrecord(str(week.with_suffix("")), sampto=record.sig_len // WEEK_SHARE)
    peer = (time.perf_counter() - start) * WEEK_SHARE
    warm = min(driver.open(week) for _ in range(3))
    note = f"peer: a part of {WEEK_SHARE} read, scaled"
    yield Figure("7 days: to first paint", warm, "s", BAR_S, PEER, peer, note)
    driver.close()


def forget(header: Path) -> bool:
    """Have the system forget the signal file's pages; False where it cannot be asked to."""
    if not hasattr(os, "posix_fadvise"):
        return False
    with header.with_suffix(".dat").open("rb") as file:
        os.fsync(file.fileno())  # only pages that are on disk are let go
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return True
