"""Whether a report that is there already is what an order would write."""

import hashlib
import json
from pathlib import Path
from typing import Any

from ecgviewer.analysis.cache.cache import hash_files
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.beats.scan import DETECT
from ecgviewer.commands.archive.job import Job, Outcome
from ecgviewer.errors import and_list
from ecgviewer.files.regular import open_regular, read_regular
from ecgviewer.formats.annotations import annotation_file
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.report.beats_csv import metadata_path
from ecgviewer.report.csv_columns import METADATA_VERSION
from ecgviewer.report.inputs import CHECK
from ecgviewer.report.metadata import BLOCK
from ecgviewer.signal.params import DETECTION
from ecgviewer.versions import versions

# What differs, by the facts of `_facts`; after "other".
_SAID = {
    "metadata_version": "columns or keys",
    "inputs": "files of the recording",
    "ensemble": "networks",
    "fingerprints": "parameters",
    "leads": "leads",
    "searched": "leads searched",
    "beats_from": "beats",
    "device": "device",
    "precision": "precision",
    "versions": "versions",
    "hidden": "patient fields",
}
MAX_DESCRIPTION_BYTES = 64 * 2**20  # of hours of gaps and thousands of files; most have 20 kB


def finished(order: Job, record: Record, ensemble: Ensemble) -> Outcome | str:
    """The outcome of an order whose report is there; a clause on why the one there is another.

    A report counts where its table is the one described, is of files with the same hashes, and
    ensemble, parameters, leads, device and all versions are the same; so must the precision be
    where it was asked for by name. In either one the classes are the same, and the processors of a
    cluster differ: a lost worker's report counts, whoever takes over.

    Parameters
    ----------
    order : Job
        What is to be done.
    record : Record
        Its recording, opened.
    ensemble : Ensemble
        Who would classify.
    """
    if why := why_not_whole(order.report):
        return why
    try:
        found = _described(order.report)
        if not found["complete"] and found["not_classified_because"] is None:
            return "it has beats without a class"
        if any(f["check"] == CHECK and f["severity"] == "error" for f in _findings(found)):
            return "files of the recording changed while it was made"
        wanted = _wanted(order, record, ensemble)
        if order.networks.precision == "auto":
            wanted["precision"] = found["precision"]
        there = _facts(found)
        unlike = [_SAID[key] for key in wanted if there[key] != wanted[key]]
        if unlike:
            return f"it was made with other {and_list(unlike)}"
        return _outcome(order, record, found["integrity"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # not of this program
        return f"{metadata_path(order.report).name} does not describe it"


def why_not_whole(report: Path) -> str:
    """Whether a table is not the one that was written with its description; a clause, or empty.

    Parameters
    ----------
    report : Path
        The table.
    """
    described = metadata_path(report).name
    try:
        sums = _described(report)["table"]["sha256"]
        with open_regular(report) as file:
            table = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing beside it"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return f"{described} does not describe it"
    if sums != table:
        return (
            f"its SHA-256 is not the one in {described}: it was changed after it was written,"
            " which replacing it would undo"
        )
    return ""


def _described(report: Path) -> dict[str, Any]:
    text = read_regular(metadata_path(report), MAX_DESCRIPTION_BYTES)
    found: dict[str, Any] = json.loads(text)[BLOCK]
    return found


def _findings(found: dict[str, Any]) -> list[dict[str, Any]]:
    return list(found["integrity"]["findings"])


def _facts(found: dict[str, Any]) -> dict[str, Any]:
    """What a description says of the inputs of its analysis."""
    return {
        "metadata_version": found["metadata_version"],
        "inputs": [file["sha256"] for file in found["inputs"]],
        "ensemble": found["ensemble"]["sha256"],
        "fingerprints": found["fingerprints"],
        "leads": found["leads_wanted"],
        "searched": [lead["name"] for lead in found["record"]["leads"] if lead["ecg"]],
        "beats_from": found["beats_from"],
        "device": found["device"],
        "precision": found["precision"],
        "versions": found["versions"],
        "hidden": found["patient"]["hidden"],
    }


def _wanted(order: Job, record: Record, ensemble: Ensemble) -> dict[str, Any]:
    """The same of an order; its files without hash where one cannot be read, which fits none."""
    annotation = None if order.beats == DETECT else annotation_file(record, order.beats)
    hashed = hash_files(record, beats_from=order.beats, annotation=annotation)
    files: list[str | None] = []
    if hashed is not None:
        own = [*hashed.files, *([hashed.annotation] if hashed.annotation else [])]
        files = [file.sha256 for file in own]
    inputs = default_inputs(record, prep=ensemble.prep)
    return {
        "metadata_version": METADATA_VERSION,
        "inputs": files,
        "ensemble": ensemble.hash,
        "fingerprints": {
            "preprocessing": ensemble.prep.fingerprint(),
            "detection": DETECTION.fingerprint(),
        },
        "leads": [None if i is None else record.leads[i].name for i in inputs],
        "searched": [record.leads[i].name for i in record.ecg_leads],
        "beats_from": order.beats,
        "device": ensemble.device,
        "precision": ensemble.precision,
        "versions": versions(),
        "hidden": order.hide_patient,
    }


def _outcome(order: Job, record: Record, integrity: dict[str, Any]) -> Outcome:
    name = "record" if order.hide_patient else record.name
    line = f"{name}: done before, of the same files: {order.report.name} is left as it is"
    if integrity["severity"] != "error":
        return Outcome(ok=True, line=line)
    finding = next(f for f in integrity["findings"] if f["severity"] == "error")
    what = finding.get("message", finding["check"])
    return Outcome(ok=False, line=line, complaint=f"{order.record}: damaged: {what}")
