"""SHA256SUMS.txt, PhysioNet's list of the files of a database, read strictly as it comes."""

import re
from collections.abc import Iterable

NAME = "SHA256SUMS.txt"
MAX_SUMS_BYTES = 64 * 2**20  # some 600,000 files
_MAX_LINE_BYTES = 4_096
# A part of a path that PhysioNet would give: not "." or "..", no backslash, no control character.
_PART = rb"(?!\.{1,2}(?:/|\Z))[^/\\\x00-\x1f\x7f]+"
_LINE = re.compile(rb"([0-9a-fA-F]{64}) [ *](?:\./)?((?:%b/)*)(%b)" % (_PART, _PART))


def read_sums(chunks: Iterable[bytes], folders: Iterable[str]) -> dict[str, str]:
    """Read a list of files.

    Parameters
    ----------
    chunks : iterable of bytes
        The list, cut anywhere.
    folders : iterable of str
        Folders whose files are wanted, "" for the database's own, each without its sub-folders.

    Returns
    -------
    dict of str to str
        SHA-256 in lower-case hex by path from the database's folder.

    Raises
    ------
    ValueError
        Where a line is no such line, names a file outside, or contradicts another.
    """
    wanted = {f"{folder}/".encode() if folder else b"" for folder in folders}
    sums: dict[str, str] = {}
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _MAX_LINE_BYTES:
            raise ValueError("a line of it is too long")
        for line in lines:
            _add(sums, line, wanted)
    _add(sums, rest, wanted)
    return sums


def _add(sums: dict[str, str], line: bytes, wanted: set[bytes]) -> None:
    line = line.rstrip(b"\r")
    if not line:
        return
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"it says {line[:120].decode(errors='replace')!r}")
    digest, folder, file = match.groups()
    if folder in wanted:
        name = (folder + file).decode(errors="replace")
        if sums.setdefault(name, digest.decode().lower()) != digest.decode().lower():
            raise ValueError(f"it names {name[:40]!r} twice")
