"""The record that is open and what is known of it.

Threads answer with frozen events that carry the number of their run; a slot drops what belongs to
an earlier run, takes the rest in, and says by a `Change` what of the beats is another. Nothing is
drawn here: `window.refresh` does that, at its own pace.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ecgviewer.analysis.cache.cache import ResultCache
from ecgviewer.analysis.events import (
    BeatsClassified,
    BeatsFound,
    Cached,
    ClassesMoved,
    ClassesStarted,
    Ended,
    Event,
    FilesHashed,
)
from ecgviewer.analysis.inputs import Inputs, default_inputs
from ecgviewer.beats.log import BeatLog
from ecgviewer.gui.session.analysis_thread import AnalysisThread, Ensembles, RunTask
from ecgviewer.gui.session.cleaning_thread import CleanedBlocks, CleaningThread, Question
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.session.progress import Meter, Phase, Progress
from ecgviewer.gui.session.tasks import Task, Threads
from ecgviewer.gui.session.verifier import Verifier
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record, Verdict


class Session(QObject):
    """Opens records and streams their beats.

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
    beats_changed = Signal(object)  # Change
    progress_changed = Signal()
    signal_cleaned = Signal()  # more of the trace can be drawn filtered
    cleaning_changed = Signal()  # all of it is cleaned in another way from now on
    verdict_changed = Signal()
    ensemble_loaded = Signal(object)
    ensemble_failed = Signal(str)
    run_finished = Signal()  # to its end, cancelled or failed
    answer_ready = Signal(str, object)
    trouble_met = Signal(str)

    def __init__(
        self, ensembles: Ensembles, *, ensemble_name: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.threads = Threads(self)
        self.opened: OpenRecord | None = None
        self.ensemble: Ensemble | None = None
        self.progress = Progress()
        self.cleaned: CleanedBlocks | None = None
        self.cache: ResultCache | None = None  # finds and keeps results, where that is wanted
        self._ensembles, self.ensemble_name, self._meter = ensembles, ensemble_name, Meter()
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
        if self.opened is not None and self.progress.busy:  # at once: the thread takes its time
            self.on_advanced(self.opened.run_id, Ended(whole=False))
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
        prep = self._ensembles.preprocessing(self.ensemble_name)
        inputs = default_inputs(record, prep=prep)
        self.opened = OpenRecord(record, self._take_number(), prep, inputs, record.verdict)
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
        before, (self.ensemble_name, ensemble) = self.ensemble_name, loaded
        self._show_answering(None, ensemble)
        if self.opened is not None:
            self._clean_as(self.opened, ensemble)
            if self.ensemble_name != before:
                self._classify_anew(self.opened)

    def on_advanced(self, run_id: int, event: Event) -> None:
        """Take in one step of the analysis."""
        opened = self.opened
        if opened is None or opened.run_id != run_id:
            return  # of an earlier run
        match event:
            case FilesHashed(hashes):
                opened.hashes = opened.hashes or hashes  # a search anew reads what was opened
            case Cached(result):
                self.beats_changed.emit(opened.take(result))
            case BeatsFound(step):
                self.beats_changed.emit(opened.find(step))
                self._set_progress(Progress("finding", step.done, step.total))
            case ClassesStarted(ensemble):
                if opened.log.n_members != len(ensemble.members):
                    self.beats_changed.emit(opened.start_classes(len(ensemble.members)))
                self._show_answering(opened, ensemble)
                self._meter.start(opened.log.n_beats - opened.log.n_pending)
                self._set_progress(self._classifying("classifying"))
            case ClassesMoved(ensemble):
                self._show_answering(opened, ensemble)
            case BeatsClassified(batch):
                self.beats_changed.emit(opened.classify(batch))
                self._set_progress(self._classifying("classifying"))
            case Ended(whole):
                said = opened.ending(whole=whole, took=self._meter.took())
                self._set_progress(self._classifying("done" if whole else "cancelled", said))
                self.run_finished.emit()

    def on_run_failed(self, run_id: int, reason: str) -> None:
        if self.opened is not None and self.opened.run_id == run_id:
            self._set_progress(self._classifying("failed"))
            self.trouble_met.emit(reason)
            self.run_finished.emit()

    def on_verdict_ready(self, verdict: Verdict) -> None:
        if self.opened is not None:
            self.opened.see_verdict(verdict)
            self.verdict_changed.emit()

    def on_block_cleaned(self, ticket: int, index: int, block: NDArray[np.float32]) -> None:
        if self._signal is not None and ticket == self._signal.ticket and self.cleaned is not None:
            self.cleaned.add(index, block)
            self.signal_cleaned.emit()

    def on_answer_ready(self, ticket: int, kind: str, answer: object) -> None:
        if self._signal is not None and ticket == self._signal.ticket:
            self.answer_ready.emit(kind, answer)

    def on_signal_failed(self, ticket: int, reason: str) -> None:
        if self._signal is not None and ticket == self._signal.ticket:
            self.trouble_met.emit(reason)

    # -- threads ------------------------------------------------------------------------------

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
        worker = CleaningThread(self._take_number(), opened.record, self, prep=opened.prep)
        worker.block_cleaned.connect(self.on_block_cleaned)
        worker.answer_ready.connect(self.on_answer_ready)
        worker.signal_failed.connect(self.on_signal_failed)
        self._signal, self.cleaned = worker, CleanedBlocks(worker, opened.record)
        self.threads.start(worker)

    def _clean_as(self, opened: OpenRecord, ensemble: Ensemble) -> None:
        """Clean the signal as these networks want it, where that is another way than so far."""
        if not opened.clean_as(ensemble.prep):
            return
        if self._signal is not None:
            self.threads.ask_to_end(self._signal)
        self._start_signal(opened)
        self.cleaning_changed.emit()

    def _show_answering(self, opened: OpenRecord | None, ensemble: Ensemble) -> None:
        """Say who gives classes from now on: another, too, once a graphics card has failed."""
        if opened:
            opened.classified_by = ensemble
        if ensemble is not self.ensemble:
            self.ensemble = ensemble
            self.ensemble_loaded.emit(ensemble)
            if ensemble.notice:
                self.trouble_met.emit(ensemble.notice)

    def _classify_anew(self, opened: OpenRecord) -> None:
        self.cancel()
        n_members = len(self.ensemble.members) if self.ensemble else opened.log.n_members
        self.beats_changed.emit(opened.start_classes(n_members))
        self._start_analysis(opened)

    def _start_analysis(self, opened: OpenRecord) -> None:
        opened.run_id, known = self._take_number(), opened.known()
        if known is None:
            self.beats_changed.emit(opened.start_beats())
        run, name = (opened.run_id, opened.record), self.ensemble_name
        task = RunTask(*run, name, opened.inputs, known=known, cache=self.cache)
        worker = AnalysisThread(task, self._ensembles, self)
        worker.advanced.connect(self.on_advanced)
        worker.failed.connect(self.on_run_failed)
        self._analysis = worker
        self._set_progress(Progress("finding" if known is None else "loading"))
        self.threads.start(worker)

    def _classifying(self, phase: Phase, note: str = "") -> Progress:
        log = self.opened.log if self.opened else BeatLog()
        done = log.n_beats - log.n_pending
        rate, unread = self._meter.rate(done), log.n_not_classified
        return Progress(phase, done, log.n_beats, rate, note, unread)

    def _set_progress(self, progress: Progress) -> None:
        self.progress = progress
        self.progress_changed.emit()
