"""One record's analysis as an order and its outcome, the same in any process."""

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ecgviewer.aami import BeatClass
from ecgviewer.commands.archive.job import ArchiveError, Job, Networks, Outcome, failed
from ecgviewer.errors import sentence
from ecgviewer.runtime.stopping import told_to_end

if TYPE_CHECKING:  # torch takes a second to import
    from ecgviewer.analysis.run import Progress
    from ecgviewer.model.ensemble import Ensemble
    from ecgviewer.report.build import Report

_THERE = "is there already; name another, or give --force to replace it"
_LOG = logging.getLogger(__name__)


def carry_out(order: Job, progress: "Progress | None" = None) -> Outcome:
    """Analyse one record and write its report; whatever goes wrong is in the outcome.

    Parameters
    ----------
    order : Job
        What to do.
    progress : callable, optional
        Told the stage and how far it is.

    Returns
    -------
    Outcome
    """
    from ecgviewer.files.atomic import TargetExistsError

    said = ""
    for _ in range(order.tries):
        told_to_end()
        try:
            return _attempt(order, progress)
        except TargetExistsError as error:
            return Outcome(ok=False, complaint=f"{error.path}: {_THERE}")
        except Exception as error:  # a bad record does not stop the rest
            if order.debug:
                _LOG.exception("%s", order.record)
            said = sentence(error, record=order.record, for_terminal=True)
    return failed(order, said)


def carry_out_alone(order: Job) -> Outcome:
    """The same on one core, for processes that share a machine's cores among them."""
    from ecgviewer.model.runner import use_one_thread

    use_one_thread()
    return carry_out(order)


def _attempt(order: Job, progress: "Progress | None") -> Outcome:
    from ecgviewer.analysis.cache.cache import ResultCache
    from ecgviewer.analysis.channels import open_recording
    from ecgviewer.commands.archive.resume import finished, why_not_whole
    from ecgviewer.files.atomic import TargetExistsError
    from ecgviewer.files.hidden import settle
    from ecgviewer.model.bundle import BundleError
    from ecgviewer.report.build import analyse_record
    from ecgviewer.report.targets import check_target, lacks_description, metadata_path

    settle([order.report, metadata_path(order.report)])  # whatever comes of this attempt
    record = open_recording(order.record, wanted=order.leads)
    try:
        ensemble = ensemble_of(order.networks)
    except (ArchiveError, BundleError) as error:  # this machine's alone, perhaps
        raise ArchiveError(f"{order.record}: {error}") from error
    inputs = [record.path, *record.files]
    try:
        check_target(order.report, inputs, force=order.force)  # before minutes of work, not after
    except TargetExistsError as error:
        done = finished(order, record, ensemble) if order.resume else why_not_whole(order.report)
        if isinstance(done, Outcome):
            return done
        if not lacks_description(order.report):
            return _is_there(error.path, done)
        # whose it is, is known once the same is computed again: `write_report` compares
    report = analyse_record(
        record,
        ensemble,
        beats_from=order.beats,
        hide_patient=order.hide_patient,
        progress=progress,
        cache=ResultCache() if order.keep else None,
    )
    try:
        _write(order, report)
    except TargetExistsError as error:  # another process has been as far meanwhile, or a table
        done = finished(order, record, ensemble) if order.resume else why_not_whole(order.report)
        return done if isinstance(done, Outcome) else _is_there(error.path, done)
    wrong = [f.message for f in report.context.verdict.findings if f.severity == "error"]
    complaint = f"{order.record}: damaged: {wrong[0]}" if wrong else ""
    return Outcome(ok=not wrong, line=_summary(report), complaint=complaint)


def _is_there(path: Path, why: str) -> Outcome:
    """Of a report that is left alone, with the clause on why it is another."""
    return Outcome(ok=False, complaint=f"{path}: {_THERE}{f'; {why}' if why else ''}")


def _write(order: Job, report: "Report") -> None:
    from ecgviewer.report.beats_csv import write_report

    order.report.parent.mkdir(parents=True, exist_ok=True)
    write_report(order.report, report.record, report.beats, report.context, force=order.force)


_LOADED: dict[Networks, "Ensemble"] = {}
_LOADING = threading.Lock()


def ensemble_of(networks: Networks) -> "Ensemble":
    """The ensemble, loaded once a process; ArchiveError where answers could differ from it.

    BundleError where it is not there, or cannot be computed in the precision asked for by name.
    """
    from ecgviewer.model.ensemble import load_ensemble
    from ecgviewer.versions import versions

    with _LOADING:
        if networks not in _LOADED:
            ensemble = load_ensemble(
                networks.ensemble, device=networks.device, precision=networks.precision
            )
            here = {"ensemble": ensemble.hash, **versions()}
            for name, wanted in (("ensemble", networks.sha256), *networks.versions):
                # another patch of Python computes the same
                if name != "python" and here.get(name) != wanted:
                    raise ArchiveError(
                        f"this machine has {name} {here.get(name)}, the one that asks {wanted};"
                        " reports could differ, install the same on both"
                    )
            _LOADED[networks] = ensemble
        return _LOADED[networks]


def networks_of(ensemble: "Ensemble", name: str | Path) -> Networks:
    """What other processes need to load the same ensemble; it counts as loaded here."""
    from ecgviewer.versions import versions

    networks = Networks(
        name, ensemble.wished_device, ensemble.wish, ensemble.hash, tuple(versions().items())
    )
    _LOADED[networks] = ensemble
    return networks


def _summary(report: "Report") -> str:
    """One line: counts, burden, heart rate, integrity, completeness."""
    from ecgviewer.analysis.inputs import remarks
    from ecgviewer.findings.episodes import episode_words

    figures, name = report.summary, report.record.name
    if report.context.hide_patient:
        name = "record"
    counts = " ".join(f"{c.name} {figures.counts[c]}" for c in BeatClass)
    if figures.n_not_classified:
        counts += f", {figures.n_not_classified} not classified"
    parts = [f"{name}: {figures.n_beats} beats: {counts}"]
    if figures.burden is not None:
        shares = (f"{c.name} {100 * figures.burden[c]:.2f} %" for c in (BeatClass.S, BeatClass.V))
        parts.append(f"burden {', '.join(shares)}")
    mean = figures.heart_rate.mean
    parts.append("heart rate unknown" if mean is None else f"{mean:.0f} beats/min")
    parts.extend(episode_words(figures.episodes, report.record.fs))
    parts.append(f"files {report.context.verdict.badge}")
    parts.append("complete" if figures.complete else f"{figures.n_pending} beats without a class")
    if said := remarks(report.record):
        parts.append(said)
    if report.context.not_classified:
        parts.append(report.context.not_classified.rstrip("."))
    return " | ".join(parts)
