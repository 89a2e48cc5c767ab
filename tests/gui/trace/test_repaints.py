"""The trace is painted anew when what is on its page changes, and not for what lies elsewhere."""

import numpy as np
from PySide6.QtWidgets import QApplication

from ecgviewer.aami import BeatClass
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.signal.quality import Stretch
from tests.gui.canvases import show
from tests.gui.images import pixels
from tests.gui.synthetic import synthetic

FS = 360


def paints(canvas: Canvas, monkeypatch) -> list[object]:
    """Calls of `update` from now on."""
    QApplication.processEvents()
    pixels(canvas)
    asked: list[object] = []
    monkeypatch.setattr(canvas, "update", lambda: asked.append(1))
    return asked


def test_beats_elsewhere_paint_nothing(canvas: Canvas, monkeypatch) -> None:
    show(canvas, synthetic(seconds=600), "N")
    log = canvas._log
    asked = paints(canvas, monkeypatch)
    log.extend(np.array([599 * FS]))
    canvas.refresh()
    assert asked == []


def test_beats_and_classes_on_the_page_do(canvas: Canvas, monkeypatch) -> None:
    show(canvas, synthetic(seconds=600), "?")
    log = canvas._log
    asked = paints(canvas, monkeypatch)
    log._classes[3] = BeatClass.V
    canvas.refresh()
    assert asked == [1]
    pixels(canvas)
    canvas.refresh()
    assert asked == [1]


def test_stretches_count_where_they_are_on_the_page(canvas: Canvas, monkeypatch) -> None:
    show(canvas, synthetic(seconds=600), "N")
    asked = paints(canvas, monkeypatch)
    away = Stretch("noisy", 500 * FS, 510 * FS, 0)
    canvas.set_stretches((away,))
    assert asked == []
    canvas.set_stretches((Stretch("noisy", 1 * FS, 2 * FS, 0), away))
    assert asked == [1]
