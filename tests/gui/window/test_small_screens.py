"""The window fits small screens: 1366 x 768, and 1920 x 1080 at a scale of 2."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QDockWidget

from tests.gui.conftest import open_and_wait, wait

LEAST = (900, 500)  # logical pixels: 960 x 540 without a bar of tasks and a window's frame


@pytest.fixture
def small(qtbot, window, record):
    """The window at the size that such a screen leaves it, with a record and every panel."""
    window.resize(*LEAST)
    open_and_wait(qtbot, window, record)
    qtbot.wait(50)
    return window


def test_it_takes_that_size_and_asks_for_no_more(small):
    assert small.size().toTuple() == LEAST
    hint = small.minimumSizeHint()
    assert hint.width() <= LEAST[0]
    assert hint.height() <= LEAST[1]


def test_no_part_reaches_beyond_the_window_or_is_smaller_than_it_has_to_be(small):
    docks = [dock for dock in small.docks.docks.values() if not dock.visibleRegion().isEmpty()]
    assert docks
    for part in (*docks, small.canvas, small.strip, small.workspace.header, small.status):
        place = QRect(part.mapTo(small, QPoint(0, 0)), part.size())
        assert small.rect().contains(place), part
        least = part.minimumSizeHint().expandedTo(part.minimumSize())
        assert part.width() >= least.width(), part
        assert part.height() >= least.height(), part


def test_panels_on_the_right_share_a_place_in_a_low_window_and_lie_apart_in_a_high_one(small):
    def tabs() -> set[str]:
        found: list[QDockWidget] = small.tabifiedDockWidgets(small.docks.docks["summary"])
        return {dock.objectName() for dock in found}

    assert tabs() == {"dock_recording", "dock_beats", "dock_inspector"}
    small.resize(1366, 768)
    small.view.on_arrange()
    assert tabs() == {"dock_recording"}


def test_the_start_page_is_no_wider_than_the_window(qtbot, window):
    window.resize(800, 480)
    wait(qtbot, lambda: window.width() == 800)
    card = window.workspace.start_page.card
    assert card.mapTo(window, QPoint(card.width(), 0)).x() <= 800
    window.resize(1366, 768)
    wait(qtbot, lambda: card.width() == 620)


def test_a_first_window_is_no_larger_than_its_screen(qtbot, window):
    room = window.screen().availableGeometry()
    window.saved_layout.restore_geometry()
    assert window.width() <= room.width()
    assert window.height() <= room.height() - 30  # the desktop's own bar above it


def test_a_message_moves_nothing_and_is_on_no_picture(qtbot, opened, tmp_path):
    before = opened.canvas.mapTo(opened, QPoint(0, 0)), opened.canvas.size()
    messages = opened.workspace.messages
    messages.show_error("Nothing to be done. " * 100)
    qtbot.wait(20)
    assert (opened.canvas.mapTo(opened, QPoint(0, 0)), opened.canvas.size()) == before
    assert messages.geometry().width() == opened.workspace.width()
    assert messages.height() < opened.workspace.height() / 4
    opened.files.prompts.save_path = tmp_path / "picture.png"
    opened.actions_by_name["picture"].trigger()
    wait(qtbot, (tmp_path / "picture.png").exists)
    assert "Nothing to be done" not in messages.text.text() or messages.isHidden()
