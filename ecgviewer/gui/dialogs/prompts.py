"""Questions to the user; a test puts its own answers in the place of this class."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QMessageBox, QWidget

from ecgviewer.formats import readers
from ecgviewer.gui.dialogs.time import TimeDialog
from ecgviewer.gui.style.plain import shown
from ecgviewer.gui.style.record_clock import RecordClock


class Prompts:
    """Asks through dialogs.

    Parameters
    ----------
    parent : QWidget
        The window they belong to.
    """

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def record_to_open(self, folder: Path) -> Path | None:
        """Which recording to open."""
        name, _ = QFileDialog.getOpenFileName(
            self._parent, "Open an ECG recording", str(folder), kinds_of_record()
        )
        return Path(name) if name else None

    def file_to_save(self, title: str, suggestion: Path, kinds: str) -> Path | None:
        """Where to write; overwriting is asked for elsewhere, for more than one file is written."""
        dialog = QFileDialog(self._parent, title, str(suggestion.parent), kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setDefaultSuffix(suggestion.suffix.removeprefix("."))
        dialog.selectFile(suggestion.name)
        if not dialog.exec():
            return None
        return Path(dialog.selectedFiles()[0])

    def folder(self, title: str, start: Path) -> Path | None:
        """Which folder."""
        name = QFileDialog.getExistingDirectory(self._parent, title, str(start))
        return Path(name) if name else None

    def agrees(self, title: str, question: str, yes: str) -> bool:
        """Whether the user says yes; Cancel is what Enter does."""
        box = QMessageBox(QMessageBox.Icon.Question, title, shown(question), parent=self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)  # the question may name files
        button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.exec()
        return box.clickedButton() is button

    def time(self, now_s: float, clock: RecordClock) -> float | None:
        """Which time to go to, seconds from the start."""
        dialog = TimeDialog(clock, now_s, self._parent)
        wanted = dialog.seconds if dialog.exec() else None
        dialog.deleteLater()
        return wanted

    def number(self, title: str, question: str, now: int, most: tuple[int, int]) -> int | None:
        """Which whole number, from the first of `most` to the second."""
        low, high = most
        value, ok = QInputDialog.getInt(self._parent, title, question, now, low, high)
        return value if ok else None

    def show(self, dialog: QDialog) -> None:
        """Show a dialog until it is closed."""
        dialog.exec()
        dialog.deleteLater()


def kinds_of_record() -> str:
    """The open dialog's choice of formats, as QFileDialog takes it."""
    lines = [row.filter_words for row in readers.FORMATS]
    if len(lines) > 1:
        suffixes = dict.fromkeys(suffix for row in readers.FORMATS for suffix in row.suffixes)
        lines.insert(0, f"All recordings ({' '.join(f'*{suffix}' for suffix in suffixes)})")
    return ";;".join([*lines, "All files (*)"])
