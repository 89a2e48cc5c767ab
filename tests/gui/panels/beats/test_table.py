"""The table model: rows as index arrays, told to the views as little as has changed."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt

from ecgviewer.gui.panels.beats.columns import Columns
from ecgviewer.gui.panels.beats.table import HEADINGS, BeatTableModel, common_ends, flag_words
from ecgviewer.gui.style.theme import THEMES
from tests.gui.panels.edited import made_beats


def columns(n: int, ids: list[int] | None = None) -> Columns:
    """n beats a second apart, classes N S V F Q in turn, confidence falling."""
    first = np.arange(n) == 0
    beats = made_beats(
        np.arange(n) * 360 + 180,
        (np.arange(n) % 5).astype(np.int8),
        ids=None if ids is None else np.array(ids),
        confidence=np.linspace(1, 0.5, n),
        flags=first.astype(np.uint16),
    )
    times = np.arange(n) + 0.5
    return Columns(beats, times, np.where(first, np.nan, 1000.0), np.where(first, np.nan, 60.0))


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
    pending = made_beats(np.array([180, 540, 900]), np.full(3, -1, np.int8))
    model.set_columns(replace(columns(3), beats=pending))
    assert cells(model, 1)[2:4] == ["…", ""]


def test_a_beat_that_gets_no_class_says_so(model):
    unreadable = made_beats(np.array([180, 540, 900]), np.full(3, -2, np.int8))
    model.set_columns(replace(columns(3), beats=unreadable))
    assert cells(model, 1)[2] == "not classified"
    tip = model.index(1, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("nothing of it can be read")
    color = model.index(1, 2).data(Qt.ItemDataRole.DecorationRole)
    assert color.name() == THEMES["light"].pending


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


def changes_of(model: BeatTableModel) -> list[tuple[str, int, int]]:
    """What the model will tell its views, as it does."""
    told = []
    model.modelReset.connect(lambda: told.append(("reset", 0, 0)))
    model.rowsInserted.connect(lambda _, first, last: told.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _, first, last: told.append(("out", first, last)))
    return told


def test_a_beat_inserted_in_the_middle_is_one_row_more(model):
    told = changes_of(model)
    model.set_columns(columns(11, [0, 1, 2, -1, 3, 4, 5, 6, 7, 8, 9]))
    assert told == [("in", 3, 3)]
    assert [model.index(row, 0).data() for row in (2, 3, 4)] == ["3", "-1", "4"]
    assert (model.beat_at(3), model.row_of(-1), model.row_of(9)) == (-1, 3, 10)


def test_a_deleted_beat_is_one_row_less_and_the_others_keep_their_numbers(model):
    told = changes_of(model)
    model.set_columns(columns(9, [0, 1, 2, 3, 5, 6, 7, 8, 9]))
    assert told == [("out", 4, 4)]
    assert (model.beat_at(4), model.row_of(4), model.row_of(5)) == (5, -1, 4)
    assert cells(model, 4)[:2] == ["6", "00:04.500"]


def test_a_moved_beat_leaves_its_row_and_comes_in_another(model):
    told = changes_of(model)
    model.set_columns(columns(10, [0, 1, 3, 4, 2, 5, 6, 7, 8, 9]))
    assert told == [("out", 2, 4), ("in", 2, 4)]
    assert [model.beat_at(row) for row in range(6)] == [0, 1, 3, 4, 2, 5]


def test_many_rows_gone_are_told_at_once(model):
    model.set_columns(columns(3000))
    told = changes_of(model)
    model.set_filter("V")
    assert told == [("reset", 0, 0)]
    assert model.ids.tolist() == list(range(2, 3000, 5))


@pytest.mark.parametrize(
    ("old", "new", "ends"),
    [
        ([], [], (0, 0)),
        ([], [1], (0, 0)),
        ([1, 2], [1, 2], (2, 0)),
        ([1, 2], [1, 2, 3], (2, 0)),
        ([1, 2], [0, 1, 2], (0, 2)),
        ([1, 1], [1], (1, 0)),
        ([1, 2, 3], [1, 4, 3], (1, 1)),
    ],
)
def test_common_ends(old, new, ends):
    assert common_ends(np.array(old), np.array(new)) == ends


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
    assert flag_words(0b10001010001) == "edge noisy uncertain"  # pending is told by the class
