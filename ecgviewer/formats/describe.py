"""What `info` tells of a recording, as plain data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ecgviewer.formats.annotations import annotators
from ecgviewer.record import Record, Verdict


def describe(record: Record, verdict: Verdict, *, dead: Sequence[int] = ()) -> dict[str, Any]:
    """Header and integrity of a recording, as JSON can hold them.

    Parameters
    ----------
    record : Record
        The recording.
    verdict : Verdict
        What is known of its files.
    dead : sequence of int
        Channels of which nothing can be read, from `dead_leads`.

    Returns
    -------
    dict
        Keys in a fixed order.
    """
    return {
        "record": record.name,
        "folder": str(record.path.resolve().parent),
        "sampling_rate_hz": record.fs,
        "n_samples": record.n_samples,
        "duration_s": round(record.duration_s, 3),
        "start_date": record.base_date.isoformat() if record.base_date else None,
        "start_time": record.base_time.isoformat() if record.base_time else None,
        "leads": [
            {
                "name": lead.name,
                "unit": lead.unit,
                "ecg": lead.is_ecg,
                "calibrated": lead.calibrated,
                "adc_units_per_unit": lead.adc_per_unit,
                "dead": lead.dead or channel in dead,
                "remark": lead.remark or None,
            }
            for channel, lead in enumerate(record.leads)
        ],
        "comments": list(record.comments),
        "annotators": list(annotators(record)),
        "files": [{"name": file.name, "bytes": _size(file)} for file in record.files],
        "integrity": verdict.badge,
        "severity": verdict.severity,
        "findings": [
            {"check": f.check, "severity": f.severity, "message": f.message}
            for f in verdict.findings
        ],
    }


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:  # gone since the record was opened
        return None


def as_lines(facts: dict[str, Any]) -> tuple[str, ...]:
    """What `describe` gives, one fact a line; text of the file stays as it is."""
    leads = ", ".join(
        lead["name"]
        + ("" if lead["ecg"] else f" ({lead['unit']}, not read)")
        + ("" if lead["calibrated"] else " (uncalibrated)")
        + (" (dead: missing or flat throughout)" if lead["dead"] else "")
        for lead in facts["leads"]
    )
    remarks = [
        f"{lead['name']}: {'' if lead['ecg'] else 'not read, '}{lead['remark']}"
        for lead in facts["leads"]
        if lead["remark"]
    ]
    start = " ".join(filter(None, (facts["start_date"], facts["start_time"]))) or "unknown"
    minutes, seconds = divmod(facts["duration_s"], 60)
    return (
        f"Record     {facts['record']}",
        f"Folder     {facts['folder']}",
        f"Length     {int(minutes)} min {seconds:.3f} s: {facts['n_samples']} samples"
        f" at {facts['sampling_rate_hz']:.9g} Hz",
        f"Start      {start}",
        f"Leads      {leads}",
        *(f"           {remark}" for remark in remarks),
        *(f"Comment    {comment}" for comment in facts["comments"]),
        f"Files      {', '.join(_file(file) for file in facts['files'])}",
        f"Annotators {', '.join(facts['annotators']) or 'none'}",
        f"Integrity  {facts['integrity']}",
        *(f"  {f['severity']:7} {f['check']}: {f['message']}" for f in facts["findings"]),
    )


def _file(file: dict[str, Any]) -> str:
    size = file["bytes"]
    return f"{file['name']} ({'gone' if size is None else f'{size:,} bytes'})"
