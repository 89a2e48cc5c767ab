import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.beat import FLAGS
from ecgviewer.io import atomic
from ecgviewer.io.atomic import TargetExistsError, WriteError
from ecgviewer.io.report import (
    EnsembleUsed,
    ReportBeats,
    ReportContext,
    csv_bytes,
    hash_inputs,
    metadata_path,
    write_report,
)
from ecgviewer.record import Finding, Lead, Record, Verdict

HEADER = (
    "beat,sample,time_s,clock,class,confidence,p_N,p_S,p_V,p_F,p_Q,"
    "rr_before_ms,rr_after_ms,heart_rate_bpm,source,flags"
)
EXPORTED = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def no_samples(start: int, stop: int) -> np.ndarray:
    raise AssertionError("a report reads no samples")


def a_record(folder: Path = Path("somewhere"), **changes: Any) -> Record:
    header = folder / "208.hea"
    record = Record(
        name="208",
        path=header,
        fs=360.0,
        leads=(Lead("MLII"), Lead("ABP", "mmHg", is_ecg=False)),
        n_samples=108_000,
        reader=no_samples,
        comments=("65 M 1629 1629 x1", "=cmd|' /C calc'!A0"),
        base_date=date(1990, 2, 28),
        base_time=time(23, 59, 59),
        files=(header, folder / "208.dat"),
    )
    return replace(record, **changes)


def bits(*words: str) -> int:
    return sum(1 << FLAGS.index(word) for word in words)


def the_beats(n: int | None = None, **changes: Any) -> ReportBeats:
    """Edge, gap, plain, pause, pending."""
    nan = [np.nan] * 5
    beats = ReportBeats(
        sample=np.array([100, 400, 700, 1060, 1420]),
        classes=np.array([0, 4, 2, 1, -1], np.int8),
        probabilities=np.array(
            [
                [0.9, 0.05, 0.03, 0.01, 0.01],
                nan,
                [0.1, 0.1, 0.6, 0.1, 0.1],
                [0.0005, 0.9985, 0.001, 0, 0],
                nan,
            ]
        ),
        flags=np.array([bits("edge", "noisy"), bits("gap"), 0, bits("pause"), 0], np.uint16),
        in_gap_before=np.array([False, True, False, False, False]),
    )
    beats = replace(beats, **changes)
    if n is None:
        return beats
    columns = ("sample", "classes", "probabilities", "flags", "in_gap_before")
    return ReportBeats(*(getattr(beats, name)[:n] for name in columns))


def a_context(**changes: Any) -> ReportContext:
    context = ReportContext(
        verdict=Verdict((Finding("checksum", "warning", "208.dat: lead 1 sums to 7"),), True),
        inputs=(),
        leads=("MLII", None),
        beats_from="detect",
        detection_fingerprint="dd",
        ensemble=EnsembleUsed("paper", "ee", ("resnet34", "slap"), (0.792, 0.208), "ff"),
        device="cpu",
        precision="fp32",
        versions={"torch": "2.13.0", "ecgviewer": "0.1.0"},
        recorded_s=300.0,
        readable_s=299.12345,
        analysed_s=float("nan"),
        complete=False,
        unseen_sentence="finds x of 100 S",
        intended_use="supports, does not replace",
        burden={"N": 50.0, "S": None},
        heart_rate={"mean_bpm": 71.5},
    )
    return replace(context, **changes)


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def written(folder: Path, **changes: Any) -> dict[str, Any]:
    record = a_record(folder)
    beside = write_report(
        folder / "out.csv", record, the_beats(), a_context(**changes), exported=EXPORTED
    )
    document: dict[str, Any] = json.loads(beside.read_bytes())
    return document


