"""The verdict: headers, lengths, first samples, checksums, levels and annotations."""

import os
from pathlib import Path

import numpy as np
import pytest

from ecgviewer.formats.annotations import Annotations, write_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.formats.wfdb.header_checks import MAX_PER_CHECK
from ecgviewer.record import Finding, Record, RecordError, Verdict
from tests.data import case, data_dir
from tests.formats.records import ecg_like, packed, signal_lines, write_header, write_record


def _verify(record: Record) -> Verdict:
    assert record.verify is not None
    return record.verify(lambda: False)


def _bad(verdict: Verdict) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.severity != "ok"]


def _edit(header: Path, old: str, new: str) -> None:
    text = header.read_text()
    assert old in text
    header.write_text(text.replace(old, new, 1))


def _notes(samples: list[int]) -> Annotations:
    n = len(samples)
    zeros = np.zeros(n, np.int16)
    return Annotations(np.array(samples, np.int64), ("N",) * n, ("",) * n, zeros, zeros, zeros)


def test_an_intact_record(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(5000), fmt=212))
    assert record.verdict.badge == "checking"
    verdict = _verify(record)
    assert verdict.complete
    assert verdict.badge == "intact"
    assert {finding.check for finding in verdict.findings} >= {
        "header", "length", "rate", "gain", "initial value", "checksum"
    }  # fmt: skip


@pytest.mark.parametrize("database", ["mitdb", "svdb"])
def test_real_records_are_intact(database: str) -> None:
    for header in sorted(data_dir(database).glob("*.hea"))[::9]:
        record = open_record(header)
        worst = [f for f in _bad(_verify(record)) if "no gain" not in f.message]
        assert worst == [], header.name  # half of svdb states no gain
        assert all(lead.calibrated for lead in record.leads) or record.verdict.badge != "intact"


def test_a_baseline_that_samples_do_not_centre_on_is_a_warning() -> None:
    verdict = _verify(open_record(data_dir("nstdb") / "118e_6"))
    found = _bad(verdict)
    assert [(f.check, f.severity) for f in found] == [("baseline", "warning")] * 2
    assert "-3.7 mV" in found[0].message
    assert "baseline 1024" in found[0].message
    assert verdict.badge == "doubtful"


def test_one_flipped_bit_anywhere_is_found(tmp_path: Path) -> None:
    adc = ecg_like(3000)
    rng = np.random.default_rng(5)
    for fmt in (16, 212):
        header = write_record(tmp_path, adc, fmt=fmt)
        path = tmp_path / "rec.dat"
        intact = path.read_bytes()
        for bit in rng.integers(0, 8 * len(intact), 40):
            damaged = bytearray(intact)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            record = open_record(header)
            verdict = _verify(record)
            assert verdict.badge == "damaged"
            assert any(f.check == "checksum" and f.severity == "error" for f in verdict.findings)
            assert record.read(0, 3000).shape == (2, 3000)


def test_a_truncated_file_shows_what_is_there_and_a_gap(tmp_path: Path) -> None:
    adc = ecg_like(3600)
    header = write_record(tmp_path, adc, fmt=212)
    os.truncate(tmp_path / "rec.dat", 3 * 2000)
    record = open_record(header)
    assert record.n_samples == 3600
    values = record.read(0, 3600)
    np.testing.assert_allclose(values[:, :2000], (adc[:2000].T - 1024) / 200, rtol=1e-6)
    assert np.isnan(values[:, 2000:]).all()
    (found,) = _bad(record.verdict)
    assert found.severity == "error"
    assert "holds 2,000 samples per signal, the header says 3,600" in found.message
    assert "(0:00:05.6 of 0:00:10.0)" in found.message
    assert _verify(record).badge == "damaged"


@pytest.mark.parametrize("claim", [10**10, 9_000_000])
def test_a_length_far_beyond_the_file_is_cut_to_the_file(tmp_path: Path, claim: int) -> None:
    header = write_record(tmp_path, ecg_like(1000))
    _edit(header, "360 1000", f"360 {claim}")
    record = open_record(header)
    assert record.n_samples == 1000
    assert _bad(record.verdict)[0].severity == "error"
    assert "only what is there is shown" in _bad(record.verdict)[0].message


def test_more_samples_than_the_header_says(tmp_path: Path) -> None:
    header = write_record(tmp_path, ecg_like(1000))
    _edit(header, "360 1000", "360 600")
    record = open_record(header)
    assert record.n_samples == 600
    assert "0:00:01.1 are not shown" in _bad(record.verdict)[0].message
    assert record.verdict.badge == "damaged"


