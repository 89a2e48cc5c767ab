"""The beat table with its filter line, by itself: which rows are seen."""

import numpy as np
import pytest

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
    panel.follow(20.0)
    panel.show_current(80)
    top = top_row(panel)
    show(panel, shown, BEATS)
    assert top_row(panel) == top
    assert panel.view.currentIndex().row() == 80
    assert panel.view.visualRect(panel.view.currentIndex()).intersects(panel.view.viewport().rect())


def test_rows_of_the_page_come_back_after_another_search_for_beats(panel, shown):
    panel.follow(20.0)
    top = top_row(panel)
    show(panel, shown, made_beats(np.empty(0, np.int64), np.empty(0, np.int8)))
    show(panel, shown, BEATS)
    assert top_row(panel) == top == 39
