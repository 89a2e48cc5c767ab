"""Every sample format against wfdb's own decoding, whole and in blocks."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.formats.wfdb.sample_formats import FORMATS
from tests.data import data_dir

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import wfdb

PACKED = [8, 16, 24, 32, 61, 80, 160, 212, 310, 311]
SPARE_BITS = {310: (0x01, 0x00, 0x01, 0x00), 311: (0x00, 0x00, 0x00, 0xC0)}


def _random_file(path: Path, fmt: int, n_samples: int, seed: int) -> None:
    form = FORMATS[fmt]
    data = np.random.default_rng(seed).integers(0, 256, form.n_bytes(n_samples) + 8, np.uint8)
    data = data[: form.n_bytes(n_samples)]
    for i, spare in enumerate(SPARE_BITS.get(fmt, ())):
        data[i::4] &= np.uint8(~spare & 0xFF)
    path.write_bytes(data.tobytes())


def _header(path: Path, fmt: int, n: int, names: tuple[str, ...], extra: str = "") -> Path:
    lines = [f"{path.stem} {len(names)} 500 {n}"]
    lines += [f"{path.name} {fmt}{extra} 100(7)/mV 0 0 5 0 0 {name}" for name in names]
    header = path.with_suffix(".hea")
    header.write_text("\n".join(lines) + "\n")
    return header


def _assert_as_wfdb(header: Path) -> None:
    record = open_record(header)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = wfdb.rdrecord(str(header.with_suffix("")))
    expected = theirs.p_signal.T.astype(np.float32)
    np.testing.assert_array_equal(record.read(0, record.n_samples), expected)
    for start, stop in ((0, 1), (1, 2), (5, 12), (record.n_samples - 3, record.n_samples)):
        np.testing.assert_array_equal(record.read(start, stop), expected[:, start:stop])


@pytest.mark.parametrize("n", [64, 65, 67])
@pytest.mark.parametrize("fmt", PACKED)
def test_packed_formats_decode_as_wfdb_does(tmp_path: Path, fmt: int, n: int) -> None:
    names = ("I", "II", "V5")
    path = tmp_path / "rec.dat"
    _random_file(path, fmt, n * len(names), seed=fmt + n)
    header = _header(path, fmt, n, names)
    _assert_as_wfdb(header)
    lengths = [f for f in open_record(header).verdict.findings if f.check == "length"]
    assert [f.severity for f in lengths] == ["ok"]


def test_format_8_in_the_middle_of_a_long_file(tmp_path: Path) -> None:
    n = 200_000
    path = tmp_path / "rec.dat"
    _random_file(path, 8, 2 * n, seed=8)
    record = open_record(_header(path, 8, n, ("I", "II")))
    late = record.read(150_000, 150_010)
    whole = open_record(path).read(0, n)
    np.testing.assert_array_equal(late, whole[:, 150_000:150_010])


@pytest.mark.parametrize("fmt", [508, 516, 524])
def test_flac_decodes_as_wfdb_does(tmp_path: Path, fmt: int) -> None:
    bits = fmt - 500
    rng = np.random.default_rng(fmt)
    adc = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (70_000, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wfdb.wrsamp(
            "rec", 500, ["mV", "mV"], ["I", "II"], d_signal=adc, fmt=[str(fmt)] * 2,
            adc_gain=[2.0**bits / 40] * 2, baseline=[0, 0], write_dir=str(tmp_path),
        )  # fmt: skip
    header = tmp_path / "rec.hea"
    _assert_as_wfdb(header)
    record = open_record(header)
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"
    np.testing.assert_array_equal(
        record.read(65_530, 65_545), record.read(0, 70_000)[:, 65_530:65_545]
    )


def test_damaged_flac_is_a_gap_and_an_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wfdb.wrsamp(
            "rec", 500, ["mV"], ["I"], d_signal=rng.integers(-900, 900, (200_000, 1)),
            fmt=["516"], adc_gain=[100.0], baseline=[0], write_dir=str(tmp_path),
        )  # fmt: skip
    path = tmp_path / "rec.dat"
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    path.write_bytes(data)
    record = open_record(path)
    whole = record.read(0, record.n_samples)
    assert whole.shape == (1, 200_000)
    np.testing.assert_array_equal(record.read(99_000, 101_000), whole[:, 99_000:101_000])
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "damaged"


@pytest.mark.parametrize(
    "name", ["mitdb/100", "mitdb/114", "mitdb/208", "svdb/865", "nstdb/118e_6", "nstdb/em"]
)
def test_real_records_read_as_wfdb_reads_them(name: str) -> None:
    stem = data_dir(name.partition("/")[0]) / name.partition("/")[2]
    record = open_record(stem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = wfdb.rdrecord(str(stem), sampfrom=100_000, sampto=160_001)
    np.testing.assert_array_equal(
        record.read(100_000, 160_001), theirs.p_signal.T.astype(np.float32)
    )
    assert record.comments == tuple(theirs.comments)


def test_any_block_size_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "rec.dat"
    _random_file(path, 212, 3 * 1001, seed=3)
    record = open_record(_header(path, 212, 1001, ("I", "II", "III")))
    whole = record.read(0, 1001)
    for size in (1, 7, 64, 500, 1001, 5000):
        parts = [record.read(at, at + size) for at in range(0, 1001, size)]
        np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
