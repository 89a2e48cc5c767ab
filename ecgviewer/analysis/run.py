"""The whole way of one record, from its files to the class of every beat, as a stream of events.

Window, command line, evaluation, self-test, archive and cluster iterate the same generator, so that
no two of them can find other beats or give other classes.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import DE_CHAZAL, FLUTTER_WAVE
from ecgviewer.analysis.cache.cache import CachedResult, FileHashes, ResultCache, hash_files
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.events import (
    BeatsClassified,
    BeatsFound,
    Cached,
    ClassesMoved,
    ClassesStarted,
    Ended,
    Event,
    FilesHashed,
    Known,
    Order,
)
from ecgviewer.analysis.inputs import Inputs
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.log import BeatLog
from ecgviewer.beats.results import Results
from ecgviewer.beats.scan import DETECT, Scan, ScanStep
from ecgviewer.formats.annotations import annotation_file, read_annotations
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.runtime.pool import Stop
from ecgviewer.signal.params import Detection


def never() -> bool:
    """Nobody asks to stop."""
    return False


def run(
    record: Record,
    ensemble: Callable[[], Ensemble],
    *,
    inputs: Inputs,
    beats_from: str,
    detection: Detection,
    order: Callable[[Scan], Order] | None = None,
    cache: ResultCache | None = None,
    known: Known | None = None,
    stop: Stop = never,
) -> Iterator[Event]:
    """Find every beat of a record and classify it.

    Parameters
    ----------
    record : Record
        The record.
    ensemble : callable
        Gives the networks; called once they are needed, which may be after the beats are found.
    inputs : (int or None, int or None)
        Channels the networks read.
    beats_from : str
        "detect", or an annotator.
    detection : Detection
        Numbers of the detector.
    order : callable, optional
        Gives the order in which classes are wanted, once the beats are known; no class hangs on it.
    cache : ResultCache, optional
        Where the results of an earlier run are looked for.
    known : Known, optional
        What an earlier run of the same record has found: only the classes that lack are given.
    stop : callable
        Asked several times a second, on any thread, whether to end.

    Yields
    ------
    Event
        The last one is `Ended`, unless RecordError or BundleError is raised.
    """
    hashes = None if known is None else known.hashes
    if known is None:  # later would be too late: see `analysis.cache` and `report.inputs`
        annotation = _annotation(record, beats_from)
        hashes = hash_files(record, beats_from=beats_from, annotation=annotation, stop=stop)
        if hashes is not None:
            yield FilesHashed(hashes)
    found = _cached(record, ensemble, inputs, detection, cache, hashes)
    if found is not None:
        yield from (Cached(found), Ended(whole=True))
        return
    result = None if known is None else known.scan
    for step in () if known else _steps(record, beats_from, detection):
        if stop():
            break
        yield BeatsFound(step)
        result = step.scan
    if result is None or stop():
        yield Ended(whole=False)
        return
    yield from _classes(record, result, ensemble(), inputs, order, known, stop)


def _steps(record: Record, beats_from: str, detection: Detection) -> Generator[ScanStep]:
    beats, bounds = _reference(record, beats_from)
    found = scan(record, detection=detection, beats=beats, bounds=bounds, beats_from=beats_from)
    with closing(found) as steps:
        yield from steps


def _classes(
    record: Record,
    result: Scan,
    ensemble: Ensemble,
    inputs: Inputs,
    order: Callable[[Scan], Order] | None,
    known: Known | None,
    stop: Stop,
) -> Generator[Event]:
    done = None if known is None else known.classified
    if known is not None and known.classified.any():
        ensemble = ensemble.after(known.computed_on)
    yield ClassesStarted(ensemble)
    urgency = None if order is None else order(result)
    moved: list[Ensemble] = []
    batches = analyze(
        record,
        result,
        ensemble,
        inputs=inputs,
        order=urgency,
        done=done,
        stop=stop,
        hurried=never if urgency is None else urgency.hurried,
        moved=moved.append,
    )
    for batch in batches:
        while moved:
            yield ClassesMoved(moved.pop())
        if stop():
            break
        yield BeatsClassified(batch)
    ensemble.release()
    yield Ended(whole=not stop())


def _cached(
    record: Record,
    ensemble: Callable[[], Ensemble],
    inputs: Inputs,
    detection: Detection,
    cache: ResultCache | None,
    hashes: FileHashes | None,
) -> CachedResult | None:
    # the networks may still be loading: they are waited for only where that can be worth it
    if cache is None or hashes is None or not cache.knows(hashes):
        return None
    try:
        networks = ensemble()
    except BundleError:
        return None  # beats are found all the same; what is wrong is said when classes are due
    return cache.find(record, hashes, networks, inputs, detection=detection)


# Stage ("scan" or "classify"), done, total.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What a run that went to its end came to.

    Attributes
    ----------
    results : Results
        Scan and classes.
    hashes : FileHashes or None
        The files as they were before; None where they cannot be hashed.
    cached : bool
        Whether an earlier run's results were found.
    moved : Ensemble or None
        Who went on where a graphics card failed: reports and kept results are by this one.
    """

    results: Results
    hashes: FileHashes | None
    cached: bool
    moved: Ensemble | None = None


