"""The thread that streams one recording's beats and classes; computes nothing itself.

Every result carries the number of its run, so that the window can drop what comes too late.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal

from ecgviewer.analysis import classify
from ecgviewer.analysis.cache.cache import CachedResult, FileHashes, ResultCache, hash_files
from ecgviewer.analysis.inputs import Inputs, default_inputs
from ecgviewer.analysis.scan import scan as scan_record
from ecgviewer.beats.log import BeatBatch
from ecgviewer.beats.scan import Scan
from ecgviewer.errors import note, sentence
from ecgviewer.gui.session.priority import give_way
from ecgviewer.gui.session.urgency import Urgency
from ecgviewer.model import bundle
from ecgviewer.model.ensemble import Ensemble, available, load_ensemble
from ecgviewer.record import Record
from ecgviewer.runtime.cores import leave_room

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


@dataclass(frozen=True)
class Run:
    """What one run is to do.

    Attributes
    ----------
    run_id : int
        Number that every result carries.
    record : Record
        The recording.
    ensemble : str
        Name of the ensemble.
    inputs : (int or None, int or None), or None
        Channels the networks read; None chooses by lead name.
    scan : Scan or None
        Beats already found: only classes are wanted.
    done : (n,) bool, or None
        Beats of `scan` that have their class already.
    keeper : ResultCache or None
        Looks for the results of an earlier run.
    hashed : FileHashes or None
        The files as they were before `scan` began.
    """

    run_id: int
    record: Record
    ensemble: str
    inputs: Inputs | None = None
    scan: Scan | None = None
    done: NDArray[np.bool_] | None = None
    keeper: ResultCache | None = None
    hashed: FileHashes | None = None


class AnalysisThread(QThread):
    """Finds the results of an earlier run, or scans, then classifies.

    Parameters
    ----------
    run : Run
        What to do.
    ensembles : Ensembles
        Where the networks come from.
    parent : QObject
        Owner.
    """

    files_hashed = Signal(int, object)  # Hashed
    kept_found = Signal(int, object)  # Kept: all there is to know
    scan_advanced = Signal(int, object)  # ScanStep
    beats_classified = Signal(int, object)  # BeatBatch
    classifying_started = Signal(int, object)  # Ensemble
    run_ended = Signal(int, bool)  # whether it got to the end
    run_failed = Signal(int, str)

    def __init__(self, run: Run, ensembles: Ensembles, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._ensembles = ensembles
        self.order: Urgency | None = None
        self.view = (0.0, 10.0)  # span on screen, seconds; the window keeps it

    def run(self) -> None:
        give_way()  # and with it the threads of the networks
        try:
            whole = self._stream()
        except Exception as error:
            note(_LOG, "analysis failed", error)
            self.run_failed.emit(self._run.run_id, sentence(error))
        else:
            self.run_ended.emit(self._run.run_id, whole)

    def show_view(self, start_s: float, stop_s: float) -> None:
        """Say what is on screen; called by the window at any time, which has a core meanwhile."""
        leave_room(_ROOM_S)
        self.view = (start_s, stop_s)
        if self.order is not None:
            self.order.view = self.view

    def show_frame(self, span: tuple[float, float] | None) -> None:
        """Say which frame plays; called by the window at any time."""
        if self.order is not None:
            self.order.frame = span

    def _stream(self) -> bool:
        kept = self._kept()
        if kept is not None:
            self.kept_found.emit(self._run.run_id, kept)
            return True
        scan = self._run.scan or self._scan()
        if scan is None or self.isInterruptionRequested():
            return False
        ensemble = self._ensembles.get(self._run.ensemble)
        order = Urgency(scan.samples / self._run.record.fs, self.view, done=self._run.done)
        self.order = order
        order.view = self.view  # it may have moved meanwhile
        self.classifying_started.emit(self._run.run_id, ensemble)
        left = order.n_wanted
        for batch in self._batches(scan, ensemble, order) if left else ():
            if self.isInterruptionRequested():
                return False
            self.beats_classified.emit(self._run.run_id, batch)
            left -= len(batch.indices)
            if left <= 0:
                break
        return not self.isInterruptionRequested()

    def _kept(self) -> CachedResult | None:
        run = self._run
        if run.keeper is None:
            return None
        hashed = run.hashed
        if hashed is None and run.scan is None:  # later would be too late: see `keeping`
            hashed = hash_files(run.record, stop=self.isInterruptionRequested)
            if hashed is not None:
                self.files_hashed.emit(run.run_id, hashed)
        # the networks may still be loading: they are waited for only where that can be worth it
        if hashed is None or not run.keeper.knows(hashed):
            return None
        try:
            ensemble = self._ensembles.get(run.ensemble)
        except bundle.BundleError:
            return None  # beats are shown all the same; what is wrong is said when classes are due
        inputs = default_inputs(run.record) if run.inputs is None else run.inputs
        return run.keeper.find(run.record, hashed, ensemble, inputs)

    def _scan(self) -> Scan | None:
        for step in scan_record(self._run.record):
            if self.isInterruptionRequested():
                return None
            self.scan_advanced.emit(self._run.run_id, step)
            if step.scan is not None:
                return step.scan
        return None

    def _batches(self, scan: Scan, ensemble: Ensemble, order: Urgency) -> Iterator[BeatBatch]:
        return classify.analyze(
            self._run.record,
            scan,
            ensemble,
            order=order,
            inputs=self._run.inputs,
            stop=self.isInterruptionRequested,
            hurried=order.hurried,
        )
