"""FORMATS, the table of file formats, and what follows from it: which file is whose, opening one.

A further format is one module beside `wfdb` and one row here. Nothing else names a suffix.
"""

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgviewer.errors import note
from ecgviewer.formats.lying_there import other_case
from ecgviewer.formats.wfdb.files import is_wfdb, wfdb_records
from ecgviewer.formats.wfdb.record import open_wfdb
from ecgviewer.record import Record, RecordError

# What macOS writes beside each file of a drive that cannot hold its attributes: "._100.hea".
_APPLE_DOUBLE = "._"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Format:
    """One file format: all that the program knows of it.

    A path given to `sniff` and `open` is any file of a record, a folder that is one record, or
    another name that `folder_entries` gives: of a file with several records, say, "day.x/2".

    Attributes
    ----------
    name : str
        What users call it.
    suffixes : tuple of str
        Lower case, each with its dot. The first is that of the file which stands for a record.
    sniff : callable
        Whether a path is a record's in this format. Looks at the contents, for other formats have
        the same suffixes, and reads a few kilobytes at most. An error means no.
    open : callable
        Opens the record that a path is of; reads no more than its header. Raises RecordError with
        the reason where that cannot be.
    folder_entries : callable
        Takes a folder and the names of the files in it; returns the paths of its records, sorted.
        A part of a record (a segment, a signal file) is none. A damaged record is one.
    filter_words : str
        Line of the open dialog, e.g. "WFDB records (*.hea *.dat)".
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Path], bool]
    open: Callable[[Path], Record]
    folder_entries: Callable[[Path, Sequence[str]], Sequence[Path]]
    filter_words: str


FORMATS: tuple[Format, ...] = (
    Format(
        "WFDB",
        (".hea", ".dat"),
        is_wfdb,
        open_wfdb,
        wfdb_records,
        "WFDB records (*.hea *.dat)",
    ),
)
assert len({row.name for row in FORMATS}) == len(FORMATS)
assert all(
    row.filter_words.endswith(f"({' '.join(f'*{suffix}' for suffix in row.suffixes)})")
    for row in FORMATS
)


def open_record(path: Path | str) -> Record:
    """Open a recording; reads its header only.

    Parameters
    ----------
    path : Path or str
        Any file of the record, or what else its format takes for it.

    Returns
    -------
    Record

    Raises
    ------
    RecordError
        Where no sample of it can be shown.
    """
    path = Path(path)
    try:
        row = format_of(path)
        if row is None:
            raise RecordError(path, _why_not(path))
        return row.open(path)
    except OSError as error:
        raise RecordError(path, f"it cannot be opened ({error.strerror})") from error
    except ValueError as error:  # a path with a NUL in it
        raise RecordError(path, f"it cannot be opened ({error})") from error


def format_of(path: Path) -> Format | None:
    """The format of a record.

    Parameters
    ----------
    path : Path
        Any file of it.

    Returns
    -------
    Format or None
        The one that knows its contents. Where none does, the only one that has its suffix, or
        whose file of that name lies there: that one can say what is wrong with it.
    """
    suffix = path.suffix.lower()
    likely = [row for row in FORMATS if suffix in row.suffixes]
    others = [row for row in FORMATS if row not in likely]
    found = next((row for row in (*likely, *others) if _knows(row, path)), None)
    if found is None and not path.is_dir():
        meant = likely or [row for row in FORMATS if _main_file(row, path)]
        return meant[0] if len(meant) == 1 else None
    return found


def records_in(folder: Path, names: Iterable[str] | None = None) -> dict[Path, Format]:
    """Records in a folder, without those in its sub-folders.

    Parameters
    ----------
    folder : Path
        The folder.
    names : iterable of str, optional
        The files in it, where they are known.

    Returns
    -------
    dict
        By path, sorted, the format of each.

    Raises
    ------
    OSError
        Where the folder cannot be listed.
    """
    if names is None:
        names = [entry.name for entry in folder.iterdir() if not entry.is_dir()]
    files = tuple(sorted(name for name in names if not name.startswith(_APPLE_DOUBLE)))
    found: dict[Path, Format] = {}
    for row in FORMATS:
        for record in row.folder_entries(folder, files):
            found.setdefault(record, row)
    return {record: found[record] for record in sorted(found)}


def rank(path: Path) -> int:
    """0 for a file that stands for its record, 1 for its other files, 2 for no format's suffix."""
    suffix = path.suffix.lower()
    if any(suffix == row.suffixes[0] for row in FORMATS):
        return 0
    return 1 if suffix in _suffixes() else 2


def without_suffix(path: Path) -> Path:
    """A record's path without the suffix by which any format knows it."""
    return path.with_suffix("") if path.suffix.lower() in _suffixes() else path


def formats_in_words() -> str:
    """Every format that is read, for a sentence: "WFDB (.hea, .dat)"."""
    return ", ".join(f"{row.name} ({', '.join(row.suffixes)})" for row in FORMATS)


def _suffixes() -> set[str]:
    return {suffix for row in FORMATS for suffix in row.suffixes}


def _knows(row: Format, path: Path) -> bool:
    try:
        return row.sniff(path)
    except Exception as error:  # another format may know it
        note(_LOG, f"{row.name} cannot tell whether a file is its own", error)
        return False


def _main_file(row: Format, path: Path) -> bool:
    """Whether something lies there with a record's name and a format's suffix, in any case."""
    meant = path.with_name(f"{path.name}{row.suffixes[0]}")
    return path.name != "" and (os.path.lexists(meant) or other_case(meant) is not None)


def _why_not(path: Path) -> str:
    """Why no format takes a path."""
    if path.is_dir():
        try:
            os.scandir(path).close()
        except OSError as error:
            return f"this folder cannot be searched ({(error.strerror or '').lower()})"
        return "this is a folder; choose a record in it"
    if not path.exists():
        return "there is no such record; check its name and folder"
    return f"it is in none of the formats that can be read: {formats_in_words()}"
