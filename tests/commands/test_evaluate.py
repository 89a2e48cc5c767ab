import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ecgviewer.commands.app import app
from tests.data import REPOSITORY
from tests.evaluation.flat_record import annotate, flat_record
from tests.excerpt import an_excerpt
from tests.tiny_ensemble import UNSEEN, make_ensemble

BEATS = [(301.0 + k, symbol) for k, symbol in enumerate("NNVVNNANNN")]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *(str(argument) for argument in arguments)])


def a_record(folder: Path, name: str = "r") -> Path:
    """Ten beats of which the test misses one, calls one wrong and adds one."""
    record = flat_record(folder, name)
    annotate(record, "atr", BEATS)
    found = [BEATS[0], *BEATS[2:]]
    found[-1] = (found[-1][0], "V")
    annotate(record, "tst", [*found, (320.0, "N")])
    return record


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_it_shows_tables_and_keeps_them(tmp_path: Path) -> None:
    record, out = a_record(tmp_path / "in"), tmp_path / "o.json"
    ran = call(record, "--test", "tst", "-o", out)
    assert ran.exit_code == 0, ran.output
    line = next(line for line in ran.stdout.splitlines() if line.split()[:1] == ["r"])
    assert line.split()[1:6] == ["10", "1", "1", "90.00", "90.00"]
    assert "gross" in ran.stdout
    assert "Beats from 300 s on, as EC57, %" in ran.stdout
    assert "Ventricular runs" in ran.stdout
    found = document(out)
    assert (found["reference"], found["test"]) == ("atr", {"annotator": "tst"})
    (one,) = found["records"]
    assert one["qrs_se"] == {"percent": 90.0, "part": 9, "whole": 10}
    assert one["veb_pp"] == {"percent": 66.6667, "part": 2, "whole": 3}
    assert one["missed_in_shutdown"]["F"] == {"percent": None, "part": 0, "whole": 0}
    assert one["runs"]["ventricular"]["couplet"]["found"] == 1
    assert one["runs"]["ventricular"]["long run"]["se"] is None
    table = rows(tmp_path / "o.csv")
    assert [row["record"] for row in table] == ["r", "gross", "average"]
    assert (table[0]["Nn"], table[0]["Nv"], table[0]["No"], table[0]["On"]) == ("5", "1", "1", "1")
    assert table[0]["ventricular long run se"] == ""
    assert table[1]["qrs_se"] == table[2]["qrs_se"] == "90.0"


def test_short_recordings_count_from_a_time_that_is_asked_for(tmp_path: Path) -> None:
    record, out = flat_record(tmp_path, seconds=60), tmp_path / "o.json"
    beats = [(float(k), "N") for k in range(5, 60, 5)]
    annotate(record, "atr", [*beats, (90.0, "V")])
    annotate(record, "tst", beats)
    whole = call(record, "--test", "tst")
    assert whole.exit_code == 1
    assert "--from SECONDS counts from another time on" in whole.stderr
    ran = call(record, "--test", "tst", "--from", "0", "-o", out)
    assert ran.exit_code == 0, ran.output
    assert "Beats from 0 s on (EC57: 300 s), %" in ran.stdout
    assert "1 of 12 annotations of atr lie after the record's end" in ran.stderr
    found = document(out)
    assert found["learning_s"] == 0
    assert "where EC57 has 300 s" in found["method"]
    assert found["records"][0]["qrs_se"] == {"percent": 100.0, "part": 11, "whole": 11}
    assert "after the record's end" in found["records"][0]["remarks"][0]
    for wrong in ("-1", "nan", "x"):
        assert call(record, "--test", "tst", "--from", wrong).exit_code == 2


def test_a_dash_where_there_is_no_figure(tmp_path: Path) -> None:
    record = flat_record(tmp_path)
    annotate(record, "atr", [(310.0, "N")])
    annotate(record, "tst", [(310.0, "N")])
    ran = call(record, "--test", "tst")
    line = next(line for line in ran.stdout.splitlines() if line.split()[:1] == ["r"])
    assert line.split()[4:] == ["100.00", "100.00", "-", "-", "0.00", "-", "-", "-"]


def test_the_mapping(tmp_path: Path) -> None:
    record = flat_record(tmp_path)
    annotate(record, "atr", [(310.0, "e")])
    annotate(record, "tst", [(310.0, "N")])
    for mapping, cell in (("bxb", "Sn"), ("dechazal", "Nn")):
        out = tmp_path / f"{mapping}.json"
        ran = call(record, "--test", "tst", "--mapping", mapping, "-o", out)
        assert ran.exit_code == 0, ran.output
        assert rows(out.with_suffix(".csv"))[0][cell] == "1"


def test_a_short_recording_has_no_results_rather_than_zeros(tmp_path: Path) -> None:
    short = flat_record(tmp_path / "in", "short", seconds=60)
    for annotator in ("atr", "tst"):
        annotate(short, annotator, [(10.0, "N")])
    out = tmp_path / "o.json"
    ran = call(short, "--test", "tst", "-o", out)
    assert ran.exit_code == 1
    assert "nothing is left to compare" in ran.stderr
    assert "QRS" not in ran.stdout
    assert document(out)["gross"] is None
    a_record(tmp_path / "in", "whole")
    ran = call(tmp_path / "in", "--test", "tst", "-o", out, "--force")
    assert ran.exit_code == 0
    found = document(out)
    assert [one["record"] for one in found["records"]] == ["short", "whole"]
    assert "lasts 60 s" in found["records"][0]["nothing_left"]
    assert "qrs_se" not in found["records"][0]
    assert found["average"]["qrs_se"] == 90.0
    assert rows(tmp_path / "o.csv")[0]["Nn"] == ""


