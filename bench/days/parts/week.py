"""The seven days: frames while beats are found, while they are classified, and idle; memory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.days.beats import add_beats, colour
from bench.days.driver import Driver
from bench.days.figures import Figure
from bench.days.memory import Peak
from bench.days.moves import WIDTHS_S
from bench.days.options import WEEK_H, Options
from bench.days.parts.frames import PENDING, in_state
from ecgviewer.gui.session.analysis_thread import Ensembles

BARS_MS, MEMORY_MB = (33.0, 50.0), 400.0
N_BEATS = 700_000
WIDTHS = (*WIDTHS_S, 7 * WIDTHS_S[-1])


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """All of it is scanned; the classes of most beats are by lot."""
    peak = Peak()
    driver = Driver(scratch, Ensembles(), options.ensemble, each=peak.look)
    driver.watch(1.0)
    peak.start()
    shapes = {"widths_s": WIDTHS, "bars_ms": BARS_MS}
    driver.open(options.week())
    driver.wait(lambda: driver.session.progress.done > 0)
    yield from in_state(driver, "while beats are found", {"finding"}, share=0.4, **shapes)
    driver.wait_phase("classifying", "done", limit_s=3600)
    name = "memory above the empty window, the most while scanning"
    note = "the processes that search counted in"
    yield Figure(name, peak.whole, "MB", MEMORY_MB, note=note)
    peak.forget()
    driver.stop_analysis()
    log = driver.session.opened.log
    add_beats(log, driver.session.opened.record.n_samples, _wanted(options))
    colour(log, np.arange(round(log.n_beats * (1 - PENDING))))
    driver.show_made_beats()
    driver.watch(1.0)
    if log.n_beats == driver.session.opened.scan.n_beats:
        driver.session.resume()
        driver.wait_phase("classifying", "done")
        yield from in_state(driver, "while classifying", {"classifying"}, share=0.5, **shapes)
        driver.stop_analysis()
    colour(log, np.arange(log.n_beats))
    driver.show_made_beats()
    driver.watch(1.0)
    state = f"idle, {log.n_beats:,} coloured beats"
    yield from in_state(driver, state, {"cancelled", "done"}, **shapes)
    note = f"the whole scanned, {peak.own:.0f} MB of it no pages of libraries"
    name = "memory above the empty window, looked through"
    yield Figure(name, peak.whole, "MB", MEMORY_MB, note=note)
    driver.close()


def _wanted(options: Options) -> int:
    return round(N_BEATS * options.week_h / WEEK_H)
