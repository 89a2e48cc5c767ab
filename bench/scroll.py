"""How long the trace and the strip of a day take to draw; a table on the terminal.

A day of three leads at 250 Hz with 100,000 beats, at the two sizes of window that are looked at.
Times are of the processor, so that other work on the machine counts little. Run it with
`python -m bench.scroll`.
"""

import os
import time
from collections.abc import Callable, Sequence
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from ecgviewer.beats.columns import ANEW, Beats
from ecgviewer.gui.strip.widget import StripWidget
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.record import Lead, Record
from ecgviewer.signal.params import PAPER
from tests.gui.synthetic import beats_with, synthetic

DAY_S, N_BEATS = 86_400, 100_000
SIZES = ((960, 470), (1_900, 1_050))  # of the trace in windows of 1366x768 and 2560x1440


def day(*, seconds: float = DAY_S, n_beats: int = N_BEATS) -> tuple[Record, Beats]:
    """Three leads and their beats, one in fifty abnormal."""
    record = synthetic(Lead("MLII"), Lead("V1"), Lead("V5"), seconds=seconds, fs=250.0)
    samples = np.linspace(50, record.n_samples - 50, n_beats).astype(np.int64)
    classes = np.zeros(n_beats, np.int8)
    classes[::50] = np.arange(len(classes[::50])) % 4 + 1
    return record, beats_with(samples, classes)


def show_day(canvas: Canvas, size: tuple[int, int], record: Record, beats: Beats) -> QImage:
    """Lay the canvas out for a record; an image to draw it on."""
    canvas.resize(*size)
    canvas.show_record(record, prep=PAPER)
    canvas.show_beats(beats, ANEW)
    return QImage(canvas.size(), QImage.Format.Format_RGB32)


def frame_times_ms(
    moves: Sequence[Callable[[], object]], draw: Callable[[], object]
) -> NDArray[np.float64]:
    """(n,) milliseconds of processor time of each move and what is drawn then."""
    times = []
    for move in moves:
        before = time.process_time()
        move()
        draw()
        times.append(time.process_time() - before)
    return np.array(times) * 1e3


def main() -> None:
    app = QApplication.instance() or QApplication([])
    assert app is not None
    record, beats = day()
    rng = np.random.default_rng(0)
    spots = rng.uniform(0, DAY_S, 60)
    print("ms of processor time: median, worst")
    for size in SIZES:
        canvas = Canvas()
        for speed in (25.0, 6.25):
            image = show_day(canvas, size, record, beats)
            canvas.speed_mm_s = speed
            canvas.go_to(40_000)
            draw = partial(canvas.render, image)
            draw()
            name = f"{size[0]:5d}x{size[1]:<5d} {speed:5g} mm/s"
            moves = [partial(canvas.scroll_pixels, 17)] * 100
            report(f"{name} scroll", frame_times_ms(moves, draw))
            report(f"{name} jump", frame_times_ms([partial(canvas.go_to, t) for t in spots], draw))
        strip = StripWidget()
        strip.resize(size[0], 112)
        strip.show_record(record)
        strip.show_beats(beats, ANEW)
        report(f"{size[0]:5d} strip", frame_times_ms([strip.update] * 20, strip.picture))


def report(name: str, times_ms: NDArray[np.float64]) -> None:
    print(f"{name:30s} {np.median(times_ms):6.1f} {times_ms.max():6.1f}")


if __name__ == "__main__":
    main()