def test_a_record_without_annotations_does_not_stop_the_rest(tmp_path: Path) -> None:
    a_record(tmp_path / "in", "a")
    flat_record(tmp_path / "in", "b")
    out = tmp_path / "o.json"
    ran = call(tmp_path / "in", "--test", "tst", "-o", out)
    assert ran.exit_code == 1
    assert "there is no annotation file b.atr" in ran.stderr
    assert "1 of 2 records could not be compared" in ran.stderr
    assert [one["record"] for one in document(out)["records"]] == ["a"]
    assert "Traceback" not in ran.output


def test_wrong_usage(tmp_path: Path) -> None:
    record = a_record(tmp_path / "in")
    (tmp_path / "empty").mkdir()
    for arguments in (
        (record, "--test", "tst", "--ensemble", "paper"),
        (record, "--test", "atr"),
        (record, "--test", "t/s"),
        (record, "--reference", "../x"),
        (record, "--test", "tst", "--mapping", "mine"),
        (record, "--test", "tst", "-o", tmp_path / "o.txt"),
        (record, "--ensemble", "none-such"),
        (tmp_path / "empty", "--test", "tst"),
        (),
    ):
        ran = call(*arguments)
        assert ran.exit_code == 2, arguments
        assert "Traceback" not in ran.output


def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    record = a_record(tmp_path / "in")
    (tmp_path / "o.csv").write_text("mine")
    ran = call(record, "--test", "tst", "-o", tmp_path / "o.json")
    assert ran.exit_code == 1
    assert "o.csv: is there already; name another, or give --force" in ran.stderr
    assert (tmp_path / "o.csv").read_text() == "mine"
    ran = call(record, "--test", "tst", "-o", tmp_path / "nowhere" / "o.json")
    assert ran.exit_code == 1
    assert "its folder does not exist" in ran.stderr


def test_both_files_or_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    record = a_record(tmp_path / "in")
    monkeypatch.setattr("ecgviewer.evaluation.documents.write_together", interrupted)
    ran = call(record, "--test", "tst", "-o", tmp_path / "o.json")
    assert ran.exit_code == 130
    assert not list(tmp_path.glob("o.*"))


def test_an_ensemble_is_evaluated(tmp_path: Path) -> None:
    """Ten seconds of the demo record: analysed, and nothing left."""
    ensemble = make_ensemble(tmp_path / "tiny")
    record = an_excerpt(tmp_path / "in")
    annotate(record, "atr", [(1.0, "N")], fs=360)
    out = tmp_path / "o.json"
    ran = call(record, "--ensemble", ensemble, "--device", "cpu", "-o", out)
    assert ran.exit_code == 1
    assert "nothing is left" in ran.stderr
    assert ran.stdout == ""
    found = document(out)["test"]
    assert found["ensemble"] == "tiny"
    assert len(found["sha256"]) == 64
    assert found["unseen_patients"] == UNSEEN


def tell_patients(ensemble: Path, patients: list[str]) -> Path:
    """Put training patients into the card of the first member."""
    path = ensemble / "first" / "card.json"
    data = json.dumps(document(path) | {"training": {"patients": patients}}).encode()
    path.write_bytes(data)
    card = document(ensemble / "ensemble.json")
    card["member_cards_sha256"]["first"] = hashlib.sha256(data).hexdigest()
    (ensemble / "ensemble.json").write_text(json.dumps(card))
    return ensemble


def test_records_that_were_trained_on_are_named(tmp_path: Path) -> None:
    ensemble = tell_patients(make_ensemble(tmp_path / "tiny"), ["mitdb/101", "svdb/800"])
    for folder, name in (("mitdb", "101"), ("mitdb", "100"), ("svdb", "101"), ("mine", "800")):
        annotate(flat_record(tmp_path / folder, name), "atr", [(310.0, "N")])
    out = tmp_path / "o.json"
    options = ("--ensemble", ensemble, "--device", "cpu", "-o", out, "--force")
    ran = call(*(tmp_path / folder for folder in ("mitdb", "svdb", "mine")), *options)
    assert ran.exit_code == 0, ran.output
    assert "were trained on: mitdb/101, svdb/800; the figures do not hold" in ran.stdout
    assert UNSEEN in ran.stdout
    found = document(out)
    assert found["trained_on"] == ["mitdb/101", "svdb/800"]
    assert found["test"]["unseen_patients"] == UNSEEN
    ran = call(tmp_path / "svdb", *options)
    assert ran.exit_code == 0, ran.output
    assert "trained on:" not in ran.stdout
    assert document(out)["trained_on"] == []


def test_the_command_line_starts_without_the_networks() -> None:
    code = (
        "import ecgviewer.commands.app, sys; print({'torch', 'scipy', 'wfdb'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"
