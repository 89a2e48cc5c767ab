import json
from pathlib import Path

from typer.testing import CliRunner, Result

from ecgviewer.commands.app import app
from tests.excerpt import N_SAMPLES, an_excerpt


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_info_says_what_the_header_says(tmp_path: Path) -> None:
    record = an_excerpt(tmp_path)
    ran = call("info", record)
    assert ran.exit_code == 0
    for words in ("Record     r", "2024-02-28 23:59:55", "MLII", "23 F", "3600 samples", "intact"):
        assert words in ran.stdout
    facts = json.loads(call("info", record, "--json").stdout)
    assert facts["n_samples"] == N_SAMPLES
    assert facts["sampling_rate_hz"] == 360
    assert facts["comments"] == ["23 F"]


def test_info_sends_no_control_sequences_to_the_terminal(tmp_path: Path) -> None:
    record = an_excerpt(tmp_path)
    record.write_text(record.read_text() + "# \x1b[2J\x07 evil [bold]markup[/bold]\n")
    shown = call("info", record).stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold]markup[/bold]" in shown
