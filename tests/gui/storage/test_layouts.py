"""Layouts are kept with a checksum; of those without one only sound structures are taken."""

import random

import pytest
from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QMainWindow, QWidget

from ecgviewer.gui.panels.docks import Docks
from ecgviewer.gui.storage.layouts import Layout, as_rows, is_state, of_rows, screen_width
from ecgviewer.gui.style.theme import THEMES
from tests.data import REPOSITORY

PANELS = ("summary", "recording", "beats", "inspector", "comparison")
NAMES = {*(f"dock_{n}" for n in PANELS), "file_bar", "play_bar", "trace_bar", "ensemble_bar"}


@pytest.fixture(scope="module")
def before() -> tuple[bytes, bytes]:
    """Geometry and state as version 0.1.0 wrote them."""
    file = REPOSITORY / "tests" / "e2e" / "settings-0.1.0.ini"
    store = QSettings(str(file), QSettings.Format.IniFormat)
    return bytes(store.value("geometry").data()), bytes(store.value("state").data())


def test_a_layout_comes_back_whole():
    layouts = (Layout("eDP-1 1920 x 1080 @ 1.5", b"\0g", bytes(range(256))), Layout("é", b"", b""))
    assert of_rows(as_rows(layouts)) == layouts


@pytest.mark.parametrize("name", ["screen", "geometry", "state", "checksum"])
@pytest.mark.parametrize("wrong", [None, "", "AAAA", 7, [], "\ud800"])
def test_a_row_that_is_another_is_none(name, wrong):
    (row,) = as_rows([Layout("eDP-1", b"geometry", b"state")])
    assert of_rows([row | {name: wrong}, row]) == of_rows([row])
    del row[name]
    assert of_rows([row]) == ()


@pytest.mark.parametrize("row", [None, 3, "layout", [], ["screen"], {}])
def test_what_is_no_row_is_no_layout(row):
    assert of_rows([row]) == ()


@pytest.mark.parametrize("rows", [None, 3, "layouts", {}])
def test_what_is_no_list_is_refused(rows):
    with pytest.raises(ValueError, match="a list"):
        of_rows(rows)


def test_the_state_of_0_1_0_is_one_and_its_screen_is_known(before):
    geometry, state = before
    assert is_state(state, NAMES)
    assert screen_width(geometry) == 1920


def test_a_state_with_16_other_bytes_is_none(before):
    _, state = before
    dice = random.Random(14)
    for _ in range(5_000):
        at = dice.randrange(len(state) - 16)
        assert not is_state(state[:at] + dice.randbytes(16) + state[at + 16 :], NAMES)


def test_a_state_cut_short_lengthened_or_of_other_panels_is_none(before):
    _, state = before
    assert not any(is_state(state[:n], NAMES) for n in range(len(state)))
    assert not is_state(state + b"\0", NAMES)
    assert not is_state(state, NAMES - {"dock_beats"})


def test_a_geometry_with_numbers_out_of_reach_is_none(before):
    geometry, _ = before
    for at in range(8, len(geometry)):
        changed = bytearray(geometry)
        changed[at] ^= 0x80
        assert screen_width(bytes(changed)) in {None, 1920, 1920 ^ 0x80}
    for wrong in (b"", geometry[:-1], geometry + b"\0", b"\0" * 66, b"\xff" * 66):
        assert screen_width(wrong) is None


def test_states_of_panels_moved_about_are_states(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    docks = Docks(window, THEMES["light"])
    docks.show(True)
    window.resize(1366, 768)
    window.show()
    names = {dock.objectName() for dock in docks.docks.values()}
    areas = [getattr(Qt.DockWidgetArea, f"{side}DockWidgetArea") for side in ("Left", "Top")]
    for name, area in zip(PANELS, 3 * areas, strict=False):
        assert is_state(bytes(window.saveState().data()), names)
        window.addDockWidget(area, docks.docks[name])
        docks.docks[name].setFloating(name == "beats")
        docks.docks[name].setHidden(name == "inspector")
        assert is_state(bytes(window.saveState().data()), names)
        assert window.restoreState(QByteArray(window.saveState()))
    window.removeDockWidget(docks.docks["summary"])
    assert is_state(bytes(window.saveState().data()), names)
