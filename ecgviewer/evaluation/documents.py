"""Evaluations as JSON and CSV, written whole or not at all."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecgviewer.aami import N_CLASSES, BeatClass
from ecgviewer.document.cells import neutral
from ecgviewer.ec57.beats import LETTERS
from ecgviewer.ec57.figures import BEAT_FIGURES, BeatFigures, BeatSummary, Ratio, summarise
from ecgviewer.ec57.marks import LEARNING_S, MATCH_S
from ecgviewer.ec57.runs import CHAMBERS, RUN_KINDS, Chamber, RunCounts, RunSummary, summarise_runs
from ecgviewer.evaluation.recording import Evaluation
from ecgviewer.files.atomic import TargetExistsError, WriteError, write_together
from ecgviewer.files.hidden import settle
from ecgviewer.files.regular import other_kind
from ecgviewer.versions import versions

_CELLS = tuple(
    (i, j)
    for i in range(len(LETTERS))
    for j in range(len(LETTERS))
    if i < N_CLASSES or j < N_CLASSES  # one of the two has a beat
)


@dataclass(frozen=True)
class Gross:
    """Gross and average of several recordings.

    Attributes
    ----------
    beats : BeatSummary
        Beat by beat.
    runs : dict of str to RunSummary
        Run by run, by chamber.
    """

    beats: BeatSummary
    runs: dict[Chamber, RunSummary]


def together(evaluations: Sequence[Evaluation]) -> Gross | None:
    """Gross and average of the recordings that have results; None where none has."""
    counted = [one for one in evaluations if not one.nothing_left]
    if not counted:
        return None
    return Gross(
        summarise([one.beats for one in counted]),
        {chamber: summarise_runs([one.runs[chamber] for one in counted]) for chamber in CHAMBERS},
    )


def first_counted(evaluations: Sequence[Evaluation]) -> float:
    """From when on beats were counted, seconds; EC57's time where there is no recording."""
    return evaluations[0].from_s if evaluations else LEARNING_S


def csv_path(path: Path) -> Path:
    """Where the CSV goes that belongs to a JSON file."""
    return path.with_suffix(".csv")


def check_targets(path: Path, *, force: bool) -> None:
    """Refuse a target that cannot be, before minutes of work rather than after.

    Parameters
    ----------
    path : Path
        The JSON file.
    force : bool
        Whether files already there may be replaced.

    Raises
    ------
    WriteError
        Where a folder is in the way or missing; TargetExistsError where a file is there.
    """
    settle([path, csv_path(path)])
    for target in (path, csv_path(path)):
        if what := other_kind(target):
            raise WriteError(target, f"is {what}; name a file")
        if not target.parent.is_dir():
            raise WriteError(target, "its folder does not exist; make it first")
        if target.exists() and not force:
            raise TargetExistsError(
                target, "is there already; name another, or give --force to replace it"
            )


def write_documents(
    path: Path,
    evaluations: Sequence[Evaluation],
    about: Mapping[str, Any],
    *,
    force: bool = False,
) -> None:
    """Write the JSON file and the CSV beside it, both or neither.

    Parameters
    ----------
    path : Path
        The JSON file.
    evaluations : sequence of Evaluation
        One for each recording.
    about : mapping
        What was compared with what, put at the head of the JSON.
    force : bool
        Whether files already there may be replaced.

    Raises
    ------
    WriteError
        Where one cannot be written.
    """
    document = json.dumps(as_json(evaluations, about), indent=1, allow_nan=False)
    contents = {
        path: f"{document}\n".encode(),
        csv_path(path): as_csv(evaluations).encode("utf-8", "replace"),
    }
    write_together(contents, force=force)


def as_json(evaluations: Sequence[Evaluation], about: Mapping[str, Any]) -> dict[str, Any]:
    """Everything there is, as a JSON document; null where there is no figure."""
    both = together(evaluations)
    from_s = first_counted(evaluations)
    method = "ANSI/AAMI EC57, beat by beat and run by run"
    if from_s != LEARNING_S:
        method += f", but from {from_s:g} s on, where EC57 has {LEARNING_S:g} s"
    return {
        "method": method,
        **about,
        "learning_s": from_s,
        "match_s": MATCH_S,
        "versions": versions(),
        "matrix_order": list(LETTERS),
        "records": [_record(one) for one in evaluations],
        "gross": None if both is None else _gross(both),
        "average": None if both is None else _average(both),
    }


