"""Caches on disk: a first line that says of which kind, a hash, and what it is of."""

import hashlib
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from train.data.database import DatabaseError

_T = TypeVar("_T", bound=msgspec.Struct)
_HASH = 65  # sha256 of what follows, 64 characters and a line's end


def write(packed: msgspec.Struct, target: Path, *, magic: bytes) -> None:
    """Write a cache, whole or not at all; one that is there already is replaced only by a whole."""
    body = msgspec.msgpack.encode(packed)
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(magic + _line(body) + body)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DatabaseError(f"{target}: cannot be written ({error.strerror})") from error


def read(path: Path, kind: type[_T], *, magic: bytes, unhashed: bytes | None = None) -> _T:
    """What `write` was given; DatabaseError where it is absent, damaged or of another kind.

    `unhashed` is the first line of an earlier form, without a hash.
    """
    try:
        return msgspec.msgpack.decode(_body(path, magic, unhashed), type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise DatabaseError(f"{path}: damaged cache ({error}); make it anew") from error


def to_planes(values: NDArray[Any]) -> bytes:
    """Numbers as planes of their first, second, ... bytes: they pack better apart."""
    return np.ascontiguousarray(values).view(np.uint8).reshape(-1, values.itemsize).T.tobytes()


def from_planes(planes: NDArray[np.uint8], dtype: DTypeLike) -> NDArray[Any]:
    """The numbers (n,) of planes (bytes a number, n)."""
    return np.ascontiguousarray(planes.T).view(dtype).reshape(-1)


def _body(path: Path, magic: bytes, unhashed: bytes | None) -> bytes:
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
