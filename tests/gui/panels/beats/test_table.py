"""The table model: rows as index arrays, told to the views as little as has changed."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt

from ecgviewer.beats.columns import Columns
from ecgviewer.gui.panels.beats.table import HEADINGS, BeatTableModel, flag_words
from ecgviewer.gui.style.theme import THEMES


def columns(n: int) -> Columns:
    """n beats a second apart, classes N S V F Q in turn, confidence falling."""
    return Columns(
        time_s=np.arange(n) + 0.5,
        classes=(np.arange(n) % 5).astype(np.int8),
        confidence=np.linspace(1, 0.5, n),
        rr_ms=np.where(np.arange(n) == 0, np.nan, 1000.0),
        hr_bpm=np.where(np.arange(n) == 0, np.nan, 60.0),
        flags=np.where(np.arange(n) == 0, 1, 0).astype(np.uint16),
    )


@pytest.fixture
def model(qapp) -> BeatTableModel:
    model = BeatTableModel(THEMES["light"])
    model.set_columns(columns(10))
    return model


def cells(model: BeatTableModel, row: int) -> list[str]:
    return [model.index(row, column).data() for column in range(len(HEADINGS))]


def test_cells(model):
    assert cells(model, 0) == ["1", "00:00.500", "N", "1.000", "", "", "edge"]
    assert cells(model, 2) == ["3", "00:02.500", "V", "0.889", "1000", "60", ""]
    assert model.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) == "class"
    color = model.index(2, 2).data(Qt.ItemDataRole.DecorationRole)
    assert color.name() == THEMES["light"].class_colors[2]


def test_pending_beats_show_no_class(model):
    known = columns(3)
    known.classes[:] = -1
    model.set_columns(replace(known, confidence=np.full(3, np.nan)))
    assert cells(model, 1)[2:4] == ["…", ""]


def test_more_beats_are_inserted_and_nothing_is_reset(qtbot, model):
    resets = []
    model.modelReset.connect(lambda: resets.append(1))
    with qtbot.waitSignal(model.rowsInserted) as inserted:
        model.set_columns(columns(15))
    assert inserted.args[1:] == [10, 14]
    assert resets == []
    assert model.rowCount() == 15


def test_filter_and_order_hold_while_beats_come_in(model):
    model.set_filter("V")
    model.sort(3, Qt.SortOrder.AscendingOrder)
    assert [model.beat_at(row) for row in range(model.rowCount())] == [7, 2]
    model.set_columns(columns(15))
    assert [model.beat_at(row) for row in range(model.rowCount())] == [12, 7, 2]
    assert model.row_of(7) == 1
    assert model.row_of(8) == -1


def test_a_wrong_filter_changes_nothing(model):
    assert "not understood" in model.set_filter("what?")
    assert model.rowCount() == 10


def test_the_first_row_of_a_page(model):
    assert model.first_row_from(4.2) == 4
    model.set_filter("V")
    assert model.first_row_from(4.2) == 1
    model.sort(3, Qt.SortOrder.AscendingOrder)
    assert model.first_row_from(4.2) == -1  # rows are not in order of time


def test_it_is_a_sound_model(model, qtmodeltester):
    qtmodeltester.check(model)
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None


def test_flags_in_words():
    assert flag_words(0b101010001) == "edge noisy uncertain"  # pending is told by the class
