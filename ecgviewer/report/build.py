"""From a recording's beats to its report, one way for window and command line; writes no file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beat import DE_CHAZAL, FLUTTER_WAVE, BeatClass
from ecgviewer.beatlog import BeatLog
from ecgviewer.io.annotations import read_annotations
from ecgviewer.io.report import EnsembleUsed, ReportBeats, ReportContext, hash_inputs
from ecgviewer.keeping import DETECT, Keeper, Results, hash_files
from ecgviewer.pipeline import (
    Ensemble,
    Inputs,
    Scan,
    analyze,
    default_inputs,
    scan,
    why_not_classified,
)
from ecgviewer.record import Record, Verdict
from ecgviewer.rhythm.rate import across
from ecgviewer.signal.params import DETECTION
from ecgviewer.signal.quality import Stretch, unreadable
from ecgviewer.summary import Summary, summarise
from ecgviewer.versions import versions

# Stage ("scan" or "classify"), done, total.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Report:
    """A report as `io.report.write_report` takes it, and the figures in it."""

    record: Record
    beats: ReportBeats
    context: ReportContext
    summary: Summary


def build_report(
    record: Record,
    verdict: Verdict,
    result: Scan | None,
    log: BeatLog,
    ensemble: Ensemble,
    inputs: Inputs,
    *,
    stretches: tuple[Stretch, ...] = (),
    hide_patient: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Put a report together; reads every input file once, for its hash.

    Parameters
    ----------
    record : Record
        The recording.
    verdict : Verdict
        What is known of its files' integrity.
    result : Scan or None
        Its beats; None while the scan still runs.
    log : BeatLog
        Beats and classes so far; a copy (`copy.deepcopy`) where another thread still fills it.
    ensemble : Ensemble
        Who gave the classes.
    inputs : (int or None, int or None)
        Channels given to the networks.
    stretches : tuple of Stretch
        Where `result` is None: the stretches found so far.
    hide_patient : bool
        Whether everything that tells who the patient is stays out.
    stop : callable
        Asked now and then whether to give up hashing; files are then listed without hash.

    Returns
    -------
    Report
    """
    source = DETECT if result is None else result.source
    files = record.files if source == DETECT else (*record.files, annotation_file(record, source))
    summary = summarise(record, log, result)
    context = ReportContext(
        verdict=verdict,
        inputs=hash_inputs(files, stop=stop),
        leads=tuple(None if i is None else record.leads[i].name for i in inputs),
        beats_from=source,
        detection_fingerprint=(result.detection if result else DETECTION).fingerprint(),
        ensemble=_used(ensemble),
        versions=versions(),
        recorded_s=summary.recorded_s,
        readable_s=summary.readable_s,
        analysed_s=summary.analysed_s,
        complete=summary.complete,
        not_classified=why_not_classified(record, prep=ensemble.prep),
        burden=_burden_percent(summary),
        heart_rate=_heart_rate(summary, record.fs),
        hide_patient=hide_patient,
    )
    return Report(record, _beats(record, log, result, stretches), context, summary)


def analyse_record(
    record: Record,
    ensemble: Ensemble,
    *,
    beats_from: str = DETECT,
    hide_patient: bool = False,
    progress: Progress | None = None,
    keeper: Keeper | None = None,
) -> Report:
    """Find and classify every beat of a recording, check its files, and report.

    Parameters
    ----------
    record : Record
        The recording.
    ensemble : Ensemble
        Networks with their preprocessing.
    beats_from : str
        "detect", or an annotator whose beats are classified in place of detected ones.
    hide_patient : bool
        As for `build_report`.
    progress : callable, optional
        Told the stage and how far it is.
    keeper : Keeper, optional
        Where results of an earlier run are looked for, and these kept. The report is the same.

    Returns
    -------
    Report

    Raises
    ------
    RecordError
        Where the recording or its annotations cannot be read.
    """
    inputs = default_inputs(record, prep=ensemble.prep)
    hashed, kept = None, None
    if keeper is not None:
        annotation = None if beats_from == DETECT else annotation_file(record, beats_from)
        hashed = hash_files(record, source=beats_from, annotation=annotation)
    if keeper is not None and hashed is not None:
        kept = keeper.find(record, hashed, ensemble, inputs)
    results = kept.results if kept else _results(record, ensemble, inputs, beats_from, progress)
    if keeper is not None and hashed is not None and kept is None:
        keeper.keep(record, hashed, ensemble, inputs, results)
    verdict = record.verdict if record.verify is None else record.verify(lambda: False)
    return build_report(
        record, verdict, results.scan, results.log, ensemble, inputs, hide_patient=hide_patient
    )


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


def _used(ensemble: Ensemble) -> EnsembleUsed:
    return EnsembleUsed(
        name=ensemble.name,
        sha256=ensemble.hash,
        members=ensemble.members,
        weights=ensemble.weights,
        preprocessing_fingerprint=ensemble.prep.fingerprint(),
        device=ensemble.device,
        precision=ensemble.precision,
        unseen_sentence=ensemble.unseen_sentence,
        intended_use=ensemble.intended_use,
    )


def annotation_file(record: Record, annotator: str) -> Path:
    """The file of an annotator beside the record."""
    header = record.files[0]
    return header.with_name(f"{header.stem}.{annotator}")


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


def _beats(
    record: Record, log: BeatLog, result: Scan | None, stretches: tuple[Stretch, ...]
) -> ReportBeats:
    leads = record.ecg_leads
    if result is not None:
        leads, stretches = result.leads, result.stretches
    gaps = unreadable(tuple(s for s in stretches if s.kind == "gap"), leads)
    return ReportBeats(
        sample=log.samples.copy(),  # the log may go on growing
        classes=log.classes.copy(),
        probabilities=log.probabilities.copy(),
        flags=log.flags.copy(),
        in_gap_before=across(log.samples, gaps),
    )


def _burden_percent(summary: Summary) -> dict[str, float | None]:
    shares = summary.burden
    return {
        member.name: None if shares is None else round(100 * shares[member], 3)
        for member in BeatClass
    }


def _heart_rate(summary: Summary, fs: float) -> dict[str, float | None]:
    rate = summary.heart_rate
    return {
        "mean_bpm": _round(rate.mean, 1),
        "least_bpm": _round(rate.least, 1),
        "least_at_s": None if rate.least_sample is None else _round(rate.least_sample / fs, 3),
        "greatest_bpm": _round(rate.greatest, 1),
        "greatest_at_s": (
            None if rate.greatest_sample is None else _round(rate.greatest_sample / fs, 3)
        ),
    }


def _round(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)
