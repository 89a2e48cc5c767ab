"""The peer that draws: plain pyqtgraph with its own down-sampling."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from bench.days.driver import SIZE
from bench.days.figures import Figure, spread
from bench.days.memory import Peak
from bench.days.moves import WIDTHS_S, called
from ecgviewer.formats.readers import open_record

N_FRAMES, LIMIT_S = 40, 4.0  # of each width; at least three frames


class _Painted(QObject):
    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        self.count += event.type() == QEvent.Type.Paint
        return False


def plot_frames(header: Path) -> Iterator[Figure]:
    """Frames of a plot of the same recording, all of it in memory, every sample given to it."""
    app = QApplication.instance()
    record = open_record(header)
    memory = Peak()
    samples = record.read(0, record.n_samples).astype(np.float32)
    t = np.arange(record.n_samples) / record.fs
    start = time.perf_counter()
    widget = pg.PlotWidget()
    widget.resize(*SIZE)
    for row, lead in enumerate(samples):
        item = widget.plot(pen=pg.mkPen("k" if row else "b", width=1))
        item.setDownsampling(auto=True, method="peak")
        item.setClipToView(True)
        item.setData(t, lead + 3 * row)
    widget.show()
    app.processEvents()
    widget.grab()
    yield Figure(
        "plain pyqtgraph: first paint of the day, samples in memory",
        time.perf_counter() - start,
        "s",
    )
    painted = _Painted(widget.viewport())
    for width in (w for w in WIDTHS_S if w <= record.duration_s):
        times: list[float] = []
        began = time.perf_counter()
        for k in range(N_FRAMES):
            if time.perf_counter() - began > LIMIT_S and k > 2:
                break
            shown = width * (1 - 0.01 * (k % 2))  # where all is on screen there is only zooming
            low = (0.3 * record.duration_s + 0.12 * width * k) % (record.duration_s - shown + 1)
            start, before = time.perf_counter(), painted.count
            widget.setXRange(low, low + shown, padding=0)
            while painted.count == before and time.perf_counter() - start < LIMIT_S:
                app.processEvents()
            times.append((time.perf_counter() - start) * 1e3)
        yield from spread(f"plain pyqtgraph, no beats, {called(width)} wide", times, None)
        memory.look()
    yield Figure("plain pyqtgraph: memory", memory.whole, "MB")
    widget.close()
