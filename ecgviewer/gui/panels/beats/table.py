"""The table model of beats over numpy columns; never classifies a beat, holds no copy per row."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from ecgviewer.aami import BeatClass
from ecgviewer.beats.beat import FLAGS
from ecgviewer.beats.columns import Columns
from ecgviewer.gui.panels.beats.filter import SORT_KEYS, QueryError, matches, row_order
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.style.wording import clock

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
_CLASS, _FLAGS = SORT_KEYS.index("class"), SORT_KEYS.index("flags")
_Index = QModelIndex | QPersistentModelIndex
_EMPTY = Columns(*(np.empty(0, t) for t in ("f8", "i1", "f8", "f8", "f8", "u2")))


class BeatTableModel(QAbstractTableModel):
    """Beats as rows; sorting and filtering are index arrays, so that 100,000 rows stay fluid."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = _EMPTY
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)  # row -> beat
        self._text, self._key, self._descending = "", "number", False
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Colours of the classes."""
        self._colors = {c: QColor(theme.class_colors[c]) for c in BeatClass}
        self._pending = QColor(theme.pending)
        self._repaint()

    @property
    def n_beats(self) -> int:
        """Beats in the record, shown or filtered away."""
        return self._columns.n_beats

    def clear(self) -> None:
        """Forget the beats; filter and order stay."""
        self.beginResetModel()
        self._columns, self._rows = _EMPTY, np.empty(0, np.int64)
        self.endResetModel()

    def set_columns(self, columns: Columns) -> None:
        """Take the beats as they are known now."""
        self._columns = columns
        self._take(self._wanted_rows())

    def set_filter(self, text: str) -> str:
        """Show the beats that a filter line lets through; returns what is wrong with it, or ""."""
        try:
            matches(text, self._columns)
        except QueryError as error:
            return str(error)
        self._text = text
        self._take(self._wanted_rows())
        return ""

    def beat_at(self, row: int) -> int | None:
        """Index of the beat in a row."""
        return int(self._rows[row]) if 0 <= row < len(self._rows) else None

    def row_of(self, beat: int) -> int:
        """Row of a beat; -1 where the filter hides it."""
        if self._plain:
            return beat if beat < len(self._rows) else -1
        found = np.flatnonzero(self._rows == beat)
        return int(found[0]) if len(found) else -1

    def first_row_from(self, t_s: float) -> int:
        """Row of the first shown beat at or after a time; -1 where rows are not in time order."""
        if self._key not in {"number", "time"} or self._descending:
            return -1
        row = int(np.searchsorted(self._columns.time_s[self._rows], t_s))
        return min(row, len(self._rows) - 1)

    def reaches(self, t_s: float) -> bool:
        """Whether beats at or after a time are shown."""
        return len(self._rows) > 0 and bool((self._columns.time_s[self._rows[-1:]] >= t_s).any())

    @property
    def _plain(self) -> bool:
        """Whether row i is beat i."""
        return not self._text.strip() and self._key in {"number", "time"} and not self._descending

    def _wanted_rows(self) -> NDArray[np.int64]:
        rows = np.flatnonzero(matches(self._text, self._columns)).astype(np.int64)
        return row_order(self._columns, rows, self._key, descending=self._descending)

    def _take(self, rows: NDArray[np.int64]) -> None:
        """Show these rows, telling the views no more than has changed."""
        old = len(self._rows)
        if len(rows) >= old and np.array_equal(rows[:old], self._rows):
            if len(rows) > old:
                self.beginInsertRows(QModelIndex(), old, len(rows) - 1)
                self._rows = rows
                self.endInsertRows()
            self._repaint()
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _repaint(self) -> None:
        if len(self._rows):
            last = self.index(len(self._rows) - 1, len(HEADINGS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- QAbstractTableModel ------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{_TIPS[section]}; click to sort"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _WORDS  # the sign of the order stands on the right
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._key = SORT_KEYS[column] if 0 <= column < len(SORT_KEYS) else "number"
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._take(self._wanted_rows())

    def data(self, index: _Index, role: int = 0) -> Any:
        beat = self.beat_at(index.row())
        if beat is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(beat, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _WORDS if column in {_CLASS, _FLAGS} else _NUMBERS
        if role == Qt.ItemDataRole.DecorationRole and column == _CLASS:
            return self._color(beat)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(beat, column)
        return None

    def _color(self, beat: int) -> QColor:
        number = int(self._columns.classes[beat])
        return self._colors[BeatClass(number)] if number >= 0 else self._pending

    def _tip(self, beat: int, column: int) -> str | None:
        number = int(self._columns.classes[beat])
        if column == _CLASS:
            return BeatClass(number).description if number >= 0 else "awaits its class"
        return flag_words(int(self._columns.flags[beat])) or None

    def _cell(self, beat: int, column: int) -> str:
        c = self._columns
        match column:
            case 0:
                return str(beat + 1)
            case 1:
                return clock(float(c.time_s[beat]), decimals=3)
            case 2:
                return BeatClass(int(c.classes[beat])).name if c.classes[beat] >= 0 else "…"
            case 3:
                return _number(c.confidence[beat], 3)
            case 4:
                return _number(c.rr_ms[beat], 0)
            case 5:
                return _number(c.hr_bpm[beat], 0)
        return flag_words(int(c.flags[beat]))


def flag_words(bits: int) -> str:
    """The flags that are set, in words; `pending` is told by the class column."""
    return " ".join(w for i, w in enumerate(FLAGS) if bits >> i & 1 and w != "pending")


def _number(value: float, decimals: int) -> str:
    return "" if value != value else f"{value:.{decimals}f}"
