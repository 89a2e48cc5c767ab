"""The command line, analyze, evaluate and info; no window: `ecgviewer open` is the front door's.

Exit status: 0 when all went well; 1 where a record could not be analysed or its files are damaged;
2 for wrong usage; 130 after Ctrl-C.
"""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecgviewer import __version__
from ecgviewer.beat import BeatClass
from ecgviewer.console import (
    DEFAULT_ENSEMBLE,
    FAILED,
    Debug,
    Device,
    as_sentence,
    complain,
    in_sentences,
    load_networks,
    printable,
    progress_bar,
    progress_step,
)
from ecgviewer.evaluate_command import evaluate
from ecgviewer.io.find import Job, plan

if TYPE_CHECKING:  # torch takes a second to import, which --help and info need not wait for
    from ecgviewer.pipeline import Ensemble
    from ecgviewer.report_builder import Report

__all__ = ["FAILED", "app"]
_LOG = logging.getLogger(__name__)

app = typer.Typer(
    name="ecgviewer",
    help="Shows ECG recordings with every beat in the colour of its class, and reports the beats."
    " `ecgviewer open RECORD` opens the window.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ecgviewer {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and end."
        ),
    ] = False,
) -> None:
    """Options that stand before the command."""


@app.command()
def analyze(
    records: Annotated[
        list[Path],
        typer.Argument(metavar="RECORD...", help="Records, or folders searched for records."),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            help="For one record the CSV file to write; for several, or a folder, a folder that"
            " mirrors the tree of the records.",
        ),
    ],
    ensemble: Annotated[str, typer.Option(help="Ensemble that classifies.")] = DEFAULT_ENSEMBLE,
    device: Annotated[Device, typer.Option(help="Where the networks run.")] = Device.AUTO,
    beats: Annotated[
        str,
        typer.Option(
            metavar="detect|ANNOTATOR",
            help="Find the beats, or take those of an annotation file beside the record (atr).",
        ),
    ] = "detect",
    force: Annotated[bool, typer.Option("--force", help="Replace existing reports.")] = False,
    hide_patient: Annotated[
        bool,
        typer.Option(
            "--hide-patient", help="Leave out what tells who the patient is: name, start, comments."
        ),
    ] = False,
    debug: Debug = False,
) -> None:
    """Find and classify the beats of records, and write a CSV report of each."""
    with in_sentences(debug=debug):
        jobs = plan(records, out)
        networks = load_networks(ensemble, device)
        n_failed = 0
        with progress_bar() as bar:
            overall = bar.add_task("records", total=len(jobs), visible=len(jobs) > 1)
            for job in jobs:
                with progress_step(bar, job.record.stem) as tell:
                    n_failed += not _one(
                        job,
                        networks,
                        beats=beats,
                        force=force,
                        hide=hide_patient,
                        tell=tell,
                        debug=debug,
                    )
                bar.advance(overall)
        if networks.unseen_sentence and n_failed < len(jobs):
            typer.echo(networks.unseen_sentence)
        if len(jobs) > 1 and n_failed:
            complain(f"{n_failed} of {len(jobs)} records are damaged or could not be analysed")
        if n_failed:
            raise typer.Exit(FAILED)


app.command()(evaluate)


@app.command()
def info(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="The record.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    debug: Debug = False,
) -> None:
    """Show what a record's header says and whether its files are intact; reads every sample."""
    with in_sentences(debug=debug):
        from ecgviewer.io.describe import as_lines, describe
        from ecgviewer.io.readers import open_record

        opened = open_record(record)
        verdict = opened.verdict if opened.verify is None else opened.verify(lambda: False)
        facts = describe(opened, verdict)
        lines = [json.dumps(facts, indent=2)] if as_json else map(printable, as_lines(facts))
        typer.echo("\n".join(lines))
        if verdict.severity == "error":
            raise typer.Exit(FAILED)


def _one(
    job: Job,
    ensemble: "Ensemble",
    *,
    beats: str,
    force: bool,
    hide: bool,
    tell: Callable[[str, int, int], None],
    debug: bool,
) -> bool:
    """Analyse one record and say how it went; False where that is not well."""
    from ecgviewer.io.readers import open_record
    from ecgviewer.io.report import TargetExistsError, check_target, write_report
    from ecgviewer.report_builder import analyse_record

    try:
        record = open_record(job.record)
        # before minutes of work, not after
        check_target(job.report, [record.path, *record.files], force=force)
        report = analyse_record(
            record, ensemble, beats_from=beats, hide_patient=hide, progress=tell
        )
        job.report.parent.mkdir(parents=True, exist_ok=True)
        write_report(job.report, record, report.beats, report.context, force=force)
    except TargetExistsError as error:
        complain(f"{error.path}: is there already; name another, or give --force to replace it")
        return False
    except Exception as error:  # a bad record does not stop the rest
        if debug:
            _LOG.exception("%s", job.record)
        complain(as_sentence(error, job.record))
        return False
    typer.echo(_summary(report))
    wrong = [f.message for f in report.context.verdict.findings if f.severity == "error"]
    if wrong:
        complain(f"{job.record}: damaged: {wrong[0]}")
    return not wrong


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
    return printable(" | ".join(parts))
