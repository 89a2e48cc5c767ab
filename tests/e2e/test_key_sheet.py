"""Every line of the `?` sheet does what it says, after a click in the table as on the trace."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ecgviewer.gui.actions import ACTIONS, GESTURES
from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.window.trace_keys import TraceKeys
from tests.gui.canvases import wheel, x_of
from tests.gui.conftest import open_and_wait, wait
from tests.gui.fakes import FakePrompts

KEYED = {row.name: row for row in ACTIONS if row.keys}
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def clicked(qtbot, window: MainWindow, record) -> Iterator[MainWindow]:
    """The window with a minute of recording, in its middle, a beat in the table clicked."""
    open_and_wait(qtbot, window, record)
    window.activateWindow()
    wait(qtbot, window.isActiveWindow)
    window.canvas.go_to(20.0)
    view = window.docks.panel(BeatPanel).view
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    yield window
    window.showNormal()


def press(keys: str) -> None:
    QTest.keySequence(QApplication.focusWidget(), QKeySequence(keys))


def start_s(window: MainWindow) -> float:
    return window.canvas.visible_range_s()[0]


def dialogs(window: MainWindow) -> int:
    prompts = window.files.prompts
    assert isinstance(prompts, FakePrompts)
    return len(prompts.dialogs)


STATES: dict[str, Callable[[MainWindow], object]] = {
    "next_abnormal": lambda w: w.navigator.current,
    "previous_abnormal": lambda w: w.navigator.current,
    "next_beat": lambda w: w.navigator.current,
    "previous_beat": lambda w: w.navigator.current,
    "time": start_s,
    "find": lambda w: w.docks.panel(BeatPanel).filter.hasFocus(),
    "filtered": lambda w: w.canvas.show_cleaned,
    "gain_up": lambda w: w.canvas.gain_mm_mv,
    "gain_down": lambda w: w.canvas.gain_mm_mv,
    "speed_up": lambda w: w.canvas.speed_mm_s,
    "speed_down": lambda w: w.canvas.speed_mm_s,
    "hide_patient": lambda w: w.settings.hide_patient,
    "theme": lambda w: w.settings.theme,
    "full_screen": lambda w: w.isFullScreen(),
    "play": lambda w: w.play.player.playing,
    "next_frame": lambda w: w.play.player.index,
    "previous_frame": lambda w: w.play.player.index,
    "faster": lambda w: w.play_bar.speed.currentIndex(),
    "slower": lambda w: w.play_bar.speed.currentIndex(),
    "shortcuts": dialogs,
    "model": dialogs,
}
# what another state of the window, or a dialog of the system, is needed for; see its own test
ELSEWHERE = {"open", "download", "export", "picture", "quit", "cancel", "resume", "compare"}


def test_every_action_with_a_key_is_walked():
    assert set(STATES) | ELSEWHERE == set(KEYED)


@pytest.mark.parametrize("name", STATES)
def test_a_key_of_the_sheet_acts(qtbot, clicked, name):
    clicked.files.prompts.at = 30.0
    if name == "previous_frame":
        clicked.play.player.index = 20
    for keys in KEYED[name].keys:
        before = STATES[name](clicked)
        press(keys)
        qtbot.wait(20)
        assert STATES[name](clicked) != before, keys
        if name == "play":
            press(keys)


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_a_key_triggers_its_action_and_no_other(qtbot, clicked, name):
    heard = []
    for row in ACTIONS:
        action = clicked.actions_by_name[row.name]
        action.setEnabled(True)
        action.triggered.disconnect()
        action.triggered.connect(lambda _=False, name=row.name: heard.append(name))
    for keys in KEYED[name].keys:
        heard.clear()
        press(keys)
        assert heard == [name]


def moved_by(window: MainWindow, keys: str) -> float:
    window.canvas.go_to(20.0)
    press(keys)
    return start_s(window) - 20.0


def drag(qtbot, window: MainWindow) -> bool:
    canvas = window.canvas
    window.canvas.go_to(20.0)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(600, 200))
    qtbot.mouseMove(canvas, QPoint(400, 200))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(400, 200))
    dragged = start_s(window) > 20.5
    wheel(canvas, 1)
    return dragged and moved_by(window, "Right") > 0 > moved_by(window, "Left")


def scroll_leads(qtbot, window: MainWindow) -> bool:
    canvas = window.canvas
    canvas.pixels_per_mm = 30  # two leads of 15 mm no longer fit
    tops = [canvas.geometry_now().scroll]
    for act in (
        lambda: press("Down"),
        lambda: press("Up"),
        lambda: wheel(canvas, -1, ALT),
    ):
        act()
        tops.append(canvas.geometry_now().scroll)
    return tops[1] > 0 == tops[2] and tops[3] > 0


def click_beat(qtbot, window: MainWindow) -> bool:
    before = window.navigator.current
    window.canvas.go_to(40.0)
    opened = window.session.opened
    assert opened is not None
    times = opened.table().time_s
    place = QPoint(x_of(window.canvas, float(times[times > 43.0][0])), 200)
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=place)
    return window.navigator.current != before


def leave(qtbot, window: MainWindow) -> bool:
    press("Ctrl+F")
    in_filter = window.docks.panel(BeatPanel).filter.hasFocus()
    press("Esc")
    return in_filter and window.canvas.hasFocus()


def walk_list(qtbot, window: MainWindow) -> bool:
    before = window.navigator.current
    window.docks.panel(BeatPanel).view.setFocus(Qt.FocusReason.TabFocusReason)
    press("Ctrl+Down")
    return before is not None and window.navigator.current == before + 1


def click_strip(qtbot, window: MainWindow) -> bool:
    qtbot.mouseClick(window.strip, Qt.MouseButton.LeftButton, pos=window.strip.rect().center())
    opened = window.session.opened
    row = opened.beats.row(window.navigator.current) if opened else None
    return opened is not None and row is not None and abs(opened.time_s(row) - 30) < 4


def scaled(window: MainWindow, modifier: Qt.KeyboardModifier) -> tuple[bool, bool]:
    canvas = window.canvas
    before = canvas.speed_mm_s, canvas.gain_mm_mv
    wheel(canvas, 1, modifier)
    return canvas.speed_mm_s > before[0], canvas.gain_mm_mv > before[1]


DONE: dict[str, Callable[..., bool]] = {
    "click a beat": click_beat,
    "drag, wheel, ← →": drag,
    "↑ ↓, Alt + wheel": scroll_leads,
    "Page Up, Page Down": lambda _, w: moved_by(w, "PgDown") > 5 and moved_by(w, "PgUp") < -5,
    "Home, End": lambda _, w: moved_by(w, "Home") == -20 and moved_by(w, "End") > 20,
    "Esc": leave,
    "Ctrl + arrows": walk_list,
    "Ctrl + wheel": lambda _, w: scaled(w, CTRL) == (True, False),
    "Shift + wheel": lambda _, w: scaled(w, SHIFT) == (False, True),
    "click or drag the strip": click_strip,
}


@pytest.mark.parametrize("gesture", [gesture for gesture, _ in GESTURES])
def test_a_gesture_of_the_sheet_acts(qtbot, clicked, gesture):
    assert DONE[gesture](qtbot, clicked)


def test_the_keys_move_nothing_before_there_is_a_record(qtbot, window):
    window.activateWindow()
    button = window.workspace.start_page.buttons["open"]
    button.setFocus()
    press("Right")  # as between any buttons
    assert QApplication.focusWidget() is not button
    assert isinstance(window.trace_keys, TraceKeys)
