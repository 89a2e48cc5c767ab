"""A person clicks about in the window: arrows, Page, Home, End and Esc stay the trace's."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QTabBar, QToolButton, QWidget

from ecgviewer.gui.main_window import MainWindow
from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.panels.inspector.panel import Inspector
from ecgviewer.gui.panels.summary import SummaryPanel
from tests.gui.conftest import open_and_wait, wait

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton
START_S = 100.0


@pytest.fixture
def walked(qtbot, window: MainWindow, demo) -> MainWindow:
    """The window with the demo record, of five minutes, in its middle."""
    open_and_wait(qtbot, window, demo)
    window.activateWindow()
    wait(qtbot, window.isActiveWindow)
    window.canvas.go_to(START_S)
    return window


def press(qtbot, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """A key, at whatever has the focus."""
    qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def start_s(window: MainWindow) -> float:
    return window.canvas.visible_range_s()[0]


def moves_the_trace(qtbot, window: MainWindow) -> bool:
    """Whether all keys of the trace do what the sheet says, from where the focus is now."""
    canvas, speed, gain = window.canvas, window.canvas.speed_mm_s, window.canvas.gain_mm_mv
    canvas.go_to(START_S)
    width = canvas.geometry_now().width_s
    seen = []
    for key, expected in (
        (KEY.Key_Right, START_S + 0.2 * width),
        (KEY.Key_Left, START_S),
        (KEY.Key_PageDown, START_S + width - min(1, width / 10)),
        (KEY.Key_PageUp, START_S),
        (KEY.Key_End, canvas.duration_s - width),
        (KEY.Key_Home, 0.0),
    ):
        press(qtbot, key)
        seen.append(start_s(window) == pytest.approx(expected, abs=0.01))
    return all(seen) and (canvas.speed_mm_s, canvas.gain_mm_mv) == (speed, gain)


def click(qtbot, widget: QWidget, place: QPoint | None = None) -> None:
    qtbot.mouseClick(widget, LEFT, pos=place or widget.rect().center())


def click_link(qtbot, window: MainWindow) -> None:
    """A click on the least heart rate's time: somewhere in the label."""
    before, label = window.navigator.current, window.docks.panel(SummaryPanel).rate
    for y in range(8, label.height(), 8):
        for x in range(2, label.width(), 8):
            click(qtbot, label, QPoint(x, y))
            if window.navigator.current != before:
                return
    raise AssertionError("no link was hit")


def click_row(qtbot, window: MainWindow) -> None:
    view = window.docks.panel(BeatPanel).view
    click(qtbot, view.viewport(), QPoint(30, view.rowHeight(0) + 4))
    assert window.navigator.current is not None


def click_filter_button(qtbot, window: MainWindow) -> None:
    panel = window.docks.panel(BeatPanel)
    buttons = {b.text(): b for b in panel.findChildren(QToolButton)}
    click(qtbot, buttons["Abnormal"])
    assert panel.filter.text() == "abnormal"


def choose(qtbot, box: QComboBox) -> None:
    """A click on a choice, and on a row of the list that opens."""
    if box.count() < 2 or not box.isVisible():
        return
    click(qtbot, box)
    view = box.view()
    wait(qtbot, view.isVisible)
    qtbot.wait(50)
    qtbot.keyClick(view, KEY.Key_Return)
    wait(qtbot, lambda: not view.isVisible())


def click_dock_tab(qtbot, window: MainWindow) -> None:
    bars = [bar for bar in window.findChildren(QTabBar) if bar.count() > 1 and bar.isVisible()]
    assert bars
    click(qtbot, bars[0], bars[0].tabRect(1).center())
    click(qtbot, bars[0], bars[0].tabRect(0).center())


def click_strip(qtbot, window: MainWindow) -> None:
    click(qtbot, window.strip)
    assert window.canvas.visible_range_s()[0] == pytest.approx(150, abs=15)


def click_play(qtbot, window: MainWindow) -> None:
    button = window.play_bar.widgetForAction(window.actions_by_name["play"])
    for playing in (True, False):
        click(qtbot, button)
        assert window.play.player.playing == playing


