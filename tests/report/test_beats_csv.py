import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.beats.beat import FLAGS
from ecgviewer.files.atomic import TargetExistsError, WriteError
from ecgviewer.files.hashes import hash_inputs
from ecgviewer.report.beats_csv import ReportBeats, csv_bytes, metadata_path, write_report
from tests.report.example import HEADER, a_context, a_record, rows, the_beats


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
        np.array([1]),
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
    assert (
        found[-1]
        == "edge;pause;flat;gap;noisy;disagree;uncertain;one_lead;unreadable;flutter;pending"
    )
    assert found[0] == "edge;pause;flat;gap;noisy;disagree;uncertain;one_lead;unreadable;flutter"


def test_an_inserted_beat_has_a_number_below_0_and_the_others_keep_theirs(tmp_path: Path) -> None:
    inserted = the_beats(number=np.array([1, -1, 2, 3, 4]))
    table = csv_bytes(a_record(), inserted)
    assert [row["beat"] for row in rows(table)] == ["1", "-1", "2", "3", "4"]
    beside = write_report(tmp_path / "out.csv", a_record(), inserted, a_context())
    column = json.loads(beside.read_bytes())["tableSchema"]["columns"][0]
    assert column["dc:description"].endswith("Below 0: inserted by a user.")
    assert "minimum" not in column["datatype"]


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
        np.arange(1, n + 1),
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
        assert ("pending" in words) == (classes[i] == -1)
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
        ({"number": np.array([1, 2, 2, 3, 4])}, "serial numbers"),
        ({"number": np.array([1, 0, 2, 3, 4])}, "serial numbers"),
        ({"classes": np.array([0, 1, 2, 5, 0], np.int8)}, "classes"),
        ({"flags": np.array([1 << len(FLAGS), 0, 0, 0, 0], np.uint16)}, "flags"),
        ({"flags": np.zeros(4, np.uint16)}, "columns"),
        ({"probabilities": np.full((5, 5), 1.5)}, "probabilities"),
    ],
)
def test_columns_that_no_beats_can_have_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        the_beats(**changes)


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
    replace = Path.replace

    def interrupted(path: Path, goal: Path) -> Path:
        if goal.suffix == ".json":
            raise KeyboardInterrupt
        return replace(path, goal)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_report(target, a_record(), the_beats(), a_context(), force=True)
    assert (target.read_bytes(), metadata_path(target).read_bytes()) == old
    assert len(list(tmp_path.iterdir())) == 2


def test_hashing_stops_when_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    [file] = hash_inputs([tmp_path / "a"], stop=lambda: True)
    assert file.sha256 is None
