"""A complete analysis, and its way into columns and back, checked."""

import json
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES
from ecgviewer.analysis.cache.packing import Column
from ecgviewer.beats.beat import FLAGS
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING, BeatBatch, BeatLog, flag_bits
from ecgviewer.beats.results import Results
from ecgviewer.beats.scan import EPISODE_KINDS, Episode, Scan
from ecgviewer.record import Record
from ecgviewer.signal.params import Detection
from ecgviewer.signal.quality import Stretch

_KINDS = ("gap", "flat", "noisy")
_ABOUT = "about"  # the column that holds what is no array, as JSON


class _OffError(Exception):
    """What was kept does not fit together."""


def pack_results(results: Results) -> dict[str, Column]:
    """Columns of a complete analysis; what is no array goes into one of them as JSON."""
    scan, log = results.scan, results.log
    about = {
        "leads": list(scan.leads),
        "beats_from": scan.beats_from,
        "detection": scan.detection.to_dict(),
    }
    columns: dict[str, Column] = {
        _ABOUT: np.frombuffer(json.dumps(about).encode(), np.uint8),
        "stretches": _stretch_rows(scan.stretches),
        "episodes": _episode_rows(scan.episodes),
        "classes": log.classes,
        "probabilities": log.probabilities,
        "votes": log.votes,
        "flags": log.flags,
    }
    for name in _scan_arrays():
        columns[name] = getattr(scan, name)
    return columns


def _scan_arrays() -> tuple[str, ...]:
    """Fields of `Scan` that are kept as columns: all but those handled by name."""
    others = {"stretches", "episodes", "leads", "beats_from", "detection"}
    return tuple(f.name for f in fields(Scan) if f.name not in others)


def _stretch_rows(stretches: tuple[Stretch, ...]) -> NDArray[np.int64]:
    """(n, 4): kind, start, stop, lead or -1."""
    rows = [
        (_KINDS.index(s.kind), s.start, s.stop, -1 if s.lead is None else s.lead) for s in stretches
    ]
    return np.array(rows, np.int64).reshape(-1, 4)


def _episode_rows(episodes: tuple[Episode, ...]) -> NDArray[np.int64]:
    """(n, 3): start, stop, kind."""
    rows = [(e.start, e.stop, EPISODE_KINDS.index(e.kind)) for e in episodes]
    return np.array(rows, np.int64).reshape(-1, 3)


def _episodes(rows: Column) -> tuple[Episode, ...]:
    return tuple(Episode(start, stop, EPISODE_KINDS[kind]) for start, stop, kind in rows.tolist())


def unpack_results(
    columns: dict[str, Column], record: Record, *, beats_from: str, n_members: int
) -> Results:
    """The analysis as it was packed.

    Parameters
    ----------
    columns : dict of str to array
        As `pack_results` made them.
    record : Record
        The recording they are of.
    beats_from : str
        Where its beats come from.
    n_members : int
        Networks that voted.

    Raises
    ------
    Exception
        Of any kind, at anything that is off: a column's name, type or shape, a value that no
        beat of the recording can have.
    """
    about: dict[str, Any] = json.loads(columns[_ABOUT].tobytes())
    n = len(columns["samples"])
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        "samples": ("<i8", (n,)),
        "positions": ("<i8", (n,)),
        "before": ("<i8", (n,)),
        "after": ("<i8", (n,)),
        "unreadable": ("<i8", (len(columns["unreadable"]), 2)),
        "stretches": ("<i8", (len(columns["stretches"]), 4)),
        "episodes": ("<i8", (len(columns["episodes"]), 3)),
        "classes": ("|i1", (n,)),
        "probabilities": ("<f8", (n, N_CLASSES)),
        "votes": ("<f4", (n, n_members, N_CLASSES)),
        "flags": ("<u2", (n,)),
    }
    if set(columns) != {*shapes, _ABOUT}:
        raise _OffError(f"columns {sorted(columns)}")
    for name, wanted in shapes.items():
        found = (columns[name].dtype.str, columns[name].shape)
        if found != wanted:
            raise _OffError(f"{name} is {found}, must be {wanted}")
    _check_values(columns, record)
    scan = Scan(
        stretches=tuple(
            Stretch(_KINDS[kind], start, stop, None if lead < 0 else lead)  # type: ignore[arg-type]
            for kind, start, stop, lead in columns["stretches"].tolist()
        ),
        episodes=_episodes(columns["episodes"]),
        leads=tuple(about["leads"]),
        beats_from=about["beats_from"],
        detection=Detection.from_dict(about["detection"]),
        **{name: columns[name] for name in _scan_arrays()},
    )
    if (scan.leads, scan.beats_from) != (record.ecg_leads, beats_from):
        raise _OffError(f"leads {scan.leads}, beats_from {scan.beats_from}")
    return Results(scan, _log(columns, n_members))


def _check_values(columns: dict[str, Column], record: Record) -> None:
    samples, classes = columns["samples"], columns["classes"]
    if len(samples) == 0:
        return
    if samples[0] < 0 or samples[-1] >= record.n_samples or (np.diff(samples) <= 0).any():
        raise _OffError("beats are not in the order of time, or beyond the recording")
    pending = (classes == PENDING).any()
    if pending or classes.min() < NOT_CLASSIFIED or classes.max() >= N_CLASSES:
        raise _OffError("a class that there is not")
    if columns["flags"].max() >= 1 << len(FLAGS) or (columns["flags"] & flag_bits("pending")).any():
        raise _OffError("flags that a classified beat cannot have")


def _log(columns: dict[str, Column], n_members: int) -> BeatLog:
    log = BeatLog(n_members=n_members)
    log.extend(columns["samples"])
    log.apply(
        BeatBatch(
            np.arange(len(columns["samples"])),
            columns["classes"],
            columns["probabilities"],
            columns["votes"],
            columns["flags"],
        )
    )
    return log
