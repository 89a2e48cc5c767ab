"""Panels in docks: a row is all it takes, and layouts are restored or dropped."""

import pytest
from PySide6.QtWidgets import QLabel, QMainWindow, QWidget

from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.panels.table import PANELS, Panel, Place
from ecgviewer.gui.style.theme import THEMES
from tests.gui.conftest import open_and_wait, started


class Note(QLabel):
    """A panel that shows nothing of the beats."""

    def __init__(self, theme):
        super().__init__("Nothing to report")

    def show_record(self, opened, identity): ...
    def show_beats(self, beats, change): ...
    def show_current(self, beat_id): ...
    def set_theme(self, theme): ...


NOTE = Panel("note", "Note", Note, Place(behind="summary"))


def test_a_panel_is_one_row(qtbot, settings, ensemble, record):
    with started(settings, ensemble, panels=(*PANELS, NOTE)) as window:
        assert list(window.docks.docks) == [row.name for row in (*PANELS, NOTE)]
        assert window.docks.docks["note"].objectName() == "dock_note"
        assert window.docks.panel(Note) is window.docks.panels["note"]
        titles = [action.text() for action in window.actions_by_name.menus["&View"].actions()]
        assert titles[-3:] == ["Comparison", "Note", "&Panels in their places"]
        open_and_wait(qtbot, window, record)
        assert not window.docks.docks["note"].isHidden()
        assert window.docks.docks["note"] in window.tabifiedDockWidgets(
            window.docks.docks["summary"]
        )


def test_a_panel_that_no_row_makes_is_not_there(docks):
    assert docks.panel(SummaryPanel) is docks.panels["summary"]
    with pytest.raises(LookupError, match="Note"):
        docks.panel(Note)


@pytest.fixture
def shell(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    window.resize(1366, 768)
    window.show()
    return window


@pytest.fixture
def docks(shell):
    docks = Docks(shell, THEMES["light"])
    docks.show(True)
    docks.arrange()
    return docks


def test_a_layout_saved_without_a_panel_leaves_it_in_its_place(qtbot, shell, docks):
    docks.docks["inspector"].hide()
    saved = shell.saveState()
    later = QMainWindow()
    qtbot.addWidget(later)
    later.resize(1366, 768)
    later.show()
    docks = Docks(later, THEMES["light"], rows=(*PANELS, NOTE))
    docks.show(True)
    later.restoreState(saved)
    assert docks.docks["inspector"].isHidden()
    assert not docks.docks["note"].isHidden()


def test_of_a_higher_window_beats_get_the_most(shell, docks, qapp):
    heights = []
    for height in (768, 1200):
        shell.resize(1366, height)
        qapp.processEvents()
        docks.arrange()
        qapp.processEvents()
        heights.append({name: docks.docks[name].height() for name in docks.docks})
    more = {name: heights[1][name] - heights[0][name] for name in docks.docks}
    assert more["beats"] > more["inspector"] > more["summary"] > 0
