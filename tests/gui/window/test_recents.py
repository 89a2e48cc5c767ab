"""Recordings opened last are called by their whole names."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu, QPushButton

from ecgviewer.gui.settings import Settings
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.gui.window.recent_menu import RecentMenu
from ecgviewer.gui.window.start_page import StartPage

NAMES = {"a.1": "a.1", "a.2.hea": "a.2", "p01.HEA": "p01"}


def named(text: str) -> str:
    """The name in a caption, without marks that hide nothing here."""
    return text.replace("&&", "&").split("    ")[0]


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [tmp_path / name for name in NAMES]


def test_in_the_menu(qtbot, paths, tmp_path):
    settings = Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    for path in reversed(paths):
        settings.add_recent(path)
    menu = QMenu()
    qtbot.addWidget(menu)
    recents = RecentMenu(menu, menu.addAction("Exit"), settings)
    recents.fill()
    texts = [named(action.text()) for action in recents.menu.actions()]
    assert texts[:3] == list(NAMES.values())


def test_on_the_start_page(qtbot, paths):
    page = StartPage(THEMES["light"])
    qtbot.addWidget(page)
    page.show_recents(paths)
    texts = [button.text() for button in page.findChildren(QPushButton)]
    assert [named(text) for text in texts if "    " in text] == list(NAMES.values())
