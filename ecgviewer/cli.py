"""The command line: analyze and info; no window. `ecgviewer open RECORD` is the front door's.

Exit status: 0 when all went well; 1 where a record could not be analysed or its files are damaged;
2 for wrong usage; 130 after Ctrl-C.
"""

import contextlib
import json
import logging
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ecgviewer import __version__
from ecgviewer.beat import BeatClass
from ecgviewer.io.find import Job, PlanError, plan

if TYPE_CHECKING:  # torch takes a second to import, which --help and info need not wait for
    from ecgviewer.pipeline import Ensemble
    from ecgviewer.report_builder import Report

_LOG = logging.getLogger(__name__)
FAILED, USAGE, INTERRUPTED = 1, 2, 130


class Device(StrEnum):
    """Where the networks run."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


app = typer.Typer(
    name="ecgviewer",
    help="Shows ECG recordings with every beat in the colour of its class, and reports the beats."
    " `ecgviewer open RECORD` opens the window.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_Debug = Annotated[bool, typer.Option("--debug", help="Log to stderr, and show tracebacks.")]


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
    ensemble: Annotated[str, typer.Option(help="Ensemble that classifies.")] = "paper",
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
    debug: _Debug = False,
) -> None:
    """Find and classify the beats of records, and write a CSV report of each."""
    with _sentences(debug=debug):
        jobs = plan(records, out)
        networks = _load(ensemble, device)
        n_failed = 0
        with _progress() as bar:
            overall = bar.add_task("records", total=len(jobs), visible=len(jobs) > 1)
            for job in jobs:
                with _step(bar, job.record.stem) as tell:
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
            _complain(f"{n_failed} of {len(jobs)} records are damaged or could not be analysed")
        if n_failed:
            raise typer.Exit(FAILED)


@app.command()
def info(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="The record.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    debug: _Debug = False,
) -> None:
    """Show what a record's header says and whether its files are intact; reads every sample."""
    with _sentences(debug=debug):
        from ecgviewer.io.describe import as_lines, describe
        from ecgviewer.io.readers import open_record

        opened = open_record(record)
        verdict = opened.verdict if opened.verify is None else opened.verify(lambda: False)
        facts = describe(opened, verdict)
        lines = [json.dumps(facts, indent=2)] if as_json else map(_printable, as_lines(facts))
        typer.echo("\n".join(lines))
        if verdict.severity == "error":
            raise typer.Exit(FAILED)


def _load(name: str, device: Device) -> "Ensemble":
    """An ensemble by its name, or by its folder."""
    from ecgviewer.pipeline import available, load_ensemble

    if name in available():
        return load_ensemble(name, device=device.value)
    if (Path(name) / "ensemble.json").is_file():
        return load_ensemble(Path(name), device=device.value)
    known = ", ".join(available()) or "none"
    raise typer.BadParameter(f"there is no ensemble {name!r}; installed: {known}")


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
        _complain(f"{error.path}: is there already; name another, or give --force to replace it")
        return False
    except Exception as error:  # a bad record does not stop the rest
        if debug:
            _LOG.exception("%s", job.record)
        _complain(_sentence(error, job.record))
        return False
    typer.echo(_summary(report))
    wrong = [f.message for f in report.context.verdict.findings if f.severity == "error"]
    if wrong:
        _complain(f"{job.record}: damaged: {wrong[0]}")
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
    return _printable(" | ".join(parts))


def _printable(text: str) -> str:
    """Text of a file, safe on any terminal: no control sequences, no letters it cannot show."""
    clean = "".join(c if c.isprintable() else "?" for c in text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return clean.encode(encoding, "replace").decode(encoding)


def _complain(sentence: str) -> None:
    typer.echo(f"ecgviewer: {_printable(sentence)}", err=True)


def _sentence(error: Exception, record: Path | None = None) -> str:
    """What went wrong, in one sentence."""
    if type(error).__module__.startswith("ecgviewer."):
        return str(error)
    about = f"{record}: " if record is not None else ""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else about
        return f"{where}{error.strerror or error}"
    return (
        f"{about}an error of the program itself ({type(error).__name__}: {error});"
        " run it again with --debug and report what it says"
    )


@contextlib.contextmanager
def _sentences(*, debug: bool) -> Iterator[None]:
    """End with one sentence on stderr and the exit status that fits, never with a traceback."""
    logging.basicConfig(level=logging.DEBUG if debug else logging.ERROR)
    try:
        yield
    except KeyboardInterrupt:
        _complain("interrupted; reports that were not finished were not written")
        raise typer.Exit(INTERRUPTED) from None
    except (typer.Exit, typer.BadParameter, BrokenPipeError):
        raise
    except Exception as error:
        if debug:
            raise
        _complain(_sentence(error))
        raise typer.Exit(USAGE if isinstance(error, PlanError) else FAILED) from None


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        # rich would send what goes to stdout to stderr too, where stdout may be a file
        redirect_stdout=sys.stdout.isatty(),
    )


@contextlib.contextmanager
def _step(bar: Progress, name: str) -> Iterator[Callable[[str, int, int], None]]:
    """A line of the progress bar for one record, gone when it is done."""
    task = bar.add_task(name, total=None)

    def tell(stage: str, done: int, total: int) -> None:
        words = {"scan": "finding beats", "classify": "classifying"}
        bar.update(task, description=f"{name} {words[stage]}", completed=done, total=total)

    try:
        yield tell
    finally:
        bar.remove_task(task)
