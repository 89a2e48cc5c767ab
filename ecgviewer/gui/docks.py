"""PANELS, the table of panels beside the trace, and the docks they sit in; fills none of them."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from ecgviewer.gui.panels.beats import BeatPanel
from ecgviewer.gui.panels.inspector import Inspector
from ecgviewer.gui.panels.recording import RecordPanel
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.theme import Theme

_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_WIDTH, _WIDEST, _WIDTH_SHARE = 400, 560, 0.25  # pixels, pixels, of the window


@dataclass(frozen=True)
class Panel:
    """One panel: what it is called, what makes it, where it sits.

    Attributes
    ----------
    name, title : str
        Name in the program, title in the window.
    make : callable
        Makes the widget from a theme.
    behind : str
        Panel it shares a place with, as a tab behind it; "" where it has a place of its own.
    share : int
        Height relative to the others.
    """

    name: str
    title: str
    make: Callable[[Theme], QWidget]
    behind: str = ""
    share: int = 1


PANELS = (
    Panel("summary", "Summary", SummaryPanel, share=24),
    Panel("recording", "Recording", RecordPanel, behind="summary"),
    Panel("beats", "Beats", BeatPanel, share=40),
    Panel("inspector", "Inspector", Inspector, share=36),
)


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
            self.panels[panel.name] = panel.make(theme)
            dock.setWidget(self.panels[panel.name])
            self.docks[panel.name] = dock
            dock.toggleViewAction().setToolTip(f"show or hide the panel {panel.title}")
        self.arrange()

    def arrange(self) -> None:
        """Put every panel in its place."""
        for panel in PANELS:
            dock = self.docks[panel.name]
            self._window.addDockWidget(_RIGHT, dock)
            if panel.behind:
                self._window.tabifyDockWidget(self.docks[panel.behind], dock)
                self.docks[panel.behind].raise_()
        own = [p for p in PANELS if not p.behind]
        docks = [self.docks[p.name] for p in own]
        width = min(_WIDEST, max(_WIDTH, round(_WIDTH_SHARE * self._window.width())))
        self._window.resizeDocks(docks, [width] * len(docks), Qt.Orientation.Horizontal)
        self._window.resizeDocks(docks, [10 * p.share for p in own], Qt.Orientation.Vertical)

    def set_theme(self, theme: Theme) -> None:
        for panel in self.panels.values():
            panel.set_theme(theme)  # type: ignore[attr-defined]

    def show(self, visible: bool) -> None:
        """Show every panel, or none (nothing is open)."""
        for dock in self.docks.values():
            dock.setVisible(visible)

    def bring_up(self, name: str) -> None:
        """Show one panel in front of those it shares a place with."""
        self.docks[name].show()
        self.docks[name].raise_()
