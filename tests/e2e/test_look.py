"""A user looks around: scroll, jump, table, inspector, figures, keys, hidden patient fields."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ecgviewer.aami import BeatClass
from tests.e2e.times import time_s
from tests.gui.conftest import open_and_wait, wait


@pytest.fixture
def abnormal(qtbot, window, demo):
    """The demo record; the fake ensemble calls one beat in five V."""
    open_and_wait(qtbot, window, demo)
    return window


def test_scrolling_moves_strip_and_table_along(qtbot, abnormal):
    abnormal.canvas.go_to(120.0)
    start, _ = abnormal.canvas.visible_range_s()
    assert start == pytest.approx(120.0)
    table = abnormal.docks.panels["beats"]
    first = table.model.beat_at(table.view.rowAt(2))
    assert time_s(abnormal, first) == pytest.approx(start, abs=3)


def test_the_table_follows_once_the_beats_of_a_page_are_known(qtbot, window, demo):
    window.session.record_opened.connect(lambda: window.canvas.go_to(120.0))
    open_and_wait(qtbot, window, demo)
    table = window.docks.panels["beats"]
    wait(qtbot, lambda: table.model.n_beats == window.session.opened.beats.n)
    first = table.model.beat_at(table.view.rowAt(2))
    assert time_s(window, first) == pytest.approx(120.0, abs=3)


def test_a_click_on_the_strip_goes_there(abnormal):
    abnormal.strip.jump_requested.emit(200.0)
    start, stop = abnormal.canvas.visible_range_s()
    assert start < 200.0 < stop


def test_keys_lead_from_one_abnormal_beat_to_the_next_and_back(qtbot, abnormal):
    wanted = np.flatnonzero(abnormal.session.opened.beats.beat_class > BeatClass.N)
    assert len(wanted) > 3
    abnormal.canvas.setFocus()
    for expected in wanted[:3]:
        qtbot.keyClick(abnormal.canvas, Qt.Key.Key_N)
        assert abnormal.navigator.current == expected
    qtbot.keyClick(abnormal.canvas, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert abnormal.navigator.current == wanted[1]
    start, stop = abnormal.canvas.visible_range_s()
    assert start <= time_s(abnormal, int(wanted[1])) <= stop


def test_keys_search_from_what_is_on_screen_once_the_current_beat_is_not(qtbot, abnormal):
    abnormal.navigator.choose(0)
    abnormal.canvas.go_to(200.0)
    abnormal.canvas.setFocus()
    qtbot.keyClick(abnormal.canvas, Qt.Key.Key_N)
    assert time_s(abnormal, abnormal.navigator.current) >= 200.0


def test_the_table_shows_every_beat_and_drives_the_trace(qtbot, abnormal):
    table, beats = abnormal.docks.panels["beats"], abnormal.session.opened.beats
    assert table.model.rowCount() == beats.n
    table.view.setCurrentIndex(table.model.index(400, 0))
    assert abnormal.navigator.current == 400
    start, stop = abnormal.canvas.visible_range_s()
    assert start <= time_s(abnormal, 400) <= stop


def test_the_table_filters_and_sorts(qtbot, abnormal):
    table, beats = abnormal.docks.panels["beats"], abnormal.session.opened.beats
    table.filter.setText("V")
    table.on_filter_settled()
    assert table.model.rowCount() == int((beats.beat_class == BeatClass.V).sum())
    table.view.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    rr = [float(table.model.index(row, 4).data()) for row in range(5)]
    assert rr == sorted(rr, reverse=True)
    table.filter.setText("nonsense")
    table.on_filter_settled()
    assert "not understood" in table.shown.text()
    abnormal.refresh.refresh_panels()  # more beats come in
    assert "not understood" in table.shown.text()


def test_a_beat_clicked_on_the_trace_is_selected_and_inspected(qtbot, abnormal):
    abnormal.canvas.beat_clicked.emit(12)
    table = abnormal.docks.panels["beats"]
    assert table.view.currentIndex().row() == 12
    assert "Beat 13" in abnormal.docks.panels["inspector"].title.whole
    wait(qtbot, lambda: abnormal.docks.panels["inspector"].trace.values is not None)


def test_the_figures_are_those_of_the_beats(abnormal):
    beats, panel = abnormal.session.opened.beats, abnormal.docks.panels["summary"]
    counts = [int(panel.counts[c].text().replace(",", "")) for c in BeatClass]
    assert counts == beats.counts.tolist()
    assert panel.times.text().startswith("Recorded 05:00, readable 0")


def test_the_greatest_heart_rate_leads_to_its_place(abnormal):
    rate = abnormal.session.opened.summary().heart_rate
    link = f"{rate.greatest_from}-{rate.greatest_sample}"
    assert link in abnormal.docks.panels["summary"].rate.text()
    abnormal.docks.panels["summary"].rate.linkActivated.emit(link)
    start, stop = abnormal.canvas.visible_range_s()
    assert start <= rate.greatest_from / 360
    assert rate.greatest_sample / 360 <= stop
    at = time_s(abnormal, abnormal.navigator.current)
    assert at == pytest.approx(rate.greatest_from / 360)


def test_over_how_many_intervals_can_be_changed(abnormal):
    panel = abnormal.docks.panels["summary"]
    assert "each over 8 N-N intervals" in panel.rate.text()
    abnormal.files.prompts.count = 3
    abnormal.actions_by_name["rate_intervals"].trigger()
    assert "each over 3 N-N intervals" in panel.rate.text()
    assert abnormal.settings.rate_intervals == 3


def test_one_key_shows_the_filtered_trace(qtbot, abnormal):
    abnormal.canvas.setFocus()
    assert not abnormal.canvas.show_cleaned
    qtbot.keyClick(abnormal.canvas, Qt.Key.Key_F)
    assert abnormal.canvas.show_cleaned
    assert abnormal.actions_by_name["filtered"].isChecked()


def test_speed_and_gain_follow_keys_and_selectors(qtbot, abnormal):
    qtbot.keyClick(abnormal.canvas, Qt.Key.Key_BracketRight)
    assert abnormal.canvas.speed_mm_s == 50
    assert abnormal.trace_bar.speed.currentText() == "50 mm/s"
    abnormal.trace_bar.gain.activated.emit(4)
    assert abnormal.canvas.gain_mm_mv == 40


def test_going_to_a_time(abnormal):
    abnormal.files.prompts.at = 200.0
    abnormal.actions_by_name["time"].trigger()
    assert abnormal.canvas.visible_range_s()[0] == pytest.approx(200.0)


def test_one_switch_hides_patient_fields_everywhere(qtbot, opened, record):
    def shown() -> str:
        header, panel = opened.workspace.header, opened.docks.panels["recording"]
        parts = [opened.windowTitle(), header.name.text(), header.facts.whole]
        parts.append(str(opened.canvas.record.base_time))
        parts += [header.patient.whole, *(label.text() for label in panel.fields.values())]
        return "\n".join(parts)

    for text in ("p01", "69 M", "Digoxin", "1990-03-02 09:30:00", "ward7"):
        assert text in shown()
    assert opened.canvas.has_clock
    opened.actions_by_name["hide_patient"].trigger()
    for text in ("p01", "69 M", "Digoxin", "1990", "09:30", "ward7"):
        assert text not in shown()
    assert not opened.canvas.has_clock
    assert opened.docks.panels["recording"].hide_box.isChecked()
    assert opened.settings.hide_patient


def test_a_clock_stands_over_the_time_elapsed_until_it_is_hidden(opened):
    both = opened.canvas.geometry_now().bottom
    assert ">09:30:" in opened.docks.panels["summary"].rate.text()
    opened.actions_by_name["hide_patient"].trigger()
    opened.refresh.refresh_panels()
    assert opened.canvas.geometry_now().bottom < both
    assert "09:30" not in opened.docks.panels["summary"].rate.text()


def test_themes_change_and_are_remembered(opened):
    opened.actions_by_name["theme"].trigger()
    assert opened.settings.theme == "dark"
    opened.actions_by_name["theme"].trigger()
    assert opened.settings.theme == "light"


def test_keys_sheet_names_every_key_about_names_use_and_model_names_leaks(opened):
    for name in ("shortcuts", "about", "model"):
        opened.actions_by_name[name].trigger()
    keys, about, model = opened.files.prompts.dialogs
    text = keys.browsers[0].toPlainText()
    for key in ("Ctrl+O", "Space", "Shift+N", "F11"):
        assert key in text
    assert "not a medical device" in about.browsers[0].toPlainText()
    assert "nothing" in model.browsers[0].toPlainText()  # what the fake's protocol leaks


def test_an_error_in_a_slot_is_one_message_and_the_window_lives_on(qtbot, opened):
    opened.error_uncaught.emit("An unexpected error (ValueError: no). The log has the details.")
    assert "unexpected error" in opened.workspace.messages.text.text()
    opened.canvas.go_to(5.0)
    assert opened.canvas.visible_range_s()[0] == pytest.approx(5.0)
