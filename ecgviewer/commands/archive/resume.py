"""Whether a report that is there already is what an order would write."""

import hashlib
import json
from typing import Any

from ecgviewer.analysis.cache.cache import hash_files
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.beats.scan import DETECT
from ecgviewer.commands.archive.job import Job, Outcome
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

MAX_DESCRIPTION_BYTES = 64 * 2**20  # of hours of gaps and thousands of files; most have 20 kB


def finished(order: Job, record: Record, ensemble: Ensemble) -> Outcome | None:
    """The outcome of an order whose report is there; None where it is not there or is another.

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
    try:
        text = read_regular(metadata_path(order.report), MAX_DESCRIPTION_BYTES)
        found: dict[str, Any] = json.loads(text)[BLOCK]
        with open_regular(order.report) as file:
            table = hashlib.file_digest(file, "sha256").hexdigest()
        whole = found["complete"] or found["not_classified_because"] is not None
        if not whole or found["table"]["sha256"] != table:
            return None
        if any(f["check"] == CHECK and f["severity"] == "error" for f in _findings(found)):
            return None  # its files changed while it was made
        wanted = _wanted(order, record, ensemble)
        if order.networks.precision == "auto":
            wanted["precision"] = found["precision"]
        if _facts(found) != wanted:
            return None
        return _outcome(order, record, found["integrity"])
    except (OSError, ValueError, KeyError, TypeError):  # not a description of this program
        return None


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
