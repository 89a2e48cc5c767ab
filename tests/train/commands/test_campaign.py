import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tests.data import REPOSITORY
from tests.train.campaign.small import SmallStore, items
from train.__main__ import app
from train.commands import campaign as command

ABSENT_ON_A_CARD = "wfdb soundfile PySide6 shiboken6 pyqtgraph sleepecg distributed"
BLOCKED = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split():
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Absent())
from train.__main__ import main
sys.argv = ["train", *sys.argv[2:]]
main()
"""


def test_it_needs_no_library_that_a_card_s_machine_lacks(tmp_path):
    options = ["campaign", "--plan", "--resume", tmp_path / "out", "--cache", tmp_path]
    ran = subprocess.run(
        [sys.executable, "-c", BLOCKED, ABSENT_ON_A_CARD, *map(str, options), "--device", "cpu"],
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "folds: `paper` at full length" in ran.stdout
    assert "left out where it needs mitdb.cache" in ran.stdout
    assert not (tmp_path / "out").exists()


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(command, "process_age_s", lambda: 2.0)  # the suite's own is older
    monkeypatch.setattr(command, "plan", lambda share: items())
    monkeypatch.setattr(command, "Store", lambda folder, device, share: SmallStore(share=share))


def call(*arguments):
    return CliRunner().invoke(app, ["campaign", *map(str, arguments), "--device", "cpu"])


def test_it_runs_says_and_collects(small, tmp_path):
    out = tmp_path / "out"
    done = call("--resume", out, "--minutes", "9")
    assert done.exit_code == 0, done.output
    assert "2 of 2 done" in done.output
    assert "small-slap: done, 2 epochs" in done.output
    folders = ["--results", tmp_path / "results", "--runs", tmp_path / "runs"]
    collected = call("--resume", out, "--collect", *folders)
    assert collected.exit_code == 0, collected.output
    (result,) = (tmp_path / "results" / "campaign" / "compare").iterdir()
    assert result.name == f"{items()[2].name}.json"
    assert (tmp_path / "runs" / "campaign-small-resnet" / "checkpoint.pt").is_file()


def test_a_run_that_failed_is_said_and_the_exit_status_is_1(small, tmp_path, monkeypatch):
    class Store(SmallStore):
        def lesson(self, item):
            if item.name == items()[0].name:
                raise ValueError("wrong")
            return super().lesson(item)

    out = ["--resume", tmp_path / "out", "--minutes", "9", "--only", "folds"]
    with monkeypatch.context() as patched:
        patched.setattr(command, "Store", lambda folder, device, share: Store(share=share))
        failed = call(*out)
    assert failed.exit_code == 1, failed.output
    assert "small-resnet: failed (ValueError: wrong)" in failed.output
    assert "small-slap: done" in failed.output
    later = call(*out)
    assert later.exit_code == 0, later.output
    assert "failed before: small-resnet (ValueError: wrong); again with --retry" in later.output
    again = call(*out, "--retry")
    assert again.exit_code == 0, again.output
    assert "2 of 2 done" in again.output


def test_a_plan_alone_does_nothing(small, tmp_path):
    said = call("--resume", tmp_path / "out", "--plan")
    assert said.exit_code == 0, said.output
    assert "next: small-resnet: a ResNet;" in said.output
    assert not (tmp_path / "out").exists()


def test_a_group_there_is_not_is_a_sentence(small, tmp_path):
    said = call("--resume", tmp_path / "out", "--only", "table-8")
    assert said.exit_code != 0
    assert "no group 'table-8'" in str(said.exception)
