"""The main window: constructs its parts and connects them."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QToolBar, QWidget

from ecgviewer.gui.actions import ACTIONS, Action
from ecgviewer.gui.dialogs.prompts import Prompts
from ecgviewer.gui.handlers.compare import CompareHandler
from ecgviewer.gui.handlers.file import FileHandler
from ecgviewer.gui.handlers.help import HelpHandler
from ecgviewer.gui.handlers.inspect import InspectHandler
from ecgviewer.gui.handlers.result_cache import ResultCacheHandler
from ecgviewer.gui.handlers.view import ViewHandler
from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.panels.inspector.panel import Inspector
from ecgviewer.gui.panels.recording import RecordPanel
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.panels.table import PANELS, Panel
from ecgviewer.gui.playback.control import PlayControl
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.session.current_beat import CurrentBeat
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.gui.window.ensemble_menu import EnsembleMenu
from ecgviewer.gui.window.menus import Actions
from ecgviewer.gui.window.playback_toolbar import PlaybackToolbar
from ecgviewer.gui.window.recent_menu import RecentMenu
from ecgviewer.gui.window.refresh import Refresh
from ecgviewer.gui.window.saved_layout import SavedLayout
from ecgviewer.gui.window.status_bar import StatusBar
from ecgviewer.gui.window.trace_keys import TraceKeys
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
    theme, ensemble : str
        Names of the theme and the networks; those remembered where not given.
    restore : bool
        Whether the panels go where the user left them.
    prompts : callable
        Makes what asks the user, from the window.
    actions, panels : sequence of Action, sequence of Panel
        What menus and docks are made from.
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
        prompts: Callable[[QWidget], Prompts] = Prompts,
        actions: Sequence[Action] = ACTIONS,
        panels: Sequence[Panel] = PANELS,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.actions_by_name = Actions(self, rows=actions, own_keys=settings.keys)
        names, theme = ensembles.names(), theme or settings.theme
        remembered = settings.ensemble if settings.ensemble in names else DEFAULT_ENSEMBLE
        self.session = Session(ensembles, ensemble_name=ensemble or remembered, parent=self)
        self._make_views(theme, names, panels)
        self.saved_layout = SavedLayout(self, settings) if restore else None
        self._make_handlers(prompts(self))
        self._fill_menus()
        self._connect_session()
        self._connect_views()
        self._connect_actions()
        self.trace_keys = TraceKeys(self, self.canvas)
        self.docks.panel(BeatPanel).filter_left.connect(self.trace_keys.return_to_trace)
        self._start(theme)

    # -- construct ----------------------------------------------------------------------------

    def _make_views(
        self, theme_name: str, ensemble_names: tuple[str, ...], panels: Sequence[Panel]
    ) -> None:
        theme, actions = THEMES[theme_name], self.actions_by_name
        self._lay_out()
        self.workspace = Workspace(theme, self)
        self.setCentralWidget(self.workspace)
        self.canvas, self.strip = self.workspace.canvas, self.workspace.strip
        self.play_bar = PlaybackToolbar(theme, actions, self)
        self.trace_bar = TraceToolbar(self.canvas, actions, self)
        self.ensembles = EnsembleMenu(ensemble_names, actions.menus["&Analyze"], self)
        self.ensembles.show_wanted(self.session.ensemble_name)
        for bar in (self._file_bar(), self.play_bar, self.trace_bar, self.ensembles.bar):
            self.addToolBar(bar)
        self.docks = Docks(self, theme, rows=panels)
        self.workspace.start_page.show_keys(actions.keys.of)
        self.status = StatusBar(theme, self)
        self.status.cancel.setToolTip(actions["cancel"].toolTip())
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(self.status, 1)

    def _lay_out(self) -> None:
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(800, 480))  # half of 1920 x 1080 at a scale of 2 has 960 x 500
        self.resize(1366, 768)
        self.setDockNestingEnabled(True)
        # what lies below the trace leaves the panels on the right their whole height
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)

    def _file_bar(self) -> QToolBar:
        bar = QToolBar("File", self)
        bar.setObjectName("file_bar")
        bar.addActions([self.actions_by_name["open"], self.actions_by_name["export"]])
        return bar

    def _make_handlers(self, prompts: Prompts) -> None:
        session, settings, actions = self.session, self.settings, self.actions_by_name
        self.navigator = CurrentBeat(session, self.canvas, self)
        self.play = PlayControl(session, self.canvas, self.navigator, self)
        self.refresh = Refresh(
            self,
            session,
            settings,
            self.navigator,
            workspace=self.workspace,
            docks=self.docks,
            status=self.status,
            play_bar=self.play_bar,
            actions=actions,
        )
        self.files = FileHandler(session, settings, prompts, self)
        self.result_cache = ResultCacheHandler(session, settings, self)
        self.comparison = CompareHandler(
            session, settings, self.navigator, self.docks, actions=actions, parent=self
        )
        self.inspection = InspectHandler(session, self.docks, self)
        self.view = ViewHandler(
            session,
            settings,
            prompts,
            canvas=self.canvas,
            docks=self.docks,
            refresh=self.refresh,
            window=self,
        )
        self.help = HelpHandler(
            session,
            settings,
            prompts,
            actions=actions,
            ensembles=self.ensembles,
            status=self.status,
            parent=self,
        )

    def _fill_menus(self) -> None:
        """Add to the menus what is no action of the table."""
        actions = self.actions_by_name
        self.recents = RecentMenu(actions.menus["&File"], actions["demo"], self.settings)
        view, last = actions.menus["&View"], actions["arrange"]
        view.insertSeparator(last)
        view.insertActions(last, self.docks.switches())

    # -- connect ------------------------------------------------------------------------------

    def _connect_session(self) -> None:
        session, refresh, messages = self.session, self.refresh, self.workspace.messages
        session.record_opened.connect(messages.hide)
        session.record_opened.connect(self.on_first_record)
        session.record_opened.connect(self.canvas.reset_scale)
        session.record_opened.connect(refresh.on_record_opened)
        session.record_opened.connect(self.play.load)
        session.record_opened.connect(self.files.on_record_opened)
        session.open_failed.connect(self.files.on_open_failed)
        session.trouble_met.connect(self.files.on_trouble)
        session.ensemble_failed.connect(messages.show_error)
        session.ensemble_failed.connect(self.help.on_ensemble_failed)
        session.ensemble_loaded.connect(self.help.on_ensemble_loaded)
        session.ensemble_loaded.connect(refresh.on_ensemble_loaded)
        session.beats_changed.connect(refresh.on_beats_changed)
        session.progress_changed.connect(refresh.on_progress_changed)
        session.signal_cleaned.connect(refresh.on_signal_cleaned)
        session.cleaning_changed.connect(refresh.on_cleaning_changed)
        session.verdict_changed.connect(refresh.on_verdict_changed)
        self.ensembles.chosen.connect(session.load_ensemble)
        self.status.cancel_clicked.connect(session.cancel)

    def _connect_views(self) -> None:
        refresh, navigator, play = self.refresh, self.navigator, self.play
        self.canvas.view_changed.connect(refresh.on_view_changed)
        self.canvas.beat_clicked.connect(navigator.on_beat_clicked)
        self.strip.jump_requested.connect(self.canvas.center_on)
        self.strip.jump_requested.connect(play.seek)
        self.strip.place_chosen.connect(navigator.on_place_chosen)
        navigator.beat_changed.connect(refresh.on_beat_changed)
        navigator.user_moved.connect(play.seek)
        self.docks.panel(BeatPanel).beat_chosen.connect(navigator.on_beat_chosen)
        self.docks.panel(SummaryPanel).span_clicked.connect(navigator.go_to_span)
        self.docks.panel(SummaryPanel).set_intervals(self.settings.rate_intervals)
        recording = self.docks.panel(RecordPanel)
        refresh.inputs_changed.connect(recording.show_inputs)
        refresh.verdict_shown.connect(recording.show_verdict)
        refresh.page_settled.connect(self.docks.panel(BeatPanel).follow)
        recording.inputs_chosen.connect(refresh.on_inputs_chosen)
        recording.hide_toggled.connect(self.view.on_hide_patient)
        recording.badge_clicked.connect(self.help.on_integrity)
        self.workspace.header.badge_clicked.connect(self.help.on_integrity)
        self.play_bar.speed_chosen.connect(play.choose_speed)
        play.speed_changed.connect(self.play_bar.show_speed)
        play.player.playing_changed.connect(self.play_bar.show_playing)
        play.player.playing_changed.connect(self.docks.panel(Inspector).show_playing)

    def _connect_actions(self) -> None:
        files, start_page, messages = self.files, self.workspace.start_page, self.workspace.messages
        self.actions_by_name.connect(
            {
                "window": self,
                "session": self.session,
                "file": files,
                "beat": self.navigator,
                "trace": self.canvas,
                "play": self.play,
                "view": self.view,
                "compare": self.comparison,
                "results": self.result_cache,
                "help": self.help,
            }
        )
        start_page.open_clicked.connect(files.on_open)
        start_page.demo_clicked.connect(files.on_demo)
        start_page.download_clicked.connect(files.on_download)
        start_page.recent_clicked.connect(files.open_path)
        self.recents.recent_clicked.connect(files.open_path)
        files.recents_changed.connect(self.recents.fill)
        self.view.hiding_changed.connect(self.recents.fill)
        self.view.hiding_changed.connect(self.on_hiding_changed)
        for handler in (files, self.result_cache, self.view):
            handler.note_made.connect(messages.show_note)
        files.error_met.connect(messages.show_error)
        self.navigator.nothing_found.connect(messages.show_note)
        self.error_uncaught.connect(files.on_trouble)

    # -- the window itself --------------------------------------------------------------------

    def _start(self, theme_name: str) -> None:
        self.actions_by_name["keep_results"].setChecked(self.settings.keep_results)
        self.refresh.set_theme(theme_name)
        self.refresh.show_patient()
        self.recents.fill()
        self.docks.show(False)
        self.session.load_ensemble()
        self._say_what_keys_are_refused()

    def _say_what_keys_are_refused(self) -> None:
        if self.actions_by_name.keys.refused:
            self.workspace.messages.show_error(" ".join(self.actions_by_name.keys.refused))

    def on_first_record(self) -> None:
        self.session.record_opened.disconnect(self.on_first_record)
        self._say_what_keys_are_refused()  # a record named at the start hides what was said before
        self.docks.show(True)
        self.docks.arrange()
        self.trace_keys.start()
        if self.saved_layout is not None:
            self.saved_layout.restore_state()

    def on_hiding_changed(self, hidden: bool) -> None:
        """What was said before may name the recording."""
        if hidden:
            self.workspace.messages.hide()
            self.workspace.messages.text.clear()
            self.comparison.hide_names()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.files.dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self.files.dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.files.open_path(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.saved_layout is not None:
            self.saved_layout.end(keep=self.session.opened is not None)
        self.settings.sync()
        self.play.player.pause()
        self.session.close()
        event.accept()
