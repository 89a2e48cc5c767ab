"""From a recording's beats to its report, one way for window and command line; writes no file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ecgviewer.aami import BeatClass
from ecgviewer.analysis.cache.cache import FileHashes, ResultCache
from ecgviewer.analysis.inputs import (
    Inputs,
    chosen_by,
    default_inputs,
    why_not_classified,
    why_nothing_read,
)
from ecgviewer.analysis.leads import readings
from ecgviewer.analysis.run import Progress, run_whole
from ecgviewer.beats.columns import Beats, numbers
from ecgviewer.beats.scan import DETECT, Scan
from ecgviewer.findings.rate import N_MEAN, no_rr_before
from ecgviewer.findings.summary import Summary, summarise
from ecgviewer.formats.annotations import annotation_file
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record, Verdict
from ecgviewer.report.beats_csv import ReportBeats
from ecgviewer.report.inputs import inputs_as_read, with_files
from ecgviewer.report.metadata import EnsembleUsed, ReportContext
from ecgviewer.signal.params import DETECTION
from ecgviewer.signal.quality import Stretch
from ecgviewer.versions import versions


@dataclass(frozen=True)
class Report:
    """A report as `report.beats_csv.write_report` takes it, and the figures in it."""

    record: Record
    beats: ReportBeats
    context: ReportContext
    summary: Summary


def build_report(
    record: Record,
    verdict: Verdict,
    result: Scan | None,
    beats: Beats,
    ensemble: Ensemble,
    inputs: Inputs,
    *,
    hashes: FileHashes | None,
    stretches: tuple[Stretch, ...] = (),
    hide_patient: bool = False,
    n_mean: int = N_MEAN,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Put a report together; reads every input file once, to see whether it is still the same.

    Parameters
    ----------
    record : Record
        The recording.
    verdict : Verdict
        What is known of its files' integrity.
    result : Scan or None
        Its beats; None while the scan still runs.
    beats : Beats
        As they are known now; a copy (`Beats.copied`) where another thread still fills the log.
    ensemble : Ensemble
        Who gave the classes.
    inputs : (int or None, int or None)
        Channels given to the networks.
    hashes : FileHashes or None
        The files before the first sample was read; None where that is not known.
    stretches : tuple of Stretch
        Where `result` is None: the stretches found so far.
    hide_patient : bool
        Whether everything that tells who the patient is stays out.
    n_mean : int
        N-N intervals that the least and the greatest heart rate are the mean of.
    stop : callable
        Asked now and then whether to give up hashing; files then count as changed.
    """
    summary = summarise(record, beats, result, n_mean=n_mean)
    files, found = inputs_as_read(_files(record, _beats_from(result)), hashes, stop=stop)
    context = _context(record, with_files(verdict, found), result, summary, ensemble, inputs)
    context = replace(context, inputs=files, hide_patient=hide_patient)
    return Report(record, _report_beats(record, beats, result, stretches), context, summary)


def _beats_from(result: Scan | None) -> str:
    return DETECT if result is None else result.beats_from


def _context(
    record: Record,
    verdict: Verdict,
    result: Scan | None,
    summary: Summary,
    ensemble: Ensemble,
    inputs: Inputs,
) -> ReportContext:
    read = None if result is None else readings(record, result, inputs, prep=ensemble.prep)
    parts = () if read is None else read.parts
    return ReportContext(
        verdict=verdict,
        inputs=(),
        leads=_names(record, inputs if read is None else read.inputs),
        leads_wanted=_names(record, inputs),
        read_from=tuple((_names(record, p.inputs), int(p.mine.sum())) for p in parts),
        beats_from=_beats_from(result),
        detection_fingerprint=(result.detection if result else DETECTION).fingerprint(),
        ensemble=_used(ensemble),
        versions=versions(),
        recorded_s=summary.recorded_s,
        readable_s=summary.readable_s,
        analysed_s=summary.analysed_s,
        complete=summary.complete,
        not_classified=why_not_classified(record, prep=ensemble.prep)
        or ("" if result is None else why_nothing_read(record, result)),
        burden=_burden_percent(summary),
        heart_rate=_heart_rate(summary, record.fs),
        episodes=() if result is None else result.episodes,
        leads_chosen_by=chosen_by(record),
    )


def analyse_record(
    record: Record,
    ensemble: Ensemble,
    *,
    beats_from: str = DETECT,
    hide_patient: bool = False,
    progress: Progress | None = None,
    cache: ResultCache | None = None,
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
    cache : ResultCache, optional
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
    found = run_whole(
        record,
        ensemble,
        inputs=inputs,
        beats_from=beats_from,
        detection=DETECTION,
        cache=cache,
        progress=progress,
    )
    results, ensemble = found.results, found.moved or ensemble
    if cache is not None and found.hashes is not None and not found.cached:
        cache.keep(record, found.hashes, ensemble, inputs, results)
    verdict = record.verdict if record.verify is None else record.verify(lambda: False)
    beats = Beats.of(results.log)
    return build_report(
        record,
        verdict,
        results.scan,
        beats,
        ensemble,
        inputs,
        hashes=found.hashes,
        hide_patient=hide_patient,
    )


def _names(record: Record, inputs: Inputs) -> tuple[str | None, ...]:
    return tuple(None if i is None else record.leads[i].name for i in inputs)


def _files(record: Record, beats_from: str) -> tuple[Path, ...]:
    """Every file that the beats rest on."""
    if beats_from == DETECT:
        return record.files
    return (*record.files, annotation_file(record, beats_from))


def _used(ensemble: Ensemble) -> EnsembleUsed:
    return EnsembleUsed(
        name=ensemble.name,
        sha256=ensemble.hash,
        members=ensemble.members,
        weights=ensemble.weights,
        preprocessing_fingerprint=ensemble.prep.fingerprint(),
        device=ensemble.computed_on,
        precision=ensemble.precision,
        unseen_sentence=ensemble.unseen_sentence,
        intended_use=ensemble.intended_use,
    )


def _report_beats(
    record: Record, beats: Beats, result: Scan | None, stretches: tuple[Stretch, ...]
) -> ReportBeats:
    return ReportBeats(
        number=numbers(beats.id),
        sample=beats.sample.copy(),
        classes=beats.beat_class.copy(),  # the networks may go on classifying
        probabilities=beats.probabilities.copy(),
        flags=beats.flags.copy(),
        no_rr_before=no_rr_before(beats.sample, result, stretches, record),
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
        "n_n_intervals": rate.n_mean,
        "mean_bpm": _round(rate.mean, 1),
        "least_bpm": _round(rate.least, 1),
        "least_from_s": _seconds(rate.least_from, fs),
        "least_to_s": _seconds(rate.least_sample, fs),
        "greatest_bpm": _round(rate.greatest, 1),
        "greatest_from_s": _seconds(rate.greatest_from, fs),
        "greatest_to_s": _seconds(rate.greatest_sample, fs),
    }


def _seconds(sample: int | None, fs: float) -> float | None:
    return None if sample is None else round(sample / fs, 3)


def _round(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)
