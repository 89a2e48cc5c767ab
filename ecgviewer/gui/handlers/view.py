"""What the actions of Go and View do."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from ecgviewer.findings.rate import N_MEAN_RANGE
from ecgviewer.gui.dialogs.prompts import Prompts
from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.panels.recording import RecordPanel
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.record_clock import RecordClock
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.gui.window.refresh import Refresh


class ViewHandler(QObject):
    """Handlers of actions.

    Parameters
    ----------
    session, settings, prompts
        What is open, what is remembered, who asks the user.
    canvas, docks, refresh
        The trace, the panels, and who brings a choice to every view.
    window : QMainWindow
        Fills the screen, or not.
    """

    note_made = Signal(str)
    hiding_changed = Signal(bool)  # whether patient fields are hidden

    def __init__(
        self,
        session: Session,
        settings: Settings,
        prompts: Prompts,
        *,
        canvas: Canvas,
        docks: Docks,
        refresh: Refresh,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._session, self._settings, self._prompts = session, settings, prompts
        self._canvas, self._docks, self._refresh = canvas, docks, refresh
        self._window = window

    def on_arrange(self) -> None:
        self._docks.show(True)
        self._docks.arrange()

    def on_time(self) -> None:
        opened = self._session.opened
        if opened is None:
            return
        clock = RecordClock.of(opened.record, hide=self._settings.hide_patient)
        wanted = self._prompts.time(self._canvas.visible_range_s()[0], clock)
        if wanted is not None:
            self._canvas.go_to(wanted)
            self.note_made.emit(f"Gone to {clock.words(wanted)}.")

    def on_rate_intervals(self) -> None:
        wanted = self._prompts.number(
            "Heart rates",
            "Least and greatest heart rate are the mean of so many N-N intervals:",
            self._settings.rate_intervals,
            N_MEAN_RANGE,
        )
        if wanted is not None:
            self._settings.rate_intervals = wanted
            self._docks.panel(SummaryPanel).set_intervals(wanted)

    def on_find(self) -> None:
        self._docks.bring_up("beats")
        line = self._docks.panel(BeatPanel).filter
        line.setFocus()
        line.selectAll()

    def on_inputs(self) -> None:
        self._docks.bring_up("recording")
        self._docks.panel(RecordPanel).show_choice()

    def on_filtered(self, checked: bool) -> None:
        self._canvas.show_cleaned = checked

    def on_hide_patient(self, checked: bool) -> None:
        self._settings.hide_patient = checked
        self._refresh.show_patient()
        self.hiding_changed.emit(checked)
        if checked:  # in the place of what may name a time or a recording
            self.note_made.emit("Patient fields are hidden; times are from the recording's start.")

    def on_dark(self, checked: bool) -> None:
        name = "dark" if checked else "light"
        self._settings.theme = name
        self._refresh.set_theme(name)

    def on_full_screen(self, checked: bool) -> None:
        if checked:
            self._window.showFullScreen()
        else:
            self._window.showNormal()
