"""Recordings of any length for the benchmark, tiled from real ones.

Each is written once into a scratch folder and used again as long as its size is right. The header's
checksums are those of its samples.
"""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ecgviewer import paths

GAIN, ZERO = 200, 1024  # of all of mitdb and of the demo record: ADC units a mV, value of 0 mV
SOURCE_HZ = 360
NAMES = ("MLII", "V1", "V5")
RECIPE = "tiled for bench.days, recipe 1"
Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Wanted:
    """A recording to make.

    Attributes
    ----------
    name : str
        Record name.
    seconds : float
        How long.
    fs : int
        Hz: 360, or 250 where it is resampled.
    n_leads : int
        2, or 3: the third is the difference of the first two.
    code : int
        Sample format, 212 or 16.
    """

    name: str
    seconds: float
    fs: int
    n_leads: int
    code: int

    @property
    def n_samples(self) -> int:
        """Samples a lead; even, so that a pair of format 212 never lacks its second."""
        return round(self.seconds * self.fs / 2) * 2

    @property
    def n_bytes(self) -> int:
        """Size of the signal file."""
        values = self.n_samples * self.n_leads
        return values * 2 if self.code == 16 else values // 2 * 3


def make(wanted: Wanted, *, data: Path | None, folder: Path) -> Path:
    """The header of the recording, made if it is not there or not as it should be.

    Parameters
    ----------
    wanted : Wanted
        Which.
    data : Path or None
        Folder of mitdb; None: the demo record alone.
    folder : Path
        Where to keep it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    header, signal = folder / f"{wanted.name}.hea", folder / f"{wanted.name}.dat"
    sources = _sources(data)
    recipe = f"{RECIPE}; {wanted}; {len(sources)} sources"
    there = header.is_file() and signal.is_file() and signal.stat().st_size == wanted.n_bytes
    if there and recipe in header.read_text(encoding="ascii"):
        return header
    header.unlink(missing_ok=True)
    checksums = np.zeros(wanted.n_leads, np.int64)
    first: list[int] = []  # the header names the first value of each lead
    with signal.open("wb") as file:
        for piece in pieces(wanted, sources):
            checksums += piece.sum(axis=0, dtype=np.int64)
            first = first or [int(v) for v in piece[0]]
            file.write(pack(piece, wanted.code))
    header.write_text(_header(wanted, first, checksums, recipe), encoding="ascii")
    return header


def pieces(wanted: Wanted, sources: list[Path]) -> Iterator[Samples]:
    """(n, n_leads) int16 ADC values of every stretch: as much of each source as is needed, again
    from the first source when all are used up."""
    each = math.ceil(wanted.seconds / len(sources))
    left, turn = wanted.n_samples, 0
    while left > 0:
        values = _values(sources[turn % len(sources)], wanted.fs, wanted.n_leads)
        # an even number, so that format 212 packs each piece by itself
        n = min(left, round(each * wanted.fs / 2) * 2, len(values) // 2 * 2)
        yield values[:n]
        left -= n
        turn += 1


def pack(values: Samples, code: int) -> bytes:
    """Samples (n, n_leads) as formats 16 and 212 have them; an even number of them for 212."""
    if code == 16:
        return values.astype("<i2").tobytes()
    pairs = values.reshape(-1, 2).astype(np.int32) & 0xFFF
    packed = np.empty((len(pairs), 3), np.uint8)
    packed[:, 0] = pairs[:, 0] & 0xFF
    packed[:, 1] = pairs[:, 0] >> 8 | (pairs[:, 1] >> 8) << 4
    packed[:, 2] = pairs[:, 1] & 0xFF
    return packed.tobytes()


def library() -> Any:
    """wfdb, whose import warns of its own use of pandas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Warning)
        import wfdb
        import wfdb.processing
    return wfdb


def _sources(data: Path | None) -> list[Path]:
    found = [] if data is None else sorted(data.glob("*.hea"))
    return [path.with_suffix("") for path in found] or [paths.demo_record().with_suffix("")]


@lru_cache(maxsize=1)
def _read(source: Path) -> Samples:
    """Two leads of ADC values; of a record with one lead, the second is its mirror image."""
    record = library().rdrecord(str(source), physical=False)
    values = record.d_signal.astype(np.int16)
    if values.shape[1] == 1:
        values = np.concatenate([values, 2 * ZERO - values], axis=1)
    return values[:, :2]


@lru_cache(maxsize=64)  # a week goes through all sources seven times
def _resampled(source: Path, fs: int) -> Samples:
    up, down = fs // math.gcd(fs, SOURCE_HZ), SOURCE_HZ // math.gcd(fs, SOURCE_HZ)
    values = resample_poly(_read(source).astype(np.float64) - ZERO, up, down, axis=0) + ZERO
    return np.clip(np.rint(values), 0, 2047).astype(np.int16)


def _values(source: Path, fs: int, n_leads: int) -> Samples:
    values = _read(source) if fs == SOURCE_HZ else _resampled(source, fs)
    if n_leads == 3:
        third = np.clip(values[:, 1] - values[:, 0] + ZERO, 0, 2047).astype(np.int16)
        values = np.column_stack([values, third])
    return values


def _header(wanted: Wanted, first: list[int], checksums: NDArray[np.int64], recipe: str) -> str:
    rows = [f"{wanted.name} {wanted.n_leads} {wanted.fs} {wanted.n_samples} 09:00:00 01/02/2020"]
    for k in range(wanted.n_leads):
        total = (int(checksums[k]) + 0x8000) % 0x10000 - 0x8000
        tail = f"12 {ZERO} {first[k]} {total} 0 {NAMES[k]}"
        rows.append(f"{wanted.name}.dat {wanted.code} {GAIN}/mV {tail}")
    return "\n".join([*rows, f"# {recipe}", ""])
