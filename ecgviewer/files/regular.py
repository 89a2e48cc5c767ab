"""Regular files opened for reading; a pipe, a socket or a device is never waited for."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a folder"),
)


class NotRegularError(OSError):
    """What has a file's name is none; `strerror` says what it is."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(errno.EINVAL, f"it is {what}, no file", os.fspath(path))


def other_kind(path: Path) -> str:
    """What lies there in place of a file: "a named pipe"; empty for a file, and for nothing.

    Parameters
    ----------
    path : Path
        Any path; links are followed.
    """
    try:
        return _kind(path.stat().st_mode)
    except OSError:
        return ""


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading, links followed.

    Parameters
    ----------
    path : Path
        Any path.

    Returns
    -------
    BufferedReader
        A file of the system, with a number.

    Raises
    ------
    NotRegularError
        Where it is something else, be it put there between looking and opening.
    OSError
        Where it cannot be opened.
    """
    # looked at before: to open a device may wind a tape
    if what := _kind(path.stat().st_mode):
        raise NotRegularError(path, what)
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags)
    try:
        if what := _kind(os.fstat(handle).st_mode):
            raise NotRegularError(path, what)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: Path, at_most: int) -> bytes:
    """Read a regular file, or its beginning.

    Parameters
    ----------
    path : Path
        Any path.
    at_most : int
        Bytes; a file may grow while it is read.

    Raises
    ------
    OSError
        As of `open_regular`.
    """
    with open_regular(path) as file:
        # no more than is there: as much as is asked for is taken from memory at once
        return file.read(min(at_most, os.fstat(file.fileno()).st_size))


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    return next((what for test, what in _KINDS if test(mode)), "something else")
