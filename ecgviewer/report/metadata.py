"""What is written beside a report's table: its columns and how the beats came about; opens no file.

Keys come in a fixed order. The time of export and all paths are under `provenance` alone, so that
the rest of two reports of one analysis is the same byte for byte.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING
from ecgviewer.beats.scan import Episode
from ecgviewer.files.hashes import InputFile
from ecgviewer.record import Record, Verdict
from ecgviewer.report.csv_columns import METADATA_VERSION, schema, units

# The project's own block. CSV on the Web wants a prefix before names that are not its own.
BLOCK = "ecgviewer:report"


@dataclass(frozen=True, slots=True)
class EnsembleUsed:
    """Who gave the classes.

    Attributes
    ----------
    name, sha256 : str
        Of the ensemble.
    members, weights : tuple
        Networks and their share in the fused answer.
    preprocessing_fingerprint : str
        Of the cleaning and windows they were trained on.
    device, precision : str
        What they ran on.
    unseen_sentence, intended_use : str
        What a reader of the classes must know.
    """

    name: str
    sha256: str
    members: tuple[str, ...]
    weights: tuple[float, ...]
    preprocessing_fingerprint: str
    device: str
    precision: str
    unseen_sentence: str
    intended_use: str


@dataclass(frozen=True)
class ReportContext:
    """How a report's beats came about.

    Attributes
    ----------
    verdict : Verdict
        What is known of the files' integrity.
    inputs : tuple of InputFile
        Files of the recording, and of the annotator where its beats were used.
    leads : tuple of str or None
        Leads given to the networks, in the order of their inputs; None for an input of zeros.
    beats_from : str
        "detect" or the annotator whose positions were used.
    detection_fingerprint : str
        Of the R-peak parameters.
    ensemble : EnsembleUsed
        Who gave the classes.
    versions : mapping of str
        Of this program and the libraries that compute.
    recorded_s, readable_s, analysed_s : float
        Length of the recording, of it without stretches where no ECG lead is readable, and of the
        part whose beats have their classes; seconds.
    complete, not_classified
        Whether every beat of the recording has its class; why none can get one, else empty.
    burden, heart_rate, episodes
        Per class, share of the classified beats in readable time, per cent; mean rate, least and
        greatest over N-N intervals, with their first and last beats; silences, suspected flutter.
    leads_chosen_by : str
        "name" (and unit), "signal" where the names say nothing, or "user".
    hide_patient : bool
        Whether everything that tells who the patient is stays out: record name, header comments,
        start, clock, file names, paths and the wording of findings (they may name files).
    leads_wanted, read_from
        Leads to be read, dead or not; leads that beats were read from, and how many beats.
    """

    verdict: Verdict
    inputs: tuple[InputFile, ...]
    leads: tuple[str | None, ...]
    beats_from: str
    detection_fingerprint: str
    ensemble: EnsembleUsed
    versions: Mapping[str, str]
    recorded_s: float
    readable_s: float
    analysed_s: float
    complete: bool
    burden: Mapping[str, float | None] = field(default_factory=dict)
    heart_rate: Mapping[str, float | None] = field(default_factory=dict)
    episodes: tuple[Episode, ...] = ()
    not_classified: str = ""
    leads_chosen_by: str = "name"
    hide_patient: bool = False
    leads_wanted: tuple[str | None, ...] = ()
    read_from: tuple[tuple[tuple[str | None, ...], int], ...] = ()


def metadata_bytes(
    record: Record,
    context: ReportContext,
    *,
    table: Path,
    sha256: str,
    numbers: NDArray[np.int64],
    classes: NDArray[np.int8],
    exported: datetime,
) -> bytes:
    """The description of a table.

    Parameters
    ----------
    record : Record
        The recording.
    context : ReportContext
        How its beats came about.
    table : Path
        Where the table lies.
    sha256 : str
        Its hash, so that a table and a description that are no pair can be told.
    numbers : (n,) int64
        Serial numbers of the table's beats, below 0 where a user inserted one.
    classes : (n,) int8
        Their class numbers, -1 where pending.
    exported : datetime
        Time of export, with its time zone.

    Returns
    -------
    bytes
        JSON, ASCII, for the file `<table>-metadata.json`.
    """
    hidden = context.hide_patient
    begun = (None, None) if hidden else (record.base_date, record.base_time)
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": quote(table.name, errors="surrogateescape"),
        "dc:title": "Beat report" if hidden else f"Beat report of record {record.name}",
        "dialect": {
            "encoding": "utf-8",
            "delimiter": ",",
            "quoteChar": '"',
            "doubleQuote": True,
            "lineTerminators": ["\r\n"],
            "header": True,
        },
        "tableSchema": schema(*begun, inserted=bool((numbers < 0).any())),
        BLOCK: {
            "metadata_version": METADATA_VERSION,
            "table": {"sha256": sha256, "rows": len(classes)},
            **_about_record(record, context),
            **_about_analysis(context, classes),
            "provenance": _provenance(record, context, table, exported),
        },
    }
    return (json.dumps(_plain(document), indent=2, allow_nan=False) + "\n").encode("ascii")


def _about_record(record: Record, context: ReportContext) -> dict[str, Any]:
    return {
        "units": {**units(), "leads": {lead.name: lead.unit for lead in record.leads}},
        "record": {
            **({} if context.hide_patient else {"name": record.name}),
            "sampling_rate_hz": record.fs,
            "n_samples": record.n_samples,
            "leads": [
                {
                    "name": lead.name,
                    "unit": lead.unit,
                    "ecg": lead.is_ecg,
                    "calibrated": lead.calibrated,
                    "remark": lead.remark or None,
                }
                for lead in record.leads
            ],
        },
        "patient": _patient(record, hidden=context.hide_patient),
        "inputs": [
            {
                **({} if context.hide_patient else {"name": file.path.name}),
                "bytes": file.size,
                "sha256": file.sha256,
            }
            for file in context.inputs
        ],
        "integrity": _integrity(context.verdict, hidden=context.hide_patient),
    }


def _patient(record: Record, *, hidden: bool) -> dict[str, Any]:
    if hidden:
        return {"hidden": True}
    return {
        "hidden": False,
        "comments": list(record.comments),
        "start_date": record.base_date.isoformat() if record.base_date else None,
        "start_time": record.base_time.isoformat() if record.base_time else None,
    }


def _integrity(verdict: Verdict, *, hidden: bool) -> dict[str, Any]:
    return {
        "badge": verdict.badge,
        "severity": verdict.severity,
        "checked_whole": verdict.complete,
        "findings": [
            {
                "check": finding.check,
                "severity": finding.severity,
                **({} if hidden else {"message": finding.message}),
            }
            for finding in verdict.findings
        ],
    }


def _about_analysis(context: ReportContext, classes: NDArray[np.int8]) -> dict[str, Any]:
    counts = {member.name: int((classes == member).sum()) for member in BeatClass}
    ensemble = context.ensemble
    return {
        "leads_wanted": list(context.leads_wanted),
        "leads_used": list(context.leads),
        "read_from": [{"leads": list(leads), "beats": n} for leads, n in context.read_from],
        "leads_chosen_by": context.leads_chosen_by,
        "beats_from": context.beats_from,
        "ensemble": {
            "name": ensemble.name,
            "sha256": ensemble.sha256,
            "members": [
                {"name": name, "weight": weight}
                for name, weight in zip(ensemble.members, ensemble.weights, strict=True)
            ],
        },
        "fingerprints": {
            "preprocessing": ensemble.preprocessing_fingerprint,
            "detection": context.detection_fingerprint,
        },
        "device": ensemble.device,
        "precision": ensemble.precision,
        "versions": dict(sorted(context.versions.items())),
        "recorded_s": round(context.recorded_s, 3),
        "readable_s": round(context.readable_s, 3),
        "analysed_s": round(context.analysed_s, 3),
        "counts": {
            **counts,
            "not_classified": int((classes == NOT_CLASSIFIED).sum()),
            "pending": int((classes == PENDING).sum()),
            "total": len(classes),
        },
        "burden_percent": dict(context.burden),
        "heart_rate": dict(context.heart_rate),
        "episodes": [asdict(e) for e in context.episodes],
        "complete": context.complete,
        "not_classified_because": context.not_classified or None,
        "unseen_patients": ensemble.unseen_sentence,
        "intended_use": ensemble.intended_use,
    }


def _provenance(
    record: Record, context: ReportContext, table: Path, exported: datetime
) -> dict[str, Any]:
    when = exported.astimezone(UTC).isoformat(timespec="seconds")
    if context.hide_patient:
        return {"exported": when}
    return {
        "exported": when,
        "table": str(table),
        "record": str(record.path.resolve()),
        "inputs": [str(file.path.resolve()) for file in context.inputs],
    }


def _plain(value: Any) -> Any:
    """The same with None for numbers JSON cannot hold."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
