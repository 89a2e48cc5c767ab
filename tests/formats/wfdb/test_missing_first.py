"""Records whose first samples are missing, in every sample format: no damage, shown as a gap."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from ecgviewer.formats.readers import open_record
from ecgviewer.formats.wfdb.sample_formats import FORMATS
from ecgviewer.record import Record
from tests.formats.records import checksum, write_header

N, MISSING = 3_001, 40
PLAIN = {16: ("<i2", 0), 32: ("<i4", 0), 61: (">i2", 0), 80: ("u1", 2**7), 160: ("<u2", 2**15)}
FLAC = {508: "PCM_S8", 516: "PCM_16", 524: "PCM_24"}
CODES = [code for code in FORMATS if code != 8]


def no_sample(code: int) -> int:
    """The least value of its bits: signal(5)."""
    bits = {212: 12, 310: 10, 311: 10, 80: 8, 508: 8, 24: 24, 524: 24, 32: 32}
    return -(2 ** (bits.get(code, 16) - 1))


def samples(code: int) -> NDArray[np.int64]:
    """(N, 2) values of seven bits; the second lead begins late."""
    adc = np.random.default_rng(code).integers(-60, 60, (N, 2))
    adc[:MISSING, 1] = no_sample(code)
    return adc


def packed(adc: NDArray[np.int64], code: int) -> bytes:
    """Samples as signal(5) lays them out."""
    flat = adc.reshape(-1)
    if code in PLAIN:
        kind, zero = PLAIN[code]
        return (flat + zero).astype(kind).tobytes()
    if code == 24:
        return flat.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    size = 2 if code == 212 else 3
    a, b, *rest = np.append(flat, np.zeros(-len(flat) % size, np.int64)).reshape(-1, size).T
    if code == 212:
        a, b = a & 0xFFF, b & 0xFFF
        parts = [a & 0xFF, (a >> 8) | (b >> 8 << 4), b & 0xFF]
        return np.stack(parts, axis=1).astype(np.uint8).tobytes()
    a, b, c = a & 0x3FF, b & 0x3FF, rest[0] & 0x3FF
    if code == 310:  # two words of eleven bits and the third in their upper fives
        words = [(a << 1) | (c & 0x1F) << 11, (b << 1) | (c >> 5) << 11]
        return np.stack(words, axis=1).astype("<u2").tobytes()
    return (a | b << 10 | c << 20).astype("<u4").tobytes()  # 311


def write(folder: Path, code: int, stated: str = "") -> Path:
    adc, path = samples(code), folder / "rec.dat"
    if code in FLAC:
        width = 32 - (code - 500)  # soundfile takes the upper bits
        data = (adc << width).astype(np.int32)
        soundfile.write(path, data, 360, format="FLAC", subtype=FLAC[code])
    else:
        path.write_bytes(packed(adc, code))
    words = {"invalid": f"{adc[0, 1]}", "first there": f"{adc[MISSING, 1]}"}
    first = (f"{adc[0, 0]}", words.get(stated, stated))
    lines = [
        f"rec.dat {code} 100/mV 0 0 {initial} {checksum(column)} 0 {name}"
        for initial, column, name in zip(first, adc.T, ("I", "II"), strict=True)
    ]
    return write_header(folder, "\n".join([f"rec 2 360 {N}", *lines]) + "\n")


def badge(record: Record) -> str:
    assert record.verify is not None
    return record.verify(lambda: False).badge


@pytest.mark.parametrize("stated", ["invalid", "0", "-32768", "first there"])
@pytest.mark.parametrize("code", CODES)
def test_a_missing_first_sample(tmp_path: Path, code: int, stated: str) -> None:
    record = open_record(write(tmp_path, code, stated))
    assert badge(record) == "intact"
    read, adc = record.read(0, N), samples(code)
    np.testing.assert_array_equal(np.isnan(read), no_sample(code) == adc.T)
    np.testing.assert_allclose(read[0], adc[:, 0] / 100, rtol=1e-6)
    np.testing.assert_allclose(read[1, MISSING:], adc[MISSING:, 1] / 100, rtol=1e-6)


@pytest.mark.parametrize("code", CODES)
def test_another_first_sample_is_damage(tmp_path: Path, code: int) -> None:
    assert badge(open_record(write(tmp_path, code, "77"))) == "damaged"


def differences(folder: Path, values: NDArray[np.int64], initial: int) -> Path:
    """A record of format 8; what a difference cannot hold goes into those after it: signal(5)."""
    told, at = np.empty(len(values), np.int64), initial
    sums = np.empty(len(values), np.int64)
    for i, value in enumerate(values.tolist()):
        told[i] = max(-128, min(127, value - at))
        at += int(told[i])
        sums[i] = at
    (folder / "rec.dat").write_bytes(told.astype(np.int8).tobytes())
    line = f"rec.dat 8 200/mV 0 0 {initial} {checksum(sums)} 0 II"
    return write_header(folder, f"rec 1 360 {len(values)}\n{line}\n")


@pytest.mark.parametrize("initial", [-(2**15), 0, 55])
def test_a_missing_first_sample_of_sums(tmp_path: Path, initial: int) -> None:
    """The library's value for no sample where it is said; else the sums begin elsewhere.

    From there they climb by 127 a sample, values never recorded: in short records of low gain these
    make amplitudes doubtful, as they are.
    """
    values = np.random.default_rng(8).integers(-60, 60, 30_000)
    if initial == -(2**15):
        values[:MISSING] = initial
    record = open_record(differences(tmp_path, values, initial))
    assert badge(record) == "intact"
    gone = np.isnan(record.read(0, 30_000)[0])
    assert int(gone.sum()) == (MISSING if initial == -(2**15) else 0)
    assert not gone[MISSING:].any()
    np.testing.assert_allclose(record.read(400, 500)[0], values[400:500] / 200, rtol=1e-6)


def test_sums_from_elsewhere_are_damage(tmp_path: Path) -> None:
    values = np.random.default_rng(8).integers(-60, 60, 3_000)
    header = differences(tmp_path, values, int(values[0]))
    header.write_text(header.read_text().replace(f" {values[0]} ", f" {values[0] + 9} ", 1))
    assert badge(open_record(header)) == "damaged"
