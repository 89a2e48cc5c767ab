"""Waits until the window shows what was asked for, draws it into a file, ends."""

import logging
import sys

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from ecgviewer.errors import note, sentence
from ecgviewer.gui.handlers import file
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.start.request import Request
from ecgviewer.gui.style.plain import one_line
from ecgviewer.gui.trace.canvas import Canvas

_LOG = logging.getLogger(__name__)
_POLL_MS = 40
_SETTLED_POLLS = 3  # polls in a row without change before the picture is taken
FAILED, USAGE = 1, 2


class SnapshotTaker(QObject):
    """Takes one picture of a window.

    Everything the window shows depends on every beat (strip, counts, burden), so it waits for all.

    Parameters
    ----------
    window : MainWindow
        The window.
    request : Request
        What to show, how large, where to write it.
    """

    picture_ended = Signal(int)  # exit status

    def __init__(self, window: MainWindow, request: Request) -> None:
        super().__init__(window)
        self._window, self._request = window, request
        self._settled = 0
        self._placed = False
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self.on_polled)
        session = window.session
        window.files.error_met.connect(self.on_failed)
        session.ensemble_failed.connect(self.on_failed)

    def start(self) -> None:
        """Lay the window out off screen and open the record."""
        window, request = self._window, self._request
        window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        window.resize(*request.size)
        window.show()
        if request.record is not None:
            window.files.open_path(request.record, request.leads)
        self._timer.start()

    def on_polled(self) -> None:
        if self._request.record is not None and not self._place_view():
            return
        self._settled = self._settled + 1 if self._ready() else 0
        if self._settled == _SETTLED_POLLS:
            self._window.refresh.refresh_panels()
        elif self._settled > _SETTLED_POLLS:
            # a poll later: a panel that has just got longer numbers is laid out anew by then
            self._timer.stop()
            self._take()

    def on_failed(self, reason: str) -> None:
        self._end(FAILED, reason)

    def _place_view(self) -> bool:
        """Show the span asked for, once there is a recording; whether that is done."""
        opened = self._window.session.opened
        if self._placed or opened is None:
            return self._placed
        problem = place_view(self._window.canvas, self._request, opened.record.duration_s)
        if problem:
            self._end(USAGE, problem)
            return False
        self._placed = True
        return True

    def _ready(self) -> bool:
        session = self._window.session
        if (
            session.ensemble is None
            or not self._window.refresh.up_to_date
            or self._window.canvas.awaits_samples
        ):
            return False
        opened = session.opened
        if opened is None:
            return self._request.record is None
        verified = opened.verdict.complete or opened.record.verify is None
        return verified and session.progress.phase in {"done", "failed"}

    def _take(self) -> None:
        if self._request.picture is None:
            return
        try:
            file.save(self._window, self._request.picture)
        except Exception as error:
            note(_LOG, "no picture", error)
            self._end(FAILED, sentence(error))
        else:
            self._end(0, "")

    def _end(self, status: int, reason: str) -> None:
        self._timer.stop()
        if reason:
            sys.stderr.write(f"ecgviewer: {one_line(reason)}\n")
        self.picture_ended.emit(status)


def place_view(canvas: Canvas, request: Request, duration_s: float) -> str:
    """Show the span asked for; what is wrong with it, or "".

    The width is reached through the paper speed, so that the scale mark stays true.

    Parameters
    ----------
    canvas : Canvas
        The trace, laid out already.
    request : Request
        Start and width.
    duration_s : float
        Length of the recording, seconds.
    """
    if request.at_s is not None and request.at_s >= max(duration_s, 1e-9):
        return f"--at {request.at_s:g}: the recording ends at {duration_s:g} s"
    if request.width_s is not None:
        try:
            canvas.fit_seconds(request.width_s)
        except ValueError as error:
            return f"--width {request.width_s:g}: {error}"
    if request.at_s is not None:
        canvas.go_to(request.at_s)
    return ""