def _record(one: Evaluation) -> dict[str, Any]:
    out: dict[str, Any] = {
        "record": one.record,
        "fs_hz": one.record_fs,
        "duration_s": round(one.duration_s, 3),
        "note": one.note or None,
        "nothing_left": one.nothing_left or None,
        "remarks": list(one.remarks),
    }
    if one.nothing_left:
        return out
    return {
        **out,
        "matrix": one.beats.matrix.tolist(),
        **_figures(BeatFigures.of(one.beats.matrix)),
        "rr_error_ms": _rounded(one.beats.rr_error_ms),
        "shutdown_s": _rounded(one.beats.shutdown_s),
        "runs": {chamber: _runs(one.runs[chamber].counts) for chamber in CHAMBERS},
    }


def _gross(both: Gross) -> dict[str, Any]:
    return {
        "matrix": both.beats.matrix.tolist(),
        **_figures(both.beats.gross),
        "shutdown_s": _rounded(both.beats.shutdown_s),
        "runs": {chamber: _runs(both.runs[chamber].gross) for chamber in CHAMBERS},
    }


def _average(both: Gross) -> dict[str, Any]:
    return {
        **{name: _rounded(both.beats.average[name]) for name, _ in BEAT_FIGURES},
        "rr_error_ms": _rounded(both.beats.rr_error_ms),
        "runs": {
            chamber: {
                kind: {"se": _rounded(se), "pp": _rounded(pp)}
                for (kind, _), (se, pp) in zip(RUN_KINDS, both.runs[chamber].average, strict=True)
            }
            for chamber in CHAMBERS
        },
    }


def _figures(figures: BeatFigures) -> dict[str, Any]:
    names = ("all", *(member.name for member in BeatClass))
    return {
        **{name: _share(getattr(figures, name)) for name, _ in BEAT_FIGURES},
        "missed_in_shutdown": {
            name: _share(ratio)
            for name, ratio in zip(names, figures.missed_in_shutdown, strict=True)
        },
    }


def _share(ratio: Ratio) -> dict[str, Any]:
    return {"percent": _rounded(ratio.percent), "part": ratio.part, "whole": ratio.whole}


def _runs(counts: Sequence[RunCounts]) -> dict[str, Any]:
    return {
        kind: {
            "found": one.found,
            "missed": one.missed,
            "right": one.right,
            "wrong": one.wrong,
            "se": _rounded(one.se.percent),
            "pp": _rounded(one.pp.percent),
        }
        for (kind, _), one in zip(RUN_KINDS, counts, strict=True)
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def as_csv(evaluations: Sequence[Evaluation]) -> str:
    """One line a recording, then gross and average; a cell without figure is empty."""
    cells = [LETTERS[i] + LETTERS[j].lower() for i, j in _CELLS]
    names = [name for name, _ in BEAT_FIGURES]
    prefixes = [f"{chamber} {kind}" for chamber in CHAMBERS for kind, _ in RUN_KINDS]
    runs = [f"{prefix} {word}" for prefix in prefixes for word in (*_COUNTS, "se", "pp")]
    text = io.StringIO()
    writer = csv.DictWriter(
        text,
        ["record", *cells, *names, "rr_error_ms", "shutdown_s", *runs],
        restval="",
        lineterminator="\n",
    )
    writer.writeheader()
    document = as_json(evaluations, {})
    rows = [(neutral(one["record"]), one) for one in document["records"]]
    rows += [(name, document[name]) for name in ("gross", "average") if document[name]]
    for name, found in rows:
        writer.writerow({"record": name, **_row(found)})
    return text.getvalue()


_COUNTS = ("found", "missed", "right", "wrong")


def _row(found: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of one line, out of one part of the JSON document."""
    row: dict[str, Any] = {}
    if "matrix" in found:
        row |= {LETTERS[i] + LETTERS[j].lower(): found["matrix"][i][j] for i, j in _CELLS}
    for name, _ in BEAT_FIGURES:
        value = found.get(name)
        row[name] = value["percent"] if isinstance(value, dict) else value
    row |= {name: found.get(name) for name in ("rr_error_ms", "shutdown_s")}
    for chamber, kinds in found.get("runs", {}).items():
        for kind, counts in kinds.items():
            row |= {f"{chamber} {kind} {word}": value for word, value in counts.items()}
    return row
