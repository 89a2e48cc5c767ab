"""The table model of beats over numpy columns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor

from ecgviewer.aami import BeatClass
from ecgviewer.beats.beat import FLAGS
from ecgviewer.beats.columns import number
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING, flag_bits
from ecgviewer.gui.panels.beats.columns import NO_BEATS, Columns
from ecgviewer.gui.panels.beats.filter import SORT_KEYS, QueryError, matches, row_order
from ecgviewer.gui.style.record_clock import ELAPSED, RecordClock
from ecgviewer.gui.style.theme import Theme

HEADINGS = ("#", "elapsed", "class", "conf", "RR ms", "HR", "flags")
_TIPS = (
    "serial number of the beat in the record",
    "time of the R peak from the record's start",
    "AAMI class",
    "confidence: the largest of the five probabilities",
    "RR interval before the beat, milliseconds",
    "heart rate of that interval, beats per minute",
    "what to know about the beat: " + ", ".join(FLAGS),
)
_NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WORDS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_OF_DAY = ("clock", "time of day of the R peak; +1 d is the day after the recording's first")
_TIME, _CLASS, _FLAGS = SORT_KEYS.index("time"), SORT_KEYS.index("class"), SORT_KEYS.index("flags")
_Index = QModelIndex | QPersistentModelIndex
_WITHOUT_CLASS = {  # in the column, and said of it
    PENDING: ("…", "awaits its class"),
    NOT_CLASSIFIED: ("–", "not classified: cannot be read, or is no beat; see its flags"),
}
_PAUSE = flag_bits("pause")
_MOST_GONE = 1000  # rows taken away one range at a time; beyond, a view looks at all anew


class BeatTableModel(QAbstractTableModel):
    """Beats as rows; sorting and filtering are index arrays, so that 100,000 rows stay fluid."""

    rows_changing = Signal()  # other beats, or in another order, are about to be shown
    rows_changed = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = NO_BEATS
        self._places: NDArray[np.int64] = np.empty(0, np.int64)  # row -> place in the columns
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)  # row -> id
        self._text, self._key, self._descending = "", "number", False
        self._clock = ELAPSED
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Colours of the classes."""
        self._colors = {c: QColor(theme.class_colors[c]) for c in BeatClass}
        self._pending = QColor(theme.pending)
        self._repaint()

    @property
    def n_beats(self) -> int:
        """Beats in the record, shown or filtered away."""
        return self._columns.n

    @property
    def ids(self) -> NDArray[np.int64]:
        """(m,) ids of the beats that are shown, row by row."""
        return self._ids

    def set_columns(self, columns: Columns) -> None:
        """Take the beats as they are known now; filter and order stay."""
        self._take(columns)

    def set_clock(self, clock: RecordClock) -> str:
        """Write and read times so; drops a filter that means nothing so and returns why, or ""."""
        self._clock = clock
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, _TIME, _TIME)
        wrong = self.set_filter(self._text)
        if wrong:
            self.set_filter("")
        return wrong

    def set_filter(self, text: str) -> str:
        """Show the beats that a filter line lets through; returns what is wrong with it, or ""."""
        try:
            matches(text, self._columns, clock=self._clock)
        except QueryError as error:
            return str(error)
        self._text = text
        self._take(self._columns)
        return ""

    def beat_at(self, row: int) -> int | None:
        """Id of the beat in a row."""
        return int(self._ids[row]) if 0 <= row < len(self._ids) else None

    def row_of(self, beat_id: int | None) -> int:
        """Row of a beat; -1 where there is none, or the filter hides it."""
        place = self._columns.beats.row(beat_id)
        if place is None or self._plain:
            return -1 if place is None else place
        found = np.flatnonzero(self._places == place)
        return int(found[0]) if len(found) else -1

    def time_of(self, beat_id: int | None) -> float | None:
        """R peak of a beat, shown or filtered away, seconds; None where there is none."""
        place = self._columns.beats.row(beat_id)
        return None if place is None else float(self._columns.time_s[place])

    def first_row_from(self, t_s: float) -> int:
        """Row of the first shown beat at or after a time; -1 where rows are not in time order."""
        if self._key not in {"number", "time"} or self._descending:
            return -1
        row = int(np.searchsorted(self._columns.time_s[self._places], t_s))
        return min(row, len(self._places) - 1)

    def reaches(self, t_s: float) -> bool:
        """Whether beats at or after a time are shown."""
        last = self._columns.time_s[self._places[-1:]]
        return bool((last >= t_s).any())

    @property
    def _plain(self) -> bool:
        """Whether row i is place i."""
        return not self._text.strip() and self._key in {"number", "time"} and not self._descending

    def _take(self, columns: Columns) -> None:
        """Show the rows that are wanted, telling the views no more than has changed."""
        places = np.arange(columns.n)
        if self._text.strip():
            places = np.flatnonzero(matches(self._text, columns, clock=self._clock))
        places = row_order(columns, places, self._key, descending=self._descending)
        ids = columns.beats.id[places]
        if np.array_equal(ids, self._ids):
            self._columns, self._places = columns, places
        else:
            self.rows_changing.emit()
            self._replace(columns, places, ids)
            self.rows_changed.emit()
        self._repaint()

    def _replace(self, columns: Columns, places: NDArray[np.int64], ids: NDArray[np.int64]) -> None:
        """Take rows away and put others in their place: what a view has selected is kept."""
        head, tail = common_ends(self._ids, ids)
        n_gone, n_come = len(self._ids) - head - tail, len(ids) - head - tail
        if n_gone > _MOST_GONE:
            self.beginResetModel()
            self._columns, self._places, self._ids = columns, places, ids
            self.endResetModel()
            return
        if n_gone:
            self.beginRemoveRows(QModelIndex(), head, head + n_gone - 1)
            stay = np.r_[0:head, len(ids) - tail : len(ids)]
            self._columns, self._places, self._ids = columns, places[stay], ids[stay]
            self.endRemoveRows()
        if n_come:
            self.beginInsertRows(QModelIndex(), head, head + n_come - 1)
            self._columns, self._places, self._ids = columns, places, ids
            self.endInsertRows()

    def _repaint(self) -> None:
        if len(self._ids):
            last = self.index(len(self._ids) - 1, len(HEADINGS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- QAbstractTableModel ------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        of_day = section == _TIME and self._clock.start is not None
        heading, tip = _OF_DAY if of_day else (HEADINGS[section], _TIPS[section])
        if role == Qt.ItemDataRole.DisplayRole:
            return heading
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{tip}; click to sort"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _WORDS  # the sign of the order stands on the right
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._key = SORT_KEYS[column] if 0 <= column < len(SORT_KEYS) else "number"
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._take(self._columns)

    def data(self, index: _Index, role: int = 0) -> Any:
        if not 0 <= index.row() < len(self._places):
            return None
        place, column = int(self._places[index.row()]), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(place, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _WORDS if column in {_CLASS, _FLAGS} else _NUMBERS
        if role == Qt.ItemDataRole.DecorationRole and column == _CLASS:
            return self._color(place)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(place, column)
        return None

    def _color(self, place: int) -> QColor:
        value = int(self._columns.beats.beat_class[place])
        return self._colors[BeatClass(value)] if value >= 0 else self._pending

    def _tip(self, place: int, column: int) -> str | None:
        beats = self._columns.beats
        if column == _CLASS:
            value = int(beats.beat_class[place])
            return BeatClass(value).description if value >= 0 else _WITHOUT_CLASS[value][1]
        return flag_words(int(beats.flags[place])) or None

    def _cell(self, place: int, column: int) -> str:
        c, beats = self._columns, self._columns.beats
        flags = int(beats.flags[place])
        match column:
            case 0:
                return str(number(int(beats.id[place])))
            case 1:
                return self._clock.label(float(c.time_s[place]), decimals=3)
            case 2:
                value = int(beats.beat_class[place])
                return BeatClass(value).name if value >= 0 else _WITHOUT_CLASS[value][0]
            case 3:
                return "" if flags & _PAUSE else _decimals(float(beats.confidence[place]), 3)
            case 4:
                return _decimals(float(c.rr_ms[place]), 0)
            case 5:
                return _decimals(float(c.hr_bpm[place]), 0)
        return flag_words(flags)


def common_ends(old: NDArray[np.int64], new: NDArray[np.int64]) -> tuple[int, int]:
    """How many ids two rows of ids, (m,) and (k,), have in common at their heads and tails.

    No id is counted in both.
    """
    n = min(len(old), len(new))
    head = _n_true(old[:n] == new[:n])
    tail = _n_true(old[::-1][: n - head] == new[::-1][: n - head])
    return head, tail


def _n_true(same: NDArray[np.bool_]) -> int:
    """How many are true before the first that is not."""
    return len(same) if same.all() else int(same.argmin())


def flag_words(bits: int) -> str:
    """The flags that are set, in words; `pending` is told by the class column."""
    return " ".join(w for i, w in enumerate(FLAGS) if bits >> i & 1 and w != "pending")


def _decimals(value: float, decimals: int) -> str:
    return "" if value != value else f"{value:.{decimals}f}"
