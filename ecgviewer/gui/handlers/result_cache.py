"""Results kept between runs, as the window uses them."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from ecgviewer.analysis.cache.cache import ResultCache
from ecgviewer.beats.results import Results
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.session.tasks import Task
from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.wording import count


class ResultCacheHandler(QObject):
    """Gives the session a cache where the user wants one, and keeps what it completes.

    Parameters
    ----------
    session, settings
        Whose results, and whether to keep them.
    parent : QObject
        Owner.
    cache : ResultCache, optional
        Where they lie; by default in the user's cache folder.
    """

    note_made = Signal(str)
    results_kept = Signal(bool)  # whether it could be done

    def __init__(
        self,
        session: Session,
        settings: Settings,
        parent: QObject,
        *,
        cache: ResultCache | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self.cache = cache or ResultCache()
        session.cache = self.cache if settings.keep_results else None
        session.run_finished.connect(self.on_run_finished)

    def on_keep(self, keep: bool) -> None:
        self._settings.keep_results = keep
        self._session.cache = self.cache if keep else None

    def on_forget(self) -> None:
        task = self._session.threads.task(lambda _: _forget(self.cache))
        task.succeeded.connect(self.on_forgotten)
        self._session.threads.start(task)

    def on_forgotten(self, _ticket: int, sentence: str) -> None:
        self.note_made.emit(sentence)

    def on_run_finished(self) -> None:
        opened, cache = self._session.opened, self._session.cache
        if opened is None or cache is None or self._session.progress.phase != "done":
            return
        work = _keep(cache, opened)
        if work is not None:
            task = self._session.threads.task(work)
            task.succeeded.connect(self.on_kept)
            self._session.threads.start(task)

    def on_kept(self, _ticket: int, kept: bool) -> None:
        self.results_kept.emit(kept)


def _keep(cache: ResultCache, opened: OpenRecord) -> Callable[[Task], bool] | None:
    """The work of keeping what is open; None where there is nothing new or it is not complete."""
    scan, log, hashed, ensemble = opened.scan, opened.log, opened.hashes, opened.classified_by
    if opened.kept_since is not None or log.n_pending:
        return None
    if scan is None or hashed is None or ensemble is None:
        return None
    # a log whose beats have all their classes is not written any more: no copy is needed
    record, inputs, results = opened.record, opened.inputs, Results(scan, log)
    return lambda task: cache.keep(record, hashed, ensemble, inputs, results, stop=task.stopped)


def _forget(cache: ResultCache) -> str:
    n_kept, _ = cache.store.size()
    if not cache.store.forget():
        return "Kept results could not be removed; the log says why."
    noun = "result" if n_kept == 1 else "results"
    return f"Forgot {count(n_kept)} kept {noun}." if n_kept else "No results were kept."
