"""Which files make up a WFDB record, and which records lie in a folder."""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

from ecgviewer.formats.head import head
from ecgviewer.formats.lying_there import why_missing
from ecgviewer.formats.wfdb.header import NO_FILE
from ecgviewer.formats.wfdb.header_parser import read_header
from ecgviewer.record import RecordError

HEADER, SIGNALS = ".hea", ".dat"
MAX_HEADERS_SEARCHED = 5_000
_HEAD_BYTES = 2**16  # the record line comes first, comments may come before it
# The record line: name/segments, number of signals, rate; WFDB Applications Guide, header(5).
# A folder in the name is wrong, which the parser says.
_RECORD_LINE = re.compile(rb"[^\s/]\S*\s+\d{1,5}(\s+[\d.+]|$)")
_SEGMENTED = re.compile(rb"[^\s/]+/\d+(\s|$)")


def is_wfdb(path: Path) -> bool:
    """Whether a path is a WFDB record's: its header, another file of it, or it without suffix.

    Parameters
    ----------
    path : Path
        Its header has to be there and begin as one; the signal files need not be there.
    """
    return any(_RECORD_LINE.match(_first_line(header)) for header in _headers(path))


def find_header(path: Path) -> Path:
    """The header of a record given by any of its files.

    Raises
    ------
    RecordError
        Where there is none, or several claim the file.
    """
    found = _headers(path)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(header.name for header in found[:3])
        raise RecordError(path, f"several headers name it ({names}); choose one of them")
    header = path.with_suffix(HEADER) if path.suffix.lower() == SIGNALS else _named(path)
    if why := why_missing(header):
        raise RecordError(path, f"its header: {why}")
    if not path.is_file():
        raise RecordError(path, f"there is no such record; choose its {HEADER} file")
    raise RecordError(path, f"the header {path.stem}{HEADER} is missing; put it beside the file")


def wfdb_records(folder: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Headers of the records in a folder; a segment of another record is none by itself.

    Parameters
    ----------
    folder : Path
        The folder.
    names : sequence of str
        The files in it.

    Returns
    -------
    tuple of Path
        Sorted. A header that cannot be read is among them: that it is damaged shall be seen.
    """
    headers = [folder / name for name in sorted(names) if name.lower().endswith(HEADER)]
    segments = {segment for header in headers for segment in _segments(header)}
    return tuple(header for header in headers if header not in segments)


def _headers(path: Path) -> tuple[Path, ...]:
    """Headers that a path may stand for; more than one where several name a signal file."""
    if path.is_dir():
        return ()
    if path.suffix.lower() == HEADER:
        return (path,)
    # a record's name may have a point in it
    for candidate in (_named(path), path.with_suffix(HEADER)):
        for header in (candidate, candidate.with_suffix(HEADER.upper())):
            if header.is_file():
                return (header,)
    if path.suffix.lower() not in {SIGNALS, ""} or not path.is_file():
        return ()
    # a signal file may serve a header of another name
    found = []
    for header in sorted(path.parent.glob(f"*{HEADER}"))[:MAX_HEADERS_SEARCHED]:
        try:
            if any(signal.file == path.name for signal in read_header(header).signals):
                found.append(header)
        except RecordError:
            continue
    return tuple(found)


def _named(path: Path) -> Path:
    """The header of a record that was given without suffix."""
    return path.with_name(path.name + HEADER)


def _first_line(header: Path) -> bytes:
    """The first line that is no comment; empty where there is none, or no text."""
    start = head(header, _HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")
    lines = () if b"\0" in start else map(bytes.strip, start.splitlines())
    return next((line for line in lines if line and not line.startswith(b"#")), b"")


def _segments(header: Path) -> set[Path]:
    """Headers of the segments that a multi-segment header names; none where it is refused."""
    with contextlib.suppress(OSError, RecordError):
        if _SEGMENTED.match(_first_line(header)):
            names = {segment.name for segment in read_header(header).segments}
            return {header.with_name(f"{n}{header.suffix}") for n in names - {NO_FILE, header.stem}}
    return set()
