"""Sums a recording's samples on a thread of their own."""

from PySide6.QtCore import QObject, Signal

from ecgviewer.gui.session.tasks import Task, Threads
from ecgviewer.record import Record, Verdict


class Verifier(QObject):
    """Brings the complete verdict on the recording that is open.

    Parameters
    ----------
    threads : Threads
        Keeps the thread.
    parent : QObject
        Owner.
    """

    verdict_ready = Signal(object)  # Verdict
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = threads
        self._task: Task | None = None
        self._n_started = 0

    def start(self, record: Record) -> None:
        """Verify this recording; what is found of another one is no longer heard."""
        self.let_go()
        verify = record.verify
        if verify is None:
            return
        self._n_started += 1
        in_turn = self._threads.in_turn
        work = lambda task: in_turn(task, lambda: verify(task.stopped))
        task = self._threads.task(work, ticket=self._n_started)
        task.succeeded.connect(self.on_verified)
        task.failed.connect(self.on_failed)
        self._task = task
        self._threads.start(task)

    def let_go(self) -> None:
        """End what is going on; it is not waited for."""
        if self._task is not None:
            self._threads.ask_to_end(self._task)
        self._task = None

    def on_verified(self, ticket: int, verdict: Verdict) -> None:
        if self._task is not None and ticket == self._task.ticket:
            self.verdict_ready.emit(verdict)

    def on_failed(self, ticket: int, reason: str) -> None:
        if self._task is not None and ticket == self._task.ticket:
            self.failed.emit(reason)
