"""The thread that cleans what is looked at: blocks for the trace, frames, networks' inputs.

Keeps nothing that the window draws; only the latest frame and the latest input asked for matter.
"""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal

from ecgviewer.errors import note, sentence
from ecgviewer.gui.session.priority import ANSWERS, give_way
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import Preprocessing

_LOG = logging.getLogger(__name__)
Question = Callable[[CleanedSignal], Any]


class CleaningThread(QThread):
    """Cleans blocks of one recording and answers questions that need cleaned samples.

    Parameters
    ----------
    ticket : int
        Number that every answer carries.
    record : Record
        The recording.
    parent : QObject
        Owner.
    prep : Preprocessing
        How.
    """

    block_cleaned = Signal(int, int, object)  # ticket, block, (n_ecg_leads, n) float32
    answer_ready = Signal(int, str, object)  # ticket, kind of question, answer
    signal_failed = Signal(int, str)

    def __init__(
        self,
        ticket: int,
        record: Record,
        parent: QObject | None = None,
        *,
        prep: Preprocessing,
    ) -> None:
        super().__init__(parent)
        self.ticket = ticket
        self._record, self._prep = record, prep
        self._wake = threading.Condition()
        self._blocks: deque[int] = deque()
        self._questions: dict[str, Question] = {}
        self._stopping = False

    def want_block(self, index: int) -> None:
        """Ask for one block of the 360 Hz grid, cleaned."""
        with self._wake:
            if index not in self._blocks:
                self._blocks.append(index)
                self._wake.notify()

    def ask(self, kind: str, job: Question) -> None:
        """Ask a question of the cleaned signal; replaces an unanswered one of the same kind."""
        with self._wake:
            self._questions[kind] = job
            self._wake.notify()

    def stop(self) -> None:
        """Ask the thread to end soon."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self.requestInterruption()

    def run(self) -> None:
        give_way(ANSWERS)  # what is looked at comes before what is not
        cleaned = CleanedSignal(TimeGrid(self._record), self._record.ecg_leads, prep=self._prep)
        while self._serve_next(cleaned):  # no question is kept beyond its answer: it holds beats
            pass

    def _serve_next(self, cleaned: CleanedSignal) -> bool:
        """Do what is asked for next; False where nothing will be any more."""
        item = self._next()
        if item is None:
            return False
        try:
            self._serve(item, cleaned)
        except Exception as error:
            note(_LOG, "cleaning failed", error)
            self.signal_failed.emit(self.ticket, sentence(error))
        return True

    def _next(self) -> int | tuple[str, Question] | None:
        """What to do next, questions first; None at the end. Waits while there is nothing."""
        with self._wake:
            self._wake.wait_for(lambda: self._stopping or self._questions or self._blocks)
            if self._stopping:
                return None
            if self._questions:
                return self._questions.popitem()
            return self._blocks.popleft()

    def _serve(self, item: int | tuple[str, Question], cleaned: CleanedSignal) -> None:
        if isinstance(item, int):
            self.block_cleaned.emit(self.ticket, item, cleaned.block(item))
            return
        kind, job = item
        self.answer_ready.emit(self.ticket, kind, job(cleaned))


class CleanedBlocks:
    """Cleaned blocks the window has at hand; asks for those it has not and never waits.

    Parameters
    ----------
    worker : CleaningThread
        Cleans.
    record : Record
        The recording.
    keep : int
        Blocks kept beyond those of the last request; one of two leads takes half a megabyte.
    """

    def __init__(self, worker: CleaningThread, record: Record, *, keep: int = 8) -> None:
        self._worker = worker
        self._grid = TimeGrid(record)
        self._n_leads = len(record.ecg_leads)
        self._keep = keep
        self._blocks: OrderedDict[int, NDArray[np.float32]] = OrderedDict()
        self._wanted: set[int] = set()

    def add(self, index: int, block: NDArray[np.float32]) -> None:
        """Take in a block that the worker has cleaned."""
        self._wanted.discard(index)
        self._blocks[index] = block

    def __call__(self, low: int, high: int) -> NDArray[np.float32] | None:
        """Samples low..high of the grid, (n_ecg_leads, n) float32; None while they are cleaned."""
        size = self._grid.params.block
        low, high = max(0, low), min(high, self._grid.n_samples)
        if high <= low or self._n_leads == 0:
            return np.empty((self._n_leads, 0), np.float32)
        indices = range(low // size, -(-high // size))
        if not self._at_hand(indices):
            return None
        first = indices[0] * size
        whole = np.concatenate([self._blocks[i] for i in indices], axis=1)
        return whole[:, low - first : high - first]

    def _at_hand(self, indices: range) -> bool:
        """Whether all are here; what is missing is asked for, what is old let go."""
        missing = [i for i in indices if i not in self._blocks]
        for i in missing:
            if i not in self._wanted:
                self._wanted.add(i)
                self._worker.want_block(i)
        for i in indices:
            if i in self._blocks:
                self._blocks.move_to_end(i)
        while len(self._blocks) > len(indices) + self._keep:
            self._blocks.popitem(last=False)
        return not missing
