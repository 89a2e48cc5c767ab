"""File > Open recent."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from ecgviewer.formats.readers import without_suffix
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.plain import caption, tip


class RecentMenu(QObject):
    """The recordings opened last, as a sub-menu.

    Parameters
    ----------
    menu : QMenu
        Gets the sub-menu.
    before : QAction
        What it stands before.
    settings : Settings
        Remembers.
    """

    recent_clicked = Signal(object)  # Path

    def __init__(self, menu: QMenu, before: QAction, settings: Settings) -> None:
        super().__init__(menu)
        self._settings = settings
        self.menu = QMenu("Open &recent", menu)
        menu.insertMenu(before, self.menu)
        # filled when it opens too: the switch that hides patient fields may have been used
        self.menu.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Put the latest recordings in."""
        self.menu.clear()
        if self._settings.hide_patient:
            self._add_disabled("hidden with the patient fields")
            return
        paths = self._settings.recents()
        for path in paths:
            action = self.menu.addAction(caption(f"{without_suffix(path).name}    {path.parent}"))
            action.setToolTip(tip(str(path)))  # by default Qt makes one of the text, and guesses
            action.triggered.connect(lambda _=False, path=path: self.recent_clicked.emit(path))
        if not paths:
            self._add_disabled("none yet")
            return
        self.menu.addSeparator()
        self.menu.addAction("&Forget them").triggered.connect(self.on_forget)

    def on_forget(self) -> None:
        self._settings.clear_recents()

    def _add_disabled(self, text: str) -> None:
        self.menu.addAction(text).setEnabled(False)
