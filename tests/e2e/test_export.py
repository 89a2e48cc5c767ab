"""A person exports the report: the command line's bytes, asked before anything is lost."""

import csv
import json

import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.report.beats_csv import metadata_path, write_report
from ecgviewer.report.build import analyse_record
from tests.gui.conftest import TIMEOUT_MS, wait


@pytest.fixture
def target(tmp_path):
    return tmp_path / "report.csv"


def export(qtbot, window, target):
    window.files.prompts.save_path = target
    with qtbot.waitSignal(window.files.report_written, timeout=TIMEOUT_MS):
        window.actions_by_name["export"].trigger()


def test_window_and_command_line_write_the_same_bytes(qtbot, opened, ensemble, record, target):
    export(qtbot, opened, target)
    report = analyse_record(open_record(record), ensemble)
    other = target.with_name("other.csv")
    write_report(other, report.record, report.beats, report.context)
    assert target.read_bytes() == other.read_bytes()
    ours, theirs = (
        json.loads(metadata_path(p).read_text())["ecgviewer:report"] for p in (target, other)
    )
    for metadata in (ours, theirs):
        metadata.pop("provenance", None)
    assert ours == theirs
    assert opened.files.prompts.questions == []


def test_an_unfinished_report_is_asked_for(qtbot, window, ensemble, record, target):
    ensemble.gate.clear()
    with qtbot.waitSignal(window.session.record_opened, timeout=TIMEOUT_MS):
        window.files.open_path(record)
    wait(qtbot, lambda: window.session.progress.phase == "classifying")
    window.files.prompts.yes = False
    window.files.prompts.save_path = target
    window.actions_by_name["export"].trigger()
    assert "have no class yet" in window.files.prompts.questions[0]
    assert not target.exists()
    window.files.prompts.yes = True
    export(qtbot, window, target)
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["flags"] for row in rows} == {"pending"}
    assert {row["class"] for row in rows} == {""}
    about = json.loads(metadata_path(target).read_text())["ecgviewer:report"]
    assert about["complete"] is False


def test_an_existing_file_is_replaced_only_after_a_yes(qtbot, opened, target):
    target.write_text("mine")
    opened.files.prompts.save_path = target
    opened.files.prompts.yes = False
    opened.actions_by_name["export"].trigger()
    assert "there already" in opened.files.prompts.questions[0]
    assert target.read_text() == "mine"
    opened.files.prompts.yes = True
    export(qtbot, opened, target)
    assert target.read_text().startswith("beat,sample,")


def test_what_cannot_be_written_is_one_sentence(qtbot, opened, tmp_path):
    opened.files.prompts.save_path = tmp_path / "absent" / "report.csv"
    with qtbot.waitSignal(opened.files.error_met, timeout=TIMEOUT_MS):
        opened.actions_by_name["export"].trigger()
    assert "folder does not exist" in opened.workspace.messages.text.text()


def test_hidden_patient_fields_stay_out_of_the_report(qtbot, opened, target):
    opened.actions_by_name["hide_patient"].trigger()
    export(qtbot, opened, target)
    assert "p01" not in opened.files.prompts.suggestion.name
    assert "Digoxin" not in metadata_path(target).read_text()


def test_a_picture_of_the_window_is_saved(qtbot, opened, tmp_path):
    opened.files.prompts.save_path = tmp_path / "window.png"
    opened.actions_by_name["picture"].trigger()
    assert (tmp_path / "window.png").read_bytes().startswith(b"\x89PNG")