CLICKS: dict[str, Callable[..., None]] = {
    "the trace": lambda qtbot, window: click(qtbot, window.canvas),
    "a heart-rate link": click_link,
    "a row of the table": click_row,
    "a head of the table": lambda qtbot, window: click(
        qtbot, window.docks.panels["beats"].view.horizontalHeader().viewport(), QPoint(120, 5)
    ),
    "a filter button": click_filter_button,
    "the gain": lambda qtbot, window: choose(qtbot, window.trace_bar.gain),
    "the paper speed": lambda qtbot, window: choose(qtbot, window.trace_bar.speed),
    "the speed of playback": lambda qtbot, window: choose(qtbot, window.play_bar.speed),
    "a tab of the docks": click_dock_tab,
    "the strip": click_strip,
    "the play button": click_play,
    "the inspector": lambda qtbot, window: click(qtbot, window.docks.panels["inspector"]),
    "the summary": lambda qtbot, window: click(qtbot, window.docks.panels["summary"]),
    "the status bar": lambda qtbot, window: click(qtbot, window.status),
    "the header": lambda qtbot, window: click(qtbot, window.workspace.header),
}


@pytest.mark.parametrize("name", CLICKS)
def test_after_a_click_on(qtbot, walked, name):
    CLICKS[name](qtbot, walked)
    assert moves_the_trace(qtbot, walked)
    press(qtbot, KEY.Key_Escape)
    assert walked.canvas.hasFocus()
    assert moves_the_trace(qtbot, walked)


def test_leads_chosen_in_the_recording_panel_give_the_keys_back(qtbot, walked):
    walked.actions_by_name["inputs"].trigger()
    for box in walked.docks.panels["recording"].inputs:
        choose(qtbot, box)
        assert walked.canvas.hasFocus()
    assert moves_the_trace(qtbot, walked)


def test_a_field_of_the_recording_that_was_marked_leaves_the_keys_to_the_trace(qtbot, walked):
    walked.docks.bring_up("recording")
    field = walked.docks.panels["recording"].fields["name"]
    qtbot.mouseDClick(field, LEFT, pos=QPoint(5, 5))
    assert moves_the_trace(qtbot, walked)
    press(qtbot, KEY.Key_Escape)
    assert walked.canvas.hasFocus()


def test_every_stop_of_tab_leaves_the_keys_to_the_trace(qtbot, walked):
    walked.canvas.setFocus()
    seen: list[QWidget] = []
    while (focus := QApplication.focusWidget()) not in seen:
        seen.append(focus)
        if focus is not walked.docks.panels["beats"].filter:
            assert moves_the_trace(qtbot, walked), focus
        press(qtbot, KEY.Key_Tab)
    assert len(seen) > 10
    assert walked.docks.panels["beats"].view in seen  # lists are reached by Tab


def test_in_the_filter_keys_belong_to_the_text_until_esc_or_enter(qtbot, walked):
    panel = walked.docks.panels["beats"]
    for last in (KEY.Key_Escape, KEY.Key_Return):
        walked.canvas.go_to(START_S)
        walked.actions_by_name["find"].trigger()
        qtbot.keyClicks(panel.filter, "V n")
        for key in (KEY.Key_Home, KEY.Key_Right, KEY.Key_PageDown, KEY.Key_Down, KEY.Key_End):
            press(qtbot, key)
        press(qtbot, KEY.Key_Backspace)
        press(qtbot, KEY.Key_Backspace)
        assert panel.filter.text() == "V"
        assert start_s(walked) == START_S
        press(qtbot, last)
        assert walked.canvas.hasFocus()
        assert moves_the_trace(qtbot, walked)
    rows = panel.model.rowCount()
    assert 0 < rows < panel.model.n_beats  # Enter does not wait for the next key