def test_odd_bytes_at_the_end_are_a_warning(tmp_path: Path) -> None:
    header = write_record(tmp_path, ecg_like(1000))
    with (tmp_path / "rec.dat").open("ab") as file:
        file.write(b"abc")
    assert [f.severity for f in _bad(open_record(header).verdict)] == ["warning"]
    assert _verify(open_record(header)).badge == "doubtful"


def test_initial_value_and_checksum_are_held_to_the_header(tmp_path: Path) -> None:
    adc = ecg_like(1000)
    adc[0] = 1000, 1010
    header = write_record(tmp_path, adc)
    _edit(header, " 1024 1010 ", " 1024 1011 ")
    found = _bad(open_record(header).verdict)
    assert [(f.check, f.severity) for f in found] == [("initial value", "error")]
    assert "L1 begins with 1010, the header says 1011" in found[0].message


@pytest.mark.parametrize("fmt", [16, 212])
@pytest.mark.parametrize("stated", ["0", "-32768", "invalid", "first there"])
def test_a_missing_first_sample_is_no_damage(tmp_path: Path, fmt: int, stated: str) -> None:
    adc, invalid = ecg_like(3000), {16: -(2**15), 212: -(2**11)}[fmt]
    adc[:40, 1] = invalid
    header = write_record(tmp_path, adc, fmt=fmt)
    words = {"invalid": f"{invalid}", "first there": f"{adc[40, 1]}"}
    _edit(header, f" 1024 {invalid} ", f" 1024 {words.get(stated, stated)} ")
    record = open_record(header)
    assert _verify(record).badge == "intact"
    assert np.isnan(record.read(0, 40)[1]).all()
    _edit(header, f" 1024 {words.get(stated, stated)} ", " 1024 77 ")
    assert _verify(open_record(header)).badge == "damaged"


def test_the_record_whose_first_sample_is_missing() -> None:
    assert _verify(open_record(case("first-missing/late.hea"))).badge == "intact"


def test_checksums_that_are_not_stated_cannot_be_confirmed(tmp_path: Path) -> None:
    adc = ecg_like(100)
    (tmp_path / "rec.dat").write_bytes(packed(adc, 16))
    for line in ("rec.dat 16 200(1024)/mV 11 1024 0 0 0 I", "rec.dat 16 200(1024)/mV"):
        header = write_header(tmp_path, f"rec 2 360 100\n{line}\n{line}\n")
        verdict = _verify(open_record(header))
        assert verdict.complete
        assert verdict.badge == "doubtful"
        assert "no checksum for 2 of 2 signals" in _bad(verdict)[0].message


@pytest.mark.parametrize(
    ("gain", "message"),
    [
        ("0.5/mV", "a gain of 0.5 per mV is outside"),
        ("-200(1024)/mV", "below 0"),
        ("200(3000000)/mV", "beyond all values"),
        ("200(9000)/mV", "lies around -39."),
        ("9e5(1024)/mV", "spreads by"),
    ],
)
def test_implausible_gains_and_baselines_are_warnings(
    tmp_path: Path, gain: str, message: str
) -> None:
    verdict = _verify(open_record(write_record(tmp_path, ecg_like(5000, 1), gain=gain)))
    assert any(message in finding.message for finding in _bad(verdict)), verdict
    assert verdict.badge == "doubtful"


def test_leads_whose_gains_do_not_go_together(tmp_path: Path) -> None:
    """A Holter's limb and chest leads, say; nothing about them need be wrong."""
    header = write_record(tmp_path, ecg_like(1000, 3), names=["I", "II", "V1"])
    _edit(header, "200(1024)", "2000(1024)")
    record = open_record(header)
    assert record.leads[0].adc_per_unit == 2000
    assert _verify(record).badge == "intact"


def test_what_the_file_says_is_unknown_is_told_and_no_doubt(tmp_path: Path) -> None:
    for gain, said in (("0/mV", "gives no gain"), ("200/NU", "its unit 'NU' does not say")):
        record = open_record(write_record(tmp_path, ecg_like(1000), gain=gain, names=["I", "II"]))
        verdict = _verify(record)
        assert verdict.badge == "intact"
        told = [found.message for found in verdict.findings if said in found.message]
        assert [words[:3] for words in told] == ["I: ", "II:"]


