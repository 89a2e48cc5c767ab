"""Frames of the day: idle, while beats are found, while they are classified; and pyqtgraph's."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.days.beats import add_beats, colour
from bench.days.driver import Driver
from bench.days.figures import Figure, spread
from bench.days.moves import WIDTHS_S, called, moves, show
from bench.days.options import DAY_H, Options
from bench.days.plot import plot_frames
from ecgviewer.gui.session.analysis_thread import Ensembles

BARS_MS = (16.0, 33.0)
N_BEATS = 100_000  # of a day
PENDING = 0.25  # of the beats, last in the recording, left for the networks


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """Every width the window has, in each of three states."""
    driver = Driver(scratch, Ensembles(), options.ensemble)
    driver.open(options.day())
    driver.wait(lambda: driver.session.progress.done > 0)
    yield from in_state(driver, "while beats are found", {"finding"}, share=0.4)
    driver.wait_phase("classifying", "done")
    driver.stop_analysis()
    opened = driver.session.opened
    assert opened is not None
    add_beats(opened.log, opened.record.n_samples, round(N_BEATS * options.day_h / DAY_H))
    colour(opened.log, np.arange(round(opened.log.n_beats * (1 - PENDING))))
    driver.show_made_beats()
    driver.watch(1.0)
    if opened.scan is not None and opened.log.n_beats == opened.scan.n_beats:
        driver.session.resume()
        driver.wait_phase("classifying", "done")
        yield from in_state(driver, "while classifying", {"classifying"})
        driver.stop_analysis()
    colour(opened.log, np.arange(opened.log.n_beats))
    driver.show_made_beats()
    driver.watch(1.0)
    yield from in_state(
        driver, f"idle, {opened.log.n_beats:,} coloured beats", {"cancelled", "done"}
    )
    driver.close()
    yield from plot_frames(options.day())


def in_state(
    driver: Driver,
    state: str,
    phases: set[str],
    *,
    share: float = 1.0,
    widths_s: Sequence[float] = WIDTHS_S,
    bars_ms: tuple[float, float] = BARS_MS,
) -> Iterator[Figure]:
    """Every width while the analysis is in one of some phases; `share` of the moves."""
    every = []
    driver.heart.reset()
    for width in widths_s:
        name = f"{called(width)} wide, {state}"
        if driver.session.progress.phase not in phases:
            yield Figure(name, None, "ms", note="the analysis had ended before")
            continue
        if not show(driver, width):
            note = f"the recording has {driver.canvas.duration_s / 3600:.3g} h"
            yield Figure(name, None, "ms", bars_ms[0], note=note, without="not offered")
            continue
        times = driver.frame_times_ms(moves(driver, share=share))
        every.append(times)
        yield from spread(name, times, bars_ms)
    if every:
        yield from spread(f"all widths, {state}", np.concatenate(every), bars_ms)
