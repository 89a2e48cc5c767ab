"""How late frames of playback are painted: an hour of signal by a made clock, a real minute."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.days.driver import Driver, NotInTimeError
from bench.days.figures import Figure
from bench.days.options import Options
from ecgviewer.gui.playback.clock import FRAME_S, PAPER_SPEED, SPEEDS
from ecgviewer.gui.session.analysis_thread import Ensembles
from tests.gui.clocks import MadeClock

BAR_MS = 50.0
REST_S = 0.5  # from a jump to the key, as a user needs
PER_S = SPEEDS[PAPER_SPEED].frames_per_s


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """Both with the analysis going on beside it."""
    driver = Driver(scratch, Ensembles(), options.ensemble)
    driver.open(options.hour())
    driver.wait_phase("classifying", "done")
    driver.watch(REST_S)
    late, missing = _real(driver, options.minute_s)
    yield from _figures("a real minute, analysis beside it", late, missing)
    driver.stop_analysis()
    driver.watch(REST_S)
    late, missing = _real(driver, options.minute_s / 2)
    yield from _figures("half a minute, nothing beside it", late, missing)
    driver.session.resume()
    late, missing = _made(driver, round(3600 * options.minute_s / 60 / FRAME_S))
    yield from _figures("an hour of signal, made clock", late, missing)
    driver.close()


def _figures(name: str, late_ms: np.ndarray, missing: int) -> Iterator[Figure]:
    over = int((late_ms > BAR_MS).sum())
    note = f"median {np.median(late_ms):.0f} ms, {over} of {len(late_ms)} later than {BAR_MS:g} ms"
    yield Figure(f"{name}: latest frame", float(late_ms.max()), "ms", BAR_MS, note=note)
    yield Figure(f"{name}: frames never shown", missing, "", 0)


def _real(driver: Driver, seconds: float) -> tuple[np.ndarray, int]:
    """Lateness of each frame painted, ms: since the time the pace gives it."""
    late: dict[int, float] = {}
    ready: list[int] = []
    play = driver.window.play
    first = play.player.index
    play.frame_ready.connect(lambda frame: ready.append(frame.index))
    start = time.perf_counter()
    play.toggle()
    shown, seen = driver.frames.count, 0
    while time.perf_counter() - start < seconds:
        driver.wait(lambda: driver.frames.count > shown)  # noqa: B023
        shown = driver.frames.count
        for index in ready[seen:]:
            due = start + (index - first) / PER_S
            late.setdefault(index, (driver.frames.last - due) * 1e3)
        seen = len(ready)
    play.toggle()
    play.frame_ready.disconnect()
    wanted = range(min(late), max(late) + 1)
    return np.array(list(late.values())), len(wanted) - len(late)


def _made(driver: Driver, n_frames: int) -> tuple[np.ndarray, int]:
    """The same where every tick of the player comes at its due time: what the work takes.

    Its own timer goes on, but finds a clock that stands still.
    """
    play, player = driver.window.play, driver.window.play.player
    driver.canvas.go_to(0.0)
    player.index = 0
    driver.watch(REST_S)
    clock = MadeClock()
    ready: list[int] = []
    play.frame_ready.connect(lambda frame: ready.append(frame.index))
    player.clock = clock
    play.toggle()
    late, missing = [], 0
    for index in range(1, min(player.n_frames - 1, n_frames)):
        clock.ms = index * 1000 / PER_S
        start, shown = time.perf_counter(), driver.frames.count
        player.on_ticked()
        try:
            driver.wait(
                lambda: index in ready[-2:] and driver.frames.count > shown,  # noqa: B023
                limit_s=2,
            )
            late.append((driver.frames.last - start) * 1e3)
        except NotInTimeError:
            missing += 1
    player.pause()
    return np.array(late), missing