def test_of_many_findings_the_gravest_are_shown(tmp_path: Path) -> None:
    names = [f"V{i}" for i in range(1, 10)] + ["I", "II", "III", "aVR", "aVL", "aVF"]
    names += ["CM5", "MV1", "MCL1", "D1", "ML2", "V3R", "V4R", "Nehb D"]
    header = write_record(tmp_path, ecg_like(200, len(names)), names=names, gain="0/mV")
    _edit(header, "0/mV 11 1024", "0(3000000)/mV 11 1024")  # of the first lead
    gains = [found for found in open_record(header).verdict.findings if found.check == "gain"]
    assert "beyond all values" in gains[0].message
    assert len(gains) == 21


@pytest.mark.parametrize(
    ("old", "new", "severity", "message"),
    [
        (" 360 ", " 20 ", "warning", "20 Hz is outside 50 to 10,000 Hz"),
        (" 360 ", " 20000 ", "warning", "20000 Hz is outside"),
        ("mV 11 ", "mV 13 ", "warning", "13 bits of resolution do not go into format 212"),
        ("200(1024)", "2o0(1024)", "error", "the gain '2o0(1024)/mV' cannot be read"),
        ("200(1024)", "1e300(1024)", "error", "a gain of 1e+300 cannot be"),
        (" 11 1024", " 11 l024", "error", "the ADC zero 'l024' is no whole number"),
        ("rec 2", "other 2", "warning", "it calls the record 'other'"),
        (" 1000\n", " 1000 25:00:00\n", "warning", "no time of day"),
        (" 1000\n", " 1000 12:00:00 31/02/2020\n", "warning", "no date"),
        (" 1000\n", " l000\n", "error", "no number; it is taken from the files"),
        (" 1000\n", " 1000 1:0:0 1/2/2000 x\n", "warning", "has no meaning"),
        ("# end", "extra line\n# end", "warning", "1 line after the last signal is ignored"),
    ],
)
def test_header_faults_one_can_live_with(
    tmp_path: Path, old: str, new: str, severity: str, message: str
) -> None:
    header = write_record(tmp_path, ecg_like(1000), fmt=212, tail=["# end"])
    _edit(header, old, new)
    record = open_record(header)
    found = [f for f in _bad(record.verdict) if message in f.message]
    assert [f.severity for f in found] == [severity], record.verdict
    assert record.read(0, 1000).shape == (2, 1000)


def test_checking_can_be_stopped(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(1000)))
    assert record.verify is not None
    assert record.verify(lambda: True) == record.verdict
    assert not record.verify(lambda: True).complete


def test_annotations_outside_the_record_and_damaged_ones(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(1000)))
    write_annotations(tmp_path / "rec.atr", _notes([10, 500, 999]))
    assert _verify(record).badge == "intact"
    write_annotations(tmp_path / "rec.qrs", _notes([10, 1000, 5000]))
    (tmp_path / "rec.ari").write_bytes(b"\x10\xdc\x11")
    found = _bad(_verify(record))
    assert [(f.check, f.severity) for f in found] == [("annotations", "warning")] * 2
    assert "rec.ari is a damaged annotation file" in found[0].message
    assert "rec.qrs: 2 of 3 annotations lie outside" in found[1].message
    assert "the first at 1,000" in found[1].message


def test_a_segment_s_checksum_is_its_own(tmp_path: Path) -> None:
    adc = ecg_like(300)
    write_record(tmp_path, adc[:100], name="s1")
    write_record(tmp_path, adc[100:], name="s2")
    header = write_header(tmp_path, "rec/2 2 360 300\ns1 100\ns2 200\n")
    assert _verify(open_record(header)).badge == "intact"
    data = bytearray((tmp_path / "s2.dat").read_bytes())
    data[101] ^= 4
    (tmp_path / "s2.dat").write_bytes(data)
    (found,) = _bad(_verify(open_record(header)))
    assert found.message.startswith("segment s2, L0: the samples add up to")


def test_many_findings_are_cut_short(tmp_path: Path) -> None:
    adc = ecg_like(20, 40)
    lines = signal_lines(adc + 1, "rec.dat", names=[f"L{i}" for i in range(40)])
    header = write_header(tmp_path, "\n".join(["rec 40 360 20", *lines]))
    (tmp_path / "rec.dat").write_bytes(packed(adc, 16))
    found = [f for f in open_record(header).verdict.findings if f.check == "initial value"]
    assert len(found) == MAX_PER_CHECK + 1
    assert found[-1].message == "and 20 more of this kind"


def test_a_file_that_shrinks_while_open(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(1000)))
    os.truncate(tmp_path / "rec.dat", 100)
    with pytest.raises(RecordError, match="became shorter"):
        record.read(0, 1000)
    assert _verify(record).badge == "damaged"