def test_every_byte_of_a_small_table() -> None:
    expected = [
        HEADER,
        "1,100,0.278,1990-02-28T23:59:59.278,N,0.900,0.900,0.050,0.030,0.010,0.010,,,,model,edge;noisy",
        "2,400,1.111,1990-03-01T00:00:00.111,Q,,,,,,,,833.3,,model,gap",
        "3,700,1.944,1990-03-01T00:00:00.944,V,0.600,0.100,0.100,0.600,0.100,0.100,"
        "833.3,1000.0,72.0,model,",
        "4,1060,2.944,1990-03-01T00:00:01.944,S,,0.001,0.999,0.001,0.000,0.000,"
        "1000.0,1000.0,60.0,model,pause",
        "5,1420,3.944,1990-03-01T00:00:02.944,,,,,,,,1000.0,,60.0,model,pending",
    ]
    # as binary numbers 0.0005 and 0.9985 lie a little above the half
    assert csv_bytes(a_record(), the_beats()).decode().split("\r\n") == [*expected, ""]


def test_a_record_without_beats_has_a_header_alone() -> None:
    assert csv_bytes(a_record(), the_beats(0)) == (HEADER + "\r\n").encode()


def test_one_beat_has_no_interval() -> None:
    [row] = rows(csv_bytes(a_record(), the_beats(1)))
    assert (row["rr_before_ms"], row["rr_after_ms"], row["heart_rate_bpm"]) == ("", "", "")


def test_a_tie_goes_to_the_earlier_class_and_keeps_its_confidence() -> None:
    p = np.array([[0.1, 0.4, 0.4, 0.05, 0.05]])
    beats = ReportBeats(
        np.array([5]),
        p.argmax(axis=1).astype(np.int8),
        p,
        np.zeros(1, np.uint16),
        np.zeros(1, bool),
    )
    [row] = rows(csv_bytes(a_record(), beats))
    assert (row["class"], row["confidence"]) == ("S", "0.400")


def test_flags_in_their_order_and_pending_follows_the_class() -> None:
    every = np.full(5, (1 << len(FLAGS)) - 1, np.uint16)
    found = [row["flags"] for row in rows(csv_bytes(a_record(), the_beats(flags=every)))]
    assert found[-1] == "edge;pause;flat;gap;noisy;disagree;one_lead;pending"
    assert found[0] == "edge;pause;flat;gap;noisy;disagree;one_lead"


def test_a_source_that_is_a_formula_is_neutralised() -> None:
    table = csv_bytes(a_record(), the_beats(source='=HYPERLINK("x","y")'))
    assert {row["source"] for row in rows(table)} == {'\'=HYPERLINK("x","y")'}


@given(st.data())
def test_the_table_reads_back(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 30))
    steps = data.draw(st.lists(st.integers(0, 5000), min_size=n, max_size=n))
    classes = data.draw(st.lists(st.integers(-1, 4), min_size=n, max_size=n))
    raw = data.draw(
        st.lists(
            st.lists(st.floats(0, 1), min_size=5, max_size=5),
            min_size=n,
            max_size=n,
        )
    )
    flags = data.draw(st.lists(st.integers(0, 255), min_size=n, max_size=n))
    source = data.draw(st.text(st.characters(blacklist_categories=["Cs"])))
    beats = ReportBeats(
        np.cumsum(np.array(steps, np.int64)),
        np.array(classes, np.int8),
        np.array(raw, np.float64).reshape(n, 5),
        np.array(flags, np.uint16),
        np.zeros(n, bool),
        source=source,
    )
    table = csv_bytes(a_record(), beats)
    assert table == csv_bytes(a_record(), beats)
    back = rows(table)
    assert [int(row["sample"]) for row in back] == beats.sample.tolist()
    assert [int(row["beat"]) for row in back] == list(range(1, n + 1))
    for i, row in enumerate(back):
        assert None not in row
        assert row["source"].removeprefix("'") == source.removeprefix("'")
        assert not row["source"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row["class"] == "NSVFQ"[classes[i]] * (classes[i] >= 0)
        words = row["flags"].split(";") if row["flags"] else []
        assert words == sorted(words, key=FLAGS.index)
        assert ("pending" in words) == (classes[i] < 0)
        if classes[i] >= 0:
            for letter, p in zip("NSVFQ", raw[i], strict=True):
                assert row[f"p_{letter}"] == f"{p:.3f}"
        assert (row["confidence"] == "") == (classes[i] < 0 or "pause" in words)
        if row["heart_rate_bpm"]:
            assert float(row["heart_rate_bpm"]) == pytest.approx(60 * 360 / steps[i], abs=0.051)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sample": np.array([5, 4, 700, 1060, 1420])}, "time order"),
        ({"sample": np.array([-1, 4, 700, 1060, 1420])}, "time order"),
        ({"classes": np.array([0, 1, 2, 5, 0], np.int8)}, "classes"),
        ({"flags": np.array([256, 0, 0, 0, 0], np.uint16)}, "flags"),
        ({"flags": np.zeros(4, np.uint16)}, "columns"),
        ({"probabilities": np.full((5, 5), 1.5)}, "probabilities"),
    ],
)
def test_columns_that_no_beats_can_have_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        the_beats(**changes)


