"""The packed database: raw samples and annotations in one file, to be carried; never cleaned."""

import hashlib
import lzma
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Lead, Record, RecordError
from ecgviewer.signal.params import Preprocessing
from train.data import hashed
from train.data.database import DatabaseError, RecordBeats, record_beats

_MAGIC = b"ECGVIEWER CACHE 2\n"
_MAGIC_1 = b"ECGVIEWER CACHE 1\n"  # without a hash
_STEPS_PER_MV = (200, 100, 400, 1000, 4000)
_STEP_TOLERANCE_MV = 1e-5  # float32 of a step's multiple is that near, all that int16 holds
_GAP = np.iinfo(np.int16).min


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


def _to_steps(path: Path, ecg: NDArray[np.float32]) -> tuple[NDArray[np.int16], int]:
    """Samples as whole steps, (n_leads, n), and how many steps make a mV; gaps as -32768."""
    reason = "are no multiples of a known step"
    for per_mv in _STEPS_PER_MV:
        adc = np.rint(ecg.astype(np.float64) * per_mv)
        if not np.allclose(adc / per_mv, ecg, rtol=1e-7, atol=_STEP_TOLERANCE_MV, equal_nan=True):
            continue
        if np.nanmax(np.abs(adc), initial=0) < -_GAP:
            return np.where(np.isnan(adc), _GAP, adc).astype(np.int16), per_mv
        reason = "do not fit 16 bits"  # of this step; a larger one may hold them
    raise DatabaseError(f"{path}: samples {reason}; not packed")


def pack_record(path: Path, *, annotator: str | None = "atr") -> PackedRecord:
    """Pack one record with its reference annotations; DatabaseError where either is damaged."""
    try:
        record = open_record(path)
        verdict = record.verify(lambda: False) if record.verify else record.verdict
        wrong = [f.message for f in verdict.findings if f.severity == "error"]
        if wrong:
            raise DatabaseError(f"{path}: damaged ({wrong[0]})")
        samples = np.empty(0, np.int64)
        symbols: tuple[str, ...] = ()
        if annotator is not None:
            annotations = read_annotations(record, annotator)
            samples, symbols = annotations.sample, annotations.symbol
        ecg = record.read(0, record.n_samples)
    except RecordError as error:
        raise DatabaseError(str(error)) from error
    exact, per_mv = _to_steps(path, ecg)
    # a delta of int16 wraps and unwraps exactly
    delta = np.diff(exact, axis=1, prepend=np.int16(0)).astype(np.int16)
    planes = hashed.to_planes(delta)
    return PackedRecord(
        record.name,
        record.fs,
        [lead.name for lead in record.leads],
        record.n_samples,
        1 / per_mv,
        lzma.compress(planes, preset=6),
        hashlib.sha256(exact.tobytes()).hexdigest(),
        [int(s) for s in samples],
        "".join(symbol[:1] or " " for symbol in symbols),
    )


def pack(
    database: str,
    paths: Sequence[Path],
    *,
    annotator: str | None = "atr",
    progress: Callable[[str], None],
) -> Packed:
    """Pack records; DatabaseError where any is absent, partial or damaged. Writes nothing."""
    absent = [path.name for path in paths if not path.is_file()]
    if absent:
        named = ", ".join(absent[:5]) + (", ..." if len(absent) > 5 else "")
        folder = paths[0].parent
        raise DatabaseError(f"{folder}: {len(absent)} of {len(paths)} records absent ({named})")
    records = []
    for path in paths:
        records.append(pack_record(path, annotator=annotator))
        progress(path.stem)
    return Packed(database, records)


def write(packed: Packed, target: Path) -> None:
    """Write a cache, whole or not at all; one that is there already is replaced only by a whole."""
    hashed.write(packed, target, magic=_MAGIC)


def load(path: Path) -> Packed:
    """Read a cache; DatabaseError where it is absent or damaged."""
    return hashed.read(path, Packed, magic=_MAGIC, unhashed=_MAGIC_1)


def unpack(packed: PackedRecord) -> Record:
    """A Record whose samples lie in memory."""
    try:
        planes = np.frombuffer(lzma.decompress(packed.signal), np.uint8).reshape(2, -1)
        delta = hashed.from_planes(planes, np.int16).reshape(len(packed.leads), -1)
    except (lzma.LZMAError, EOFError, ValueError) as error:
        raise DatabaseError(f"record {packed.name}: damaged in the cache ({error})") from error
    adc = np.cumsum(delta, axis=1, dtype=np.int16)
    if hashlib.sha256(adc.tobytes()).hexdigest() != packed.sha256:
        raise DatabaseError(f"record {packed.name}: samples differ from their hash in the cache")
    ecg = (adc * np.float64(packed.step_mv)).astype(np.float32)
    ecg[adc == _GAP] = np.nan

    def read(start: int, stop: int) -> NDArray[np.float32]:
        return ecg[:, start:stop]

    leads = tuple(Lead(name) for name in packed.leads)
    return Record(packed.name, Path(packed.name), packed.fs, leads, packed.n_samples, read)


def chosen(packed: Packed, names: Iterable[str] | None) -> list[PackedRecord]:
    """Records of a cache (all, or those named), in the cache's order."""
    wanted = None if names is None else set(names)
    found = [r for r in packed.records if wanted is None or r.name in wanted]
    if wanted is not None and len(found) != len(wanted):
        absent = sorted(wanted - {r.name for r in found})
        raise DatabaseError(f"the cache lacks records {', '.join(absent)}; run `prepare` on them")
    return found


def beats(
    packed: Packed,
    *,
    names: Iterable[str] | None = None,
    prep: Preprocessing,
    context: bool = False,
) -> list[RecordBeats]:
    """Clean and refine the records of a cache (all, or those named), in the cache's order."""

    def one(record: PackedRecord) -> RecordBeats:
        samples = np.array(record.samples, np.int64)
        symbols = np.array(list(record.symbols))
        return record_beats(unpack(record), samples, symbols, prep=prep, context=context)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # numpy and scipy release the lock
        return list(pool.map(one, chosen(packed, names)))
