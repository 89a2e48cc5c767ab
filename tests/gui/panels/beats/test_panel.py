"""The beat table with its filter line, by itself: which rows are seen."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ecgviewer.beats.columns import ANEW
from ecgviewer.gui.panels.beats.panel import BeatPanel
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.theme import THEMES
from tests.gui.panels.edited import identity, made_beats, opened

N_BEATS = 120
BEATS = made_beats(180 * np.arange(1, N_BEATS + 1), np.zeros(N_BEATS, np.int8))


@pytest.fixture
def panel(qtbot) -> BeatPanel:
    panel = BeatPanel(THEMES["light"])
    qtbot.addWidget(panel)
    panel.resize(400, 240)
    panel.show()
    return panel


@pytest.fixture
def shown(panel: BeatPanel) -> OpenRecord:
    record = opened()
    panel.show_record(record, identity(record))
    show(panel, record, BEATS)
    return record


def show(panel: BeatPanel, record: OpenRecord, beats) -> None:
    record.see(ANEW, beats)
    panel.show_beats(beats, ANEW)


def top_row(panel: BeatPanel) -> int:
    return panel.view.rowAt(0)


def test_rows_stay_in_their_place_when_kept_results_name_the_same_beats(panel, shown):
    panel.follow(20.0, 30.0)
    panel.show_current(80)
    top = top_row(panel)
    show(panel, shown, BEATS)
    assert top_row(panel) == top
    assert panel.view.currentIndex().row() == 80
    assert panel.view.visualRect(panel.view.currentIndex()).intersects(panel.view.viewport().rect())


def test_rows_of_the_page_come_back_after_another_search_for_beats(panel, shown):
    panel.follow(20.0, 30.0)
    top = top_row(panel)
    show(panel, shown, made_beats(np.empty(0, np.int64), np.empty(0, np.int8)))
    show(panel, shown, BEATS)
    assert top_row(panel) == top == 39


def visible(panel: BeatPanel, row: int) -> bool:
    rect = panel.view.visualRect(panel.model.index(row, 0))
    return panel.view.viewport().rect().contains(rect)


def test_the_row_of_the_current_beat_is_shown_while_it_is_on_the_page(panel, shown):
    panel.show_current(70)  # at 35.5 s
    panel.follow(20.0, 40.0)
    assert visible(panel, 70)
    assert panel.view.currentIndex().row() == 70
    panel.follow(0.0, 10.0)  # it is off the page
    assert top_row(panel) == 0
    assert panel.view.currentIndex().row() == 70


def test_the_row_of_the_current_beat_is_shown_in_another_order_or_filter(panel, shown):
    panel.show_current(70)
    panel.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert visible(panel, N_BEATS - 1 - 70)
    panel.filter.setText("N 60-120")
    panel.on_filter_settled()
    row = panel.model.row_of(70)
    assert visible(panel, row)
    assert panel.view.currentIndex().row() == row
    panel.follow(20.0, 40.0)
    assert visible(panel, row)
