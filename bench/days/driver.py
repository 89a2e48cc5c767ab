"""The real window off screen: opened, moved by real events, watched."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from ecgviewer.beats.columns import ANEW
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.session.analysis_thread import Ensembles
from ecgviewer.gui.settings import Settings

SIZE = (1920, 1080)
PACE_MS = 16  # between two inputs, as a wheel or a finger gives them
BEAT_MS = 5
LIMIT_S = 600.0
_FLAGS = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents


class NotInTimeError(Exception):
    """What was waited for did not happen."""


class Frames(QObject):
    """When the window was last painted, the widget's own painting and the screen's copy included.

    Parameters
    ----------
    window : QWidget
        Whose frames.
    widget : QWidget
        A frame counts where this was painted in it.
    """

    def __init__(self, window: QWidget, widget: QWidget) -> None:
        super().__init__(window)
        self._window, self._widget = window, widget
        self._drawn = False
        self.last = 0.0  # perf_counter
        self.count = 0
        window.installEventFilter(self)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        kind = event.type()
        if kind == QEvent.Type.Paint and watched is self._widget:
            self._drawn = True
        elif kind == QEvent.Type.UpdateRequest and watched is self._window:
            self._window.event(event)  # paints what is to be painted, and shows it
            if self._drawn:
                self._drawn, self.last = False, time.perf_counter()
                self.count += 1
            return True
        return False


class Heart(QObject):
    """Beats every 5 ms while the event loop answers; remembers the longest silence.

    Parameters
    ----------
    parent : QObject
        Owner.
    each : callable
        Called now and then, for what else is to be watched.
    """

    def __init__(self, parent: QObject, each: Callable[[], object] = lambda: None) -> None:
        super().__init__(parent)
        self._each, self._n = each, 0
        self._last = time.perf_counter()
        self.longest_ms = 0.0
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.on_ticked)
        self._timer.start()

    def reset(self) -> None:
        """Forget the longest silence; the present one begins now."""
        self._last, self.longest_ms = time.perf_counter(), 0.0

    def resume(self) -> None:
        """The loop begins to run: what went before was no silence of its."""
        self._last = time.perf_counter()

    def on_ticked(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1e3 - BEAT_MS)
        self._last = now
        self._n += 1
        if self._n % 20 == 0:
            self._each()


class Driver:
    """One window, shown at 1920x1080, its settings and cache in a folder of its own.

    Parameters
    ----------
    folder : Path
        For its settings.
    ensembles : Ensembles
        Networks; several windows of a process share them.
    ensemble : str
        Which.
    each : callable
        Called ten times a second or less.
    """

    def __init__(
        self,
        folder: Path,
        ensembles: Ensembles,
        ensemble: str,
        *,
        each: Callable[[], object] = lambda: None,
    ) -> None:
        self.app = QApplication.instance() or QApplication(["days"])
        store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.window = MainWindow(Settings(store), ensembles, ensemble=ensemble, restore=False)
        self.window.resize(*SIZE)
        self.window.show()
        self.session, self.canvas = self.window.session, self.window.canvas
        self.heart = Heart(self.window, each)
        self.frames = Frames(self.window, self.canvas)
        failed: list[str] = []
        self.session.ensemble_failed.connect(failed.append)
        self.wait(lambda: self.session.ensemble is not None or bool(failed))
        if failed:
            raise NotInTimeError(failed[0])
        self.watch(0.5)

    # -- time -----------------------------------------------------------------------------------

    def wait(self, until: Callable[[], bool], *, limit_s: float = LIMIT_S) -> float:
        """Run the event loop until something is so; the time then."""
        end = time.perf_counter() + limit_s
        self.heart.resume()
        while not until():
            if time.perf_counter() > end:
                raise NotInTimeError(f"not within {limit_s:g} s")
            self.app.processEvents(_FLAGS)  # the heart ends every wait
        return time.perf_counter()

    def watch(self, seconds: float) -> None:
        """Run the event loop for a while."""
        end = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() >= end)

    # -- recordings -----------------------------------------------------------------------------

    def open(self, path: Path) -> float:
        """Open a recording as the user does; seconds until the window shows it."""
        shown: list[int] = []
        note = lambda: shown.append(self.frames.count)
        self.session.record_opened.connect(note)
        start = time.perf_counter()
        self.window.files.open_path(path)
        self.wait(lambda: bool(shown) and self.frames.count > shown[0])
        self.session.record_opened.disconnect(note)
        return self.frames.last - start

    def wait_phase(self, *phases: str, limit_s: float = LIMIT_S) -> float:
        """Run until the analysis has got so far; the time then."""
        return self.wait(lambda: self.session.progress.phase in phases, limit_s=limit_s)

    def show_made_beats(self) -> None:
        """Have the window show beats and classes that were put into its log from outside."""
        if self.session.opened is not None:
            self.session.beats_changed.emit(self.session.opened.see(ANEW))

    def stop_analysis(self) -> None:
        """Cancel and wait."""
        self.session.cancel()
        self.wait_phase("cancelled", "done", "failed")

    def close(self) -> float:
        """Close the window; seconds."""
        start = time.perf_counter()
        self.window.close()
        took = time.perf_counter() - start
        self.window.deleteLater()
        return took

    # -- input ----------------------------------------------------------------------------------

    def wheel(self, notches: float, *, zoom: bool = False, x: float = 500.0) -> None:
        """Turn the wheel on the trace."""
        place = QPointF(x, 200)
        event = QWheelEvent(
            place,
            self.canvas.mapToGlobal(place),
            QPoint(),
            QPoint(0, round(120 * notches)),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier if zoom else Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        self.app.sendEvent(self.canvas, event)

    def jump(self, share: float) -> None:
        """Press on the strip at a share of the recording."""
        strip = self.window.strip
        place = QPointF(strip.x_of(share * self.canvas.duration_s), strip.height() / 2)
        event = QMouseEvent(
            QEvent.Type.MouseButtonPress,
            place,
            strip.mapToGlobal(place),
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        self.app.sendEvent(strip, event)

    def frame_times_ms(self, moves: Iterable[Callable[[], object]]) -> NDArray[np.float64]:
        """(n,) milliseconds from the time an input is due until the window shows what it asked for.

        An input is due 16 ms after the one before, or once that one's frame is painted. It reaches
        the loop by a timer, so that a loop that is busy makes it late, as it would a user's. A
        move that changes nothing, at the end of the recording, is no frame.
        """
        times, due = [], time.perf_counter()
        timer = QTimer(self.window, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        todo: list[Callable[[], object]] = []
        arrived: list[tuple[int, bool]] = []  # frames until then, whether the move changed the page

        def act() -> None:
            before, page = self.frames.count, self.canvas.geometry_now()
            todo.pop()()
            arrived.append((before, self.canvas.geometry_now() != page))

        timer.timeout.connect(act)
        for move in moves:
            todo.append(move)
            arrived.clear()
            due = max(due + PACE_MS / 1e3, time.perf_counter() + 1e-3)
            pause = max(1, round((due - time.perf_counter()) * 1e3))
            due = time.perf_counter() + pause / 1e3
            timer.start(pause)
            self.wait(lambda: bool(arrived) and self._shown(*arrived[0]), limit_s=20)
            if arrived[0][1]:
                times.append((self.frames.last - due) * 1e3)
        timer.deleteLater()
        return np.array(times)

    def _shown(self, before: int, moved: bool) -> bool:
        return self.frames.count > before or not moved
