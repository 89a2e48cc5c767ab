"""Frames below one a second: many samples in each, and numerics."""

from pathlib import Path

import numpy as np
import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.record import RecordError
from tests.data import case
from tests.formats.records import ecg_like, packed, write_header, write_record


def test_many_samples_in_a_slow_frame() -> None:
    record = open_record(case("low-frame/lowframe.hea"))
    assert record.fs == 0.976562 * 256 == 249.999872
    assert record.n_samples == 29_952
    assert record.annotation_fs == 0.976562
    # as wfdb 4.3.1 reads it with smooth_frames=False, at samples 0, 250, 5,000... in mV
    values = record.read(0, record.n_samples)[0]
    places = [0, 250, 5_000, 12_345, 29_951]
    adc = np.fromfile(case("low-frame/lowframe.dat"), "<i2")
    np.testing.assert_allclose(values, adc / 200, rtol=1e-6)
    by_wfdb = [0.005, 0.0, 0.225, 0.005, 0.15]
    np.testing.assert_allclose(values[places], by_wfdb, rtol=1e-6)
    np.testing.assert_array_equal(record.read(250, 260), values[None, 250:260])
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"


@pytest.mark.parametrize("fs", ["0.0166667", "0.016666666666666666", "2.77778e-4", "0.5"])
def test_numerics_open_and_are_whole(tmp_path: Path, fs: str) -> None:
    adc = ecg_like(120)
    header = write_record(tmp_path, adc, fs=fs, names=("HR", "SpO2"), gain="10(0)/bpm")
    record = open_record(header)
    assert record.fs == float(fs)
    assert record.n_samples == 120
    assert record.ecg_leads == ()
    np.testing.assert_allclose(record.read(0, 120), adc.T / 10, rtol=1e-6)
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"


def test_numerics_in_segments(tmp_path: Path) -> None:
    adc = ecg_like(100)
    for name, part in (("s1", adc[:60]), ("s2", adc[60:])):
        write_record(tmp_path, part, name=name, fs="0.0166667", gain="1/bpm")
    header = write_header(tmp_path, "rec/3 2 0.0166667 110\ns1 60\n~ 10\ns2 40\n")
    record = open_record(header)
    assert record.n_samples == 110
    assert np.isnan(record.read(60, 70)).all()
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"


def test_slow_frames_with_a_fast_lead_and_numerics(tmp_path: Path) -> None:
    adc = np.arange(20 * 513).reshape(20, 513) % 1000
    lines = [
        "rec 2 0.5 20",
        "rec.dat 16x512 200(0)/mV 11 0 0 0 0 II",
        "rec.dat 16 1(0)/bpm 11 0 512 0 0 HR",
    ]
    header = write_header(tmp_path, "\n".join(lines))
    (tmp_path / "rec.dat").write_bytes(packed(adc, 16))
    record = open_record(header)
    assert (record.fs, record.n_samples) == (256, 20 * 512)
    np.testing.assert_allclose(record.read(0, 10_240)[0], adc[:, :512].reshape(-1) / 200)
    np.testing.assert_allclose(record.read(0, 10_240)[1], np.repeat(adc[:, 512], 512))


def test_millivolts_once_a_minute_are_shown_and_are_no_ecg(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(600), fs="0.0166667", names=("II", "V")))
    assert record.ecg_leads == ()
    assert record.leads[0].unit == "mV"
    assert record.verdict.severity == "warning"


@pytest.mark.parametrize("fs", ["0", "-1", "1e-9"])
def test_no_rate_at_all_is_refused(tmp_path: Path, fs: str) -> None:
    with pytest.raises(RecordError, match="is not within"):
        open_record(write_record(tmp_path, ecg_like(50), fs=fs))
