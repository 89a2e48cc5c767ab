"""The main window: constructs its parts and connects them, nothing else."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QToolBar

from ecgviewer.gui.actions import Actions
from ecgviewer.gui.dialogs.prompts import Prompts
from ecgviewer.gui.handlers.compare import CompareHandler
from ecgviewer.gui.handlers.file import FileHandler
from ecgviewer.gui.handlers.result_cache import ResultCacheHandler
from ecgviewer.gui.handlers.view import ViewHandler
from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.playback.control import PlayControl
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.session.current_beat import CurrentBeat
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.gui.window.ensemble_menu import EnsembleMenu
from ecgviewer.gui.window.playback_toolbar import PlaybackToolbar
from ecgviewer.gui.window.recent_menu import RecentMenu
from ecgviewer.gui.window.refresh import Refresh
from ecgviewer.gui.window.status_bar import StatusBar
from ecgviewer.gui.window.trace_toolbar import TraceToolbar
from ecgviewer.gui.window.workspace import Workspace
from ecgviewer.paths import DEFAULT_ENSEMBLE


class MainWindow(QMainWindow):
    """The viewer.

    Parameters
    ----------
    settings : Settings
        What is remembered.
    ensembles : Ensembles
        Where the networks come from.
    theme : str
        Name of the theme; the remembered one where not given.
    restore : bool
        Whether the panels go where the person left them.
    """

    error_uncaught = Signal(str)  # emitted from any thread

    def __init__(
        self,
        settings: Settings,
        ensembles: Ensembles,
        *,
        theme: str = "",
        ensemble: str = "",
        restore: bool = True,
    ) -> None:
        super().__init__()
        name = theme or settings.theme
        name = name if name in THEMES else "light"
        self.settings = settings
        self._restore = restore
        names = ensembles.names()
        remembered = settings.ensemble if settings.ensemble in names else DEFAULT_ENSEMBLE
        wanted = ensemble or remembered
        self.session = Session(ensembles, ensemble_name=wanted, parent=self)
        self._make_views(name, names)
        self._make_control()
        self._connect_session()
        self._connect_views()
        # after the views, which have every action enabled once a recording is open
        self.comparing = CompareHandler(
            self.session,
            settings,
            self.navigator,
            self.docks,
            action=self.actions_by_name["compare"],
            parent=self,
        )
        self.actions_by_name.connect(self._handlers())
        self.display.set_theme(name)
        self.display.show_patient()
        self.recents.fill()
        self.docks.show(False)
        self.session.load_ensemble()

    # -- construct ----------------------------------------------------------------------------

    def _make_views(self, theme_name: str, ensemble_names: tuple[str, ...]) -> None:
        theme = THEMES[theme_name]
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(900, 560))
        self.resize(1366, 768)
        self.setDockNestingEnabled(True)
        # what lies below the trace leaves the panels on the right their whole height
        right, corner = Qt.DockWidgetArea.RightDockWidgetArea, Qt.Corner.BottomRightCorner
        self.setCorner(corner, right)
        self.actions_by_name = Actions(self)
        self.workspace = Workspace(theme, self)
        self.setCentralWidget(self.workspace)
        self.canvas, self.overview = self.workspace.canvas, self.workspace.overview
        self.play_bar = PlaybackToolbar(theme, self.actions_by_name, self)
        self.trace_bar = TraceToolbar(self.canvas, self.actions_by_name, self)
        self.addToolBar(self._file_bar())
        self.addToolBar(self.play_bar)
        self.addToolBar(self.trace_bar)
        analyze = self.actions_by_name.menus["&Analyze"]
        self.ensembles = EnsembleMenu(ensemble_names, analyze, self)
        self.ensembles.show_wanted(self.session.ensemble_name)
        self.addToolBar(self.ensembles.bar)
        self.docks = Docks(self, theme)
        self.strip = StatusBar(theme, self)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(self.strip, 1)

    def _file_bar(self) -> QToolBar:
        bar = QToolBar("File", self)
        bar.setObjectName("file_bar")
        bar.addActions([self.actions_by_name["open"], self.actions_by_name["export"]])
        return bar

    def _make_control(self) -> None:
        self.navigator = CurrentBeat(self.session, self.canvas, self)
        self.play = PlayControl(self.session, self.canvas, self.navigator, self)
        self.display = Refresh(
            self,
            self.session,
            self.settings,
            self.navigator,
            workspace=self.workspace,
            docks=self.docks,
            strip=self.strip,
            play_bar=self.play_bar,
            actions=self.actions_by_name,
        )
        self.files = FileHandler(self.session, self.settings, Prompts(self), self)
        self.memory = ResultCacheHandler(self.session, self.settings, self)
        self.actions_by_name["keep_results"].setChecked(self.settings.keep_results)
        self.commands = ViewHandler(self)
        file_menu = self.actions_by_name.menus["&File"]
        self.recents = RecentMenu(file_menu, self.actions_by_name["demo"], self.settings)
        self.commands.fill_view_menu()

    # -- connect ------------------------------------------------------------------------------

    def _connect_session(self) -> None:
        session, display, messages = self.session, self.display, self.workspace.messages
        session.record_opened.connect(self.on_first_record)
        session.record_opened.connect(display.on_record_opened)
        session.record_opened.connect(self.play.load)
        session.record_opened.connect(self.files.on_record_opened)
        session.record_opened.connect(messages.hide)
        session.open_failed.connect(messages.show_error)
        session.trouble_met.connect(messages.show_error)
        session.ensemble_failed.connect(messages.show_error)
        session.ensemble_failed.connect(self.commands.on_ensemble_failed)
        self.ensembles.chosen.connect(session.load_ensemble)
        session.ensemble_loaded.connect(self.commands.on_ensemble_loaded)
        session.ensemble_loaded.connect(display.on_ensemble_loaded)
        session.beats_reset.connect(display.on_beats_reset)
        session.verdict_changed.connect(display.on_verdict_changed)
        session.answer_ready.connect(display.on_answer_ready)
        self.strip.cancel_clicked.connect(session.cancel)
        self.error_uncaught.connect(messages.show_error)

    def _connect_views(self) -> None:
        display, navigator, messages = self.display, self.navigator, self.workspace.messages
        self.canvas.view_changed.connect(display.on_view_changed)
        self.canvas.beat_clicked.connect(navigator.on_beat_clicked)
        self.overview.jump_requested.connect(self.canvas.center_on)
        self.overview.jump_requested.connect(self.play.seek)
        navigator.beat_changed.connect(display.on_beat_changed)
        navigator.nothing_found.connect(messages.show_note)
        navigator.person_moved.connect(self.play.seek)
        display.beats.beat_chosen.connect(navigator.on_beat_chosen)
        display.summary.time_clicked.connect(navigator.go_to_sample)
        display.recording.inputs_chosen.connect(display.on_inputs_chosen)
        display.recording.hide_toggled.connect(self.commands.on_hide_patient)
        for view in (display.recording, self.workspace.header):
            view.badge_clicked.connect(self.commands.on_integrity)
        self.play_bar.speed_chosen.connect(self.play.choose_speed)
        self.play.speed_changed.connect(self.play_bar.show_speed)
        self.play.player.playing_changed.connect(self.play_bar.show_playing)
        self.play.player.playing_changed.connect(display.on_playing_changed)
        empty = self.workspace.empty
        empty.open_clicked.connect(self.files.on_open)
        empty.demo_clicked.connect(self.files.on_demo)
        empty.download_clicked.connect(self.files.on_download)
        empty.recent_clicked.connect(self.files.open_path)
        self.recents.recent_clicked.connect(self.files.open_path)
        self.files.recents_changed.connect(self.recents.fill)
        self.files.note_made.connect(messages.show_note)
        self.files.error_met.connect(messages.show_error)
        self.memory.note_made.connect(messages.show_note)

    def _handlers(self) -> dict[str, Callable[..., object]]:
        files, commands, canvas = self.files, self.commands, self.canvas
        return {
            "open": files.on_open,
            "download": files.on_download,
            "demo": files.on_demo,
            "export": files.on_export,
            "picture": files.on_picture,
            "quit": self.close,
            "next_abnormal": self.navigator.next_abnormal,
            "previous_abnormal": self.navigator.previous_abnormal,
            "next_beat": self.navigator.next_beat,
            "previous_beat": self.navigator.previous_beat,
            "time": commands.on_time,
            "find": commands.on_find,
            "filtered": commands.on_filtered,
            "gain_up": partial(canvas.step_gain, 1),
            "gain_down": partial(canvas.step_gain, -1),
            "speed_up": partial(canvas.step_speed, 1),
            "speed_down": partial(canvas.step_speed, -1),
            "hide_patient": commands.on_hide_patient,
            "theme": commands.on_dark,
            "full_screen": commands.on_full_screen,
            "play": self.play.toggle,
            "next_frame": partial(self.play.step_frame, 1),
            "previous_frame": partial(self.play.step_frame, -1),
            "faster": self.play.faster,
            "slower": self.play.slower,
            "cancel": self.session.cancel,
            "resume": self.session.resume,
            "inputs": commands.on_inputs,
            "compare": self.comparing.on_asked,
            "keep_results": self.memory.on_keep,
            "forget_results": self.memory.on_forget,
            "shortcuts": commands.on_keys,
            "model": commands.on_model,
            "about": commands.on_about,
        }

    # -- the window itself --------------------------------------------------------------------

    def on_first_record(self) -> None:
        self.session.record_opened.disconnect(self.on_first_record)
        self.docks.show(True)
        self.docks.arrange()
        layout = self.settings.layout() if self._restore else None
        if layout is not None:
            self.restoreState(layout[1])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.files.dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self.files.dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.files.open_path(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._restore and self.session.opened is not None:
            self.settings.save_layout(self.saveGeometry(), self.saveState())
        self.settings.sync()
        self.play.player.pause()
        self.session.close()
        event.accept()
