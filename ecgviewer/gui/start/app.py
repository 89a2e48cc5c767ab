"""Starts the application: settings, window, error hook, event loop."""

import gc
import signal
import sys

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from ecgviewer import __version__
from ecgviewer.errors import ErrorHook
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.start.request import Request
from ecgviewer.gui.start.snapshot import SnapshotTaker, place_view
from ecgviewer.gui.style.icons import window_icon
from ecgviewer.gui.style.patient import APPLICATION
from ecgviewer.runtime import log_file, memory
from ecgviewer.runtime.stopping import ENDING


def run(request: Request) -> int:
    """Show the window, or draw it into a file.

    Parameters
    ----------
    request : Request
        What to open and how.

    Returns
    -------
    int
        Exit status.
    """
    application = QApplication([APPLICATION])
    # the modules stay: looking through their 260,000 objects for garbage took 160 ms each time
    gc.freeze()
    memory.give_back()
    QCoreApplication.setApplicationName(APPLICATION)
    QCoreApplication.setApplicationVersion(__version__)
    application.setWindowIcon(window_icon())
    window = MainWindow(
        Settings(),
        Ensembles(),
        theme=request.theme,
        ensemble=request.ensemble,
        restore=request.picture is None,
    )
    log = log_file.start()
    sys.excepthook = ErrorHook(window.error_uncaught.emit)
    for number in (signal.SIGINT, *ENDING):  # the window closes in good order
        signal.signal(number, lambda number, _: application.exit(128 + number))
    try:
        # once the loop runs, so that what fails at once can end it
        if request.picture is None:
            QTimer.singleShot(0, lambda: _show(window, request))
        else:
            taker = SnapshotTaker(window, request)
            taker.picture_ended.connect(QCoreApplication.exit)
            QTimer.singleShot(0, taker.start)
        return application.exec()
    finally:
        window.close()
        sys.excepthook = sys.__excepthook__
        log_file.stop(log)


def _show(window: MainWindow, request: Request) -> None:
    if window.saved_layout is not None:
        window.saved_layout.restore_geometry()
    window.show()
    if request.record is not None:
        window.session.record_opened.connect(
            # once the panels have taken their place, for the width asked for depends on it
            lambda: QTimer.singleShot(0, window, lambda: _place(window, request)),
            Qt.ConnectionType.SingleShotConnection,
        )
        window.files.open_path(request.record, request.leads)


def _place(window: MainWindow, request: Request) -> None:
    opened = window.session.opened
    if opened is not None:
        problem = place_view(window.canvas, request, opened.record.duration_s)
        if problem:
            window.workspace.messages.show_error(problem)