def collect(
    events: Iterator[Event],
    *,
    n_members: int,
    known: Known | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Everything that a run finds, for whoever has no use for it before it is whole.

    Parameters
    ----------
    events : iterator of Event
        Of `run`, from the beginning.
    n_members : int
        Networks of the ensemble.
    known : Known, optional
        As `run` was given it; no beat of it may have its class.
    progress : callable, optional
        Told the stage and how far it is.

    Returns
    -------
    Outcome

    Raises
    ------
    RuntimeError
        Where the run was stopped.
    """
    tell = progress or _silent
    log, result, hashes = BeatLog(n_members=n_members), None, None
    moved: Ensemble | None = None
    if known is not None:
        log.extend(known.scan.samples)
        result, hashes = known.scan, known.hashes
    for event in events:
        match event:
            case FilesHashed():
                hashes = event.hashes
            case Cached(result=cached):
                return Outcome(cached.results, hashes, cached=True)
            case BeatsFound(step):
                log.extend(step.samples)
                result = step.scan
                tell("scan", step.done, step.total)
            case ClassesMoved(ensemble):
                moved = ensemble
            case BeatsClassified(batch):
                log.apply(batch)
                tell("classify", log.n_beats - log.n_pending, log.n_beats)
            case Ended(whole=False):
                raise RuntimeError("the analysis was stopped before its end")
    if result is None:
        raise RuntimeError("the scan ended without its last step")
    return Outcome(Results(result, log), hashes, cached=False, moved=moved)


def run_whole(
    record: Record,
    ensemble: Ensemble,
    *,
    inputs: Inputs,
    beats_from: str,
    detection: Detection,
    cache: ResultCache | None = None,
    known: Known | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Run to the end and `collect`: parameters, outcome and errors are theirs."""
    events = run(
        record,
        lambda: ensemble,
        inputs=inputs,
        beats_from=beats_from,
        detection=detection,
        cache=cache,
        known=known,
    )
    return collect(events, n_members=len(ensemble.members), known=known, progress=progress)


def _silent(*_: object) -> None:
    """Tell nobody."""


def _annotation(record: Record, beats_from: str) -> Path | None:
    return None if beats_from == DETECT else annotation_file(record, beats_from)


def _reference(
    record: Record, beats_from: str
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Positions of an annotator's beats, and of the other marks that bound a beat's window."""
    if beats_from == DETECT:
        return None, None
    found = read_annotations(record, beats_from)
    symbols = np.array(found.symbol, dtype=object)
    inside = (found.sample >= 0) & (found.sample < record.n_samples)
    is_beat = np.array([symbol in DE_CHAZAL for symbol in symbols], np.bool_)
    is_flutter = np.array([symbol == FLUTTER_WAVE for symbol in symbols], np.bool_)
    return found.sample[is_beat & inside], found.sample[is_flutter & inside]
