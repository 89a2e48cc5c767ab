"""Actions: a row is all it takes, each has its handler, and each knows what it needs."""

from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from ecgviewer.gui.actions import ACTIONS, MENUS, Action, Need, Parts
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.window.menus import Actions
from tests.gui.conftest import open_and_wait, started

NOBODY = Parts(**dict.fromkeys(Parts.__annotations__))  # type: ignore[typeddict-item]


@pytest.fixture
def shell(qtbot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


def sheet(window: MainWindow) -> str:
    """The text of the `?` sheet."""
    window.help.on_keys()
    dialogs = window.files.prompts.dialogs  # type: ignore[attr-defined]  # of FakePrompts
    return dialogs[-1].browsers[0].toPlainText()


def pairs(text: str) -> list[list[str]]:
    """Lines that follow each other, without the blanks at their ends."""
    lines = [line.strip() for line in text.splitlines()]
    return [list(pair) for pair in pairwise(lines)]


def press(qtbot, window: MainWindow, *key) -> None:
    qtbot.waitUntil(window.isActiveWindow)  # keys of another window act there
    qtbot.keyClick(window, *key)


def test_an_action_is_one_row(qtbot, settings, ensemble):
    said: list[str] = []
    hello = Action(
        "hello", "&Help", "Say &hello…", ("F4",), "be polite", "", lambda: said.append("hello")
    )
    with started(settings, ensemble, actions=(*ACTIONS, hello)) as window:
        (action,) = (
            a for a in window.actions_by_name.menus["&Help"].actions() if "hello" in a.text()
        )
        assert action.toolTip() == "be polite  [F4]"
        assert ["F4", "Say hello - be polite"] in pairs(sheet(window))
        press(qtbot, window, Qt.Key.Key_F4)
        assert said == ["hello"]


def test_a_handler_that_nobody_has_stops_the_start(settings, ensemble):
    wrong = [replace(ACTIONS[0], name=name, handler=name) for name in ("view.on_fly", "fly.away")]
    with (
        pytest.raises(LookupError, match=r"view\.on_fly \(view\.on_fly\), fly\.away"),
        started(settings, ensemble, actions=(*ACTIONS, *wrong)),
    ):
        pass


def test_every_action_has_its_handler(window):
    """The window of the fixture has started; here, so that a failure is told by name."""
    assert {row.name for row in window.actions_by_name.rows} == {row.name for row in ACTIONS}
    with pytest.raises(LookupError) as lost:
        window.actions_by_name.connect(NOBODY)
    assert all(row.name in str(lost.value) for row in ACTIONS)


def test_menus_hold_the_rows_in_their_order(shell):
    actions = Actions(shell)
    assert [menu.title() for menu in actions.menus.values()] == list(MENUS)
    for menu in MENUS:
        names = [action.objectName() for action in actions.menus[menu].actions()]
        assert names == [row.name for row in ACTIONS if row.menu == menu]


def test_what_an_action_needs_is_what_enables_it(shell):
    actions = Actions(shell)

    def enabled() -> set[Need]:
        on = {row.needs for row in ACTIONS if actions[row.name].isEnabled()}
        off = {row.needs for row in ACTIONS if not actions[row.name].isEnabled()}
        assert not on & off
        return on

    assert enabled() == {""}
    actions.enable(record=True)
    assert enabled() == {"", "record"}
    actions.enable(running=True, unfinished=False)
    assert enabled() == {"", "record", "running"}
    actions.enable(running=False, unfinished=True, reference=True)
    assert enabled() == set(get_args(Need)) - {"running"}


def test_the_users_keys_act_and_stand_on_the_sheet(qtbot, settings, ensemble):
    settings.keys = {"theme": ("F6",), "speed_up": (), "gain_up": ("Ctrl+Up",)}
    with started(settings, ensemble) as window:
        press(qtbot, window, Qt.Key.Key_F6)
        assert settings.theme == "dark"
        press(qtbot, window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
        assert settings.theme == "dark"
        text = sheet(window)
        assert "F6" in text
        assert "Ctrl+T" not in text
        assert "Faster paper" not in text  # it has no key
        assert window.trace_bar.speed.toolTip().endswith("; key [ slower")
        assert window.trace_bar.gain.toolTip() == "Gain; key Ctrl+Up larger, - smaller"
        assert window.actions_by_name["theme"].toolTip() == "Dark theme  [F6]"
        assert window.workspace.start_page.keys.text() == "Press ? at any time for the keys."
        assert window.status.cancel.toolTip().endswith("[Esc]")
        assert not window.workspace.messages.isVisible()


def test_keys_that_clash_are_refused_in_the_window(settings, ensemble):
    settings.keys = {"theme": ("N",)}
    with started(settings, ensemble) as window:
        sentence = "N is a key of “Next abnormal beat”, so “Dark theme” keeps Ctrl+T."
        assert window.workspace.messages.text.text() == sentence
        assert window.workspace.messages.isVisible()


def test_refused_keys_are_still_said_once_the_first_record_is_open(
    qtbot, settings, ensemble, record
):
    settings.keys = {"theme": ("N",)}
    with started(settings, ensemble) as window:
        open_and_wait(qtbot, window, record)
        assert window.workspace.messages.isVisible()
        assert "keeps Ctrl+T" in window.workspace.messages.text.text()
