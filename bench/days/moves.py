"""The moves of a user that looks through a recording, width by width."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from bench.days.driver import Driver

WIDTHS_S = (10.0, 60.0, 600.0, 3600.0, 21_600.0, 86_400.0)
N_SCROLLS, N_ZOOMS, N_JUMPS = 60, 20, 20
_ZOOM = 1.25


def called(width_s: float) -> str:
    """A width in words."""
    if width_s > 86_400:
        return f"{width_s / 86_400:.0f} d"
    if width_s < 60:
        return f"{width_s:.0f} s"
    return f"{width_s / 60:.0f} min" if width_s < 3600 else f"{width_s / 3600:.0f} h"


def show(driver: Driver, width_s: float, at: float = 0.3) -> bool:
    """Bring so many seconds on screen, from a share of the recording on; False where the window
    has no such width."""
    try:
        driver.canvas.fit_seconds(width_s)
    except ValueError:
        return False
    driver.canvas.go_to(at * driver.canvas.duration_s)
    driver.wait(lambda: not driver.canvas.awaits_samples, limit_s=120)
    driver.watch(0.3)
    return True


def moves(driver: Driver, *, share: float = 1.0, seed: int = 0) -> Iterator[Callable[[], object]]:
    """Wheel on, and back from the end; paper speed a quarter up and down; presses on the strip.

    Where the whole recording is on screen there is nowhere to scroll to; then it is zooms only.
    """
    rng = np.random.default_rng(seed)
    start, stop = driver.canvas.visible_range_s()
    whole = stop - start >= driver.canvas.duration_s * 0.99
    if not whole:
        way = -1  # of the wheel: on
        for _ in range(round(N_SCROLLS * share)):
            start, stop = driver.canvas.visible_range_s()
            if start <= 0 or stop >= driver.canvas.duration_s:
                way = -1 if start <= 0 else 1
            yield partial(driver.wheel, way)
    speed = driver.canvas.speed_mm_s
    for k in range(round(N_ZOOMS * share)):
        wanted = speed if k % 2 else speed * _ZOOM
        yield partial(driver.canvas.set_speed, wanted, keep_x=500.0)
    if not whole:
        for place in rng.uniform(0.05, 0.95, round(N_JUMPS * share)):
            yield partial(driver.jump, float(place))
