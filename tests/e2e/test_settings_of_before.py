"""Settings that version 0.1.0 wrote are honoured: choices, folders, recent files, the layout.

`settings-0.1.0.ini` is the file as the program wrote it (commit 4627b6c), but for the folder's
name: a window of 1500 x 900, inspector hidden, panels 520 pixels wide, dark, `paper` chosen,
patient fields hidden, no results kept.
"""

import configparser
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.data import REPOSITORY
from tests.excerpt import an_excerpt

WRITTEN = Path(__file__).parent / "settings-0.1.0.ini"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the recordings that the settings name, and one more."""
    folder = tmp_path_factory.mktemp("home") / "ward7"
    for name in ("p01", "p02", "p03"):
        an_excerpt(folder, name)
    return folder


@pytest.fixture(scope="module")
def seen(ward: Path) -> dict[str, Any]:
    """What a window shows that is started with these settings."""
    home = ward.parent
    file = home / ".config" / "ecgviewer" / "ecgviewer.ini"
    file.parent.mkdir(parents=True)
    file.write_text(WRITTEN.read_text().replace("{folder}", str(ward)))
    below = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache", "XDG_STATE_HOME": ".state"}
    folders = {"HOME": str(home), **{name: str(home / at) for name, at in below.items()}}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.e2e.look", str(ward / "p03.hea")],
        cwd=REPOSITORY,
        env={**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_the_window_is_as_large_and_its_panels_are_where_they_were(seen):
    assert seen["size"] == [1500, 900]
    hidden = {name for name, width in seen["docks"].items() if width is None}
    assert {"dock_inspector", "dock_comparison"} <= hidden
    assert not {"dock_summary", "dock_recording", "dock_beats"} & hidden
    assert seen["docks"]["dock_beats"] == pytest.approx(520, abs=30)


def test_choices_are_honoured(seen):
    assert seen["dark"]
    assert seen["checked"] == ["hide_patient", "theme"]  # and results are not kept
    assert "paper 44d9b832" in seen["text"]
    assert "p03" not in seen["text"]


def test_recent_files_are_offered_and_hidden_with_the_patient(seen):
    assert seen["recents while hidden"] == ["hidden with the patient fields"]
    names = [text.split()[0] for text in seen["recents"] if text]
    assert names[:3] == ["p03", "p02", "p01"]


def test_dialogs_start_in_the_folders_last_used(seen, ward):
    assert Path(seen["folders"]["open"]) == ward
    assert Path(seen["folders"]["export"]) == ward
    assert str(ward) in seen["folders"]["download"]


def test_it_is_written_back_under_the_same_keys(seen, ward):
    """So that going back to the version before loses nothing either."""

    def keys(text: str) -> dict[str, set[str]]:
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(text)
        return {section: set(parser[section]) for section in parser.sections()}

    before = keys(WRITTEN.read_text())
    after = keys((ward.parent / ".config" / "ecgviewer" / "ecgviewer.ini").read_text())
    assert all(before[section] <= after[section] for section in before)
