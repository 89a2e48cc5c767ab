"""The seven days: frames with every beat coloured, and memory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ecgviewer.gui.worker import Ensembles
from tests.bench.days.beats import add_beats, colour
from tests.bench.days.driver import Driver
from tests.bench.days.figures import Figure, spread
from tests.bench.days.memory import Peak
from tests.bench.days.moves import WIDTHS_S, called, moves, show
from tests.bench.days.options import WEEK_H, Options

BARS_MS, MEMORY_MB = (33.0, 50.0), 400.0
N_BEATS = 700_000


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """Beats are put into the log after a minute of scan, or with --whole after all of it."""
    peak = Peak()
    driver = Driver(scratch, Ensembles(), options.ensemble, each=peak.look)
    peak.start()
    driver.open(options.week())
    if options.whole:
        driver.wait_phase("classifying", "done", limit_s=3600)
    else:
        driver.wait(lambda: driver.session.progress.done > 0)
        driver.watch(options.watch_s)
    driver.stop_analysis()
    opened = driver.session.opened
    assert opened is not None
    add_beats(opened.log, opened.record.n_samples, round(N_BEATS * options.week_h / WEEK_H))
    colour(opened.log, np.arange(opened.log.n_beats))
    driver.session.dirty = True
    driver.watch(1.0)
    every = []
    for width in (*WIDTHS_S, 7 * WIDTHS_S[-1]):
        if show(driver, width):
            every.append(driver.frame_times_ms(moves(driver)))
            yield from spread(f"{called(width)} wide, idle", every[-1], BARS_MS)
        else:
            name = f"{called(width)} wide, idle"
            yield Figure(name, None, "ms", BARS_MS[0], without="not offered")
    name = f"all widths, idle, {opened.log.n_beats:,} coloured beats"
    yield from spread(name, np.concatenate(every), BARS_MS)
    scanned = "the whole scanned" if opened.scan else "not scanned to its end"
    note = f"{scanned}, {peak.own:.0f} MB of it no pages of libraries"
    yield Figure("memory above the empty window", peak.whole, "MB", MEMORY_MB, note=note)
    driver.close()
