"""VitalDB's beats: times, classes and rhythms of patients under anaesthesia, without signals.

One table, `beats.csv.xz`: case, time_s (to the millisecond), beat, rhythm, bad (1: poor signal), a
row a beat. What is packed is the table as it stands; what a network is told of it is made on
reading (`cases`).
"""

import csv
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from train.data import hashed
from train.data.database import DatabaseError
from train.data.splits import N_FOLDS

TABLE = "beats.csv.xz"
BEATS = ("N", "S", "V", "U", "P", "Start", "End", "")
# the ten labels, the commonest first; sinus rhythm, fibrillation or flutter, sinus rhythm with many
# ventricular or atrial premature beats, sinus node dysfunction (nodal rhythm here), multifocal and
# supraventricular tachycardia, AV block, ventricular tachycardia
RHYTHMS = (
    *("N", "AFIB/AFL", "SR-mPVC-BT", "SND", "SR-mPAC-BT", "MAT", "SVTA", "AVB", "VT"),
    "Unclassifiable",
)
AF, SND = RHYTHMS.index("AFIB/AFL"), RHYTHMS.index("SND")
NOISE = "Noise"
NO_TARGET = -1
_N, _S, _V = 0, 1, 2
_NODAL_WEIGHT = 0.2
_WORDS = (*RHYTHMS, NOISE, "")  # as rhythms are coded in the cache
_COLUMNS = ["case", "time_s", "beat", "rhythm", "bad"]
_MAGIC = b"ECGVIEWER BEAT TIMES 1\n"
_PLANES = 4 + 3  # bytes a row: int32 of time, beat, rhythm, bad
_MOST_MS = np.iinfo(np.int32).max


class PackedCases(msgspec.Struct, frozen=True):
    """The whole table.

    `rows` is LZMA over four planes of bytes of the int32 steps between times, in ms, then a byte a
    row of beats (their place in `BEATS`), of rhythms and of `bad`.
    """

    database: str
    cases: list[int]
    sizes: list[int]  # rows of each case
    rows: bytes


@dataclass(frozen=True)
class Rows:
    """Rows of the table, (n,) each: ms int64, places in `BEATS` and in rhythms, whether bad."""

    ms: NDArray[np.int64]
    beat: NDArray[np.uint8]
    rhythm: NDArray[np.uint8]
    bad: NDArray[np.bool_]


@dataclass(frozen=True)
class Case:
    """One patient.

    Attributes
    ----------
    case : int
        VitalDB's number.
    seconds : (n,) float64
        When each beat is, rising; beats without a target stay in it, for their RR.
    label : (n,) int64
        N 0, S 1, V 2; -1 no target.
    rhythm : (n,) int64
        Place in `RHYTHMS`, of beats without a target too; -1 for noise and where none is given.
    weight : (n,) float32
        What the beat counts: less where nodal rhythm is called S.
    """

    case: int
    seconds: NDArray[np.float64]
    label: NDArray[np.int64]
    rhythm: NDArray[np.int64]
    weight: NDArray[np.float32]


def pack(path: Path) -> PackedCases:
    """Read the table; DatabaseError where it is absent, damaged or holds what it should not."""
    sizes: dict[int, int] = {}
    last = None
    before = 0
    ms, codes = [], bytearray()
    for where, (case, time, *words) in _lines(path):
        if case != last and case in sizes:
            raise DatabaseError(f"{where}: case {case} goes on after another case")
        if case == last and time < before:
            raise DatabaseError(f"{where}: {time / 1000:.3f} s comes after {before / 1000:.3f} s")
        sizes[case] = sizes.get(case, 0) + 1
        last, before = case, time
        ms.append(time)
        codes += bytes(words)
    if not sizes:
        raise DatabaseError(f"{path}: no beats")
    steps = np.diff(np.array(ms, np.int64), prepend=0).astype("<i4")
    planes = hashed.to_planes(steps)
    planes += np.frombuffer(bytes(codes), np.uint8).reshape(-1, 3).T.tobytes()
    rows = lzma.compress(planes, preset=6)
    return PackedCases("vitaldb", list(sizes), list(sizes.values()), rows)


