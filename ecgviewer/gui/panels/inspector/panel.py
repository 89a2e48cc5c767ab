"""The inspector: one beat's input, probabilities and each network's own vote; computes nothing."""

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.beats.beat import Beat
from ecgviewer.gui.panels.inspector.bars import ProbabilityBars
from ecgviewer.gui.panels.inspector.input_plot import InputPlot
from ecgviewer.gui.panels.inspector.network_input import NetworkInput
from ecgviewer.gui.style.elided_label import ElidedLabel
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.style.wording import clock, count

_HINT = "Click a beat to see what the networks saw of it."
_FLAG_TIPS = {
    "edge": "first or last beat: its one RR interval is used twice",
    "pause": "a pause before it: the R peak lies late in the window, so no confidence is given",
    "flat": "a lead is flat here and was given as zeros",
    "gap": "the window touches a gap: not classified, counted as Q",
    "noisy": "the signal is noisy here",
    "disagree": "the networks do not agree on the class",
    "uncertain": "for review: the confidence is below the ensemble's threshold, or the recording"
    " is too short (under two minutes) to compare its beats with one another",
    "one_lead": "only one lead was there to read",
    "pending": "awaits its class",
}


@dataclass(frozen=True)
class Inspection:
    """What the inspector shows of one beat.

    Attributes
    ----------
    beat : Beat
        The beat.
    time_s : float
        Its R peak, seconds from the record's start.
    members : tuple of str
        Names of the networks, in the order of `beat.votes`.
    """

    beat: Beat
    time_s: float
    members: tuple[str, ...] = ()


class Inspector(QWidget):
    """One beat in detail."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._inspection: Inspection | None = None
        self._input: NetworkInput | None = None
        # one line each, so that the panel keeps its height whatever the beat
        self.title, self.flags = ElidedLabel(self), ElidedLabel(self)
        self.trace = InputPlot(theme, self)
        self.fused = ProbabilityBars(theme, "ensemble", self)
        self.fused.setToolTip("Fused probabilities per class; the class is the largest")
        self._votes = QHBoxLayout()
        self._bars: list[ProbabilityBars] = []
        self._lay_out()
        self.clear()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for view in (self.trace, self.fused, *self._bars):
            view.set_theme(theme)
        self._draw()

    def clear(self) -> None:
        """No beat is chosen."""
        self._inspection, self._input = None, None
        self._draw()

    def show_beat(self, inspection: Inspection) -> None:
        """Show a beat; its input follows when it has been cut."""
        self._inspection = inspection
        self._draw()

    def show_input(self, network_input: NetworkInput) -> None:
        """Show a beat's input, where it is still the beat one looks at."""
        self._input = network_input
        self._draw()

    def _draw(self) -> None:
        if self._inspection is None:
            self.title.set_whole(_HINT)
            self.flags.set_whole("")
            self.trace.show_input(None)
            self._draw_bars((), ())
            return
        beat = self._inspection.beat
        self.title.set_whole(describe(self._inspection))
        tips = "\n".join(f"{word}: {_FLAG_TIPS.get(word, '')}" for word in beat.flags)
        self.flags.set_whole(_second_line(beat), tip=tips)
        self._draw_bars(beat.probabilities, beat.votes)
        self._draw_input(beat)

    def _draw_input(self, beat: Beat) -> None:
        shown = self._input
        if shown is None or shown.index != beat.number - 1:
            self.trace.show_input(None)
            return
        color = "" if beat.beat_class is None else self._theme.class_colors[beat.beat_class]
        self.trace.show_input(shown.values, names=shown.names, color=color, r_offset=shown.r_offset)

    def _draw_bars(self, fused: tuple[float, ...], votes: tuple[tuple[float, ...], ...]) -> None:
        members = self._inspection.members if self._inspection else ()
        self.fused.show_values("ensemble", fused)
        self._match_bars(max(len(members), len(votes)))
        for i, bars in enumerate(self._bars):
            name = members[i] if i < len(members) else f"network {i + 1}"
            bars.show_values(name, votes[i] if i < len(votes) else ())

    def _match_bars(self, n: int) -> None:
        while len(self._bars) < n:
            bars = ProbabilityBars(self._theme, "", self)
            bars.setToolTip("This network's own vote: five independent sigmoids, not divided")
            self._bars.append(bars)
            self._votes.addWidget(bars)
        while len(self._bars) > n:
            self._bars.pop().deleteLater()

    def _lay_out(self) -> None:
        self._votes.setSpacing(10)
        self._votes.addWidget(self.fused)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 4, 6, 4)
        box.setSpacing(4)
        box.addWidget(self.title)
        box.addWidget(self.flags)
        box.addWidget(self.trace, 1)
        box.addLayout(self._votes)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)


def _second_line(beat: Beat) -> str:
    """What the class holds, and what to know about the beat."""
    description = beat.beat_class.description if beat.beat_class is not None else ""
    if beat.beat_class is not None and not beat.probabilities:
        description = "not classified: a gap, or every lead flat, in its window"
    return "   ".join(filter(None, [description, " ".join(f"[{word}]" for word in beat.flags)]))


def describe(inspection: Inspection) -> str:
    """A beat in one line: number, time, class, confidence."""
    beat = inspection.beat
    head = f"Beat {count(beat.number)}   {clock(inspection.time_s, decimals=3)}"
    if beat.beat_class is None:
        return f"{head}   awaits its class"
    confidence = "" if beat.confidence is None else f"  {beat.confidence:.3f}"
    return f"{head}   {beat.beat_class.name}{confidence}"
