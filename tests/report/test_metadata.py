import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ecgviewer.files.hashes import hash_inputs
from ecgviewer.report.beats_csv import write_report
from tests.report.example import EXPORTED, HEADER, a_context, a_record, rows, the_beats


def written(folder: Path, **changes: Any) -> dict[str, Any]:
    record = a_record(folder)
    beside = write_report(
        folder / "out.csv", record, the_beats(), a_context(**changes), exported=EXPORTED
    )
    document: dict[str, Any] = json.loads(beside.read_bytes())
    return document


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
    without = {"not_classified": 0, "pending": 1}
    assert block["counts"] == {"N": 1, "S": 1, "V": 1, "F": 0, "Q": 1, **without, "total": 5}
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


def test_names_that_need_it_are_escaped_in_the_url(tmp_path: Path) -> None:
    beside = write_report(tmp_path / "a b#.csv", a_record(), the_beats(), a_context())
    assert json.loads(beside.read_bytes())["url"] == "a%20b%23.csv"
    assert beside.name == "a b#.csv-metadata.json"
