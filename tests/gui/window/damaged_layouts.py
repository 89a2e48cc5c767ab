"""Opens one window after the other on damaged settings; a process of its own, which may die.

    python -m tests.gui.window.damaged_layouts SETTINGS N

N windows are opened, each on a copy of the settings file in which 16 bytes of a value of the layout
are others. Prints the number of each window that stood and was closed.
"""

import random
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication, QMainWindow, QToolBar, QWidget

from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.gui.window.saved_layout import SavedLayout

VALUES = ("layouts=", "state=", "geometry=")


def damaged(text: str, seed: int) -> bytes:
    """A settings file with 16 characters of a layout's value changed, or 16 bytes it stands for."""
    dice = random.Random(seed)
    content = bytearray(text.encode())
    lines = [at for name in VALUES if (at := text.find(f"\n{name}")) >= 0]
    start = dice.choice(lines) + 10
    stop = max(start + 17, text.find("\n", start + 1))
    at = dice.randrange(start, min(stop, len(content)) - 16)
    for i in range(at, at + 16):
        content[i] = dice.choice(b"0123456789abcdef\\x") if seed % 2 else content[i] ^ 1
    return bytes(content)


def open_one(file: Path) -> None:
    """The window's panels and bars, without a record in them."""
    window = QMainWindow()
    window.setCentralWidget(QWidget())
    for name in ("file_bar", "play_bar", "trace_bar", "ensemble_bar"):
        window.addToolBar(bar := QToolBar(name))
        bar.setObjectName(name)
    docks = Docks(window, THEMES["light"])
    layout = SavedLayout(window, Settings(QSettings(str(file), QSettings.Format.IniFormat)))
    layout.restore_geometry()
    window.show()
    docks.show(True)
    layout.restore_state()
    QApplication.processEvents()
    window.grab()
    layout.end(keep=True)
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def main() -> None:
    application = QApplication([])
    text = Path(sys.argv[1]).read_text()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(int(sys.argv[2])):
            file = Path(folder) / f"{seed}.ini"
            file.write_bytes(damaged(text, seed))
            open_one(file)
            print(seed, flush=True)
    del application


if __name__ == "__main__":
    main()
