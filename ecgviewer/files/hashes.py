"""Sizes and hashes of the files a report rests on."""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ecgviewer.files.regular import open_regular

_CHUNK = 1 << 20  # bytes read at a time


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file the report rests on; size (bytes) and hash None where it could not be read."""

    path: Path
    size: int | None
    sha256: str | None


def hash_inputs(
    paths: Iterable[Path], *, stop: Callable[[], bool] = lambda: False
) -> tuple[InputFile, ...]:
    """Size and SHA-256 of every input file, each once, in the order given.

    Parameters
    ----------
    paths : iterable of Path
        Files of the recording, and of the annotator where its beats were used.
    stop : callable
        Asked now and then whether to give up; what is not hashed by then has no hash.

    Returns
    -------
    tuple of InputFile
        With `sha256` None where a file is missing or cannot be read.
    """
    return tuple(_hash_file(path, stop) for path in dict.fromkeys(paths))


def stamps_of(paths: Iterable[Path]) -> tuple[tuple[int, int] | None, ...]:
    """Size (bytes) and time of change (ns) of each file; None where there is none."""
    return tuple(map(_stamp, paths))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _hash_file(path: Path, stop: Callable[[], bool]) -> InputFile:
    digest, size = hashlib.sha256(), 0
    try:
        with open_regular(path) as file:
            left = os.fstat(file.fileno()).st_size  # a file that grows would never end
            while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                if stop():
                    return InputFile(path, None, None)
                digest.update(chunk)
                size += len(chunk)
                left -= len(chunk)
    except OSError:
        return InputFile(path, None, None)
    return InputFile(path, size, digest.hexdigest())
