"""Annotations: as wfdb reads them, written and read back, found beside a record, damaged."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgviewer.formats.annotations import (
    Annotations,
    annotators,
    read_annotations,
    write_annotations,
)
from ecgviewer.formats.readers import open_record
from ecgviewer.formats.wfdb.annotation_file import read_annotation_file
from ecgviewer.record import RecordError
from tests.data import case, data_dir
from tests.formats.records import ecg_like, packed, signal_lines, write_header, write_record

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import wfdb


def _made(samples, symbols, aux=None, **fields) -> Annotations:
    n = len(samples)
    zeros = np.zeros(n, np.int16)
    defaults = {"subtype": zeros, "channel": zeros, "number": zeros}
    return Annotations(
        np.array(samples, np.int64), tuple(symbols), tuple(aux or ("",) * n), **(defaults | fields)
    )


@pytest.mark.parametrize("name", ["mitdb/100", "mitdb/207", "svdb/865", "nstdb/118e_6"])
def test_as_wfdb_reads_them(name: str) -> None:
    stem = data_dir(name.partition("/")[0]) / name.partition("/")[2]
    record = open_record(stem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = wfdb.rdann(str(stem), "atr")
    ours = read_annotations(record, "atr")
    np.testing.assert_array_equal(ours.sample, theirs.sample)
    np.testing.assert_array_equal(ours.subtype, theirs.subtype)
    np.testing.assert_array_equal(ours.channel, theirs.chan)
    np.testing.assert_array_equal(ours.number, theirs.num)
    assert ours.symbol == tuple(theirs.symbol)
    assert ours.aux == tuple(text.rstrip("\0") for text in theirs.aux_note)
    assert ours.fs == record.fs
    assert annotators(record) == ("atr",)


def test_written_ones_are_read_back(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(3000)))
    made = _made(
        [0, 5, 5, 1500, 2_000_000],
        ["+", "N", "V", '"', "~"],
        ["(N", "", "", "note é", ""],
        subtype=np.array([0, -1, 1, 0, 0], np.int16),
        channel=np.array([0, 0, 1, 1, 0], np.int16),
        number=np.array([0, 0, 2, 3, 0], np.int16),
    )
    write_annotations(tmp_path / "rec.qrs", made)
    read = read_annotations(record, "qrs")
    for field in ("sample", "subtype", "channel", "number"):
        np.testing.assert_array_equal(getattr(read, field), getattr(made, field))
    assert (read.symbol, read.aux) == (made.symbol, made.aux)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = wfdb.rdann(str(tmp_path / "rec"), "qrs")
    np.testing.assert_array_equal(theirs.sample, made.sample)
    assert tuple(theirs.symbol) == made.symbol
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rec.dat", "rec.hea", "rec.qrs"]


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 10**8), st.sampled_from("NVAFQ/+~|!eaJSLRj")), max_size=25)
)
def test_any_list_comes_back(tmp_path_factory: pytest.TempPathFactory, pairs) -> None:
    folder = tmp_path_factory.mktemp("any")
    record = open_record(write_record(folder, ecg_like(50)))
    pairs.sort()
    made = _made([s for s, _ in pairs], [c for _, c in pairs])
    write_annotations(folder / "rec.atr", made)
    read = read_annotations(record, "atr")
    np.testing.assert_array_equal(read.sample, made.sample)
    assert read.symbol == made.symbol


def test_none_at_all(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(50)))
    assert annotators(record) == ()
    with pytest.raises(RecordError, match=r"no annotation file rec\.atr"):
        read_annotations(record, "atr")
    write_annotations(tmp_path / "rec.atr", _made([], []))
    assert len(read_annotations(record, "atr")) == 0
    assert annotators(record) == ("atr",)


def test_a_resolution_of_their_own(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(3600)))
    write_annotations(tmp_path / "rec.fine", _made([1000, 5000], "NV", fs=1000.0))
    read = read_annotations(record, "fine")
    assert read.sample.tolist() == [360, 1800]
    assert read.fs == 360
    assert read.symbol == ("N", "V")


def test_frames_count_where_leads_have_several_samples_in_one(tmp_path: Path) -> None:
    adc = ecg_like(400)
    lines = [line.replace(" 16 ", " 16x2 ") for line in signal_lines(adc[:200], "rec.dat")]
    write_header(tmp_path, "\n".join(["rec 2 125 200", *lines]))
    (tmp_path / "rec.dat").write_bytes(packed(adc, 16))
    write_annotations(tmp_path / "rec.atr", _made([10, 100], "NN"))
    record = open_record(tmp_path / "rec")
    assert record.fs == 250
    assert read_annotations(record, "atr").sample.tolist() == [20, 200]


def _pair(code: int, value: int) -> bytes:
    return (code << 10 | value).to_bytes(2, "little")


def _note(text: str) -> bytes:
    return _pair(22, 0) + _pair(63, len(text)) + text.encode() + bytes(len(text) % 2)


def test_definitions_at_the_head_of_a_file(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(400)))
    notes = [
        "## time resolution: 720",
        "## annotation type definitions",
        "42 myBeat a beat of mine",
        "## end of definitions",
        "## something else that wfdb would wait on for ever",
    ]
    body = b"".join(map(_note, notes)) + _pair(42, 100) + _pair(45, 100) + _pair(0, 0)
    (tmp_path / "rec.own").write_bytes(body)
    read = read_annotations(record, "own")
    assert read.sample.tolist() == [50, 100]
    assert read.symbol == ("myBeat", "[45]")
    assert annotators(record) == ("own",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\x12", "its end is missing"),
        (_pair(59, 0) + b"\x00\x00", "its end is missing"),
        (b"time,beat\n1.25,N\n2.5,N", "it holds text"),
        (b"\0N\1\0\0\0\1\0" + bytes(8) + b"\0V\2\0\0\0\2\0" + bytes(8), "the AHA format"),
        (_pair(63, 2) + b"ab\0\0", "does not begin with an annotation"),
        (_pair(55, 3) + bytes(2), "undefined code 55"),
    ],
)
def test_damaged_files(tmp_path: Path, content: bytes, reason: str) -> None:
    record = open_record(write_record(tmp_path, ecg_like(50)))
    (tmp_path / "rec.atr").write_bytes(content)
    with pytest.raises(RecordError, match=reason):
        read_annotations(record, "atr")
    assert annotators(record) == ("atr",)  # known by name, so that its damage is seen


WHOLE = b"".join(
    _pair(1, 18) + _pair(8, 300) + _pair(61, 1) + _pair(28, 10) + _pair(63, 5) + b"(AFIB\0"
    for _ in range(20)
)


@pytest.mark.parametrize(
    ("content", "n", "doubt"),
    [
        (WHOLE, 60, "its end mark is missing; 60"),
        (WHOLE[:-1], 60, "breaks off within an annotation"),
        (WHOLE[:-4], 60, "breaks off within an annotation"),
        (WHOLE[:-8], 60, "its end mark is missing; 60"),
        (WHOLE + _pair(59, 0) + b"\0", 60, "breaks off within an annotation"),
        (WHOLE + _pair(59, 0) + bytes(4), 60, "breaks off within an annotation"),
        (WHOLE + bytes(2) + WHOLE, 60, "bytes lie behind its end mark"),
        (WHOLE + bytes(512), 60, ""),
    ],
)
def test_a_file_that_breaks_off_is_read_with_a_warning(
    tmp_path: Path, content: bytes, n: int, doubt: str
) -> None:
    record = open_record(write_record(tmp_path, ecg_like(20 * 328 + 1)))
    (tmp_path / "rec.atr").write_bytes(content)
    (tmp_path / "rec.mine").write_bytes(content)
    read = read_annotations(record, "atr")
    assert read.symbol == ("N", "A", "+") * (n // 3)
    assert (doubt in read.doubt) if doubt else not read.doubt
    texts = [text for text in read.aux if text]
    assert set(texts) == {"(AFIB"}  # never half of one
    assert annotators(record) == ("atr", "mine")
    assert record.verify is not None
    found = [f for f in record.verify(lambda: False).findings if f.check == "annotations"]
    assert [f.severity for f in found] == ["warning" if doubt else "ok"] * 2


def test_the_annotations_without_end_mark() -> None:
    read = read_annotation_file(case("annotations/100.noeof"))
    assert len(read) == 2_274
    assert "its end mark is missing" in read.doubt
    mitdb = open_record(data_dir("mitdb") / "100")
    whole = read_annotations(mitdb, "atr")
    np.testing.assert_array_equal(read.sample, whole.sample)
    assert read.symbol == whole.symbol


def test_definitions_that_end_in_a_line_feed() -> None:
    read = read_annotation_file(case("annotations/1003.atr"))
    assert read.symbol == ("N",) * 957
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = wfdb.rdann(str(case("annotations/1003.atr").with_suffix("")), "atr")
    np.testing.assert_array_equal(read.sample, theirs.sample)


def test_definitions_with_line_ends_of_all_kinds(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(400)))
    notes = [
        "## time resolution: 7.2e2\n",
        "## annotation type definitions\r\n42 x mine\n43 y another\r\n",
        "44 z\n\0",
        "## end of definitions\n",
        "a note at the start",
    ]
    body = b"".join(map(_note, notes)) + _pair(42, 100) + _pair(43, 0) + _pair(44, 0)
    (tmp_path / "rec.own").write_bytes(body + bytes(2))
    read = read_annotations(record, "own")
    assert read.symbol == ('"', "x", "y", "z")
    assert read.sample.tolist() == [0, 50, 50, 50]


@pytest.mark.parametrize("text", ["Flattern über 3 s", "心房細動", "µV", "Ã©", "(AFIB"])
def test_texts_are_utf_8_or_latin_1(tmp_path: Path, text: str) -> None:
    record = open_record(write_record(tmp_path, ecg_like(400)))
    write_annotations(tmp_path / "rec.own", _made([5], "+", [text]))
    assert read_annotations(record, "own").aux == (text,)
    (tmp_path / "rec.utf").write_bytes(_pair(22, 5) + _text_of(text.encode()) + bytes(2))
    assert read_annotations(record, "utf").aux == (text,)
    (tmp_path / "rec.old").write_bytes(
        _pair(22, 5) + _text_of("Größe".encode("latin-1")) + bytes(2)
    )
    assert read_annotations(record, "old").aux == ("Größe",)


def _text_of(data: bytes) -> bytes:
    return _pair(63, len(data)) + data + bytes(len(data) % 2)


def test_other_files_beside_a_record_are_no_annotations(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(50)))
    for suffix in ("csv", "png", "foo", "hea~", "CSV"):
        (tmp_path / f"rec.{suffix}").write_bytes(b"beat,sample\n1,20\n")
    (tmp_path / "rec2.atr").write_bytes(_pair(1, 5) + _pair(0, 0))
    assert annotators(record) == ()
    for name in ("../rec.atr", "", "a/b"):
        with pytest.raises(RecordError, match="no annotator's name"):
            read_annotations(record, name)


@pytest.mark.parametrize(
    ("made", "name", "reason"),
    [
        (_made([5, 3], "NN"), "rec.atr", "in the order of time"),
        (_made([-1], "N"), "rec.atr", "in the order of time"),
        (_made([1], ["not a symbol"]), "rec.atr", "cannot hold"),
        (_made([1], '"', ["x" * 300]), "rec.atr", "more than 255 bytes"),
        (_made([1], "N"), "rec.a1", "letters alone"),
        (_made([1], "N"), "absent/rec.atr", "folder does not exist"),
    ],
)
def test_what_cannot_be_written_is_said(
    tmp_path: Path, made: Annotations, name: str, reason: str
) -> None:
    with pytest.raises(RecordError, match=reason):
        write_annotations(tmp_path / name, made)
    assert list(tmp_path.iterdir()) == []


def test_a_file_already_there_needs_force(tmp_path: Path) -> None:
    write_annotations(tmp_path / "rec.atr", _made([1], "N"))
    with pytest.raises(RecordError, match="is there already"):
        write_annotations(tmp_path / "rec.atr", _made([2], "V"))
    write_annotations(tmp_path / "rec.atr", _made([2], "V"), force=True)
    record = open_record(write_record(tmp_path, ecg_like(50)))
    assert read_annotations(record, "atr").symbol == ("V",)
