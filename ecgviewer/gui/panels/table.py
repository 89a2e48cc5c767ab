"""PANELS: one row a panel, and what every panel can be told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from ecgviewer.beats.columns import Beats, Change
from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.panels.comparison.panel import ComparisonPanel
from ecgviewer.gui.panels.inspector.panel import Inspector
from ecgviewer.gui.panels.recording import RecordPanel
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.patient import Identity
from ecgviewer.gui.style.theme import Theme


class PanelView(Protocol):
    """A panel as `window.refresh` and `Docks` see it; a QWidget as well.

    What only one panel can do or say is asked of `Docks.panel`.
    """

    def show_record(self, opened: OpenRecord, identity: Identity) -> None:
        """Show another record, or the same one with its patient fields hidden or shown."""

    def show_beats(self, beats: Beats, change: Change) -> None:
        """Show the beats as they are now, where they differ from those shown before."""

    def show_current(self, beat_id: int | None) -> None:
        """Show which beat is the current one; None for none."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""


@dataclass(frozen=True)
class Place:
    """Where a panel lies.

    Attributes
    ----------
    area : "right" or "below"
        Beside the trace; or below it, where it is shown once it is asked for.
    behind : str
        Panel it shares a place with, as a tab behind it; "" where it has a place of its own.
    spare : float or None
        Its share of the height that is left once every panel has what it needs; None: whatever
        the others leave.
    scrolls : bool
        Whether it scrolls by itself what does not fit; others are given a scroll bar.
    """

    area: Literal["right", "below"] = "right"
    behind: str = ""
    spare: float | None = 0.0
    scrolls: bool = False


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes
    ----------
    name, title : str
        Name in the program and in saved layouts, title in the window.
    make : callable
        Makes it, in a theme's colours.
    place : Place
        Where it lies.
    """

    name: str
    title: str
    make: Callable[[Theme], PanelView]
    place: Place


PANELS: tuple[Panel, ...] = (
    Panel("summary", "Summary", SummaryPanel, Place(spare=1 / 8)),
    Panel("recording", "Recording", RecordPanel, Place(behind="summary", scrolls=True)),
    Panel("beats", "Beats", BeatPanel, Place(spare=None, scrolls=True)),
    Panel("inspector", "Inspector", Inspector, Place(spare=1 / 3)),
    Panel("comparison", "Comparison", ComparisonPanel, Place("below")),
)
