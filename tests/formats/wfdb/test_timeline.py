"""Layouts: skew, several samples per frame, segments of fixed and variable layout."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ecgviewer.formats.readers import open_record
from ecgviewer.record import RecordError
from tests.formats.records import ecg_like, packed, write_header, write_record


def test_skew_is_undone(tmp_path: Path) -> None:
    adc = ecg_like(200)
    lagging = adc.copy()
    lagging[7:, 1] = adc[:-7, 1]
    lines = ["rec 2 360 200", "rec.dat 16 200(1024) 11 1024 0 0 0 I"]
    lines.append("rec.dat 16:7 200(1024) 11 1024 0 0 0 II")
    write_header(tmp_path, "\n".join(lines))
    (tmp_path / "rec.dat").write_bytes(packed(lagging, 16))
    record = open_record(tmp_path / "rec")
    expected = ((adc.T - 1024) / 200).astype(np.float32)
    np.testing.assert_array_equal(record.read(0, 193), expected[:, :193])
    np.testing.assert_array_equal(record.read(50, 60), expected[:, 50:60])
    np.testing.assert_array_equal(record.read(0, 200), _by_wfdb(tmp_path / "rec"))
    tail = record.read(190, 200)
    assert np.isnan(tail[1, 3:]).all()
    assert np.isfinite(tail[0]).all()


def test_several_samples_per_frame_take_the_ecg_s_rate(tmp_path: Path) -> None:
    n, rng = 50, np.random.default_rng(3)
    ecg = rng.integers(0, 900, (n, 4))
    slow = rng.integers(0, 900, (n, 1))
    fast = rng.integers(0, 900, (n, 8))
    lines = [f"rec 3 62.5 {n}", "rec.dat 16x4 100/mV 0 0 0 0 0 II"]
    lines += ["rec.dat 16x1 10/mmHg 0 0 0 0 0 ABP", "rec.dat 16x8 1/uV 0 0 0 0 0 EEG"]
    write_header(tmp_path, "\n".join(lines))
    (tmp_path / "rec.dat").write_bytes(packed(np.hstack([ecg, slow, fast]), 16))
    record = open_record(tmp_path / "rec")
    assert record.fs == 250
    assert record.n_samples == 4 * n
    values = record.read(0, 4 * n)
    np.testing.assert_allclose(values[0], ecg.reshape(-1) / 100, rtol=1e-6)
    np.testing.assert_allclose(values[1], np.repeat(slow[:, 0], 4) / 10, rtol=1e-6)
    np.testing.assert_allclose(values[2], fast.reshape(-1, 2).mean(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(record.read(3, 18), values[:, 3:18])
    shown = [f.message for f in record.verdict.findings if f.check == "rate"]
    assert any("ABP was recorded at 62.5 Hz and is shown at 250 Hz" in text for text in shown)


def _by_wfdb(stem: Path) -> NDArray[np.float32]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import wfdb

        signal: NDArray[np.float64] = wfdb.rdrecord(str(stem)).p_signal
    return signal.T.astype(np.float32)


def _segment(folder: Path, name: str, adc, names: tuple[str, ...], gain: str) -> None:
    write_record(folder, adc, name=name, names=names, gain=gain)


def test_fixed_layout_of_several_segments(tmp_path: Path) -> None:
    adc = ecg_like(260)
    _segment(tmp_path, "s1", adc[:100], ("I", "II"), "200(1024)/mV")
    _segment(tmp_path, "s2", adc[100:], ("I", "II"), "200(1024)/mV")
    header = write_header(tmp_path, "rec/3 2 360 310\ns1 100\n~ 50\ns2 160\n# a comment\n")
    record = open_record(header)
    whole = record.read(0, 310)
    expected = ((adc.T - 1024) / 200).astype(np.float32)
    np.testing.assert_array_equal(whole[:, :100], expected[:, :100])
    assert np.isnan(whole[:, 100:150]).all()
    np.testing.assert_array_equal(whole[:, 150:], expected[:, 100:])
    np.testing.assert_array_equal(record.read(90, 170), whole[:, 90:170])
    assert [path.name for path in record.files] == [
        "rec.hea",
        "s1.hea",
        "s2.hea",
        "s1.dat",
        "s2.dat",
    ]
    assert record.comments == ("a comment",)
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"


def test_variable_layout_places_signals_by_name(tmp_path: Path) -> None:
    adc = ecg_like(200)
    _segment(tmp_path, "s1", adc[:80], ("II", "V"), "200(1024)/mV")
    _segment(tmp_path, "s2", adc[80:, ::-1], ("V", "II"), "100(1024)/mV")
    _segment(tmp_path, "s3", adc[:40, :1], ("ABP",), "2(0)/mmHg")
    layout = ["rec_layout 3 360 0", *[f"~ 0 0 0 0 0 0 0 {name}" for name in ("II", "V", "ABP")]]
    write_header(tmp_path, "\n".join(layout), name="rec_layout")
    lines = ["rec/5 3 360 250", "rec_layout 0", "s1 80", "s2 120", "~ 10", "s3 40"]
    record = open_record(write_header(tmp_path, "\n".join(lines)))
    assert [lead.name for lead in record.leads] == ["II", "V", "ABP"]
    assert [lead.unit for lead in record.leads] == ["mV", "mV", "mmHg"]
    assert record.ecg_leads == (0, 1)
    whole = record.read(0, 250)
    np.testing.assert_allclose(whole[0, :80], (adc[:80, 0] - 1024) / 200, rtol=1e-6)
    np.testing.assert_allclose(whole[1, 80:200], (adc[80:, 1] - 1024) / 100, rtol=1e-6)
    np.testing.assert_allclose(whole[0, 80:200], (adc[80:, 0] - 1024) / 100, rtol=1e-6)
    assert np.isnan(whole[:2, 200:]).all()
    np.testing.assert_allclose(whole[2, 210:], adc[:40, 0] / 2, rtol=1e-6)
    assert record.verdict.severity == "ok"
    np.testing.assert_array_equal(whole, _by_wfdb(tmp_path / "rec"))


def test_segments_in_different_units_come_in_one(tmp_path: Path) -> None:
    adc = ecg_like(200)
    _segment(tmp_path, "s1", adc[:100], ("II", "E1-M2"), "200(1024)/mV")
    _segment(tmp_path, "s2", adc[100:], ("II", "E1-M2"), "0.1(1024)/uV")
    record = open_record(write_header(tmp_path, "rec/2 2 360 200\ns1 100\ns2 100\n"))
    assert record.ecg_leads == (0,)
    np.testing.assert_allclose(record.read(0, 100), (adc[:100].T - 1024) / 200, rtol=1e-6)
    np.testing.assert_allclose(record.read(100, 200), (adc[100:].T - 1024) / 100, rtol=1e-6)


def test_the_rate_is_that_of_the_ecg_not_of_what_is_faster(tmp_path: Path) -> None:
    """Of a sleep study whose EEG has more samples a second."""
    adc = np.tile(np.arange(7), (50, 1))
    lines = [
        "rec 2 64 50",
        "rec.dat 16x4 1/uV 16 0 0 66 0 E1-M2",
        "rec.dat 16x3 1/uV 16 0 4 0 0 ECG",
    ]
    header = write_header(tmp_path, "\n".join(lines))
    (tmp_path / "rec.dat").write_bytes(adc.astype("<i2").tobytes())
    record = open_record(header)
    assert record.fs == 192
    np.testing.assert_allclose(record.read(0, 3)[1], [0.004, 0.005, 0.006], rtol=1e-6)


def test_segments_that_are_missing_or_disagree_are_said(tmp_path: Path) -> None:
    adc = ecg_like(100)
    _segment(tmp_path, "s1", adc, ("I", "II"), "200(1024)/mV")
    _segment(tmp_path, "s3", adc, ("I", "II"), "200(1024)/mV")
    header = write_header(tmp_path, "rec/3 2 360 310\ns1 100\ns2 100\ns3 90\n")
    record = open_record(header)
    assert record.n_samples == 290
    assert np.isnan(record.read(100, 200)).all()
    text = " ".join(f.message for f in record.verdict.findings if f.severity == "error")
    assert "segment s2: the header is missing" in text
    assert "segment s3: 100 samples by its own header, 90 by the record's" in text
    assert "add up to 290 samples, the header says 310" in text


def test_a_segment_cannot_hold_segments(tmp_path: Path) -> None:
    header = write_header(tmp_path, "rec/2 2 360 200\nrec 100\nrec 100\n")
    with pytest.raises(RecordError, match="none of its segments can be read"):
        open_record(header)
