"""Numpy columns as one sealed piece of bytes and back; anything that is off is refused, no pickle.

A piece is its SHA-256 over the seal and all that follows, then a list of the columns in JSON, then
the columns: numbers of an ascending column as differences, bytes of like weight together, zlib.
"""

import hashlib
import json
import math
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
_MAGIC = b"ECGV-RESULT-1\n"
_DIGEST = 32  # bytes of SHA-256
# What a column may hold, little-endian; the byte order mark of one-byte numbers is "|".
_TYPES = frozenset({"|i1", "|u1", "<u2", "<i8", "<f4", "<f8"})
_LEVEL = 1  # zlib: most of the gain, five times as fast as the default
_CHUNK = 1 << 20  # bytes compressed between two questions whether to stop
_MOST = 1 << 34  # bytes of a column; beyond that the list is not to be believed


class PackingError(Exception):
    """Bytes that are not what was packed, or columns that cannot be packed."""


class StoppedError(Exception):
    """Packing was given up because the caller asked for it."""


def pack(
    columns: Mapping[str, Column], *, seal: str, stop: Callable[[], bool] = lambda: False
) -> bytes:
    """Pack columns.

    Parameters
    ----------
    columns : mapping of str to array
        int8, uint8, uint16, int64, float32 or float64, any shape.
    seal : str
        What the piece belongs to; only who knows it can unpack.
    stop : callable
        Asked now and then whether to give up.

    Returns
    -------
    bytes

    Raises
    ------
    PackingError
        Where a column is of another type.
    StoppedError
        Where `stop` says so.
    """
    listed, bodies = [], []
    for name, column in columns.items():
        kind = column.dtype.str
        if kind not in _TYPES:
            raise PackingError(f"column {name!r} is of type {kind}, which cannot be packed")
        body = _deflate(_shuffled(column), stop)
        listed.append([name, kind, list(column.shape), len(body)])
        bodies.append(body)
    head = json.dumps(listed).encode()
    content = b"".join([_MAGIC, len(head).to_bytes(4, "little"), head, *bodies])
    return _digest(seal, memoryview(content)) + content


def unpack(piece: bytes, *, seal: str) -> dict[str, Column]:
    """Columns by their names, as they were packed with this seal.

    Raises
    ------
    PackingError
        Where a single bit differs, or the seal.
    """
    view = memoryview(piece)
    content = view[_DIGEST:]
    if bytes(view[:_DIGEST]) != _digest(seal, content):
        raise PackingError("the checksum differs")
    start = len(_MAGIC) + 4
    if bytes(content[: len(_MAGIC)]) != _MAGIC:
        raise PackingError("not a piece of this version")
    stop = start + int.from_bytes(content[len(_MAGIC) : start], "little")
    try:
        listed = json.loads(bytes(content[start:stop]))
        columns = {}
        for name, kind, shape, length in listed:
            columns[str(name)] = _column(content[stop : stop + length], kind, tuple(shape))
            stop += length
    except (ValueError, TypeError, zlib.error) as error:
        raise PackingError(f"the columns cannot be read ({error})") from error
    if stop != len(content):
        raise PackingError("there is more than the columns listed")
    return columns


def _digest(seal: str, content: memoryview) -> bytes:
    digest = hashlib.sha256(seal.encode())
    digest.update(b"\0")
    digest.update(content)
    return digest.digest()


def _is_series(kind: str, shape: tuple[int, ...]) -> bool:
    """Whether a column is kept as differences: they wrap around, so any numbers come back."""
    return kind == "<i8" and len(shape) == 1


def _shuffled(column: Column) -> bytes:
    """First bytes of all numbers, then all second bytes...: alike bytes compress."""
    if _is_series(column.dtype.str, column.shape):
        column = np.diff(column, prepend=np.int64(0))
    flat = np.ascontiguousarray(column).reshape(-1)
    return flat.view(np.uint8).reshape(flat.size, column.itemsize).T.tobytes()


def _deflate(data: bytes, stop: Callable[[], bool]) -> bytes:
    deflater, parts = zlib.compressobj(_LEVEL), []
    for start in range(0, len(data), _CHUNK):
        if stop():
            raise StoppedError
        parts.append(deflater.compress(data[start : start + _CHUNK]))
    return b"".join([*parts, deflater.flush()])


def _column(body: memoryview, kind: str, shape: tuple[int, ...]) -> Column:
    if kind not in _TYPES or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise PackingError(f"a column of type {kind!r} and shape {shape}")
    size, width = math.prod(shape), np.dtype(kind).itemsize
    if size * width > _MOST:
        raise PackingError(f"a column of {size * width} bytes")
    inflater = zlib.decompressobj()
    data = inflater.decompress(body, size * width + 1)
    if len(data) != size * width or not inflater.eof:
        raise PackingError("a column has not the length listed")
    planes = np.frombuffer(data, np.uint8).reshape(width, size)
    flat: Column = np.ascontiguousarray(planes.T).reshape(-1).view(kind)
    if _is_series(kind, shape):
        flat = np.cumsum(flat, dtype=np.int64)
    return flat.reshape(shape)
