"""The first bytes of a file, by which a format knows its own."""

import errno
from pathlib import Path

from ecgviewer.files.regular import NotRegularError, read_regular


def head(path: Path, n_bytes: int) -> bytes:
    """Read the beginning of a file.

    Parameters
    ----------
    path : Path
        Any path.
    n_bytes : int
        The most to read.

    Returns
    -------
    bytes
        Empty where there is no regular file.

    Raises
    ------
    OSError
        Where the file cannot be read.
    """
    try:
        return read_regular(path, n_bytes)
    except (FileNotFoundError, NotADirectoryError, NotRegularError):
        return b""
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link that leads to itself
            return b""
        raise
