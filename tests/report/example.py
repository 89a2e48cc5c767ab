"""A small report whose every value is known, for the tests of table and metadata."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np

from ecgviewer.beats.beat import FLAGS
from ecgviewer.record import Finding, Lead, Record, Verdict
from ecgviewer.report.beats_csv import ReportBeats
from ecgviewer.report.metadata import EnsembleUsed, ReportContext

HEADER = (
    "beat,sample,time_s,clock,class,confidence,p_N,p_S,p_V,p_F,p_Q,"
    "rr_before_ms,rr_after_ms,heart_rate_bpm,source,flags"
)
EXPORTED = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def no_samples(start: int, stop: int) -> np.ndarray:
    raise AssertionError("a report reads no samples")


def a_record(folder: Path = Path("somewhere"), **changes: Any) -> Record:
    header = folder / "208.hea"
    record = Record(
        name="208",
        path=header,
        fs=360.0,
        leads=(Lead("MLII"), Lead("ABP", "mmHg", is_ecg=False)),
        n_samples=108_000,
        reader=no_samples,
        comments=("65 M 1629 1629 x1", "=cmd|' /C calc'!A0"),
        base_date=date(1990, 2, 28),
        base_time=time(23, 59, 59),
        files=(header, folder / "208.dat"),
    )
    return replace(record, **changes)


def bits(*words: str) -> int:
    return sum(1 << FLAGS.index(word) for word in words)


def the_beats(n: int | None = None, **changes: Any) -> ReportBeats:
    """Edge, gap, plain, pause, pending."""
    nan = [np.nan] * 5
    beats = ReportBeats(
        number=np.arange(1, 6),
        sample=np.array([100, 400, 700, 1060, 1420]),
        classes=np.array([0, 4, 2, 1, -1], np.int8),
        probabilities=np.array(
            [
                [0.9, 0.05, 0.03, 0.01, 0.01],
                nan,
                [0.1, 0.1, 0.6, 0.1, 0.1],
                [0.0005, 0.9985, 0.001, 0, 0],
                nan,
            ]
        ),
        flags=np.array([bits("edge", "noisy"), bits("gap"), 0, bits("pause"), 0], np.uint16),
        no_rr_before=np.array([False, True, False, False, False]),
    )
    beats = replace(beats, **changes)
    if n is None:
        return beats
    columns = ("number", "sample", "classes", "probabilities", "flags", "no_rr_before")
    return ReportBeats(*(getattr(beats, name)[:n] for name in columns))


def a_context(**changes: Any) -> ReportContext:
    context = ReportContext(
        verdict=Verdict((Finding("checksum", "warning", "208.dat: lead 1 sums to 7"),), True),
        inputs=(),
        leads=("MLII", None),
        beats_from="detect",
        detection_fingerprint="dd",
        ensemble=EnsembleUsed(
            name="paper",
            sha256="ee",
            members=("resnet34", "slap"),
            weights=(0.792, 0.208),
            preprocessing_fingerprint="ff",
            device="cpu",
            precision="fp32",
            unseen_sentence="finds x of 100 S",
            intended_use="supports, does not replace",
        ),
        versions={"torch": "2.13.0", "ecgviewer": "0.1.0"},
        recorded_s=300.0,
        readable_s=299.12345,
        analysed_s=float("nan"),
        complete=False,
        burden={"N": 50.0, "S": None},
        heart_rate={"mean_bpm": 71.5},
    )
    return replace(context, **changes)


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))
