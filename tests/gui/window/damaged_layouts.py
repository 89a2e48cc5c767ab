"""Opens one window after the other on damaged settings; a process of its own, which may die.

    python -m tests.gui.window.damaged_layouts SETTINGS N

N windows are opened, each on a copy of the settings file in which 16 bytes of a value of the layout
are others. Prints the number of each window that stood and was closed.
"""

import random
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings
from PySide6.QtWidgets import QApplication, QMainWindow, QToolBar, QWidget

from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.gui.window.saved_layout import SavedLayout

VALUES = ("layouts=", "state=", "geometry=")


def damage(file: Path, seed: int) -> None:
    """Change 16 bytes of the state, as it was before there were checksums, or of a value's text."""
    dice = random.Random(seed)
    store = QSettings(str(file), QSettings.Format.IniFormat)
    if store.contains("state") and seed % 4:
        state = bytes(store.value("state").data())
        at = dice.randrange(len(state) - 16)
        store.setValue("state", QByteArray(state[:at] + dice.randbytes(16) + state[at + 16 :]))
        store.sync()
        return
    content = bytearray(file.read_bytes())
    lines = [at for name in VALUES if (at := content.find(f"\n{name}".encode())) >= 0]
    start = dice.choice(lines) + 10
    at = dice.randrange(start, max(start + 17, content.find(b"\n", start)) - 16)
    for i in range(at, at + 16):
        content[i] = dice.choice(b"0123456789abcdef\\x") if seed % 3 else content[i] ^ 1
    file.write_bytes(content)


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
            file.write_text(text)
            damage(file, seed)
            open_one(file)
            print(seed, flush=True)
    del application


if __name__ == "__main__":
    main()
