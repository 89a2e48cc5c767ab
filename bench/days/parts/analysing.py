"""What a user sees of a day's analysis: scan, first classes, silences of the window, memory."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.days.driver import Driver
from bench.days.figures import Figure
from bench.days.memory import Peak
from bench.days.moves import WIDTHS_S, moves, show
from bench.days.options import Options
from ecgviewer.beats.log import PENDING
from ecgviewer.gui.session.analysis_thread import Ensembles

SCAN_S, CLASSES_S, AFTER_JUMP_S, SILENCE_MS, MEMORY_MB = 20.0, 2.0, 1.0, 50.0, 250.0
PLACES = (0.8, 0.3, 0.55, 0.95, 0.15)


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """One window, one day: from opening it to the first minutes of classes."""
    peak = Peak()
    driver = Driver(scratch, Ensembles(), options.ensemble, each=peak.look)
    driver.watch(1.0)
    peak.start()
    start = time.perf_counter()
    driver.open(options.day())
    driver.heart.reset()
    checked: list[float] = []
    driver.session.verdict_changed.connect(lambda: checked.append(time.perf_counter() - start))
    found = driver.wait(lambda: driver.session.progress.done > 0)
    yield Figure("first R peaks on screen, after opening", found - start, "s")
    scanned = driver.wait_phase("classifying", "done")
    note = f"hashing first, checksum {checked[-1]:.1f} s beside it" if checked else ""
    yield Figure("scan in the window, after opening", scanned - start, "s", SCAN_S, note=note)
    yield Figure("longest silence while beats are found", driver.heart.longest_ms, "ms", SILENCE_MS)
    name = "memory above the empty window, the most while scanning"
    yield Figure(name, peak.whole, "MB", MEMORY_MB, note="the processes that search counted in")
    peak.forget()
    shown = classes_shown(driver) - scanned
    yield Figure("classes on screen, after the scan", shown, "s", CLASSES_S)
    waits = []
    for place in PLACES:
        jumped = time.perf_counter()
        driver.jump(place)
        waits.append(classes_shown(driver) - jumped)
    note = f"{len(waits)} places, median {np.median(waits):.2f} s, the longest counts"
    yield Figure("classes on screen, after a jump", max(waits), "s", AFTER_JUMP_S, note=note)
    driver.heart.reset()
    before, began = driver.session.progress.done, time.perf_counter()
    driver.watch(options.watch_s)
    rate = (driver.session.progress.done - before) / (time.perf_counter() - began)
    silence = driver.heart.longest_ms
    yield Figure("longest silence while classifying", silence, "ms", SILENCE_MS)
    yield Figure("beats a second in the window", rate, "1/s", note=f"{options.watch_s:g} s watched")
    yield from _look_everywhere(driver, peak)
    driver.close()


def _look_everywhere(driver: Driver, peak: Peak) -> Iterator[Figure]:
    for width in WIDTHS_S:
        if show(driver, width):
            driver.frame_times_ms(moves(driver, share=0.5))
    peak.look()
    note = f"the most seen, {peak.own:.0f} MB of it no pages of libraries; not all beats classified"
    whole = "memory above the empty window, analysed and looked through"
    yield Figure(whole, peak.whole, "MB", MEMORY_MB, note=note)


def classes_shown(driver: Driver) -> float:
    """Run until every beat on screen is painted in its class; the time then."""
    driver.wait(lambda: classified(driver))
    known = driver.frames.count
    driver.wait(lambda: driver.frames.count > known)
    return driver.frames.last


def classified(driver: Driver) -> bool:
    """Whether every beat on screen has its class."""
    opened = driver.session.opened
    if opened is None or opened.scan is None:
        return False
    start, stop = driver.canvas.visible_range_s()
    shown = opened.log.between(int(start * opened.record.fs), int(stop * opened.record.fs))
    return bool((opened.log.classes[shown] != PENDING).all())
