"""The window and its panels where the user left them on this screen, if that can be trusted."""

import logging
from pathlib import Path

from PySide6.QtCore import QByteArray, QLockFile, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar

from ecgviewer.gui.settings import Settings
from ecgviewer.gui.storage.layouts import Layout, is_state, screen_width
from ecgviewer.gui.style.room import within_screen

_LOG = logging.getLogger(__name__)
_STANDS_MS = 250  # of the event loop: by then the panels have been laid out and painted
_HUNG_MS = 60_000  # a window that has not stood by then hangs


class SavedLayout(QObject):
    """Restores the layout of one window and keeps it at the end.

    While a layout is being restored a guard lies beside the settings, named after the layout. One
    that is found without its process tells of a window that died of it: the layout is thrown away.

    Parameters
    ----------
    window : QMainWindow
        The window, with its docks and bars.
    settings : Settings
        Where layouts are kept.
    """

    def __init__(self, window: QMainWindow, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._guard: QLockFile | None = None
        self._stands = QTimer(self, singleShot=True, interval=_STANDS_MS)
        self._stands.timeout.connect(self.on_standing)
        self._layout = self._trusted()
        self._stands.start()

    def restore_geometry(self) -> None:
        """Make the window as large as it was, or as the screen allows."""
        layout = self._guarded()
        if layout is None or not self._window.restoreGeometry(QByteArray(layout.geometry)):
            self._fit()
        self._stands.start()

    def restore_state(self) -> None:
        """Put the panels where they were; the window has them all by now."""
        layout = self._guarded()
        if layout is not None and not self._window.restoreState(QByteArray(layout.state)):
            _LOG.warning("the layout saved is none that Qt restores")
        self._stands.start()

    def end(self, *, keep: bool) -> None:
        """The window closes: remember, where there is something to, how it lies on its screen."""
        self.on_standing()
        if not keep:
            return
        geometry, state = (
            bytes(self._window.saveGeometry().data()),
            bytes(self._window.saveState().data()),
        )
        self._settings.save_layout(Layout(screen_id(self._window.screen()), geometry, state))

    def on_standing(self) -> None:
        """The window stands, or closes in good order: the layout has done no harm."""
        self._stands.stop()
        if self._guard is not None:
            self._guard.unlock()
            self._guard = None

    def _guarded(self) -> Layout | None:
        """The layout to be restored, now that its guard lies there."""
        if self._layout is not None and not self._take(self._layout):
            self._layout = None
        return self._layout

    # -- which layout ---------------------------------------------------------------------------

    def _trusted(self) -> Layout | None:
        """The layout last used on a screen that is there, its guard taken."""
        screens = {screen_id(screen) for screen in QGuiApplication.screens()}
        for layout in self._settings.layouts:
            if layout.screen in screens:
                return layout if self._take(layout) else None
        before = self._settings.layout_before()
        if before is None or not self._is_ours(before):
            return None
        return before if self._take(before) else None

    def _is_ours(self, before: Layout) -> bool:
        """Whether a layout without a checksum is one of these panels, and of a screen like ours."""
        kinds = (QDockWidget, QToolBar)
        names = [part.objectName() for kind in kinds for part in self._window.findChildren(kind)]
        widths = {screen.geometry().width() for screen in QGuiApplication.screens()}
        return screen_width(before.geometry) in widths and is_state(before.state, names)

    def _take(self, layout: Layout) -> bool:
        """Have the guard lie there; False where a window has died of the layout."""
        if self._guard is not None:
            return True
        path = self._guard_path(layout)
        was_there = path.exists()
        guard = QLockFile(str(path))
        guard.setStaleLockTime(_HUNG_MS)
        if not guard.tryLock(0):  # another window has it, or the folder cannot be written
            return True
        if was_there:
            _LOG.warning("a window ended while it restored its layout: the layout is thrown away")
            self._settings.drop_layout(layout)
            guard.unlock()
            return False
        self._guard = guard
        return True

    def _guard_path(self, layout: Layout) -> Path:
        name = f"layout-{layout.checksum[:12]}.restoring"
        return Path(self._settings.store.fileName()).with_name(name)

    def _fit(self) -> None:
        """No larger than the screen has room for."""
        size = self._window.size()
        self._window.resize(within_screen(self._window, size.width(), size.height()))


def screen_id(screen: QScreen) -> str:
    """Name, size and scale: what a layout is good for."""
    size = screen.geometry().size()
    return f"{screen.name()} {size.width()} x {size.height()} @ {screen.devicePixelRatio():g}"
