"""Brings what is known of the record to every view, thirty times a second at most.

The session says what has changed as it happens; here changes are gathered and handed on together:
to trace and strip at every tick, to the panels, which are read rather than watched, less often.
"""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QMainWindow

from ecgviewer.analysis.inputs import Inputs
from ecgviewer.beats.columns import ANEW, Change
from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.session.current_beat import CurrentBeat
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.session.tasks import Task
from ecgviewer.gui.session.tolerant_reader import TolerantReader
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.patient import APPLICATION, identify
from ecgviewer.gui.style.theme import THEMES, apply_theme
from ecgviewer.gui.window.menus import Actions
from ecgviewer.gui.window.playback_toolbar import PlaybackToolbar
from ecgviewer.gui.window.status_bar import StatusBar
from ecgviewer.gui.window.workspace import Workspace
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.runtime.cores import take_short_turns

_TICK_MS = 33
_BUSY_MS = 100  # between two looks at an analysis: its steps are many, and each makes a frame late
_SLOW_MS = 200  # panels are read, not watched
_SLOW_SHARE = 25  # times as long as they took: those of 700,000 beats never take more of the time
_FOLLOW_MS = 80  # while the trace moves the table waits: its rows take 5 ms of every frame
_MOVING_MS = 1000  # between two drawings of all beats while the trace moves
_READ_MS = 100  # between two drawings of a page that is still being read