def test_metadata_describes_the_table_s_columns(tmp_path: Path) -> None:
    document = written(tmp_path)
    assert document["@context"][0] == "http://www.w3.org/ns/csvw"
    assert document["url"] == "out.csv"
    columns = document["tableSchema"]["columns"]
    assert ",".join(column["name"] for column in columns) == HEADER
    assert document["tableSchema"]["primaryKey"] == "beat"
    by_name = {column["name"]: column for column in columns}
    assert by_name["rr_before_ms"]["schema:unitText"] == "ms"
    assert by_name["clock"]["datatype"]["base"] == "dateTime"
    assert by_name["flags"]["separator"] == ";"
    assert all(column["dc:description"] for column in columns)


@pytest.mark.parametrize(
    "start",
    [
        {},
        {"base_date": None},
        {"base_date": None, "base_time": None},
        {"base_time": None},
    ],
)
def test_every_cell_is_what_the_metadata_says(tmp_path: Path, start: dict[str, Any]) -> None:
    record = a_record(tmp_path, **start)
    beside = write_report(tmp_path / "out.csv", record, the_beats(), a_context())
    columns = json.loads(beside.read_bytes())["tableSchema"]["columns"]
    for row in rows((tmp_path / "out.csv").read_bytes()):
        for column in columns:
            text = row[column["name"]]
            assert text or not column["required"]
            parts = text.split(column["separator"]) if "separator" in column else [text]
            for part in filter(None, parts):
                assert fits(part, column["datatype"]), (column["name"], part)


def fits(text: str, datatype: dict[str, str]) -> bool:
    """Whether a cell is of a datatype of CSV on the Web, as far as this table uses them."""
    base, form = datatype["base"], datatype.get("format")
    if base == "string":
        return form is None or re.fullmatch(form, text) is not None
    if base == "dateTime":
        assert form == "yyyy-MM-ddTHH:mm:ss.SSS"
        return datetime.fromisoformat(text).isoformat(timespec="milliseconds") == text
    assert base in ("integer", "decimal")
    places = form.count("0") - 1 if form else 0
    digits = rf"\d+\.\d{{{places}}}" if places else r"\d+"
    within = float(datatype["minimum"]) <= float(text) <= float(datatype.get("maximum", "inf"))
    return re.fullmatch(digits, text) is not None and within


def test_metadata_says_how_the_beats_came_about(tmp_path: Path) -> None:
    (tmp_path / "208.hea").write_bytes(b"header")
    inputs = hash_inputs([tmp_path / "208.hea", tmp_path / "208.dat", tmp_path / "208.hea"])
    block = written(tmp_path, inputs=inputs)["ecgviewer:report"]
    assert block["record"]["name"] == "208"
    assert block["patient"]["comments"][0] == "65 M 1629 1629 x1"
    assert block["patient"]["start_date"] == "1990-02-28"
    assert block["inputs"] == [
        {
            "name": "208.hea",
            "bytes": 6,
            "sha256": hashlib.sha256(b"header").hexdigest(),
        },
        {"name": "208.dat", "bytes": None, "sha256": None},
    ]
    assert block["integrity"]["badge"] == "doubtful"
    assert block["integrity"]["findings"][0]["message"] == "208.dat: lead 1 sums to 7"
    assert block["leads_used"] == ["MLII", None]
    assert block["fingerprints"] == {"preprocessing": "ff", "detection": "dd"}
    assert block["ensemble"]["sha256"] == "ee"
    assert block["counts"] == {"N": 1, "S": 1, "V": 1, "F": 0, "Q": 1, "pending": 1, "total": 5}
    assert block["complete"] is False
    assert block["readable_s"] == 299.123
    assert block["analysed_s"] is None
    assert block["unseen_patients"] == "finds x of 100 S"
    assert block["provenance"]["exported"] == "2026-05-04T03:02:01+00:00"


