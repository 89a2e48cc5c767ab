"""Small headers that ask for long work: one sentence, or no more work than the files can hold."""

import io
import time

import numpy as np
import pytest

from ecgviewer.analysis.scan import scan
from ecgviewer.formats.readers import open_record
from ecgviewer.record import RecordError
from ecgviewer.signal.params import DETECTION
from tests.formats.records import ecg_like, write_header, write_record

LONGEST_S = 5.0
N = 3600
LINE = "rec.dat 16 200/mV 11 0 0 0 0 MLII\n"


@pytest.fixture(autouse=True)
def within_seconds():
    start = time.process_time()
    yield
    assert time.process_time() - start < LONGEST_S


@pytest.fixture
def segment(tmp_path):
    """A folder with one sound segment "seg"."""
    write_record(tmp_path, ecg_like(N), name="seg")
    return tmp_path


def several(folder, lines, *, signals=2):
    text = f"rec/{len(lines)} {signals} 360 0\n" + "\n".join(lines) + "\n"
    return write_header(folder, text)


DAY = 360 * 86_400


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["seg 3600"] * 1_000_000, "lists 1,000,000 segments"),
        ([f"m{i} 1" for i in range(900_000)], "lists 900,000 segments"),
        (["seg 3600", "~ 1", *["seg 0"] * 400_000], "lists 400,002 segments"),
        (["seg 3600", f"~ {99 * DAY}", "seg 3600"], "claims 99.0 days"),
        (["seg 3600", *[f"~ {DAY}", "seg 3600"] * 20], "claims 20.0 days"),
        ([f"seg {99 * DAY}"], "claims 99.0 days"),
        (["seg 3600"] * 100_000, "claims 11.6 days"),
        (["seg 3600", f"gone {DAY}"], "claims 1.0 days"),
        (["seg 999999999999999999"] * 2, "claims"),
        ([f"m{i} 3600" for i in range(100_000)], "none of its segments"),
        (["rec 3600"], "none of its segments"),
    ],
)
def test_long_lists_and_gaps_are_refused_in_one_sentence(segment, lines, said):
    with pytest.raises(RecordError, match=said) as error:
        open_record(several(segment, lines))
    assert len(str(error.value).splitlines()) == 1


def test_a_hundred_thousand_missing_segments_are_counted(segment):
    lines = ["seg 3600", *[f"m{i} 1" for i in range(100_000)]]
    record = open_record(several(segment, lines))
    said = [f.message for f in record.verdict.findings if f.check == "segments"]
    assert len(said) <= 21
    assert record.verdict.severity == "error"
    assert record.n_samples == N + 100_000


def test_hours_without_a_sample_are_scanned_quickly(segment):
    record = open_record(several(segment, ["seg 3600", f"~ {5 * 3600 * 360}", "seg 3600"]))
    start = time.process_time()
    *_, last = scan(record, detection=DETECTION)
    assert time.process_time() - start < LONGEST_S
    assert last.scan is not None
    assert len(last.scan.samples) > 10


def test_many_signals_in_many_segments_are_refused(tmp_path):
    write_record(tmp_path, np.zeros((10, 1000), np.int64), name="wide")
    with pytest.raises(RecordError, match=r"more than 1,000,000 signals"):
        open_record(several(tmp_path, ["wide 10"] * 50_000, signals=1000))


def test_segments_in_segments_are_gaps(segment):
    for k in range(50):
        write_header(segment, f"n{k}/1 2 360 3600\nn{k + 1} 3600\n", name=f"n{k}")
    record = open_record(several(segment, ["seg 3600", "n0 3600"]))
    assert any("cannot have segments itself" in f.message for f in record.verdict.findings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rec 100000 360 10\n" + LINE * 100_000, "announces 100000 signals"),
        ("rec 1 360 10\n" + LINE.replace("16 ", "16x999999999 "), "999999999 samples per frame"),
        ("rec 12 360 0\n" + LINE.replace("16 ", "16x99999 ") * 12, "samples a frame of rec.dat"),
        ("rec 1 360 0\n" + LINE.replace("MLII", "name " * 10**6), "a line of the header has"),
        ("rec 1 360 0 " + "5 May 2020 " * 10**6 + "\n" + LINE, "a line of the header has"),
        ("rec 1 360 0\n" + LINE + "#\n" * 3_000_000, "line ends"),
        ("rec 1 1000 0\n" + LINE.replace("16 ", "16x3600 "), "3,600,000 samples a second"),
        ("rec 1 0.000001 0\n" + LINE, "claims"),
    ],
)
def test_headers_that_no_file_goes_with_are_refused(tmp_path, text, said):
    (tmp_path / "rec.dat").write_bytes(bytes(2 * N))
    with pytest.raises(RecordError, match=said):
        open_record(write_header(tmp_path, text))


@pytest.mark.parametrize("comment", ["#" + "x" * 12_000_000, "# of sixty characters\n" * 500_000])
def test_comments_are_kept_up_to_a_limit_and_that_is_said(tmp_path, comment):
    (tmp_path / "rec.dat").write_bytes(bytes(2 * N))
    record = open_record(write_header(tmp_path, "rec 1 360 0\n" + LINE + comment + "\n"))
    assert len(record.comments) <= 1_000
    assert 0 < sum(map(len, record.comments)) <= 100_000
    assert any("are kept" in f.message for f in record.verdict.findings)


def test_comments_within_the_limit_are_kept_whole(tmp_path):
    (tmp_path / "rec.dat").write_bytes(bytes(2 * N))
    text = "rec 1 360 0\n" + LINE + "# one\n" * 1_000
    record = open_record(write_header(tmp_path, text))
    assert record.comments == ("one",) * 1_000
    assert not any("are kept" in f.message for f in record.verdict.findings)


@pytest.mark.parametrize("claimed", [2**36 - 1, 2**31])
def test_a_flac_file_holds_no_more_than_its_bytes_can(tmp_path, claimed):
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, ecg_like(N, 1).astype(np.int16), 360, format="FLAC", subtype="PCM_16")
    data = bytearray(file.getvalue())
    low = int.from_bytes(data[18:26], "big") >> 36 << 36  # of the first block: RFC 9639
    data[18:26] = (low | claimed).to_bytes(8, "big")
    (tmp_path / "rec.dat").write_bytes(data)
    record = open_record(write_header(tmp_path, "rec 1 360 0\n" + LINE.replace("16 ", "516 ")))
    assert record.n_samples < 500 * len(data)
    assert record.verify is not None
    record.verify(lambda: False)


def test_a_thousand_skews_are_read_at_once_and_in_their_places(tmp_path):
    adc = ecg_like(5000, 1)[:, [0] * 512]
    path = write_record(tmp_path, adc, names=[f"L{i}" for i in range(512)])
    lines = path.read_text().splitlines()
    skewed = [line.replace(" 16 ", f" 16:{i} ") for i, line in enumerate(lines[1:])]
    path.write_text("\n".join([lines[0], *skewed, ""]))
    found = open_record(path).read(0, 5000)
    for i in (0, 1, 7, 511):
        np.testing.assert_array_equal(found[i, : 5000 - i], found[0, i:])
        assert np.isnan(found[i, 5000 - i :]).all()
