"""The recording that is open and what is known of it; draws nothing, asks nobody.

Results of threads arrive in slots that drop what belongs to an earlier run, append to the beat log
and mark it as changed, nothing else.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ecgviewer.analysis.cache.cache import CachedResult, FileHashes, ResultCache
from ecgviewer.analysis.inputs import Inputs, default_inputs
from ecgviewer.beats.log import BeatBatch, BeatLog
from ecgviewer.beats.scan import ScanStep
from ecgviewer.gui.session.analysis_thread import AnalysisThread, Ensembles, Run
from ecgviewer.gui.session.cleaning_thread import CleanedBlocks, CleaningThread, Question
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.session.progress import Meter, Phase, Progress
from ecgviewer.gui.session.tasks import Task, Threads
from ecgviewer.gui.session.verifier import Verifier
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.paths import DEFAULT_ENSEMBLE
from ecgviewer.record import Record, Verdict

# Signals of an analysis; the slot of each has its name
_STREAMED = "files_hashed kept_found scan_advanced classifying_started".split()
_STREAMED += "beats_classified run_ended run_failed".split()


class Session(QObject):
    """Opens recordings and streams their beats.

    Parameters
    ----------
    ensembles : Ensembles
        Where the networks come from.
    ensemble_name : str
        Which of them.
    parent : QObject
        Owner.
    """

    record_opened = Signal()
    open_failed = Signal(str)
    beats_reset = Signal()  # serial numbers or classes start anew
    verdict_changed = Signal()
    ensemble_loaded = Signal(object)
    ensemble_failed = Signal(str)
    run_finished = Signal()  # to its end, cancelled or failed
    answer_ready = Signal(str, object)
    trouble_met = Signal(str)

    def __init__(
        self,
        ensembles: Ensembles,
        *,
        ensemble_name: str = DEFAULT_ENSEMBLE,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.threads = Threads(self)
        self.opened: OpenRecord | None = None
        self.ensemble: Ensemble | None = None
        self.progress = Progress()
        self.dirty = False
        self.cleaned: CleanedBlocks | None = None
        self.keeper: ResultCache | None = None  # finds and keeps results, where that is wanted
        self._ensembles, self.ensemble_name = ensembles, ensemble_name
        self._meter = Meter()
        self._next_number, self._loading = 1, 0  # the latter of the networks asked for last
        self._opening: Task | None = None
        self._analysis: AnalysisThread | None = None
        self._signal: CleaningThread | None = None
        self._verifier = Verifier(self.threads, self)
        self._verifier.verdict_ready.connect(self.on_verdict_ready)
        self._verifier.failed.connect(self.trouble_met)

    # -- what the window asks for -------------------------------------------------------------

    def load_ensemble(self, name: str = "") -> None:
        """Load networks in the background; those in use stay until the new ones are ready."""
        wanted, self._loading = name or self.ensemble_name, self._take_number()
        work = lambda _: (wanted, self._ensembles.get(wanted))
        task = self.threads.task(work, ticket=self._loading)
        task.succeeded.connect(self.on_ensemble_loaded)
        task.failed.connect(self.on_ensemble_failed)
        self.threads.start(task)

    def open(self, read: Callable[[Task], Record]) -> None:
        """Open what a callable reads; the old recording stays until the new one is ready."""
        if self._opening is not None:
            self._opening.requestInterruption()
        task = self.threads.task(read, ticket=self._take_number(), gives_way=False)
        task.succeeded.connect(self.on_record_ready)
        task.failed.connect(self.on_open_failed)
        self._opening = task
        self.threads.start(task)

    def cancel(self) -> None:
        """Stop the analysis; what is classified stays."""
        if self._analysis is not None:
            self._analysis.requestInterruption()
        if self.opened is not None and self.progress.busy:
            # at once: the thread ends in its own time, and what it still says is not heard
            self.on_run_ended(self.opened.run_id, whole=False)
            self.opened.run_id = self._take_number()

    def resume(self) -> None:
        """Classify what has no class yet."""
        if self.opened is not None and not self.progress.busy:
            self._start_analysis(self.opened)

    def choose_inputs(self, inputs: Inputs) -> None:
        """Have the networks read other leads: all classes are asked for anew."""
        if self.opened is not None and inputs != self.opened.inputs:
            self.opened.inputs = inputs
            self._classify_anew(self.opened)

    def show_view(self, start_s: float, stop_s: float) -> None:
        """Say what is on screen: it is classified first."""
        if self._analysis is not None:
            self._analysis.show_view(start_s, stop_s)

    def show_frame(self, span: tuple[float, float] | None) -> None:
        """Say what plays: it is classified before what is on screen."""
        if self._analysis is not None:
            self._analysis.show_frame(span)

    def ask(self, kind: str, job: Question) -> None:
        """Ask a question of the cleaned signal; `answer_ready` brings the answer."""
        if self._signal is not None:
            self._signal.ask(kind, job)

    def close(self) -> None:
        """End every thread and wait for it; what they still had to say is not heard."""
        self._opening = self._analysis = self._signal = None
        self._verifier.let_go()
        self.threads.stop_all()

    # -- results of threads -------------------------------------------------------------------

    def on_record_ready(self, ticket: int, record: Record) -> None:
        if self._opening is None or ticket != self._opening.ticket:
            return  # another one was asked for meanwhile
        self._opening = None
        self._let_go()
        inputs = default_inputs(record)
        self.opened = OpenRecord(record, self._take_number(), inputs, record.verdict)
        self._start_signal(self.opened)
        self.record_opened.emit()
        self._verifier.start(record)
        self._start_analysis(self.opened)

    def on_open_failed(self, ticket: int, reason: str) -> None:
        if self._opening is not None and ticket == self._opening.ticket:
            self._opening = None
            self.open_failed.emit(reason)

    def on_ensemble_failed(self, ticket: int, reason: str) -> None:
        if ticket == self._loading:
            self.ensemble_failed.emit(reason)

    def on_ensemble_loaded(self, ticket: int, loaded: tuple[str, Ensemble]) -> None:
        if ticket != self._loading:
            return  # others were asked for meanwhile
        others = loaded[0] != self.ensemble_name
        self.ensemble_name, self.ensemble = loaded
        self.ensemble_loaded.emit(self.ensemble)
        if others and self.opened is not None:
            self._classify_anew(self.opened)

    def on_scan_advanced(self, run_id: int, step: ScanStep) -> None:
        if (opened := self._current(run_id)) is None:
            return
        opened.log.extend(step.samples)
        opened.stretches, opened.scan = step.stretches, step.scan
        self._set_progress(Progress("finding", step.done, step.total))

    def on_files_hashed(self, run_id: int, hashed: FileHashes) -> None:
        if (opened := self._current(run_id)) is not None:
            opened.hashed = hashed

    def on_kept_found(self, run_id: int, kept: CachedResult) -> None:
        if (opened := self._current(run_id)) is not None:
            opened.take(kept)
            self.beats_reset.emit()

    def on_classifying_started(self, run_id: int, ensemble: Ensemble) -> None:
        opened = self._current(run_id)
        if opened is None:
            return
        if opened.log.n_members != len(ensemble.members):
            opened.start_classes(len(ensemble.members))
            self.beats_reset.emit()
        opened.classified_by = ensemble
        self._meter.start(opened.log.n_classified)
        self._set_progress(self._classifying("classifying"))

    def on_beats_classified(self, run_id: int, batch: BeatBatch) -> None:
        if (opened := self._current(run_id)) is None:
            return
        opened.log.apply(batch)
        self._set_progress(self._classifying("classifying"))

    def on_run_ended(self, run_id: int, whole: bool) -> None:
        if (opened := self._current(run_id)) is None:
            return
        self.dirty = True
        note = opened.ending(whole=whole, took=self._meter.took())
        self._set_progress(self._classifying("done" if whole else "cancelled", note))
        self.run_finished.emit()

    def on_run_failed(self, run_id: int, reason: str) -> None:
        if self._current(run_id) is not None:
            self._set_progress(self._classifying("failed"))
            self.trouble_met.emit(reason)
            self.run_finished.emit()

    def on_verdict_ready(self, verdict: Verdict) -> None:
        if self.opened is not None:
            self.opened.verdict = verdict
            self.verdict_changed.emit()

    def on_block_cleaned(self, ticket: int, index: int, block: NDArray[np.float32]) -> None:
        if self._signal is not None and ticket == self._signal.ticket and self.cleaned is not None:
            self.cleaned.add(index, block)
            self.dirty = True

    def on_answer_ready(self, ticket: int, kind: str, answer: object) -> None:
        if self._signal is not None and ticket == self._signal.ticket:
            self.answer_ready.emit(kind, answer)

    def on_signal_failed(self, ticket: int, reason: str) -> None:
        if self._signal is not None and ticket == self._signal.ticket:
            self.trouble_met.emit(reason)

    # -- threads ------------------------------------------------------------------------------

    def _current(self, run_id: int) -> OpenRecord | None:
        """The open recording, if the result is of its present run."""
        return self.opened if self.opened and self.opened.run_id == run_id else None

    def _take_number(self) -> int:
        self._next_number += 1
        return self._next_number - 1

    def _let_go(self) -> None:
        """End what still works on the old recording; it is not waited for."""
        for thread in (self._analysis, self._signal):
            if thread is not None:
                self.threads.ask_to_end(thread)
        self._analysis = self._signal = None
        self._verifier.let_go()

    def _start_signal(self, opened: OpenRecord) -> None:
        worker = CleaningThread(self._take_number(), opened.record, self)
        worker.block_cleaned.connect(self.on_block_cleaned)
        worker.answer_ready.connect(self.on_answer_ready)
        worker.signal_failed.connect(self.on_signal_failed)
        self._signal, self.cleaned = worker, CleanedBlocks(worker, opened.record)
        self.threads.start(worker)

    def _classify_anew(self, opened: OpenRecord) -> None:
        self.cancel()
        opened.start_classes(len(self.ensemble.members) if self.ensemble else opened.log.n_members)
        self.beats_reset.emit()
        self._start_analysis(opened)

    def _start_analysis(self, opened: OpenRecord) -> None:
        opened.run_id = self._take_number()
        run = Run(
            opened.run_id,
            opened.record,
            self.ensemble_name,
            opened.inputs,
            opened.scan,
            opened.log.classes >= 0 if opened.scan else None,
            self.keeper,
            opened.hashed if opened.scan else None,
        )
        if opened.scan is None:
            opened.log, opened.stretches, opened.hashed = BeatLog(), (), None
            self.beats_reset.emit()
        worker = AnalysisThread(run, self._ensembles, self)
        for name in _STREAMED:
            getattr(worker, name).connect(getattr(self, f"on_{name}"))
        self._analysis = worker
        self._set_progress(Progress("loading" if opened.scan else "finding"))
        self.threads.start(worker)

    def _classifying(self, phase: Phase, note: str = "") -> Progress:
        log = self.opened.log if self.opened else BeatLog()
        rate = self._meter.rate(log.n_classified)
        return Progress(phase, log.n_classified, log.n_beats, rate, note)

    def _set_progress(self, progress: Progress) -> None:
        self.progress = progress
        self.dirty = True
