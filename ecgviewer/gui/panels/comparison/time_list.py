"""Times as a list to step through, with buttons."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListView, QToolButton, QVBoxLayout, QWidget

from ecgviewer.gui.style.plain import PlainLabel, tip
from ecgviewer.gui.style.record_clock import ELAPSED, RecordClock
from ecgviewer.gui.style.wording import count

_HINT = "Click a cell, or press Enter on it, to go through its beats."
_ROWS = 4  # that are seen at least
_Index = QModelIndex | QPersistentModelIndex


class _Times(QAbstractListModel):
    """Times of any number of beats; no copy per row."""

    times_s: NDArray[np.float64] = np.empty(0)
    clock: RecordClock = ELAPSED

    def set_times(self, times_s: NDArray[np.float64]) -> None:
        self.beginResetModel()
        self.times_s = times_s
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self.times_s)

    def data(self, index: _Index, role: int = 0) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.clock.label(float(self.times_s[index.row()]), decimals=3)


class _TimesView(QListView):
    """A list that asks for a few rows and takes what it is given."""

    def sizeHint(self) -> QSize:
        return QSize(160, _ROWS * (self.fontMetrics().height() + 3))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())


class TimeList(QWidget):
    """Next, previous, and a list of all."""

    place_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times = _Times(self)
        self._title = ""
        self.title = PlainLabel(parent=self)
        self.title.setWordWrap(True)
        self.view = _TimesView(self)
        self.view.setModel(self._times)
        self.view.setUniformItemSizes(True)
        self.view.setAccessibleName("Beats of the cell")
        self.view.selectionModel().currentRowChanged.connect(self.on_row_changed)
        self.previous = self._button("◀", "Previous beat of the cell", -1)
        self.next = self._button("▶", "Next beat of the cell", 1)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.title, 1)
        row.addWidget(self.previous)
        row.addWidget(self.next)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addLayout(row)
        box.addWidget(self.view, 1)
        self.clear()

    def sizeHint(self) -> QSize:
        return QSize(220, 120)

    def set_clock(self, clock: RecordClock) -> None:
        """Write times so."""
        self._times.clock = clock
        self.view.viewport().update()

    def clear(self) -> None:
        """No cell is chosen."""
        self._title = ""
        self._times.set_times(np.empty(0))
        self._write()

    def show_places(self, title: str, times_s: NDArray[np.float64]) -> None:
        """List beats at (k,) times, seconds, and go to the first."""
        self._title = title
        self._times.set_times(times_s)
        self._write()
        if len(times_s):
            self.go_to(0)

    def go_to(self, row: int) -> None:
        """Make a beat of the list the current one."""
        if 0 <= row < len(self._times.times_s):
            self.view.setCurrentIndex(self._times.index(row, 0))

    def on_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._write()
        if current.isValid():
            self.place_chosen.emit(current.row())

    def _write(self) -> None:
        row, n = self.view.currentIndex().row(), len(self._times.times_s)
        at = f" ({count(row + 1)}\u00a0of\u00a0{count(n)})" if row >= 0 and n else ""
        self.title.setText(self._title + at if self._title else _HINT)
        self.previous.setEnabled(row > 0)
        self.next.setEnabled(0 <= row < n - 1)

    def _button(self, text: str, says: str, step: int) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip(says))
        button.setAccessibleName(says)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.go_to(self.view.currentIndex().row() + step))
        return button
