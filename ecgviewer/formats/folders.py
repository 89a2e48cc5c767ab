"""Which records lie in folders, and where each one's report goes."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgviewer.formats.readers import (
    Format,
    format_of,
    formats_in_words,
    records_in,
    without_suffix,
)
from ecgviewer.record import RecordError

HIDDEN = "."  # begins the name of a folder that is searched only where it is named itself


@dataclass(frozen=True, slots=True)
class RecordTarget:
    """One record and the file its report goes to."""

    record: Path
    report: Path


class PlanError(Exception):
    """Records and an output that do not go together; says why."""


def find_records(folder: Path) -> tuple[Path, ...]:
    """All records in a folder and its sub-folders, sorted.

    Segments of a record are no records by themselves. A damaged record is listed all the same:
    that it is damaged shall be seen.

    Parameters
    ----------
    folder : Path
        Searched without following links to folders, and without sub-folders whose names begin with
        a dot.

    Returns
    -------
    tuple of Path
        As `open_record` takes them.

    Raises
    ------
    RecordError
        Where the folder cannot be listed. One in it that cannot is among what is returned: to
        open it says why.
    """
    return tuple(_below_folder(folder))


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
    tuple of RecordTarget
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
    found: dict[tuple[str, Path], Path] = {}
    for path in named:
        below = _below_folder(path) if path.is_dir() else {path: format_of(path)}
        if not below:
            raise PlanError(
                f"{path} holds no record in a format that can be read: {formats_in_words()}"
            )
        for record, row in below.items():
            # a record named by two of its files is one; of two formats, it is two
            found.setdefault((row.name if row else "", _stem(record)), record)
    return tuple(found.values())


def _below_folder(folder: Path) -> dict[Path, Format | None]:
    """Records in a folder and its sub-folders, sorted, each with its format."""
    found: dict[Path, Format | None] = {}

    def skip(error: OSError) -> None:
        if Path(error.filename) == folder:
            _unreadable(error)
        found[Path(error.filename)] = None  # to open it fails, and says why: the rest goes on

    for parent, folders, names in os.walk(folder, onerror=skip):
        # what a program keeps for itself: of a git-annex tree all headers lie in .git once more
        folders[:] = sorted(name for name in folders if not name.startswith(HIDDEN))
        found |= records_in(Path(parent), names)
    return {record: found[record] for record in sorted(found)}


def _stem(record: Path) -> Path:
    """The record without its suffix, so that any of its files names the same one."""
    absolute = Path(os.path.abspath(record))  # noqa: PTH100  # a link keeps the name it was given
    return without_suffix(absolute)


def _common_folder(records: Sequence[Path]) -> Path | None:
    folders = [_stem(path) if path.is_dir() else _stem(path).parent for path in records]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # different drives
        return None


def _below(stem: Path, root: Path | None) -> Path:
    if root is None or stem == root:  # a folder that is one record lies at its own root
        relative = Path(stem.name)
    else:
        relative = stem.relative_to(root)
    return relative.with_name(f"{relative.name}.csv")


def _check_distinct(jobs: Iterable[RecordTarget]) -> None:
    taken: dict[str, Path] = {}
    for job in jobs:
        # on some systems names that differ in case alone are one file
        other = taken.setdefault(str(job.report).casefold(), job.record)
        if other != job.record:
            raise PlanError(f"{other} and {job.record} would both be written to {job.report}")


def _unreadable(error: OSError) -> None:
    raise RecordError(error.filename, f"cannot be searched ({(error.strerror or '').lower()})")
