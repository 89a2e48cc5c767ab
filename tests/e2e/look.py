"""Starts the program as `ecgviewer open RECORD` does, looks at its window, prints JSON and ends.

    python -m tests.e2e.look RECORD

The event loop of the program is replaced by one that looks, so nothing of the program is imported
but its front door. The screen is one of 1920 x 1080; Qt's own off-screen one has 800 x 800.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PySide6 import QtWidgets
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDockWidget,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QWidget,
)

TIMEOUT_S = 120
SCREEN = {
    "name": "screen",
    "x": 0,
    "y": 0,
    "width": 1920,
    "height": 1080,
    "logicalDpi": 96,
    "logicalBaseDpi": 96,
    "dpr": 1,
}


class Application(QApplication):
    """Looks where the program would wait for the user."""

    def __init__(self, arguments: list[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "screens.json"
            file.write_text(json.dumps({"screens": [SCREEN]}))
            os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={file}"
            super().__init__(arguments)

    def exec(self) -> int:  # type: ignore[override]
        return look()


def wait(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def labels(window: QWidget) -> str:
    found: list[Any] = [*window.findChildren(QLabel), *window.findChildren(QLineEdit)]
    return "\n".join(widget.text() for widget in found)


def answers(window: QMainWindow) -> dict[str, str]:
    """Folders that the dialogs of File start in; each dialog is cancelled."""
    found: dict[str, str] = {}

    def opened(_parent: object, _title: str, folder: str, *_: object) -> tuple[str, str]:
        found["open"] = folder
        return "", ""

    def saved(dialog: QFileDialog) -> int:
        found["export"] = dialog.directory().absolutePath()
        return 0

    def shown(dialog: QDialog) -> int:
        found["download"] = labels(dialog)
        return 0

    QFileDialog.getOpenFileName = staticmethod(opened)
    QFileDialog.exec = saved
    QDialog.exec = shown
    for name in ("open", "export", "download"):
        window.findChild(QAction, name).trigger()
    return found


def recents(window: QMainWindow) -> list[str]:
    """What File > Open recent offers."""
    (menu,) = (m for m in window.findChildren(QMenu) if m.title() == "Open &recent")
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


def look() -> int:
    """In the place of the event loop."""
    end = time.monotonic() + TIMEOUT_S
    window: Any = None
    while window is None or "all classified" not in labels(window):
        assert time.monotonic() < end, labels(window) if window else "no window"
        wait(20)
        window = next(
            (w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow)), None
        )
    wait(200)
    checked = ("hide_patient", "keep_results", "theme")
    found: dict[str, Any] = {
        "size": [window.width(), window.height()],
        "docks": {
            dock.objectName(): None if dock.isHidden() else dock.width()
            for dock in window.findChildren(QDockWidget)
        },
        "dark": window.palette().window().color().lightnessF() < 0.5,
        "checked": [name for name in checked if window.findChild(QAction, name).isChecked()],
        "text": labels(window),
        "recents while hidden": recents(window),
    }
    window.findChild(QAction, "hide_patient").trigger()
    print(json.dumps(found | {"recents": recents(window), "folders": answers(window)}))
    return 0


if __name__ == "__main__":
    QtWidgets.QApplication = Application  # type: ignore[misc]
    from ecgviewer.__main__ import main

    sys.argv = ["ecgviewer", "open", sys.argv[1]]
    main()