def test_paths_and_time_of_export_are_under_provenance_alone(tmp_path: Path) -> None:
    document = written(tmp_path)
    provenance = document["ecgviewer:report"].pop("provenance")
    rest = json.dumps(document)
    assert str(tmp_path) in json.dumps(provenance)
    assert str(tmp_path) not in rest
    assert "2026" not in rest


def test_hidden_means_hidden(tmp_path: Path) -> None:
    folder = tmp_path / "Smith_John"
    folder.mkdir()
    record = a_record(folder, name="Smith_John_7")
    inputs = hash_inputs(record.files)
    context = a_context(hide_patient=True, inputs=inputs)
    target = tmp_path / "out.csv"
    beside = write_report(target, record, the_beats(), context, exported=EXPORTED)
    text = beside.read_text()
    for secret in ("Smith", "65 M", "1990", "23:59", "208.dat", "calc"):
        assert secret not in text
    assert {row["clock"] for row in rows(target.read_bytes())} == {""}


def test_two_exports_are_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for name in "ab":
        write_report(tmp_path / name / "r.csv", a_record(), the_beats(), a_context())
    assert (tmp_path / "a/r.csv").read_bytes() == (tmp_path / "b/r.csv").read_bytes()
    first, second = (
        json.loads((tmp_path / name / "r.csv-metadata.json").read_bytes()) for name in "ab"
    )
    first["ecgviewer:report"].pop("provenance")
    second["ecgviewer:report"].pop("provenance")
    assert json.dumps(first) == json.dumps(second)


@pytest.mark.parametrize("which", ["out.csv", "out.csv-metadata.json"])
def test_either_existing_file_needs_force(tmp_path: Path, which: str) -> None:
    (tmp_path / which).write_text("old")
    with pytest.raises(TargetExistsError):
        write_report(tmp_path / "out.csv", a_record(), the_beats(), a_context())
    assert {path.name for path in tmp_path.iterdir()} == {which}
    write_report(tmp_path / "out.csv", a_record(), the_beats(), a_context(), force=True)
    assert (tmp_path / which).read_text() != "old"


def test_a_file_of_the_recording_is_never_replaced(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    (tmp_path / "208.dat").write_bytes(b"samples")
    (tmp_path / "link.csv").symlink_to(tmp_path / "208.dat")
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "208.dat")
    for name in ("208.dat", "208.hea", "link.csv", "hard.csv"):
        with pytest.raises(WriteError, match="file of the recording"):
            write_report(tmp_path / name, record, the_beats(), a_context(), force=True)
    assert (tmp_path / "208.dat").read_bytes() == b"samples"


def test_an_interrupted_write_leaves_the_old_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.csv"
    write_report(target, a_record(), the_beats(3), a_context())
    old = (target.read_bytes(), metadata_path(target).read_bytes())
    publish = atomic._publish

    def interrupted(temporary: Path, goal: Path, *, force: bool) -> None:
        if goal.suffix == ".json":
            raise KeyboardInterrupt
        publish(temporary, goal, force=force)

    monkeypatch.setattr(atomic, "_publish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_report(target, a_record(), the_beats(), a_context(), force=True)
    assert (target.read_bytes(), metadata_path(target).read_bytes()) == old
    assert len(list(tmp_path.iterdir())) == 2


def test_hashing_stops_when_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    [file] = hash_inputs([tmp_path / "a"], stop=lambda: True)
    assert file.sha256 is None


def test_names_that_need_it_are_escaped_in_the_url(tmp_path: Path) -> None:
    beside = write_report(tmp_path / "a b#.csv", a_record(), the_beats(), a_context())
    assert json.loads(beside.read_bytes())["url"] == "a%20b%23.csv"
    assert beside.name == "a b#.csv-metadata.json"
