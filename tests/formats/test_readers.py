"""Opening records: which file leads to which record, leads and units, layouts, gaps, laziness."""

import datetime as dt
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from ecgviewer.formats.ecg_leads import mv_per_unit, roles
from ecgviewer.formats.readers import open_record
from ecgviewer.record import RecordError
from tests.formats.records import ecg_like, packed, signal_lines, write_header, write_record


@pytest.mark.parametrize("given", ["rec.hea", "rec.dat", "rec", "rec.atr"])
def test_any_file_of_a_record_leads_to_it(tmp_path: Path, given: str) -> None:
    adc = ecg_like(500)
    header = write_record(tmp_path, adc)
    record = open_record(str(tmp_path / given))
    assert record.name == "rec"
    assert record.path == tmp_path / given
    assert record.files == (header, tmp_path / "rec.dat")
    np.testing.assert_allclose(record.read(0, 500), (adc.T - 1024) / 200, rtol=1e-6)


def test_a_name_with_a_point_and_a_signal_file_of_another_name(tmp_path: Path) -> None:
    adc = ecg_like(50)
    write_record(tmp_path, adc, name="day.1")
    assert open_record(tmp_path / "day.1").name == "day.1"
    (tmp_path / "raw.dat").write_bytes(packed(adc, 16))
    write_header(tmp_path, "\n".join(["b 2 360 50", *signal_lines(adc, "raw.dat")]), name="b")
    assert open_record(tmp_path / "raw.dat").name == "b"
    write_header(tmp_path, "\n".join(["c 2 360 50", *signal_lines(adc, "raw.dat")]), name="c")
    with pytest.raises(RecordError, match=r"several headers name it \(b\.hea, c\.hea\)"):
        open_record(tmp_path / "raw.dat")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("absent", "no such record"),
        ("absent.hea", "header is missing"),
        ("alone.dat", "header alone.hea is missing"),
        ("sheet.csv", r"none of the formats that can be read: WFDB \(\.hea, \.dat\)"),
        ("", "this is a folder"),
        ("nul\0", "no such record"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_sentence(
    tmp_path: Path, given: str, reason: str
) -> None:
    (tmp_path / "alone.dat").write_bytes(b"1234")
    (tmp_path / "sheet.csv").write_text("1,2")
    with pytest.raises(RecordError, match=reason) as caught:
        open_record(tmp_path / given)
    assert "\n" not in caught.value.reason


def test_header_fields(tmp_path: Path) -> None:
    tail = ["# 69 M 1085 1629 x1", "#Diagnosis: Bundesärztekammer", "# "]
    header = write_record(tmp_path, ecg_like(40), tail=tail, start="10:05:30.25 03/07/1999")
    record = open_record(header)
    assert record.comments == ("69 M 1085 1629 x1", "Diagnosis: Bundesärztekammer", "")
    assert record.start == dt.datetime(1999, 7, 3, 10, 5, 30, 250_000)  # noqa: DTZ001
    assert record.verdict.severity == "ok"
    assert not record.verdict.complete
    assert record.verdict.badge == "checking"


def test_old_headers_in_latin_1_and_control_characters(tmp_path: Path) -> None:
    header = write_record(tmp_path, ecg_like(40))
    header.write_bytes(header.read_bytes() + b"# M\xfcller\xa0\x1b[31m\n")
    assert open_record(header).comments == ("Müller \N{REPLACEMENT CHARACTER}[31m",)


def test_units_become_millivolts_and_others_stay(tmp_path: Path) -> None:
    adc = np.tile(np.array([[100, 200, 300, 400, 500]]), (30, 1))
    gains = ["100000/V", "100/mV", "0.1/µV", "10/mmHg", "100"]
    names = ["I", "II", "III", "ABP", "V1"]
    lines = ["rec 5 250 30"]
    lines += [f"rec.dat 16 {g} 0 0 0 0 0 {n}" for g, n in zip(gains, names, strict=True)]
    (tmp_path / "rec.hea").write_text("\n".join(lines), "utf-8")
    (tmp_path / "rec.dat").write_bytes(packed(adc, 16))
    record = open_record(tmp_path / "rec")
    np.testing.assert_allclose(record.read(3, 4)[:, 0], [1, 2, 3, 40, 5], rtol=1e-6)
    assert record.ecg_leads == (0, 1, 2, 4)
    assert [lead.unit for lead in record.leads] == ["V", "mV", "µV", "mmHg", "mV"]
    assert record.read(0, 30).dtype == np.float32


@pytest.mark.parametrize(
    ("name", "unit", "is_ecg"),
    [
        *[(name, "mV", True) for name in ("MLII", "V5", "aVR", "ECG1", "ECG", "II+", "D2", "CM5")],
        *[(name, "uV", True) for name in ("X", "CC5", "A-S", "V", "C3", "chan 1", "Abdomen_1")],
        ("MLII", "MV", True),
        ("I", "\N{GREEK SMALL LETTER MU}V", True),
        ("ECG lead (chest)", "V", True),
        ("II", "mmHg", False),
        ("II", "NU", False),
        *[(name, "mV", False) for name in ("ABP", "ART", "CVP", "PAP 2", "PLETH", "Resp", "BP")],
        *[(name, "mV", False) for name in ("EEG (C4-A1)", "C3-A2", "Fp1", "EMG1", "EOG(left)")],
        *[(name, "V", False) for name in ("SpO2", "CO2", "acc_x", "RESP_imp", "Resp Rate", "O2")],
    ],
)
def test_what_counts_as_an_ecg_lead(name: str, unit: str, is_ecg: bool) -> None:
    (role,) = roles([(name, unit)])
    # whether it is read, and in millivolts: what has no known unit is read as it is, and said so
    assert (role.is_ecg and mv_per_unit(unit) is not None) is is_ecg


@pytest.mark.parametrize("gain", ["0", "0(5)/mV", ""])
def test_no_gain_is_uncalibrated(tmp_path: Path, gain: str) -> None:
    lines = ["rec 1 360 20", f"rec.dat 16 {gain}".strip()]
    write_header(tmp_path, "\n".join(lines))
    (tmp_path / "rec.dat").write_bytes(packed(np.full((20, 1), 405), 16))
    record = open_record(tmp_path / "rec")
    assert not record.leads[0].calibrated
    assert record.leads[0].name == "signal 1"
    baseline = 5 if "(" in gain else 0
    np.testing.assert_allclose(record.read(0, 1), [[(405 - baseline) / 200]])
    assert record.verdict.severity == "ok"  # the file says so itself: no doubt about it
    assert any("gives no gain" in found.message for found in record.verdict.findings)


@pytest.mark.parametrize("fmt", [16, 212])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_short_records(tmp_path: Path, fmt: int, n: int) -> None:
    adc = ecg_like(n, 1)
    record = open_record(write_record(tmp_path, adc, fmt=fmt))
    assert record.n_samples == n
    np.testing.assert_allclose(record.read(-5, 100)[0], (adc[:, 0] - 1024) / 200, rtol=1e-6)
    assert record.read(n, n + 5).shape == (1, 0)
    assert record.verify is not None
    assert record.verify(lambda: False).complete


@pytest.mark.parametrize("fs", ["50", "128", "360", "10000", "249.89", "360/360(0)"])
def test_rates(tmp_path: Path, fs: str) -> None:
    record = open_record(write_record(tmp_path, ecg_like(60), fs=fs))
    assert record.fs == float(fs.partition("/")[0])
    assert record.verdict.severity == "ok"


def test_twelve_leads_and_more_in_several_files(tmp_path: Path) -> None:
    adc = ecg_like(300, 15)
    names = [f"L{i}" for i in range(15)]
    lines = signal_lines(adc[:, :8], "a.dat", names=names[:8], fmt=212)
    lines += signal_lines(adc[:, 8:], "b.dat", names=names[8:])
    write_header(tmp_path, "\n".join(["rec 15 1000 300", *lines]))
    (tmp_path / "a.dat").write_bytes(packed(adc[:, :8], 212))
    (tmp_path / "b.dat").write_bytes(packed(adc[:, 8:], 16))
    record = open_record(tmp_path / "rec.hea")
    np.testing.assert_allclose(record.read(0, 300), (adc.T - 1024) / 200, rtol=1e-6)
    assert [path.name for path in record.files] == ["rec.hea", "a.dat", "b.dat"]
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"
    (tmp_path / "b.dat").unlink()
    partly = open_record(tmp_path / "rec.hea")
    assert np.isnan(partly.read(0, 300)[8:]).all()
    assert np.isfinite(partly.read(0, 300)[:8]).all()
    assert partly.verdict.badge == "damaged"


def test_invalid_samples_are_gaps(tmp_path: Path) -> None:
    adc = ecg_like(100)
    adc[40:60, 0] = -(2**11)
    record = open_record(write_record(tmp_path, adc, fmt=212))
    gap = np.isnan(record.read(0, 100))
    assert gap[0, 40:60].all()
    assert gap.sum() == 20


def test_length_that_the_header_leaves_out_comes_from_the_file(tmp_path: Path) -> None:
    adc = ecg_like(77)
    (tmp_path / "rec.dat").write_bytes(packed(adc, 212))
    for first in ("rec 2 360", "rec 2 360 0"):
        write_header(tmp_path, "\n".join([first, *signal_lines(adc, "rec.dat", fmt=212)]))
        assert open_record(tmp_path / "rec").n_samples == 77


def test_byte_offset(tmp_path: Path) -> None:
    adc = ecg_like(30)
    lines = [line.replace(" 16 ", " 16+24 ") for line in signal_lines(adc, "rec.mat")]
    write_header(tmp_path, "\n".join(["rec 2 360 30", *lines]))
    (tmp_path / "rec.mat").write_bytes(bytes(24) + packed(adc, 16))
    record = open_record(tmp_path / "rec.mat")
    np.testing.assert_allclose(record.read(0, 30), (adc.T - 1024) / 200, rtol=1e-6)
    assert record.verdict.severity == "ok"


def test_a_small_block_reads_a_small_part_of_a_large_file(tmp_path: Path) -> None:
    n = 300_000_000  # ten days at 360 Hz; the file is all hole
    for name, fmt, size in (("a", "16", 4 * n), ("b", "212", 3 * n)):
        lines = [f"{name} 2 360 {n}", *[f"{name}.dat {fmt} 200 12 0 0 0 0 L{i}" for i in (0, 1)]]
        write_header(tmp_path, "\n".join(lines), name=name)
        with (tmp_path / f"{name}.dat").open("wb") as file:
            os.truncate(file.fileno(), size)
        tracemalloc.start()
        try:
            record = open_record(tmp_path / name)
            block = record.read(n - 1000, n)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert block.shape == (2, 1000)
        assert peak < 2_000_000
