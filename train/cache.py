"""The packed database: raw samples and annotations in one file, to be carried; never cleaned."""

import hashlib
import lzma
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from ecgviewer.io.annotations import read_annotations
from ecgviewer.io.readers import open_record
from ecgviewer.record import Lead, Record, RecordError
from train.database import DatabaseError, RecordBeats, record_beats

_MAGIC = b"ECGVIEWER CACHE 1\n"


class PackedRecord(msgspec.Struct, frozen=True):
    """One record in the cache; `signal` is LZMA over the deltas of int16 samples, lead by lead."""

    name: str
    fs: float
    leads: list[str]
    n_samples: int
    step_mv: float  # millivolts per unit
    signal: bytes
    sha256: str  # of the unpacked int16 samples
    samples: list[int]
    symbols: str  # one character an annotation


class Packed(msgspec.Struct, frozen=True):
    """The whole cache."""

    database: str
    records: list[PackedRecord]


def pack_record(path: Path) -> PackedRecord:
    """Pack one record with its reference annotations; its steps are a known part of a mV."""
    record = open_record(path)
    annotations = read_annotations(record, "atr")
    ecg = record.read(0, record.n_samples)
    for per_mv in (200, 100, 400, 1000):
        adc = np.rint(ecg.astype(np.float64) * per_mv)
        if np.allclose(adc / per_mv, ecg, atol=1e-5):
            break
    else:
        raise DatabaseError(f"{path}: samples are no multiples of a known step; not packed")
    exact = adc.astype(np.int16)
    # a delta of int16 wraps and unwraps exactly; planes of high and low bytes pack better apart
    delta = np.diff(exact, axis=1, prepend=np.int16(0)).astype(np.int16)
    planes = np.ascontiguousarray(delta).view(np.uint8).reshape(-1, 2).T.tobytes()
    return PackedRecord(
        record.name,
        record.fs,
        [lead.name for lead in record.leads],
        record.n_samples,
        1 / per_mv,
        lzma.compress(planes, preset=6),
        hashlib.sha256(exact.tobytes()).hexdigest(),
        [int(s) for s in annotations.sample],
        "".join(symbol[:1] or " " for symbol in annotations.symbol),
    )


def pack(
    database: str, paths: Iterable[Path], target: Path, *, progress: Callable[[str], None]
) -> Packed:
    """Pack records into `target`, written whole or not at all."""
    records = []
    for path in paths:
        try:
            records.append(pack_record(path))
        except RecordError as error:
            raise DatabaseError(str(error)) from error
        progress(path.stem)
    packed = Packed(database, records)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(_MAGIC + msgspec.msgpack.encode(packed))
    part.replace(target)
    return packed


def load(path: Path) -> Packed:
    """Read a cache; DatabaseError where it is absent or damaged."""
    if not path.is_file():
        raise DatabaseError(f"{path}: no such cache; make it with `python -m train prepare`")
    data = path.read_bytes()
    if not data.startswith(_MAGIC):
        raise DatabaseError(f"{path}: not a cache of this version; make it anew with `prepare`")
    try:
        return msgspec.msgpack.decode(data[len(_MAGIC) :], type=Packed)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise DatabaseError(f"{path}: damaged cache ({error}); make it anew") from error


def unpack(packed: PackedRecord) -> Record:
    """A Record whose samples lie in memory."""
    try:
        planes = np.frombuffer(lzma.decompress(packed.signal), np.uint8).reshape(2, -1)
    except (lzma.LZMAError, ValueError) as error:
        raise DatabaseError(f"record {packed.name}: damaged in the cache ({error})") from error
    delta = np.ascontiguousarray(planes.T).view(np.int16).reshape(len(packed.leads), -1)
    adc = np.cumsum(delta, axis=1, dtype=np.int16)
    if hashlib.sha256(adc.tobytes()).hexdigest() != packed.sha256:
        raise DatabaseError(f"record {packed.name}: samples differ from their hash in the cache")
    ecg = (adc * np.float64(packed.step_mv)).astype(np.float32)

    def read(start: int, stop: int) -> NDArray[np.float32]:
        return ecg[:, start:stop]

    leads = tuple(Lead(name) for name in packed.leads)
    return Record(packed.name, Path(packed.name), packed.fs, leads, packed.n_samples, read)


def beats(packed: Packed, *, names: Iterable[str] | None = None) -> list[RecordBeats]:
    """Clean and refine the records of a cache (all, or those named), in the cache's order."""
    wanted = None if names is None else set(names)
    chosen = [r for r in packed.records if wanted is None or r.name in wanted]
    if wanted is not None and len(chosen) != len(wanted):
        absent = sorted(wanted - {r.name for r in chosen})
        raise DatabaseError(f"the cache lacks records {', '.join(absent)}; run `prepare` on them")

    def one(record: PackedRecord) -> RecordBeats:
        samples = np.array(record.samples, np.int64)
        return record_beats(unpack(record), samples, np.array(list(record.symbols)))

    with ThreadPoolExecutor(2) as pool:  # numpy and scipy release the lock
        return list(pool.map(one, chosen))
