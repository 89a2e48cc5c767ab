"""The command evaluate: compares recordings with their reference and shows tables."""

import logging
import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

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
from ecgviewer.errors import sentence
from ecgviewer.formats.folders import all_records
from ecgviewer.paths import DEFAULT_ENSEMBLE

if TYPE_CHECKING:  # torch takes a second to import, which --help need not wait for
    from ecgviewer.evaluation.recording import Evaluation
    from ecgviewer.model.ensemble import Ensemble

_LOG = logging.getLogger(__name__)
_FILE_WIDTH = 160
_ANNOTATOR = re.compile(r"[\w-]{1,20}")


class Mapping(StrEnum):
    """What the symbols of annotations mean, by name of the table."""

    BXB = "bxb"
    DECHAZAL = "dechazal"


_Reference = Annotated[
    str, typer.Option(metavar="ANNOTATOR", help="Reference annotations beside the record.")
]
_Test = Annotated[
    str,
    typer.Option(
        metavar="ANNOTATOR", help="Compare annotations beside the record; nothing is analysed."
    ),
]
_From = Annotated[
    float | None,
    typer.Option(
        "--from",
        metavar="SECONDS",
        min=0,
        show_default=False,
        help="Count beats from here on; 300 as EC57 says, if not given. For recordings shorter"
        " than that, 0.",
    ),
]
_Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE.json", help="Keep it, and a CSV beside it."),
]


def evaluate(
    records: Annotated[
        list[Path],
        typer.Argument(metavar="RECORD...", help="Records, or folders searched for records."),
    ],
    reference: _Reference = "atr",
    test: _Test = "",
    leads: Leads = "",
    ensemble: Annotated[
        str, typer.Option(help=f"Ensemble that classifies; {DEFAULT_ENSEMBLE} if not given.")
    ] = "",
    mapping: Annotated[
        Mapping, typer.Option(help="Whether e, j and n count as S (bxb) or as N (dechazal).")
    ] = Mapping.BXB,
    device: Annotated[Device, typer.Option(help="Where the networks run.")] = Device.AUTO,
    from_s: _From = None,
    out: _Out = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    debug: Debug = False,
) -> None:
    """Compare the beats of records with reference annotations, as ANSI/AAMI EC57 says."""
    with in_sentences(debug=debug):
        _check(reference, test, ensemble, out, from_s)
        from ecgviewer.evaluation.documents import check_targets, write_documents

        if out is not None:
            check_targets(out, force=force)
        wanted = leads_asked_for(leads)
        paths = all_records(records)
        networks = None if test else load_networks(ensemble or DEFAULT_ENSEMBLE, device)
        done: list[Evaluation] = []
        with progress_bar() as bar:
            overall = bar.add_task("records", total=len(paths), visible=len(paths) > 1)
            for path in paths:
                with progress_step(bar, printable(path.stem)) as tell:
                    asked = (reference, test, networks, mapping)
                    one = _one(path, *asked, tell, wanted, from_s=from_s, debug=debug)
                if one is not None:
                    done.append(one)
                bar.advance(overall)
        _show(done)
        nothing_left = all(one.nothing_left for one in done)
        if networks is not None and not nothing_left:
            _warn(done, networks)
        about = _about(reference, test, networks, mapping, wanted, done)
        if out is not None and done:
            write_documents(out, done, about, force=force)
        n_failed = len(paths) - len(done)
        if len(paths) > 1 and n_failed:
            complain(f"{n_failed} of {len(paths)} records could not be compared")
        if n_failed or nothing_left:
            raise typer.Exit(FAILED)


def _check(
    reference: str, test: str, ensemble: str, out: Path | None, from_s: float | None
) -> None:
    """Refuse what does not go together."""
    if from_s is not None and not math.isfinite(from_s):
        raise typer.BadParameter(f"--from: {from_s} is no time")
    for option, name in (("--reference", reference), ("--test", test or "none")):
        if not _ANNOTATOR.fullmatch(name):
            raise typer.BadParameter(f"{option}: {name[:40]!r} is no annotator's name")
    if test and ensemble:
        raise typer.BadParameter("give --test or --ensemble, not both: one of them is compared")
    if test == reference:
        raise typer.BadParameter(f"--test and --reference are both {test!r}")
    if out is not None and out.suffix.lower() != ".json":
        raise typer.BadParameter(f"{out}: name a file that ends in .json; a CSV is put beside it")


def _one(
    path: Path,
    reference: str,
    test: str,
    networks: "Ensemble | None",
    mapping: Mapping,
    tell: Callable[[str, int, int], None],
    leads: tuple[str, ...],
    *,
    from_s: float | None,
    debug: bool,
) -> "Evaluation | None":
    """Evaluate one record; None, with a sentence on stderr, where that cannot be."""
    from ecgviewer.analysis.channels import open_recording
    from ecgviewer.evaluation import recording
    from ecgviewer.evaluation.training import trained_on, training_patients

    trained: tuple[str, ...] = ()
    try:
        record = open_recording(path, wanted=leads)
        # before minutes of work, not after
        recording.marks_of_annotator(record, reference, mapping=mapping.value)
        if networks is None:
            found = recording.marks_of_annotator(record, test, mapping=mapping.value)
            note = ""
        else:
            found = recording.analysed(record, networks, progress=tell)
            note = recording.why_no_classes(record, networks)
            trained = trained_on(record.name, path, training_patients(networks.card))
        options = {} if from_s is None else {"from_s": from_s}
        done = recording.evaluate(
            record, found, reference=reference, mapping=mapping.value, **options
        )
    except Exception as error:  # a bad record does not stop the rest
        if debug:
            _LOG.exception("%s", path)
        complain(sentence(error, record=path, for_terminal=True))
        return None
    left = done.nothing_left
    if left and from_s is None:
        left += "; --from SECONDS counts from another time on"
    for said in filter(None, (left, note, *done.remarks)):
        complain(f"{path}: {said}")
    return replace(done, note=note, trained_on=trained)


def _trained_on(done: "Sequence[Evaluation]") -> list[str]:
    """Training patients among the records, each once."""
    return list(dict.fromkeys(patient for one in done for patient in one.trained_on))


def _warn(done: "Sequence[Evaluation]", networks: "Ensemble") -> None:
    """Say what the figures do not tell: how it is on new patients, and that these are none."""
    from ecgviewer.evaluation.training import warning

    for said in filter(None, (networks.unseen_sentence, warning(_trained_on(done)))):
        typer.echo(printable(said))


def _about(
    reference: str,
    test: str,
    networks: "Ensemble | None",
    mapping: Mapping,
    leads: tuple[str, ...],
    done: "Sequence[Evaluation]",
) -> dict[str, Any]:
    """What was compared with what."""
    about: dict[str, Any] = {"reference": reference, "mapping": mapping.value}
    if networks is None:
        return {**about, "test": {"annotator": test}}
    from ecgviewer.signal.params import DETECTION

    return {
        **about,
        "test": {
            "leads": list(leads) or None,
            "ensemble": networks.name,
            "sha256": networks.hash,
            "preprocessing_fingerprint": networks.prep.fingerprint(),
            "detection_fingerprint": DETECTION.fingerprint(),
            "device": networks.device,
            "precision": networks.precision,
            "unseen_patients": networks.unseen_sentence,
        },
        "trained_on": _trained_on(done),
    }


def _show(done: "Sequence[Evaluation]") -> None:
    """Tables on stdout."""
    from ecgviewer.document.console import renderables
    from ecgviewer.evaluation.tables import tables

    # a file or a pipe has no width: the tables are to be whole
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)
    for table in renderables(tables(done)):
        console.print(table)
