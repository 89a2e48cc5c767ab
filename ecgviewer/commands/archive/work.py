"""One record's analysis as an order and its outcome, the same in any process; prints nothing."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecgviewer.beat import BeatClass
from ecgviewer.console import as_sentence

if TYPE_CHECKING:  # torch takes a second to import
    from ecgviewer.pipeline import Ensemble
    from ecgviewer.report_builder import Progress, Report

_LOG = logging.getLogger(__name__)


class ArchiveError(Exception):
    """Orders that cannot be carried out here; one sentence."""


@dataclass(frozen=True)
class Networks:
    """Which ensemble, and what has to be the same for the same answers.

    Attributes
    ----------
    ensemble : str or Path
        Name of an installed ensemble, or its folder.
    device : str
        As it was resolved where the orders were given.
    precision : str
        As it was asked for, "auto", "fp32" or "bf16": what "auto" comes to is for the machine that
        carries an order out, whose processor may be another. Classes are the same in either.
    sha256 : str
        Hash of the ensemble.
    versions : tuple of (str, str)
        Of this program and the libraries that compute.
    """

    ensemble: str | Path
    device: str
    precision: str
    sha256: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Order:
    """One record to analyse.

    Attributes
    ----------
    record, report : Path
        The record, and the table to write.
    networks : Networks
        Who classifies.
    beats : str
        "detect" or an annotator.
    force : bool
        Whether an existing report may be replaced.
    resume : bool
        Whether an existing report of the same inputs counts as done.
    hide_patient : bool
        As for the report.
    keep : bool
        Whether results kept earlier are used, and these kept.
    tries : int
        How often a record that fails is tried.
    debug : bool
        Whether tracebacks are logged.
    """

    record: Path
    report: Path
    networks: Networks
    beats: str = "detect"
    force: bool = False
    resume: bool = False
    hide_patient: bool = False
    keep: bool = True
    tries: int = 1
    debug: bool = False


@dataclass(frozen=True)
class Outcome:
    """How it went: a line to show, a complaint, and whether all is well."""

    ok: bool
    line: str = ""
    complaint: str = ""


def failed(order: Order, sentence: str) -> Outcome:
    """A record that could not be analysed."""
    tried = "" if order.tries == 1 else f" (tried {order.tries} times)"
    return Outcome(ok=False, complaint=f"{sentence}{tried}")


def carry_out(order: Order, progress: "Progress | None" = None) -> Outcome:
    """Analyse one record and write its report; whatever goes wrong is in the outcome.

    Parameters
    ----------
    order : Order
        What to do.
    progress : callable, optional
        Told the stage and how far it is.

    Returns
    -------
    Outcome
    """
    from ecgviewer.io.report import TargetExistsError

    sentence = ""
    for _ in range(order.tries):
        try:
            return _attempt(order, progress)
        except TargetExistsError as error:
            there = f"{error.path}: is there already; name another, or give --force to replace it"
            return Outcome(ok=False, complaint=there)
        except Exception as error:  # a bad record does not stop the rest
            if order.debug:
                _LOG.exception("%s", order.record)
            sentence = as_sentence(error, order.record)
    return failed(order, sentence)


def carry_out_alone(order: Order) -> Outcome:
    """The same on one core, for processes that share a machine's cores among them."""
    from ecgviewer.model.crew import use_one_thread

    use_one_thread()
    return carry_out(order)


def _attempt(order: Order, progress: "Progress | None") -> Outcome:
    from ecgviewer.archive.finished import finished
    from ecgviewer.io.readers import open_record
    from ecgviewer.io.report import TargetExistsError, check_target, write_report
    from ecgviewer.keeping import Keeper
    from ecgviewer.model.bundle import BundleError
    from ecgviewer.report_builder import analyse_record

    record = open_record(order.record)
    try:
        ensemble = ensemble_of(order.networks)
    except (ArchiveError, BundleError) as error:  # this machine's alone, perhaps
        raise ArchiveError(f"{order.record}: {error}") from error
    inputs = [record.path, *record.files]
    try:
        check_target(order.report, inputs, force=order.force)  # before minutes of work, not after
    except TargetExistsError:
        done = finished(order, record, ensemble) if order.resume else None
        if done is None:
            raise
        return done
    report = analyse_record(
        record,
        ensemble,
        beats_from=order.beats,
        hide_patient=order.hide_patient,
        progress=progress,
        keeper=Keeper() if order.keep else None,
    )
    order.report.parent.mkdir(parents=True, exist_ok=True)
    write_report(order.report, record, report.beats, report.context, force=order.force)
    wrong = [f.message for f in report.context.verdict.findings if f.severity == "error"]
    complaint = f"{order.record}: damaged: {wrong[0]}" if wrong else ""
    return Outcome(ok=not wrong, line=_summary(report), complaint=complaint)


_LOADED: dict[Networks, "Ensemble"] = {}
_LOADING = threading.Lock()


def ensemble_of(networks: Networks) -> "Ensemble":
    """The ensemble, loaded once a process; ArchiveError where answers could differ from it.

    BundleError where it is not there, or cannot be computed in the precision asked for by name.
    """
    from ecgviewer.pipeline import load_ensemble
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
        name, ensemble.device, ensemble.wish, ensemble.hash, tuple(versions().items())
    )
    _LOADED[networks] = ensemble
    return networks


def _summary(report: "Report") -> str:
    """One line: counts, burden, heart rate, integrity, completeness."""
    figures, name = report.summary, report.record.name
    if report.context.hide_patient:
        name = "record"
    counts = " ".join(f"{c.name} {figures.counts[c]}" for c in BeatClass)
    parts = [f"{name}: {figures.n_beats} beats: {counts}"]
    if figures.burden is not None:
        shares = (f"{c.name} {100 * figures.burden[c]:.2f} %" for c in (BeatClass.S, BeatClass.V))
        parts.append(f"burden {', '.join(shares)}")
    mean = figures.heart_rate.mean
    parts.append("heart rate unknown" if mean is None else f"{mean:.0f} beats/min")
    parts.append(f"files {report.context.verdict.badge}")
    parts.append(
        "complete"
        if figures.complete
        else f"{figures.n_beats - figures.n_classified} beats not classified"
    )
    if report.context.not_classified:
        parts.append(report.context.not_classified.rstrip("."))
    return " | ".join(parts)