def test_esc_in_the_filter_does_not_end_an_analysis_and_on_the_trace_it_does(
    qtbot, window, ensemble, demo
):
    ensemble.gate.clear()
    with qtbot.waitSignal(window.session.record_opened):
        window.files.open_path(demo)
    wait(qtbot, lambda: window.session.progress.phase == "classifying")
    window.activateWindow()
    window.actions_by_name["find"].trigger()
    press(qtbot, KEY.Key_Escape)
    assert window.canvas.hasFocus()
    assert window.session.progress.busy
    press(qtbot, KEY.Key_Escape)
    ensemble.gate.set()
    wait(qtbot, lambda: window.session.progress.phase == "cancelled")


def test_a_wheel_over_a_closed_choice_changes_nothing(walked):
    boxes: list[QComboBox | QTabBar] = [
        box for kind in (QComboBox, QTabBar) for box in walked.findChildren(kind) if box.count() > 1
    ]
    assert len(boxes) >= 6
    for box in boxes:
        before, place = box.currentIndex(), QPointF(box.rect().center())
        for notches in (-1, 1):
            event = QWheelEvent(
                place,
                box.mapToGlobal(place),
                QPoint(),
                QPoint(0, 120 * notches),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(box, event)
            assert box.currentIndex() == before
    assert (walked.canvas.speed_mm_s, walked.canvas.gain_mm_mv) == (25, 10)


def chosen_row_is_seen(window: MainWindow) -> bool:
    """Whether table, inspector and trace show the current beat."""
    beat, panel = window.navigator.current, window.docks.panel(BeatPanel)
    time_s = panel.model.time_of(beat)
    assert beat is not None
    assert time_s is not None
    row = panel.model.row_of(beat)
    rect = panel.view.visualRect(panel.model.index(row, 0))
    start, stop = window.canvas.visible_range_s()
    in_table = panel.view.viewport().rect().contains(rect)
    selected = panel.view.currentIndex().row() == row
    named = f"Beat {beat + 1} " in window.docks.panel(Inspector).title.whole
    return in_table and selected and named and start <= time_s <= stop


CHOICES: dict[str, Callable[..., None]] = {
    "N": lambda qtbot, window: press(qtbot, KEY.Key_N),
    "Shift+N": lambda qtbot, window: press(qtbot, KEY.Key_N, Qt.KeyboardModifier.ShiftModifier),
    "a full stop": lambda qtbot, window: press(qtbot, KEY.Key_Period),
    "a comma": lambda qtbot, window: press(qtbot, KEY.Key_Comma),
    "a link": click_link,
    "the strip": lambda qtbot, window: click(qtbot, window.strip),
    "the trace": lambda qtbot, window: click(
        qtbot, window.canvas, QPoint(window.canvas.width() - 90, 200)
    ),
}


@pytest.mark.parametrize("name", CHOICES)
def test_table_and_inspector_show_the_beat_that_was_chosen_by(qtbot, walked, name):
    walked.canvas.setFocus()
    CHOICES[name](qtbot, walked)
    assert walked.navigator.current is not None
    qtbot.wait(200)  # the table has followed the trace
    assert chosen_row_is_seen(walked)


def test_a_new_recording_begins_at_the_usual_scale(qtbot, walked, demo, record):
    canvas, bar = walked.canvas, walked.trace_bar
    for path in (record, demo, demo):
        canvas.speed_mm_s, canvas.gain_mm_mv = 100, 40
        open_and_wait(qtbot, walked, path)
        assert (canvas.speed_mm_s, canvas.gain_mm_mv) == (25, 10)
        assert (bar.speed.currentText(), bar.gain.currentText()) == ("25 mm/s", "10 mm/mV")
    canvas.speed_mm_s = 50
    walked.view.on_hide_patient(True)  # the same recording, shown anew
    assert canvas.speed_mm_s == 50


def test_a_list_that_tab_has_led_to_is_walked_with_ctrl(qtbot, walked):
    walked.navigator.choose(0)
    view = walked.docks.panels["beats"].view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, KEY.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert walked.navigator.current == 1


def test_space_presses_the_button_that_tab_has_led_to(qtbot, walked):
    panel = walked.docks.panels["beats"]
    buttons = {b.text(): b for b in panel.findChildren(QToolButton)}
    buttons["V"].setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, KEY.Key_Space)
    assert panel.filter.text() == "V"
    assert not walked.play.player.playing