def _lines(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Where each row stands, and its case, ms and codes of beat, rhythm and bad."""
    beats = {word: i for i, word in enumerate(BEATS)}
    rhythms = {word: i for i, word in enumerate(_WORDS)}
    bad = {"0": 0, "1": 1}
    try:
        with lzma.open(path, "rt", encoding="ascii", newline="") as file:
            table = csv.reader(file)
            if next(table, None) != _COLUMNS:
                raise DatabaseError(f"{path}: its first line is not {','.join(_COLUMNS)}")
            for row in table:
                where = f"{path}: line {table.line_num}"
                try:
                    case, time, beat, rhythm, poor = row
                    codes = beats[beat], rhythms[rhythm], bad[poor]
                    yield where, (int(case), _ms(time), *codes)
                except (ValueError, KeyError) as error:
                    said = ",".join(row)
                    raise DatabaseError(f"{where}: no beat of this table ({said})") from error
    except FileNotFoundError as error:
        raise DatabaseError(f"{path}: no such file") from error
    except (lzma.LZMAError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DatabaseError(f"{path}: damaged ({error})") from error


def _ms(text: str) -> int:
    """Whole milliseconds; ValueError where there are none, or more than fit."""
    time = float(text) * 1000
    if not 0 <= time < _MOST_MS + 0.5 or abs(time - round(time)) > 1e-3:
        raise ValueError(text)
    return round(time)


def write(packed: PackedCases, target: Path) -> None:
    """Write the cache, whole or not at all."""
    hashed.write(packed, target, magic=_MAGIC)


def load(path: Path) -> PackedCases:
    """Read the cache; DatabaseError where it is absent, damaged or of another kind."""
    return hashed.read(path, PackedCases, magic=_MAGIC)


def unpack(packed: PackedCases) -> Rows:
    """All rows; DatabaseError where they are not what the cache says there is."""
    try:
        data = np.frombuffer(lzma.decompress(packed.rows), np.uint8).reshape(_PLANES, -1)
    except (lzma.LZMAError, EOFError, ValueError) as error:
        raise DatabaseError(f"{packed.database}: damaged in the cache ({error})") from error
    if data.shape[1] != sum(packed.sizes) or len(packed.sizes) != len(packed.cases):
        raise DatabaseError(f"{packed.database}: other rows in the cache than it says")
    steps = hashed.from_planes(data[:4], "<i4")
    return Rows(np.cumsum(steps, dtype=np.int64), data[4], data[5], data[6] == 1)


def counts(packed: PackedCases) -> dict[str, int]:
    """Rows called N, S and V, as the table has them."""
    found = np.bincount(unpack(packed).beat, minlength=len(BEATS))
    return {name: int(found[BEATS.index(name)]) for name in "NSV"}


def cases(packed: PackedCases) -> list[Case]:
    """Every case as a network learns it.

    The table calls every beat in fibrillation or flutter S: these are N. No target have beats
    called anything but N, S or V, those in noise and those of poor signal. Rows at one time are
    one beat, with a target, or a rhythm, where all of them say the same.
    """
    rows = unpack(packed)
    label, rhythm = rows.beat.astype(np.int64), rows.rhythm.astype(np.int64)
    label[(label > _V) | (rhythm == _WORDS.index(NOISE)) | rows.bad] = NO_TARGET
    label[(label == _S) & (rhythm == AF)] = _N
    rhythm[rhythm >= len(RHYTHMS)] = -1
    ends = np.cumsum(packed.sizes)
    return [
        _case(case, rows.ms[first:stop], label[first:stop], rhythm[first:stop])
        for case, first, stop in zip(packed.cases, ends - packed.sizes, ends, strict=True)
    ]


def _case(
    case: int, ms: NDArray[np.int64], label: NDArray[np.int64], rhythm: NDArray[np.int64]
) -> Case:
    times, first, place = np.unique(ms, return_index=True, return_inverse=True)
    agreed = []
    for values in (label, rhythm):
        one = values[first]
        other = np.zeros(len(times), bool)
        other[place[values != one[place]]] = True
        agreed.append(np.where(other, -1, one))
    label, rhythm = agreed
    nodal = (label == _S) & (rhythm == SND)
    weight = np.where(nodal, _NODAL_WEIGHT, 1.0).astype(np.float32)
    return Case(case, times / 1000, label, rhythm, weight)


def folds(every: Sequence[Case]) -> list[tuple[int, ...]]:
    """Case numbers in five folds of as many cases, beats of each class and rhythm spread.

    Cases that hold the greatest share of anything are dealt first, each to the fold that has least
    of what it brings; their order in `every` does not matter.
    """
    ordered = sorted(every, key=lambda case: case.case)
    held = np.array([_held(case) for case in ordered], np.float64)
    share = held / np.maximum(held.sum(axis=0), 1)
    room = np.full(N_FOLDS, len(ordered) // N_FOLDS)
    room[: len(ordered) % N_FOLDS] += 1
    filled = np.zeros((N_FOLDS, share.shape[1]))
    out: list[list[int]] = [[] for _ in range(N_FOLDS)]
    for i in np.argsort(-share.max(axis=1), kind="stable"):
        cost = np.where(room > 0, filled @ share[i], np.inf)
        fold = int(cost.argmin())
        filled[fold] += share[i]
        room[fold] -= 1
        out[fold].append(ordered[i].case)
    return [tuple(sorted(fold)) for fold in out]


def _held(case: Case) -> list[int]:
    """Beats with a target, by class and by rhythm."""
    there = case.label >= 0
    by_class = np.bincount(case.label[there], minlength=_V + 1)
    by_rhythm = np.bincount(case.rhythm[there & (case.rhythm >= 0)], minlength=len(RHYTHMS))
    return [*by_class.tolist(), *by_rhythm.tolist()]
