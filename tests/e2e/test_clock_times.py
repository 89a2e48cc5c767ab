"""A person reads and types the clock: in the table, its filter, Go to time and the inspector."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.panels.inspector.panel import Inspector
from tests.formats.records import ecg_like, write_record
from tests.gui.conftest import open_and_wait

ROLE = Qt.ItemDataRole.DisplayRole


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """One minute, of which half lies after midnight."""
    folder = tmp_path / "night"
    folder.mkdir()
    start = "23:59:30 02/03/1990"
    return write_record(folder, ecg_like(21_600), name="n1", names=("MLII", "V1"), start=start)


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    """One minute whose start is not known."""
    folder = tmp_path / "unknown"
    folder.mkdir()
    return write_record(folder, ecg_like(21_600), name="u1", names=("MLII", "V1"))


def times(window) -> list[str]:
    model = window.docks.panel(BeatPanel).model
    return [model.index(row, 1).data() for row in range(model.rowCount())]


def head(window) -> str:
    header: str = window.docks.panel(BeatPanel).model.headerData(1, Qt.Orientation.Horizontal, ROLE)
    return header


def filtered(window, text: str) -> str:
    """Type a filter; what is said of it."""
    panel = window.docks.panel(BeatPanel)
    panel.filter.setText(text)
    panel.on_filter_settled()
    said: str = panel.shown.text()
    return said


def test_the_table_counts_on_over_midnight(qtbot, window, night):
    open_and_wait(qtbot, window, night)
    shown = times(window)
    assert head(window) == "clock"
    assert shown[0].startswith("23:59:30.")
    assert shown[-1].startswith("00:00:2")
    assert shown[-1].endswith(" +1 d")
    window.navigator.choose(len(shown) - 1)
    assert shown[-1] in window.docks.panel(Inspector).title.whole
    said = filtered(window, "00:00 +1")
    assert said == "00:00:00 +1 d to 00:01:00 +1 d"
    assert times(window) == [text for text in shown if "+1 d" in text]
    assert " of " in filtered(window, "V")
    filtered(window, "00:00 +1")
    assert "outside the recording" in filtered(window, "14:00-15:00")
    assert times(window) == []
    said = filtered(window, "9:5")
    assert "two digits" in said
    assert times(window) == []  # nothing moves


def test_a_filter_of_hours_is_gone_with_the_patient(qtbot, window, night):
    open_and_wait(qtbot, window, night)
    n = len(times(window))
    filtered(window, "23:59")
    assert 0 < len(times(window)) < n
    window.view.on_hide_patient(True)
    panel = window.docks.panel(BeatPanel)
    assert (head(window), times(window)[0][:4], len(times(window))) == ("elapsed", "00:0", n)
    assert panel.filter.text() == ""
    assert "hidden with the patient fields" in panel.shown.text()
    assert "hidden with the patient fields" in filtered(window, "00:00-01:00")
    assert len(times(window)) == n
    filtered(window, "+0:30-+1:00")
    assert 0 < len(times(window)) < n
    window.view.on_hide_patient(False)
    assert head(window) == "clock"
    assert all(text.endswith("+1 d") for text in times(window))


def test_where_no_start_is_known_times_are_from_it(qtbot, window, unknown):
    open_and_wait(qtbot, window, unknown)
    assert (head(window), times(window)[0][:4]) == ("elapsed", "00:0")
    assert filtered(window, "0:30-1:00") == "00:30 to 01:00 from the start"
    assert "the start is not known" in filtered(window, "0:30 +1")


def test_where_one_has_gone_is_said(qtbot, window, night):
    open_and_wait(qtbot, window, night)
    window.files.prompts.at = 30.0
    window.actions_by_name["time"].trigger()
    said = window.workspace.messages.text.text()
    assert said == "Gone to 00:00:00 +1 d (00:30 from the start)."
    assert window.canvas.visible_range_s()[0] == pytest.approx(30.0)
    window.view.on_hide_patient(True)
    assert "00:00:00" not in window.workspace.messages.text.text()
    window.actions_by_name["time"].trigger()
    assert window.workspace.messages.text.text() == "Gone to 00:30 from the start."
