"""Python's cyclic garbage, collected on the window's thread alone while others run."""

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 200


class Garbage(QObject):
    """Collects in the place of Python, which would do it on whatever thread allocates next.

    A cycle may hold widgets, and one that is destroyed away from the window's thread ends the
    program. Several windows of a process count as one: Python collects again once all are done.
    """

    _holding = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._holds = False
        self._due = QTimer(self, interval=_EVERY_MS)
        self._due.timeout.connect(self.on_due)

    def hold(self) -> None:
        """Threads begin to run; called on the window's thread."""
        if not self._holds:
            self._holds = True
            Garbage._holding += 1
            gc.disable()
            self._due.start()

    def release(self) -> None:
        """No thread runs any more."""
        if self._holds:
            self._holds = False
            Garbage._holding -= 1
            self._due.stop()
            if not Garbage._holding:
                gc.enable()

    def on_due(self) -> None:
        """Collect what Python would have collected by now."""
        over = [n > most for n, most in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if over[0] or over[1] or over[2]:
            gc.collect(2 if over[2] else 1 if over[1] else 0)
