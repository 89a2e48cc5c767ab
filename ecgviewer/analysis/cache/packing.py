"""Numpy columns as one sealed piece of bytes and back; anything that is off is refused, no pickle.

A piece is its SHA-256 over the seal and all that follows, then the version of this format, then
the columns as safetensors under zlib.
"""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

Column = NDArray[Any]
MOST_BYTES = 1 << 30  # of all columns unpacked: fifty days of two leads and six networks
_MAGIC = b"ECGV-RESULT-2\n"
_DIGEST = 32  # bytes of SHA-256
# What a column may hold, little-endian; the byte order mark of one-byte numbers is "|".
_TYPES = frozenset({"|i1", "|u1", "<u2", "<i8", "<f4", "<f8"})
_LEVEL = 1  # zlib: level 6 takes twice as long and gains 1 %
_CHUNK = 1 << 20  # bytes compressed between two questions whether to stop


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
        Where a column is of another type, or all together are larger than `MOST_BYTES`.
    StoppedError
        Where `stop` says so.
    """
    _check_types(columns)
    # safetensors writes memory as it lies, whatever the strides
    plain = memoryview(save({name: np.asarray(c, order="C") for name, c in columns.items()}))
    if len(plain) > MOST_BYTES:
        raise PackingError(f"columns of {len(plain)} bytes, more than {MOST_BYTES}")
    deflater, parts = zlib.compressobj(_LEVEL), [_MAGIC]
    for start in range(0, len(plain), _CHUNK):
        if stop():
            raise StoppedError
        parts.append(deflater.compress(plain[start : start + _CHUNK]))
    content = b"".join([*parts, deflater.flush()])
    return _digest(seal, memoryview(content)) + content


def unpack(piece: bytes, *, seal: str) -> dict[str, Column]:
    """Columns by their names, as they were packed with this seal.

    Raises
    ------
    PackingError
        Where a single bit differs, or the seal, or the version.
    """
    view = memoryview(piece)
    content = view[_DIGEST:]
    if bytes(view[:_DIGEST]) != _digest(seal, content):
        raise PackingError("the checksum differs")
    if bytes(content[: len(_MAGIC)]) != _MAGIC:
        raise PackingError("not a piece of this version")
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(content[len(_MAGIC) :], MOST_BYTES + 1)
        if not inflater.eof or inflater.unused_data:
            raise PackingError("the columns are cut short, too large or followed by more")
        columns = load(plain)
    except (zlib.error, SafetensorError, KeyError, ValueError) as error:  # KeyError: an odd type
        raise PackingError(f"the columns cannot be read ({error})") from error
    _check_types(columns)
    return columns


def _check_types(columns: Mapping[str, Column]) -> None:
    for name, column in columns.items():
        if column.dtype.str not in _TYPES:
            raise PackingError(
                f"column {name!r} is of type {column.dtype.str}, which cannot be packed"
            )


def _digest(seal: str, content: memoryview) -> bytes:
    digest = hashlib.sha256(seal.encode())
    digest.update(b"\0")
    digest.update(content)
    return digest.digest()
