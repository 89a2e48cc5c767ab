"""The inspector: one beat's input, probabilities and each network's own vote."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.beats.beat import Beat
from ecgviewer.beats.columns import Beats, Change
from ecgviewer.gui.panels.inspector.bars import ProbabilityBars
from ecgviewer.gui.panels.inspector.input_plot import InputPlot
from ecgviewer.gui.panels.inspector.network_input import NetworkInput
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.elided_label import ElidedLabel
from ecgviewer.gui.style.patient import Identity
from ecgviewer.gui.style.record_clock import ELAPSED, RecordClock
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.style.wording import count
from ecgviewer.model.ensemble import Ensemble

_HINT = "Click a beat to see what the networks saw of it."
_FLAG_TIPS = {
    "edge": "first or last beat, or beside what cannot be read: its one RR is used twice",
    "pause": "a pause before it: the R peak lies late in the window, so no confidence is given",
    "flat": "a lead is flat here and was given as zeros",
    "gap": "the window touches a gap: a lead in it is given as zeros",
    "noisy": "the signal is noisy here",
    "disagree": "the networks do not agree on the class",
    "uncertain": "for review: the confidence is below the ensemble's threshold, or the recording"
    " is too short (under two minutes) to compare its beats with one another",
    "one_lead": "only one lead was there to read",
    "unreadable": "no lead can be read in its window: not classified",
    "flutter": "in a stretch that may be ventricular flutter or fibrillation",
    "pending": "awaits its class",
}


class Inspector(QWidget):
    """One beat in detail."""

    input_wanted = Signal(int)  # id of a beat that is shown without its input

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._opened: OpenRecord | None = None
        self._beats: Beats | None = None
        self._current: int | None = None
        self._clock = ELAPSED
        self._members: tuple[str, ...] = ()
        self._input: NetworkInput | None = None
        self._playing = False
        # one line each, so that the panel keeps its height whatever the beat
        self.title, self.flags = ElidedLabel(self), ElidedLabel(self)
        self.trace = InputPlot(theme, self)
        self.fused = ProbabilityBars(theme, "ensemble", self)
        self.fused.setToolTip("Fused probabilities per class; the class is the largest")
        self.votes: list[ProbabilityBars] = []  # one network each
        self._bars = QHBoxLayout()
        self._lay_out()
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.trace.set_theme(theme)
        for bars in (self.fused, *self.votes):
            bars.set_theme(theme)
        self._draw()

    def show_record(self, opened: OpenRecord, identity: Identity) -> None:
        if opened is not self._opened:
            self._opened, self._beats = opened, opened.beats
            self._current = self._input = None
        self._clock = RecordClock.of(opened.record, hide=identity.hidden)
        self._draw()

    def show_beats(self, beats: Beats, change: Change) -> None:
        self._beats = beats
        if change.span is None:  # another beat may have its id, or other networks read it
            self._input = None
        self._draw()

    def show_current(self, beat_id: int | None) -> None:
        self._current = beat_id
        if self._opened is not None:
            self._beats = self._opened.beats  # the beat may have come since `show_beats`
        self._draw()

    def show_ensemble(self, ensemble: Ensemble) -> None:
        """Say whose votes they are."""
        self._members = ensemble.members
        self._draw()

    def show_playing(self, playing: bool) -> None:
        """Ask for no input while playback runs: frames come first."""
        self._playing = playing
        self._draw()

    def show_input(self, network_input: NetworkInput) -> None:
        """Show a beat's input, where it is still the beat one looks at."""
        self._input = network_input
        self._draw()

    def _draw(self) -> None:
        row = self._beats.row(self._current) if self._beats is not None else None
        if self._beats is None or self._opened is None or self._current is None or row is None:
            self.title.set_whole(_HINT)
            self.flags.set_whole("")
            self.trace.show_input(None)
            self._draw_bars((), (), ())
            return
        beat = self._beats.beat(row)
        self.title.set_whole(describe(beat, self._opened.record.fs, self._clock))
        tips = "\n".join(f"{word}: {_FLAG_TIPS.get(word, '')}" for word in beat.flags)
        self.flags.set_whole(_second_line(beat), tip=tips)
        self._draw_bars(self._members, beat.probabilities, beat.votes)
        self._draw_input(beat, self._current)

    def _draw_input(self, beat: Beat, beat_id: int) -> None:
        shown = self._input
        if shown is None or shown.beat_id != beat_id:
            self.trace.show_input(None)
            if beat_id >= 0 and not self._playing:  # the networks read no beat but the machine's
                self.input_wanted.emit(beat_id)
            return
        color = "" if beat.beat_class is None else self._theme.class_colors[beat.beat_class]
        self.trace.show_input(shown.values, names=shown.names, color=color, r_offset=shown.r_offset)

    def _draw_bars(
        self,
        members: tuple[str, ...],
        fused: tuple[float, ...],
        votes: tuple[tuple[float, ...], ...],
    ) -> None:
        self.fused.show_values("ensemble", fused)
        self._match_bars(max(len(members), len(votes)))
        for i, bars in enumerate(self.votes):
            name = members[i] if i < len(members) else f"network {i + 1}"
            bars.show_values(name, votes[i] if i < len(votes) else ())

    def _match_bars(self, n: int) -> None:
        while len(self.votes) < n:
            bars = ProbabilityBars(self._theme, "", self)
            bars.setToolTip("This network's own vote: five independent sigmoids, not divided")
            self.votes.append(bars)
            self._bars.addWidget(bars)
        while len(self.votes) > n:
            self.votes.pop().deleteLater()

    def _lay_out(self) -> None:
        self._bars.setSpacing(10)
        self._bars.addWidget(self.fused)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 4, 6, 4)
        box.setSpacing(4)
        box.addWidget(self.title)
        box.addWidget(self.flags)
        box.addWidget(self.trace, 1)
        box.addLayout(self._bars)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)


def _second_line(beat: Beat) -> str:
    """What the class holds, and what to know about the beat."""
    description = beat.beat_class.description if beat.beat_class is not None else ""
    return "   ".join(filter(None, [description, " ".join(f"[{word}]" for word in beat.flags)]))


def describe(beat: Beat, fs: float, clock: RecordClock = ELAPSED) -> str:
    """A beat in one line: number, time, class, confidence; `fs` in Hz, of the record."""
    head = f"Beat {count(beat.number)}   {clock.label(beat.sample / fs, decimals=3)}"
    if beat.beat_class is None:
        return f"{head}   {'awaits its class' if beat.pending else 'not classified'}"
    confidence = "" if beat.confidence is None else f"  {beat.confidence:.3f}"
    return f"{head}   {beat.beat_class.name}{confidence}"
