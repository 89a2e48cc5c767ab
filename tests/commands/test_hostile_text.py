"""Text of files on a terminal and in tables: no control sequence, no markup, no formula."""

import csv
import json
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ecgviewer.commands.app import app
from ecgviewer.commands.terminal import progress_bar, progress_step
from ecgviewer.report.beats_csv import metadata_path
from tests.commands.test_evaluate import a_record
from tests.excerpt import an_excerpt
from tests.tiny_ensemble import make_ensemble

ACTS = "\x1b[31m\x07\x9b\u202e"
MARKUP = "[red]rich[/red] [[[["


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def nothing_acts(text: str) -> bool:
    return not any(c in text for c in ACTS if c not in "[31m")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A record in a folder, with a comment and a lead, that a terminal would obey."""
    record = an_excerpt(tmp_path / f"ward{ACTS}[bold]", "[red]r")
    text = record.read_text().replace(" MLII", f" MLII {ACTS}{MARKUP}")
    record.write_text(f"{text}# {ACTS}{MARKUP}\n")
    return record


def test_info_shows_text_as_it_is_written(hostile):
    shown = call("info", hostile)
    assert shown.exit_code == 0
    assert nothing_acts(shown.output)
    assert shown.output.count(MARKUP) >= 2
    assert "Record     [red]r" in shown.output


def test_info_json_holds_it_whole_and_escaped(hostile):
    shown = call("info", hostile, "--json")
    assert shown.output.isascii()
    assert MARKUP in json.loads(shown.output)["comments"][-1]


def test_analyze_says_names_as_they_are_written(hostile, tmp_path):
    ensemble = make_ensemble(tmp_path / "ensemble")
    out = tmp_path / "out"
    for _ in range(2):  # the second finds it done
        ran = call("analyze", hostile.parent, "--ensemble", ensemble, "-o", out)
        assert ran.exit_code == 0, ran.output
        assert nothing_acts(ran.output)
        assert "[red]r: " in ran.output


def test_a_description_that_is_nested_without_end_is_none_of_ours(tmp_path):
    record = an_excerpt(tmp_path / "records")
    ensemble = make_ensemble(tmp_path / "ensemble")
    arguments = ("analyze", record.parent, "--ensemble", ensemble, "-o", tmp_path / "out")
    assert call(*arguments).exit_code == 0
    report = next((tmp_path / "out").rglob("*.csv"))
    for text in ("[" * 100_000, "[[[[", '{"ecgviewer:report":' * 50_000):
        metadata_path(report).write_text(text)
        ran = call(*arguments)
        assert ran.exit_code == 1
        assert "is there already" in ran.output
        assert "program itself" not in ran.output


def test_wrong_usage_is_said_without_control_sequences(tmp_path):
    ran = call("evaluate", tmp_path, "--out", tmp_path / f"x{ACTS}.txt")
    assert ran.exit_code == 2
    assert nothing_acts(ran.output)


def test_evaluate_shows_the_record_s_name_and_writes_no_formula(tmp_path):
    record = a_record(tmp_path, "=1+1[red]")
    out = tmp_path / "figures.json"
    ran = call("evaluate", record, "--test", "tst", "--out", out)
    assert ran.exit_code == 0, ran.output
    assert "=1+1[red]" in ran.output
    with out.with_suffix(".csv").open(newline="") as file:
        assert next(csv.DictReader(file))["record"] == "'=1+1[red]"
    assert json.loads(out.read_bytes())["records"][0]["record"] == "=1+1[red]"


def test_the_progress_bar_shows_names_as_they_are():
    with progress_bar() as bar, progress_step(bar, f"{ACTS}{MARKUP}"):
        (task,) = bar.tasks
        assert nothing_acts(task.description)
        assert MARKUP in task.description


def test_what_is_logged_to_a_terminal_does_not_act(tmp_path):
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    root.handlers.clear()
    try:
        call("info", tmp_path / "absent.hea")
        (handler,) = root.handlers
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "%s", (ACTS,), None)
        assert nothing_acts(handler.format(record))
    finally:
        root.handlers[:] = before
