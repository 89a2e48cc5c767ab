"""The docks that the panels of a table sit in."""

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QScrollArea, QWidget

from ecgviewer.gui.panels.table import PANELS, Panel, PanelView
from ecgviewer.gui.style.plain import tip
from ecgviewer.gui.style.theme import Theme

_AREAS = {
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "below": Qt.DockWidgetArea.BottomDockWidgetArea,
}
_WIDTH, _WIDEST, _WIDTH_SHARE = 400, 560, 0.25  # pixels, pixels, of the window
_LEAST_WIDTH = 310  # pixels: three columns of votes
_CHROME, _ROOMY = 115, 640  # pixels: menus and status; from here on there is room to spare
_LEAST_ROOM = 520  # pixels; with less, panels one above the other would show two lines each
_TITLE, _TABS = 26, 70  # of a dock; of one with tabs below and a line of figures that wraps
V = TypeVar("V")


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
        Gets the docks.
    theme : Theme
        Colours.
    rows : sequence of Panel
        The table.

    Attributes
    ----------
    docks, panels : dict
        The dock and the panel in it, by the panel's name.
    """

    def __init__(
        self, window: QMainWindow, theme: Theme, *, rows: Sequence[Panel] = PANELS
    ) -> None:
        self._window, self._rows = window, tuple(rows)
        self.docks: dict[str, QDockWidget] = {}
        self.panels: dict[str, PanelView] = {}
        self._widgets: dict[str, QWidget] = {}
        for row in self._rows:
            panel = row.make(theme)
            assert isinstance(panel, QWidget), row.name
            self.panels[row.name], self._widgets[row.name] = panel, panel
            dock = self.docks[row.name] = QDockWidget(row.title, window)
            dock.setObjectName(f"dock_{row.name}")  # saved layouts know it by this name
            dock.setWidget(panel if row.place.scrolls else _scrolling(panel))
            dock.toggleViewAction().setToolTip(tip(f"show or hide the panel {row.title}"))
        self.arrange()

    def panel(self, kind: type[V]) -> V:
        """The panel of a class, for what that one alone can do or say."""
        for panel in self.panels.values():
            if isinstance(panel, kind):
                return panel
        raise LookupError(f"no row of the table makes a {kind.__name__}")

    def switches(self) -> list[QAction]:
        """What shows and hides each panel."""
        return [dock.toggleViewAction() for dock in self.docks.values()]

    def set_theme(self, theme: Theme) -> None:
        for panel in self.panels.values():
            panel.set_theme(theme)

    # -- where they are -----------------------------------------------------------------------

    def arrange(self) -> None:
        """Put every panel in its place; in a low window those on the right share one."""
        first = next(row.name for row in self._rows if row.place.area == "right")
        for row in self._rows:
            dock, place = self.docks[row.name], row.place
            hidden = dock.isHidden()
            self._window.addDockWidget(_AREAS[place.area], dock)
            dock.setHidden(hidden)
            behind = place.behind or (first if place.area == "right" and self._low else "")
            if behind and behind != row.name:
                self._window.tabifyDockWidget(self.docks[behind], dock)
                self.docks[behind].raise_()
        heights = self._heights()
        docks = [self.docks[name] for name in heights]
        width = min(_WIDEST, max(_WIDTH, round(_WIDTH_SHARE * self._window.width())))
        self._window.resizeDocks(docks, [width] * len(docks), Qt.Orientation.Horizontal)
        self._window.resizeDocks(docks, list(heights.values()), Qt.Orientation.Vertical)
        self._size_below()

    def show(self, visible: bool) -> None:
        """Show every panel but those to be asked for, or none (nothing is open)."""
        for row in self._rows:
            if not (visible and row.place.area == "below"):
                self.docks[row.name].setVisible(visible)

    def bring_up(self, name: str) -> None:
        """Show one panel in front of those it shares a place with."""
        was_hidden = self.docks[name].isHidden()
        self.docks[name].show()
        self.docks[name].raise_()
        if was_hidden:
            self._size_below()

    @property
    def _low(self) -> bool:
        return self._window.height() - _CHROME < _LEAST_ROOM

    def _size_below(self) -> None:
        """What lies below the trace as high as it needs."""
        below = [row.name for row in self._rows if row.place.area == "below"]
        heights = [self._widgets[name].sizeHint().height() + _TITLE for name in below]
        docks = [self.docks[name] for name in below]
        self._window.resizeDocks(docks, heights, Qt.Orientation.Vertical)

    def _heights(self) -> dict[str, int]:
        """What each panel on the right needs and its share of what is spare, pixels."""
        room = self._window.height() - _CHROME
        spare = max(0, room - _ROOMY)
        tabbed = {row.place.behind for row in self._rows}
        heights, rest = {}, []
        for row in self._rows:
            if row.place.area != "right" or row.place.behind:
                continue
            heights[row.name] = 0
            if row.place.spare is None:
                rest.append(row.name)
                continue
            title = _TABS if row.name in tabbed else _TITLE
            need = self._widgets[row.name].sizeHint().height() + title
            heights[row.name] = need + int(row.place.spare * spare)
        left = room - sum(heights.values())
        return heights | {name: max(_TITLE, left // len(rest)) for name in rest}
