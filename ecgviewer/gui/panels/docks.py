"""PANELS, the table of panels beside the trace, and the docks they sit in; fills none of them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QScrollArea, QWidget

from ecgviewer.gui.panels.table import PANELS
from ecgviewer.gui.style.theme import Theme

_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_BELOW = Qt.DockWidgetArea.BottomDockWidgetArea
_WIDTH, _WIDEST, _WIDTH_SHARE = 400, 560, 0.25  # pixels, pixels, of the window
_LEAST_WIDTH = 310  # pixels: three columns of votes
_CHROME, _ROOMY = 115, 640  # pixels: menus and status; from here on there is room to spare
_TITLE, _TABS = 26, 70  # of a dock; of one with tabs below and a line of figures that wraps


def _scrolling(panel: QWidget) -> QScrollArea:
    """A panel that is scrolled where it does not fit, so that small windows stay usable."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(panel)
    area.setMinimumWidth(_LEAST_WIDTH)
    return area


class Docks:
    """Every panel in a dock of its own.

    Parameters
    ----------
    window : QMainWindow
        Gets the docks on its right.
    theme : Theme
        Colours.
    """

    def __init__(self, window: QMainWindow, theme: Theme) -> None:
        self._window = window
        self.docks: dict[str, QDockWidget] = {}
        self.panels: dict[str, QWidget] = {}
        for panel in PANELS:
            dock = QDockWidget(panel.title, window)
            dock.setObjectName(f"dock_{panel.name}")
            widget = self.panels[panel.name] = panel.make(theme)
            dock.setWidget(widget if panel.scrolls else _scrolling(widget))
            self.docks[panel.name] = dock
            dock.toggleViewAction().setToolTip(f"show or hide the panel {panel.title}")
        self.arrange()

    def arrange(self) -> None:
        """Put every panel in its place."""
        for panel in PANELS:
            dock = self.docks[panel.name]
            hidden = dock.isHidden()
            self._window.addDockWidget(_BELOW if panel.below else _RIGHT, dock)
            dock.setHidden(hidden)
            if panel.behind:
                self._window.tabifyDockWidget(self.docks[panel.behind], dock)
                self.docks[panel.behind].raise_()
        heights = self._heights()
        docks = [self.docks[name] for name in heights]
        width = min(_WIDEST, max(_WIDTH, round(_WIDTH_SHARE * self._window.width())))
        self._window.resizeDocks(docks, [width] * len(docks), Qt.Orientation.Horizontal)
        self._window.resizeDocks(docks, list(heights.values()), Qt.Orientation.Vertical)
        self._size_below()

    def _size_below(self) -> None:
        """What lies below the trace as high as it needs."""
        below = [panel.name for panel in PANELS if panel.below]
        heights = [self.panels[name].sizeHint().height() + _TITLE for name in below]
        docks = [self.docks[name] for name in below]
        self._window.resizeDocks(docks, heights, Qt.Orientation.Vertical)

    def _heights(self) -> dict[str, int]:
        """Summary and inspector as they need, and a little of what is spare; beats the rest."""
        room = self._window.height() - _CHROME
        spare = max(0, room - _ROOMY)
        summary = self.panels["summary"].sizeHint().height() + _TABS + spare // 8
        inspector = self.panels["inspector"].sizeHint().height() + _TITLE + spare // 3
        return {
            "summary": summary,
            "beats": max(_TITLE, room - summary - inspector),
            "inspector": inspector,
        }

    def set_theme(self, theme: Theme) -> None:
        for panel in self.panels.values():
            panel.set_theme(theme)  # type: ignore[attr-defined]

    def show(self, visible: bool) -> None:
        """Show every panel but those to be asked for, or none (nothing is open)."""
        for panel in PANELS:
            if not (visible and panel.below):
                self.docks[panel.name].setVisible(visible)

    def bring_up(self, name: str) -> None:
        """Show one panel in front of those it shares a place with."""
        was_hidden = self.docks[name].isHidden()
        self.docks[name].show()
        self.docks[name].raise_()
        if was_hidden:
            self._size_below()
