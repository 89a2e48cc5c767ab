"""Which records lie in a folder, and where each one's report goes; opens no record."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgviewer.record import RecordError

_MASTER = re.compile(r"\s*\S+?/(\d+)(\s|$)")  # record line of a multi-segment header: name/segments
_HEADER_BYTES = 1 << 20  # more than any real header has


@dataclass(frozen=True, slots=True)
class RecordTarget:
    """One record and the file its report goes to."""

    record: Path
    report: Path


class PlanError(Exception):
    """Records and an output that do not go together; says why."""


def find_records(folder: Path) -> tuple[Path, ...]:
    """Headers of all records in a folder and its sub-folders, sorted.

    Segments of a multi-segment record are no records by themselves. A header that cannot be read
    is listed all the same: that it is damaged shall be seen.

    Parameters
    ----------
    folder : Path
        Searched without following links to folders.

    Returns
    -------
    tuple of Path
        Paths of `.hea` files.

    Raises
    ------
    RecordError
        Where the folder, or one in it, cannot be listed.
    """
    headers = []
    for parent, folders, names in os.walk(folder, onerror=_unreadable):
        folders.sort()
        headers += [Path(parent) / name for name in names if name.lower().endswith(".hea")]
    segments = {segment for header in headers for segment in _segments(header)}
    return tuple(sorted(header for header in headers if header not in segments))


def plan(records: Sequence[Path], out: Path) -> tuple[RecordTarget, ...]:
    """Which records to analyse, and where their reports go.

    Parameters
    ----------
    records : sequence of Path
        What the user named: records, and folders to search.
    out : Path
        For one record a file; for several, or a folder, a folder that mirrors the tree below the
        deepest folder that holds all that was named.

    Returns
    -------
    tuple of Job
        In the order named, each record once.

    Raises
    ------
    PlanError
        Where `out` is of the wrong kind, a folder holds no record, or two reports would share a
        name.
    RecordError
        Where a folder cannot be searched.
    """
    if len(records) == 1 and not records[0].is_dir():
        if out.is_dir():
            raise PlanError(f"{out} is a folder; for one record name the file to write")
        return (RecordTarget(records[0], out),)
    if out.exists() and not out.is_dir():
        raise PlanError(f"{out} is a file; for several records name a folder")
    root = _common_folder(records)
    jobs = [
        RecordTarget(record, out / _below(_stem(record), root)) for record in all_records(records)
    ]
    _check_distinct(jobs)
    return tuple(jobs)


def all_records(named: Sequence[Path]) -> tuple[Path, ...]:
    """Records named, and those in the folders named, each once.

    Parameters
    ----------
    named : sequence of Path
        What the user named: records, and folders to search.

    Returns
    -------
    tuple of Path
        In the order named.

    Raises
    ------
    PlanError
        Where a folder holds no record.
    RecordError
        Where a folder cannot be searched.
    """
    found: dict[Path, Path] = {}
    for path in named:
        below = find_records(path) if path.is_dir() else (path,)
        if not below:
            raise PlanError(f"{path} holds no record (no .hea file)")
        for record in below:
            found.setdefault(_stem(record), record)
    return tuple(found.values())


def _stem(record: Path) -> Path:
    """The record without its suffix, so that `100.hea`, `100.dat` and `100` are one."""
    absolute = Path(os.path.abspath(record))  # noqa: PTH100  # a link keeps the name it was given
    known = absolute.suffix.lower() in {".hea", ".dat"}
    return absolute.with_suffix("") if known else absolute


def _common_folder(records: Sequence[Path]) -> Path | None:
    folders = [_stem(path) if path.is_dir() else _stem(path).parent for path in records]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # different drives
        return None


def _below(stem: Path, root: Path | None) -> Path:
    relative = stem.relative_to(root) if root is not None else Path(stem.name)
    return relative.with_name(f"{relative.name}.csv")


def _check_distinct(jobs: Iterable[RecordTarget]) -> None:
    taken: dict[str, Path] = {}
    for job in jobs:
        # on some systems names that differ in case alone are one file
        other = taken.setdefault(str(job.report).casefold(), job.record)
        if other != job.record:
            raise PlanError(f"{other} and {job.record} would both be written to {job.report}")


def _segments(header: Path) -> set[Path]:
    """Headers of the segments that a multi-segment header names."""
    try:
        with header.open("rb") as file:
            text = file.read(_HEADER_BYTES).decode("utf-8", "replace")
    except OSError:
        return set()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines or _MASTER.match(lines[0]) is None:
        return set()
    names = {line.split()[0] for line in lines[1:]} - {"~"}
    return {header.with_name(f"{name}{header.suffix}") for name in names if name != header.stem}


def _unreadable(error: OSError) -> None:
    raise RecordError(error.filename, f"cannot be searched ({(error.strerror or '').lower()})")
