"""The thread that streams one record's beats and classes to the window."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThread, Signal

from ecgviewer.analysis.cache.cache import ResultCache
from ecgviewer.analysis.events import Known
from ecgviewer.analysis.inputs import Inputs
from ecgviewer.analysis.run import run
from ecgviewer.beats.scan import DETECT, Scan
from ecgviewer.errors import note, sentence
from ecgviewer.gui.session.priority import give_way
from ecgviewer.gui.session.urgency import Urgency
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.ensemble import Ensemble, available, load_ensemble, preprocessing_of
from ecgviewer.record import Record
from ecgviewer.runtime.cores import leave_room
from ecgviewer.signal.params import DETECTION, PAPER, Preprocessing

_ROOM_S = 0.15  # after a movement
_LOG = logging.getLogger(__name__)


class Ensembles:
    """Loads an ensemble once; whoever asks while it loads waits.

    Parameters
    ----------
    load : callable
        Reads an ensemble by name.
    names : callable
        Names of those that are installed.
    """

    def __init__(
        self,
        load: Callable[[str], Ensemble] = load_ensemble,
        names: Callable[[], tuple[str, ...]] = available,
    ) -> None:
        self._load, self.names = load, names
        self._lock = threading.Lock()
        self._loaded: dict[str, Ensemble] = {}

    def get(self, name: str) -> Ensemble:
        """The ensemble of that name, loaded at most once."""
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = self._load(name)
            return self._loaded[name]

    def preprocessing(self, name: str) -> Preprocessing:
        """What the ensemble of that name does to a signal; waits for no network."""
        loaded = self._loaded.get(name)
        if loaded is not None:
            return loaded.prep
        try:
            return preprocessing_of(name)
        except BundleError:  # it will give no class; the trace is filtered as the method says
            return PAPER


@dataclass(frozen=True)
class RunTask:
    """What one run is to do.

    Attributes
    ----------
    run_id : int
        Number that every event carries.
    record : Record
        The record.
    ensemble : str
        Name of the ensemble.
    inputs : (int or None, int or None)
        Channels the networks read.
    known : Known or None
        What an earlier run has found.
    cache : ResultCache or None
        Where the results of an earlier run are looked for.
    """

    run_id: int
    record: Record
    ensemble: str
    inputs: Inputs
    known: Known | None = None
    cache: ResultCache | None = None


class AnalysisThread(QThread):
    """Iterates `analysis.run.run` and emits each event with the number of its run.

    Parameters
    ----------
    task : RunTask
        What to do.
    ensembles : Ensembles
        Where the networks come from.
    parent : QObject
        Owner.
    """

    advanced = Signal(int, object)  # run_id, Event
    failed = Signal(int, str)  # run_id, why, in a sentence

    def __init__(self, task: RunTask, ensembles: Ensembles, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task = task
        self._ensembles = ensembles
        self._urgency: Urgency | None = None
        self._view = (0.0, 10.0)  # span on screen, seconds; the window keeps it

    def run(self) -> None:
        give_way()  # and with it the threads of the networks
        task = self._task
        try:
            events = run(
                task.record,
                lambda: self._ensembles.get(task.ensemble),
                inputs=task.inputs,
                beats_from=DETECT,
                detection=DETECTION,
                order=self._order,
                cache=task.cache,
                known=task.known,
                stop=self.isInterruptionRequested,
            )
            for event in events:
                self.advanced.emit(task.run_id, event)
        except Exception as error:
            note(_LOG, "analysis failed", error)
            self.failed.emit(task.run_id, sentence(error))

    def show_view(self, start_s: float, stop_s: float) -> None:
        """Say what is on screen; called by the window at any time, which has a core meanwhile."""
        leave_room(_ROOM_S)
        self._view = (start_s, stop_s)
        if self._urgency is not None:
            self._urgency.view = self._view

    def show_frame(self, span: tuple[float, float] | None) -> None:
        """Say which frame plays; called by the window at any time."""
        if self._urgency is not None:
            self._urgency.frame = span

    def _order(self, scan: Scan) -> Urgency:
        urgency = Urgency(scan.samples / self._task.record.fs, self._view)
        self._urgency = urgency
        urgency.view = self._view  # it may have moved meanwhile
        return urgency
