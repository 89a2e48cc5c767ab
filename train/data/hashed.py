"""Caches on disk: a first line that says of which kind, a hash, and what it is of."""

import hashlib
from pathlib import Path

from train.data.database import DatabaseError

_HASH = 65  # sha256 of what follows, 64 characters and a line's end


def write(body: bytes, target: Path, *, magic: bytes) -> None:
    """Write a cache, whole or not at all; one that is there already is replaced only by a whole."""
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(magic + _line(body) + body)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DatabaseError(f"{target}: cannot be written ({error.strerror})") from error


def read(path: Path, *, magic: bytes, unhashed: bytes | None = None) -> bytes:
    """What `write` was given; DatabaseError where it is absent, damaged or of another kind.

    `unhashed` is the first line of an earlier form, without a hash.
    """
    if not path.is_file():
        raise DatabaseError(f"{path}: no such cache; make it with `python -m train prepare`")
    data = path.read_bytes()
    if unhashed is not None and data.startswith(unhashed):
        return data[len(unhashed) :]
    if not data.startswith(magic):
        raise DatabaseError(f"{path}: not a cache of this version; make it anew with `prepare`")
    start = len(magic) + _HASH
    if data[len(magic) : start] != _line(data[start:]):
        raise DatabaseError(f"{path}: damaged cache (its hash differs); make it anew")
    return data[start:]


def _line(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n"
