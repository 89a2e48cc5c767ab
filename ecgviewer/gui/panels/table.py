"""PANELS: one row a panel."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.panels.comparison.panel import ComparisonPanel
from ecgviewer.gui.panels.inspector.panel import Inspector
from ecgviewer.gui.panels.recording import RecordPanel
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.style.theme import Theme


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
    scrolls : bool
        Whether it has a scroll bar of its own for what does not fit.
    below : bool
        Whether it lies below the trace, and is shown once it is asked for.
    """

    name: str
    title: str
    make: Callable[[Theme], QWidget]
    behind: str = ""
    scrolls: bool = False
    below: bool = False


PANELS = (
    Panel("summary", "Summary", SummaryPanel),
    Panel("recording", "Recording", RecordPanel, behind="summary", scrolls=True),
    Panel("beats", "Beats", BeatPanel, scrolls=True),
    Panel("inspector", "Inspector", Inspector),
    Panel("comparison", "Comparison", ComparisonPanel, below=True),
)
