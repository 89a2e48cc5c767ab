"""The whole way of one record: scan, then classes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import DE_CHAZAL, FLUTTER_WAVE
from ecgviewer.analysis.cache.cache import DETECT
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.inputs import Inputs
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.log import BeatLog
from ecgviewer.beats.results import Results
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record

# Stage ("scan" or "classify"), done, total.
Progress = Callable[[str, int, int], None]


def _results(
    record: Record,
    ensemble: Ensemble,
    inputs: Inputs,
    beats_from: str,
    progress: Progress | None,
) -> Results:
    """Scan and classify a recording."""
    tell = progress or _silent
    log = BeatLog(n_members=len(ensemble.members))
    result = None
    beats, marks = _reference(record, beats_from)
    for step in scan(record, beats=beats, marks=marks, source=beats_from):
        log.extend(step.samples)
        result = step.scan
        tell("scan", step.done, step.total)
    if result is None:
        raise RuntimeError("the scan ended without its last step")
    for batch in analyze(record, result, ensemble, inputs=inputs):
        log.apply(batch)
        tell("classify", log.n_classified, log.n_beats)
    return Results(result, log)


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


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
