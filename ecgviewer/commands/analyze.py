"""The command analyze: beat reports of records, here, in several processes, on a cluster."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecgviewer.commands.archive.cluster import run_cluster
from ecgviewer.commands.archive.job import Job, Outcome
from ecgviewer.commands.archive.processes import run_processes
from ecgviewer.commands.archive.work import carry_out, networks_of
from ecgviewer.commands.terminal import (
    FAILED,
    Debug,
    Device,
    Leads,
    complain,
    in_sentences,
    leads_asked_for,
    load_networks,
    printable,
    progress_bar,
    progress_step,
)
from ecgviewer.formats.folders import RecordTarget, plan
from ecgviewer.paths import DEFAULT_ENSEMBLE

if TYPE_CHECKING:
    from rich.progress import Progress

_Records = Annotated[
    list[Path],
    typer.Argument(metavar="RECORD...", help="Records, or folders searched for records."),
]
_Out = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        help="For one record the CSV file to write; for several, or a folder, a folder that"
        " mirrors the tree of the records.",
    ),
]
_Ensemble = Annotated[str, typer.Option(help="Ensemble that classifies.")]
_Device = Annotated[Device, typer.Option(help="Where the networks run.")]
_Beats = Annotated[
    str,
    typer.Option(
        metavar="detect|ANNOTATOR",
        help="Find the beats, or take those of an annotation file beside the record (atr).",
    ),
]
_Force = Annotated[bool, typer.Option("--force", help="Replace existing reports.")]
_Hide = Annotated[
    bool,
    typer.Option(
        "--hide-patient", help="Leave out what tells who the patient is: name, start, comments."
    ),
]
_Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, help="Records analysed at a time, each on one core.")
]
_Dask = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Analyse on the dask cluster whose scheduler is at this address. Its workers get the"
        " paths of records and reports, which must lie on a file system they share, and answer with"
        " the line shown for each; nothing is sent anywhere else.",
    ),
]
_Cache = Annotated[
    bool,
    typer.Option(
        "--cache/--no-cache",
        help="Use results kept by an earlier run, and keep these; the report is the same."
        " Workers of a cluster never do.",
    ),
]


def analyze(
    records: _Records,
    out: _Out,
    ensemble: _Ensemble = DEFAULT_ENSEMBLE,
    device: _Device = Device.AUTO,
    beats: _Beats = "detect",
    leads: Leads = "",
    force: _Force = False,
    hide_patient: _Hide = False,
    jobs: _Jobs = 1,
    dask: _Dask = "",
    cache: _Cache = True,
    debug: Debug = False,
) -> None:
    """Find and classify the beats of records, and write a CSV report of each.

    Of several records, or of a folder, one that fails is tried once more, and one whose complete
    report is there already, made from the same files in the same way, is left as it is: the same
    command goes on where it was interrupted. The reports are the same however many processes make
    them.
    """
    with in_sentences(debug=debug):
        if dask and jobs > 1:
            raise typer.BadParameter("--jobs and --dask exclude each other")
        from ecgviewer.report.targets import check_target

        wanted = leads_asked_for(leads)
        planned = plan(records, out)
        networks = load_networks(ensemble, device)
        # a folder is an archive that may grow, however many records it holds today
        several = len(records) > 1 or records[0].is_dir()
        template = Job(
            Path(),
            Path(),
            networks_of(networks, _name(ensemble)),
            beats=beats,
            leads=wanted,
            force=force,
            # of a worker that is lost, another one may find the report
            resume=(several or bool(dask)) and not force,
            hide_patient=hide_patient,
            keep=cache and not dask,
            tries=2 if several else 1,
            debug=debug,
        )
        if dask and not several and not force:
            check_target(out, [], force=False)
        n_failed = _run(_orders(template, planned, absolute=bool(dask)), jobs, dask)
        if networks.unseen_sentence and n_failed < len(planned):
            typer.echo(printable(networks.unseen_sentence))
        if len(planned) > 1 and n_failed:
            complain(f"{n_failed} of {len(planned)} records are damaged or could not be analysed")
        if n_failed:
            raise typer.Exit(FAILED)


def _name(ensemble: str) -> str | Path:
    """The ensemble as every process finds it: an installed one by name, another by its folder."""
    from ecgviewer.model.ensemble import available

    return ensemble if ensemble in available() else Path(ensemble).absolute()


def _orders(template: Job, planned: Sequence[RecordTarget], *, absolute: bool) -> list[Job]:
    def place(path: Path) -> Path:
        return path.absolute() if absolute else path

    return [replace(template, record=place(j.record), report=place(j.report)) for j in planned]


def _run(orders: Sequence[Job], jobs: int, address: str) -> int:
    """Carry all out and say how it went, in the order of the records; how many are not well."""
    n_failed, early = 0, {}
    with progress_bar() as bar, closing(_outcomes(orders, jobs, address, bar)) as outcomes:
        overall = bar.add_task("records", total=len(orders), visible=len(orders) > 1)
        n_said = 0
        for index, outcome in outcomes:
            early[index] = outcome
            bar.advance(overall)
            while n_said in early:
                n_failed += not _say(early.pop(n_said))
                n_said += 1
    return n_failed


def _outcomes(
    orders: Sequence[Job], jobs: int, address: str, bar: "Progress"
) -> Generator[tuple[int, Outcome], None, None]:
    if address:
        yield from run_cluster(orders, address)
    elif min(jobs, len(orders)) > 1:
        yield from run_processes(orders, min(jobs, len(orders)))
    else:
        for index, order in enumerate(orders):
            with progress_step(bar, printable(order.record.stem)) as tell:
                outcome = carry_out(order, tell)
            yield index, outcome


def _say(outcome: Outcome) -> bool:
    if outcome.line:
        typer.echo(printable(outcome.line))
    if outcome.complaint:
        complain(outcome.complaint)
    return outcome.ok
