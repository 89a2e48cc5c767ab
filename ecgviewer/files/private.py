"""Files that are their user's alone: 0600 in folders of 0700, also where they were other before.

What recordings were opened, and what their hearts did, is nobody else's business on a machine that
several people use. On Windows a user's folders are theirs already.
"""

import contextlib
import os
import stat
from pathlib import Path

FILE_MODE, FOLDER_MODE = 0o600, 0o700


def make_private(folder: Path, *names: str) -> None:
    """Make a folder and have it, and files in it where they are there, read by their user alone.

    What cannot be done (a read-only home, another user's folder) is left as it is.

    Parameters
    ----------
    folder : Path
        One that holds nothing but this program's files.
    *names : str
        Files in it.
    """
    with contextlib.suppress(OSError):
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _close(folder, FOLDER_MODE)
    for name in names:
        private_file(folder / name)


def open_private(file: str | Path, flags: int) -> int:
    """A handle as `os.open` gives it, of a file that is made for its user alone (an opener)."""
    return os.open(file, flags, FILE_MODE)


def is_ours_alone(folder: Path, *beginnings: str) -> bool:
    """Whether a folder holds nothing but files whose names begin so."""
    try:
        return all(name.startswith(beginnings) for name in os.listdir(folder))  # noqa: PTH208
    except OSError:
        return False


def private_file(file: Path) -> None:
    """Have a file, where it is there, read by its user alone."""
    _close(file, FILE_MODE)


def _close(path: Path, mode: int) -> None:
    with contextlib.suppress(OSError):
        found = path.stat()
        expected = stat.S_ISDIR if mode == FOLDER_MODE else stat.S_ISREG
        if expected(found.st_mode) and stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(mode)
