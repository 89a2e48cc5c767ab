"""Counts pixels that trace, strip and inspector leave unpainted; run with QT_SCALE_FACTOR.

    QT_SCALE_FACTOR=1.5 python -m tests.gui.window.unpainted RECORD

Prints `{"trace": 0, ...}`, summed over several sizes of the window and both themes.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from math import floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.panels.inspector.panel import Inspector
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.settings import Settings
from tests.gui.fakes import FakeEnsemble, FakePrompts

SIZES = ((1366, 768), (1201, 701), (963, 583), (1094, 642))
OPAQUE = Qt.WidgetAttribute.WA_OpaquePaintEvent  # nobody clears what such a widget leaves out


def drawn(widget: QWidget, under: str) -> NDArray[np.uint32]:
    """(rows, columns) 0xRRGGBB of a widget at its screen's scale, drawn over a colour."""
    dpr = widget.devicePixelRatioF()
    width, height = (floor(n * dpr + 0.5) for n in widget.size().toTuple())  # as Qt clips it
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    image.fill(QColor(under))
    flags = QWidget.RenderFlag.DrawChildren
    if not widget.testAttribute(OPAQUE):
        flags |= QWidget.RenderFlag.DrawWindowBackground
    widget.render(image, QPoint(), QRegion(), flags)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width] & 0xFFFFFF
    return pixels.copy()


def unpainted(widget: QWidget) -> int:
    """Pixels that what lay under the widget shows through, if only in part."""
    return int((drawn(widget, "magenta") != drawn(widget, "lime")).sum())


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        QApplication.processEvents()
        time.sleep(0.001)


def main() -> None:
    application = QApplication([])
    store = QSettings("", QSettings.Format.IniFormat)
    window = MainWindow(Settings(store), Ensembles(lambda _: FakeEnsemble()), prompts=FakePrompts)
    window.show()
    window.files.open_path(Path(sys.argv[1]))
    until(lambda: window.session.progress.phase == "done" and window.refresh.up_to_date)
    window.canvas.beat_clicked.emit(3)
    inspector = window.docks.panel(Inspector)
    views: dict[str, QWidget] = {
        "trace": window.canvas,
        "strip": window.strip,
        "inspector": inspector,
    }
    found: Counter[str] = Counter(dict.fromkeys(views, 0))
    for theme in ("light", "dark"):
        window.refresh.set_theme(theme)
        for size in SIZES:
            window.resize(*size)
            until(lambda: not window.canvas.awaits_samples)
            for name, view in views.items():
                found[name] += unpainted(view)
    window.close()
    print(json.dumps(found))
    del application


if __name__ == "__main__":
    main()
