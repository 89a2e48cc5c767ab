"""Where a report goes: what may lie there already, and whether it can be written."""

import os
from collections.abc import Iterable
from pathlib import Path

from ecgviewer.files.atomic import IS_THERE, TargetExistsError, WriteError
from ecgviewer.files.regular import other_kind, read_regular
from ecgviewer.report.csv_columns import COLUMN_NAMES


def metadata_path(path: Path) -> Path:
    """Where the description of a table lies: the name CSV on the Web looks for."""
    return path.with_name(f"{path.name}-metadata.json")


def check_target(path: Path, inputs: Iterable[Path], *, force: bool = True) -> None:
    """Refuse a target that could not be written anyway, before the work is done.

    Parameters
    ----------
    path : Path
        The table.
    inputs : iterable of Path
        Files that are never replaced.
    force : bool
        Whether an existing table or description may be replaced.

    Raises
    ------
    WriteError
        Where the table or its description is an input; TargetExistsError where one is there
        without `force`.
    """
    known = list(inputs)
    for target in (path, metadata_path(path)):
        _check_name(target)
        if any(_same_file(target, file) for file in known):
            raise WriteError(target, "is a file of the recording itself; choose another name")
        if what := other_kind(target):
            raise WriteError(target, f"is {what}, no file; choose another name")
        if not force and target.exists():
            raise TargetExistsError(target, IS_THERE)


def lacks_description(path: Path) -> bool:
    """Whether a table of this program is there whose writer died before its description was.

    Parameters
    ----------
    path : Path
        The table.
    """
    header = (",".join(COLUMN_NAMES) + "\r\n").encode()
    try:
        alone = not os.path.lexists(metadata_path(path))
        return alone and read_regular(path, len(header)) == header
    except OSError:
        return False


def holds(path: Path, content: bytes) -> bool:
    """Whether a file holds these bytes and no more."""
    try:
        return read_regular(path, len(content) + 1) == content
    except OSError:
        return False


def _check_name(target: Path) -> None:
    """Refuse what the file system cannot have: too long a name, a link that leads to itself."""
    try:
        target.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WriteError(target, f"cannot be written ({reason})") from error


def _same_file(target: Path, file: Path) -> bool:
    try:
        return target.samefile(file)
    except OSError:  # one of them is not there
        return target.resolve() == file.resolve()