class Refresh(QObject):
    """Every view of one window.

    Parameters
    ----------
    window, session, settings, navigator
        Whose views, of what, how they are to look, and which beat is current.
    workspace, docks, status, play_bar, actions
        The views.

    Attributes
    ----------
    reading : TolerantReader or None
        Samples of the record that is open, and its coarse levels.
    """

    page_settled = Signal(float, float)  # the page's ends, seconds; not at every step of a scroll
    inputs_changed = Signal(object, object)  # Record, Inputs
    verdict_shown = Signal(object)  # Verdict

    def __init__(
        self,
        window: QMainWindow,
        session: Session,
        settings: Settings,
        navigator: CurrentBeat,
        *,
        workspace: Workspace,
        docks: Docks,
        status: StatusBar,
        play_bar: PlaybackToolbar,
        actions: Actions,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._settings = window, session, settings
        self._navigator, self._workspace = navigator, workspace
        self._trace, self._strip = workspace.canvas, workspace.strip
        self._docks, self._status, self._play_bar, self._actions = docks, status, play_bar, actions
        self._start_s = 0.0  # of the page
        self._shown: Record | None = None  # the record as trace and strip have it
        self.reading: TolerantReader | None = None
        self._reader: Task | None = None  # makes its coarse levels
        self._due: Change | None = None  # what trace and strip do not show yet
        self._panels_due: Change | None = None  # what the panels do not show yet
        self._progress_due = self._cleaned_due = False
        self._phase = session.progress.phase  # as the status bar shows it
        self._slow_ms = _SLOW_MS
        self._since_slow, self._since_refreshed = _running(), _running()
        self._since_read = _running()
        self._follow = QTimer(self, interval=_FOLLOW_MS, singleShot=True)
        self._follow.timeout.connect(self.on_view_settled)
        take_short_turns()
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self.on_ticked)
        self._timer.start()

    def set_theme(self, name: str) -> None:
        """Light or dark, everywhere."""
        theme = THEMES[name]
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        for view in (self._workspace, self._docks, self._status, self._play_bar):
            view.set_theme(theme)
        self._actions["theme"].setChecked(name == "dark")

    def show_patient(self) -> None:
        """Show or hide patient fields, as the switch is set."""
        hide = self._settings.hide_patient
        self._actions["hide_patient"].setChecked(hide)
        self._workspace.start_page.show_recents([] if hide else self._settings.recents())
        opened = self._session.opened
        if opened is None:
            self._window.setWindowTitle(APPLICATION)
            return
        identity = identify(opened.record, hide=hide)
        self._window.setWindowTitle(identity.title)
        self._workspace.header.show_record(opened.record, identity)
        for panel in self._docks.panels.values():
            panel.show_record(opened, identity)
        self._put_on_trace(opened, hide=hide)
        self._panels_due = ANEW  # figures speak of the clock too

    def _put_on_trace(self, opened: OpenRecord, *, hide: bool) -> None:
        """Have trace and strip draw the record; without a clock where the patient is hidden."""
        record = opened.record
        shown = replace(record, base_date=None, base_time=None) if hide else record
        before, self._shown = self._shown, shown
        if before is not None and before.base_time == shown.base_time:
            return
        start = self._trace.visible_range_s()[0]
        self._trace.show_record(
            shown, prep=opened.prep, cleaned=self._session.cleaned, reading=self.reading
        )
        self._strip.show_record(shown)
        self._show_beats(opened, ANEW)
        self._trace.show_current(self._navigator.current)
        if before is not None:
            self._trace.go_to(start)
        start, stop = self._trace.visible_range_s()
        self.on_view_changed(start, stop - start)

    # -- the record -----------------------------------------------------------------------------

    def on_record_opened(self) -> None:
        opened = self._session.opened
        if opened is None:
            return
        self._navigator.clear()
        self._shown = None
        self._read(opened.record)
        self.show_patient()
        self._show_inputs(opened)
        self.on_verdict_changed()
        self._workspace.show_recording()
        self._actions.enable(record=True)

    def on_cleaning_changed(self) -> None:
        """The networks in use want the signal cleaned in another way."""
        opened = self._session.opened
        if opened is not None:
            cleaned = self._session.cleaned
            self._trace.clean_as(opened.prep, cleaned=cleaned, reading=self.reading)
            self._show_inputs(opened)

    def _read(self, record: Record) -> None:
        """Have the coarse levels of a record made; those of the one before are given up."""
        threads = self._session.threads
        if self._reader is not None:
            threads.ask_to_end(self._reader)
        reading = self.reading = TolerantReader(record)
        fill = lambda task: reading.fill(task.stopped, task.progress)
        self._reader = threads.task(lambda task: threads.in_turn(task, partial(fill, task)))
        self._reader.progressed.connect(self.on_read)
        threads.start(self._reader)

    def on_read(self, done: int, total: int) -> None:
        if done >= total or self._since_read.elapsed() >= _READ_MS:
            self._since_read.restart()
            self._trace.on_read()

    def on_inputs_chosen(self, inputs: Inputs) -> None:
        self._session.choose_inputs(inputs)
        if self._session.opened is not None:
            self._show_inputs(self._session.opened)
        self.on_beat_changed(self._navigator.current)

    def _show_inputs(self, opened: OpenRecord) -> None:
        self.inputs_changed.emit(opened.record, opened.inputs)
        self._status.show_inputs(*opened.reads())

    def on_verdict_changed(self) -> None:
        opened = self._session.opened
        if opened is not None:
            self._workspace.header.show_verdict(opened.verdict)
            self.verdict_shown.emit(opened.verdict)

    def on_ensemble_loaded(self, ensemble: Ensemble) -> None:
        self._status.show_ensemble(ensemble)

    def on_view_changed(self, start_s: float, width_s: float) -> None:
        self._strip.set_view(start_s, width_s)
        self._session.show_view(start_s, start_s + width_s)
        jumped = abs(start_s - self._start_s) > width_s  # to another page: no scroll goes on
        self._start_s = start_s
        if jumped or not self._follow.isActive():
            self.on_view_settled()
        self._follow.start()

    def on_view_settled(self) -> None:
        self.page_settled.emit(*self._trace.visible_range_s())

    def on_beat_changed(self, beat_id: int | None) -> None:
        self._trace.show_current(beat_id)
        for panel in self._docks.panels.values():
            panel.show_current(beat_id)
        self._show_in_play_bar(beat_id)

    def _show_in_play_bar(self, beat_id: int | None) -> None:
        opened = self._session.opened
        row = None if opened is None else opened.beats.row(beat_id)
        self._play_bar.show_beat(opened.beats.beat(row) if opened and row is not None else None)

    @property
    def up_to_date(self) -> bool:
        """Whether every view shows what the session knows; a panel may be asked for sooner."""
        return self._due is None and not self._progress_due and not self._cleaned_due

    # -- what has changed -----------------------------------------------------------------------

    def on_beats_changed(self, change: Change) -> None:
        self._due = change | self._due
        self._panels_due = change | self._panels_due

    def on_progress_changed(self) -> None:
        self._progress_due = True
        if self._session.progress.phase != self._phase:  # at once: "all classified" is a promise
            self._show_progress()
            self._slow_ms = _SLOW_MS  # and the panels soon: their figures are now the last ones

    def on_signal_cleaned(self) -> None:
        self._cleaned_due = True

    def on_ticked(self) -> None:
        anything = self._due is not None or self._progress_due or self._cleaned_due
        waits = self._session.progress.busy and self._since_refreshed.elapsed() < _BUSY_MS
        if anything and not waits:
            self._since_refreshed.restart()
            self._refresh()
        least_ms = max(self._slow_ms, _MOVING_MS if self._follow.isActive() else 0)
        if self._panels_due is not None and self._since_slow.elapsed() >= least_ms:
            self.refresh_panels()

    def _refresh(self) -> None:
        opened, change, cleaned = self._session.opened, self._due, self._cleaned_due
        self._due, self._progress_due, self._cleaned_due = None, False, False
        self._show_progress()
        if opened is None:
            return
        if cleaned:
            self._trace.on_cleaned()
        if change is not None:
            self._show_beats(opened, change)

    def _show_progress(self) -> None:
        progress = self._session.progress
        self._phase = progress.phase
        self._status.show_progress(progress)
        self._actions.enable(running=progress.busy, unfinished=self._may_resume())

    def _show_beats(self, opened: OpenRecord, change: Change) -> None:
        for view in (self._trace, self._strip) if change.what == "positions" else ():
            view.show_stretches(opened.shaded)
        if change == ANEW:  # which leads are there is known with the last block
            self._status.show_inputs(*opened.reads())
        self._trace.show_beats(opened.beats, change, scan=opened.scan)
        self._strip.show_beats(opened.beats, change)

    def refresh_panels(self) -> None:
        """Table, figures and inspector, from what is known now."""
        change, self._panels_due = self._panels_due, None
        self._since_slow.restart()
        opened = self._session.opened
        if opened is None or change is None:
            return
        for panel in self._docks.panels.values():
            panel.show_beats(opened.beats, change)
        self._show_in_play_bar(self._navigator.current)
        self._slow_ms = max(_SLOW_MS, _SLOW_SHARE * self._since_slow.restart())

    def _may_resume(self) -> bool:
        opened = self._session.opened
        unfinished = opened is not None and (opened.scan is None or opened.beats.n_pending > 0)
        return unfinished and not self._session.progress.busy


def _running() -> QElapsedTimer:
    timer = QElapsedTimer()
    timer.start()
    return timer
