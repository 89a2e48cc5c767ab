"""One piece of work on a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QThread, Signal

from ecgviewer.errors import note, sentence
from ecgviewer.gui.session.garbage import Garbage
from ecgviewer.gui.session.priority import give_way

_LOG = logging.getLogger(__name__)
_TELL_S, _ASK_S = 0.1, 0.02
_Result = TypeVar("_Result")


class Task(QThread):
    """Runs one callable away from the window.

    Parameters
    ----------
    work : callable
        Takes this task (for `stopped` and `progress`) and returns the result.
    ticket : int
        Number that the result carries, so that a late one can be told from the one wanted.
    gives_way : bool
        Whether the window goes first; not where it has nothing to show until this is done.
    parent : QObject
        Owner.
    """

    succeeded = Signal(int, object)
    failed = Signal(int, str)
    progressed = Signal(int, int)

    def __init__(
        self,
        work: Callable[["Task"], Any],
        *,
        ticket: int = 0,
        gives_way: bool = True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work, self._gives_way = work, gives_way
        self._told_s = 0.0  # when the window was last told how far the work is
        self.ticket = ticket

    def run(self) -> None:
        if self._gives_way:
            give_way()
        try:
            result = self._work(self)
        except Exception as error:
            if self.stopped():
                return  # what fails after it was given up interests nobody
            note(_LOG, "task failed", error)
            self.failed.emit(self.ticket, sentence(error))
        else:
            if not self.stopped():
                self.succeeded.emit(self.ticket, result)

    def stopped(self) -> bool:
        """Whether the work was asked to end; asked by the work itself."""
        return self.isInterruptionRequested()

    def progress(self, done: int, total: int) -> None:
        """Tell the window how far the work is, ten times a second; called by the work itself."""
        now = time.monotonic()
        if done >= total or now - self._told_s >= _TELL_S:
            self._told_s = now
            self.progressed.emit(done, total)


class Threads(QObject):
    """Keeps every thread until it has ended, and ends all of them when the window closes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[QThread] = []
        self._turn = threading.Lock()
        self._garbage = Garbage(self)

    @property
    def running(self) -> tuple[QThread, ...]:
        """Those that are held on to; some may have ended since."""
        return tuple(self._running)

    def start(self, thread: QThread) -> None:
        """Start a thread and hold on to it until it has finished."""
        for ended in [t for t in self._running if t.isFinished()]:
            self._running.remove(ended)
            ended.setParent(None)  # or it would stay, and with it the recording that it read
        self._running.append(thread)
        self._garbage.hold()
        thread.start()

    def task(self, work: Callable[[Task], Any], *, ticket: int = 0, gives_way: bool = True) -> Task:
        """A task that is not started yet; connect it, then hand it to `start`."""
        return Task(work, ticket=ticket, gives_way=gives_way, parent=self)

    def in_turn(self, task: Task, work: Callable[[], _Result]) -> _Result | None:
        """What work gives that reads a whole recording: one at a time, the window wants a core.

        Called by the task itself; None where it was asked to end before its turn came.
        """
        while not self._turn.acquire(timeout=_ASK_S):
            if task.stopped():
                return None
        try:
            return work()
        finally:
            self._turn.release()

    @staticmethod
    def ask_to_end(thread: QThread) -> None:
        """Ask one thread to end soon; one that waits for work has a way of its own."""
        getattr(thread, "stop", thread.requestInterruption)()

    def stop_all(self) -> None:
        """Ask every thread to end, then wait for all of them."""
        for thread in self._running:
            self.ask_to_end(thread)
        for thread in self._running:
            thread.wait()
        self._running.clear()
        self._garbage.release()
