"""Brings what is known of the recording to every view, thirty times a second at most; no files."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

from ecgviewer.analysis.inputs import Inputs
from ecgviewer.gui.actions import Actions
from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.panels.inspector.network_input import NetworkInput, input_job
from ecgviewer.gui.panels.inspector.panel import Inspection
from ecgviewer.gui.session.current_beat import CurrentBeat
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.session.tasks import Task
from ecgviewer.gui.session.tolerant_reader import TolerantReader
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.patient import APPLICATION, identify
from ecgviewer.gui.style.theme import THEMES, apply_theme
from ecgviewer.gui.window.playback_toolbar import PlaybackToolbar
from ecgviewer.gui.window.status_bar import StatusBar
from ecgviewer.gui.window.workspace import Workspace
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.runtime.cores import take_short_turns
from ecgviewer.signal.quality import Stretch

_TICK_MS = 33
_BUSY_MS = 100  # between two looks at an analysis: its steps are many, and each makes a frame late
_SLOW_MS = 200  # table and figures are read, not watched
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
    workspace, docks, strip, play_bar, actions
        The views.
    """

    def __init__(
        self,
        window: QMainWindow,
        session: Session,
        settings: Settings,
        navigator: CurrentBeat,
        *,
        workspace: Workspace,
        docks: Docks,
        strip: StatusBar,
        play_bar: PlaybackToolbar,
        actions: Actions,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._settings = window, session, settings
        self._navigator, self._workspace, self._strip = navigator, workspace, strip
        self._play_bar, self._actions = play_bar, actions
        self.docks = docks
        self.summary = docks.panels["summary"]
        self.recording = docks.panels["recording"]
        self.beats = docks.panels["beats"]
        self.inspector = docks.panels["inspector"]
        self._input_of: int | None = None  # beat whose input was asked for
        self._playing = False
        self._start_s = 0.0  # of the page
        self._shown: Record | None = None  # the recording as trace and strip have it
        self._stretches: tuple[Stretch, ...] | None = None  # those the trace has
        self._reading: TolerantReader | None = None  # samples of the recording that is open
        self._reader: Task | None = None  # makes its coarse levels
        self._since_slow = QElapsedTimer()
        self._since_slow.start()
        self._since_refreshed = QElapsedTimer()
        self._since_refreshed.start()
        self._slow_due, self._slow_ms = False, _SLOW_MS
        self._follow = QTimer(self, interval=_FOLLOW_MS, singleShot=True)
        self._follow.timeout.connect(self.on_view_settled)
        self._since_read = QElapsedTimer()
        self._since_read.start()
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
        for view in (self._workspace, self.docks, self._strip, self._play_bar):
            view.set_theme(theme)
        self._actions["theme"].setChecked(name == "dark")

    def show_patient(self) -> None:
        """Show or hide patient fields, as the switch is set."""
        hide = self._settings.hide_patient
        self._actions["hide_patient"].setChecked(hide)
        self._workspace.empty.show_recents([] if hide else self._settings.recents())
        opened = self._session.opened
        if opened is None:
            self._window.setWindowTitle(APPLICATION)
            return
        identity = identify(opened.record, hide=hide)
        self._window.setWindowTitle(identity.title)
        self._workspace.header.show_record(opened.record, identity)
        self.recording.show_record(opened.record, identity)
        self._put_on_trace(opened, hide=hide)
        self._slow_due = True  # figures speak of the clock too

    def _put_on_trace(self, opened: OpenRecord, *, hide: bool) -> None:
        """Have trace and strip draw the recording; without a clock where the patient is hidden."""
        record = opened.record
        shown = replace(record, base_date=None, base_time=None) if hide else record
        before, self._shown = self._shown, shown
        if before is not None and before.base_time == shown.base_time:
            return
        self._stretches = None
        canvas, start = self._workspace.canvas, self._workspace.canvas.visible_range_s()[0]
        canvas.set_record(shown, cleaned=self._session.cleaned, reading=self._reading)
        self._workspace.overview.set_record(shown)
        canvas.set_log(opened.log)
        self._workspace.overview.set_log(opened.log)
        canvas.set_current_beat(self._navigator.current)
        if before is not None:
            canvas.go_to(start)
        self.on_view_changed(*_start_and_width(canvas.visible_range_s()))
        self._session.dirty = True

    # -- the recording ------------------------------------------------------------------------

    def on_record_opened(self) -> None:
        opened = self._session.opened
        if opened is None:
            return
        self._navigator.clear()
        self.beats.start(opened.record.duration_s)
        self.summary.clear()
        self._show_inputs(opened)
        self._shown = None
        self._read(opened.record)
        self.show_patient()
        self.on_verdict_changed()
        self.on_beats_reset()
        self._workspace.show_recording()
        self._actions.enable(has_record=True)

    def _read(self, record: Record) -> None:
        """Have the coarse levels of a recording made; those of the one before are given up."""
        threads = self._session.threads
        if self._reader is not None:
            threads.ask_to_end(self._reader)
        reading = self._reading = TolerantReader(record)
        fill = lambda task: reading.fill(task.stopped, task.progress)
        self._reader = threads.task(lambda task: threads.in_turn(task, partial(fill, task)))
        self._reader.progressed.connect(self.on_read)
        threads.start(self._reader)

    def on_read(self, done: int, total: int) -> None:
        if done >= total or self._since_read.elapsed() >= _READ_MS:
            self._since_read.restart()
            self._workspace.canvas.on_read()

    def on_beats_reset(self) -> None:
        opened = self._session.opened
        if opened is None:
            return
        self._workspace.canvas.set_log(opened.log)
        self._workspace.overview.set_log(opened.log)
        self.beats.clear()
        self._input_of = None
        self._session.dirty = True

    def on_inputs_chosen(self, inputs: Inputs) -> None:
        self._session.choose_inputs(inputs)
        if self._session.opened is not None:
            self._show_inputs(self._session.opened)
        self.on_beat_changed(self._navigator.current)

    def _show_inputs(self, opened: OpenRecord) -> None:
        self.recording.show_inputs(opened.record, opened.inputs)
        leads = opened.record.leads
        self._strip.show_inputs(tuple("" if i is None else leads[i].name for i in opened.inputs))

    def on_verdict_changed(self) -> None:
        opened = self._session.opened
        if opened is not None:
            self._workspace.header.show_verdict(opened.verdict)
            self.recording.show_verdict(opened.verdict)

    def on_ensemble_loaded(self, ensemble: Ensemble) -> None:
        self._strip.show_ensemble(ensemble)

    def on_view_changed(self, start_s: float, width_s: float) -> None:
        self._workspace.overview.set_view(start_s, width_s)
        self._session.show_view(start_s, start_s + width_s)
        jumped = abs(start_s - self._start_s) > width_s  # to another page: no scroll goes on
        self._start_s = start_s
        if jumped or not self._follow.isActive():
            self.on_view_settled()
        self._follow.start()

    def on_view_settled(self) -> None:
        self.beats.follow(self._workspace.canvas.visible_range_s()[0])

    # -- the current beat ---------------------------------------------------------------------

    def on_beat_changed(self, index: int | None) -> None:
        self.beats.select(index)
        self._input_of = None
        self._show_current()

    def on_answer_ready(self, kind: str, answer: object) -> None:
        if kind == "input" and isinstance(answer, NetworkInput):
            self.inspector.show_input(answer)

    def on_playing_changed(self, playing: bool) -> None:
        self._playing = playing
        self._show_current()  # once it rests, with its input

    def _show_current(self) -> None:
        opened, index = self._session.opened, self._navigator.current
        if opened is None or index is None or index >= opened.log.n_beats:
            self.inspector.clear()
            self._play_bar.show_beat(None)
            return
        ensemble = self._session.ensemble
        members = ensemble.members if ensemble else ()
        beat = opened.beat(index)
        self._play_bar.show_beat(beat)
        self.inspector.show_beat(Inspection(beat, opened.time_s(index), members))
        asked = self._playing or self._input_of == index  # while it plays frames come first
        if opened.scan is not None and ensemble is not None and not asked:
            self._input_of = index
            job = input_job(opened.record, opened.scan, index, opened.inputs, ensemble.prep)
            self._session.ask("input", job)

    # -- what has changed ---------------------------------------------------------------------

    def on_ticked(self) -> None:
        due = not self._session.progress.busy or self._since_refreshed.elapsed() >= _BUSY_MS
        if self._session.dirty and due:
            self._session.dirty = False
            self._since_refreshed.restart()
            self._slow_due = True
            self._refresh()
        least_ms = max(self._slow_ms, _MOVING_MS if self._follow.isActive() else 0)
        if self._slow_due and self._since_slow.elapsed() >= least_ms:
            self.refresh_figures()

    def _refresh(self) -> None:
        opened = self._session.opened
        self._strip.show_progress(self._session.progress)
        self._actions["cancel"].setEnabled(self._session.progress.busy)
        self._actions["resume"].setEnabled(self._may_resume())
        if opened is not None:
            if self._stretches is not opened.stretches:
                self._stretches = opened.stretches
                self._workspace.canvas.set_stretches(opened.stretches)
            self._workspace.canvas.refresh()
            self._workspace.overview.set_stretches(opened.stretches)
            self._workspace.overview.refresh()

    def refresh_figures(self) -> None:
        """Table, figures and inspector, from what is known now."""
        self._slow_due = False
        self._since_slow.restart()
        opened = self._session.opened
        if opened is None:
            return
        self.beats.set_columns(opened.columns(), self._navigator.current)
        start = self._shown.base_time if self._shown else None
        self.summary.show_summary(opened.summary(), opened.record.fs, start=start)
        self._show_current()
        self._slow_ms = max(_SLOW_MS, _SLOW_SHARE * self._since_slow.restart())

    def _may_resume(self) -> bool:
        opened, progress = self._session.opened, self._session.progress
        unfinished = opened is not None and (opened.scan is None or opened.log.n_pending > 0)
        return unfinished and not progress.busy


def _start_and_width(span: tuple[float, float]) -> tuple[float, float]:
    return span[0], span[1] - span[0]
