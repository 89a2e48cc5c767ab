"""The matrix of a comparison as a table one can walk in by key."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QImage, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableView,
    QWidget,
)

from ecgviewer.aami import N_CLASSES, BeatClass
from ecgviewer.ec57.beats import LETTERS, NO_BEAT, SHUT_DOWN
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.style.wording import count

_N = len(LETTERS)
_NARROWEST, _SIGN = 34, 9  # pixels: a column; the square of a class
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex


def row_words(row: int) -> str:
    """What a row says of the reference."""
    return {NO_BEAT: "reference has none", SHUT_DOWN: "reference unreadable"}.get(
        row, f"reference {LETTERS[row]}"
    )


def column_words(column: int) -> str:
    """What a column says of the program's own beats."""
    return {NO_BEAT: "missed", SHUT_DOWN: "missed while unreadable"}.get(
        column, f"called {LETTERS[column]}"
    )


def can_be(row: int, column: int) -> bool:
    """Whether a cell can hold beats: one of the two annotators has to have one."""
    return row < N_CLASSES or column < N_CLASSES


def _sign(color: str) -> QImage:
    """A square in a class's colour: headers draw pictures, not colours."""
    sign = QImage(_SIGN, _SIGN, QImage.Format.Format_RGB32)
    sign.fill(QColor(color))
    return sign


class MatrixModel(QAbstractTableModel):
    """Counts, reference down and program across."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._matrix: NDArray[np.int64] | None = None
        self._bold = QFont()
        self._bold.setBold(True)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Colours of classes, and of what stays back."""
        self._signs = {int(c): _sign(theme.class_colors[c]) for c in BeatClass}
        self._muted = QColor(theme.muted)
        self._tell()

    def set_matrix(self, matrix: NDArray[np.int64] | None) -> None:
        """Show a (7, 7) matrix of counts; None: empty cells."""
        self._matrix = matrix
        self._tell()

    def number(self, row: int, column: int) -> int:
        """Beats of a cell."""
        return 0 if self._matrix is None else int(self._matrix[row, column])

    def _tell(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(_N - 1, _N - 1))
        for orientation in (Qt.Orientation.Horizontal, Qt.Orientation.Vertical):
            self.headerDataChanged.emit(orientation, 0, _N - 1)

    # -- QAbstractTableModel ------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else _N

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else _N

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            return LETTERS[section].lower() if across else LETTERS[section]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._signs.get(section)
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return column_words(section) if across else row_words(section)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or not can_be(index.row(), index.column()):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = 0) -> Any:
        row, column = index.row(), index.column()
        if self._matrix is None or not can_be(row, column):
            return None
        n = self.number(row, column)
        if role == Qt.ItemDataRole.DisplayRole:
            return count(n)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT
        if role == Qt.ItemDataRole.FontRole and row == column:
            return self._bold
        if role == Qt.ItemDataRole.ForegroundRole and n == 0:
            return self._muted
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{row_words(row)}, {column_words(column)}: {count(n)}"
        return None


class MatrixView(QTableView):
    """The table; a click or Enter on a cell chooses it."""

    cell_chosen = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = MatrixModel(theme, self)
        self.setModel(self.matrix)
        self.setAccessibleName("Matrix: reference down, program across")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        for policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._row = self.fontMetrics().height() + 4
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
        self.horizontalHeader().setMinimumSectionSize(_NARROWEST)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(self._row)
        self.verticalHeader().setDefaultSectionSize(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.horizontalHeader().geometriesChanged.connect(self.updateGeometry)
        self.clicked.connect(lambda index: self._choose(index.row(), index.column()))

    def sizeHint(self) -> QSize:
        across, down = self.horizontalHeader(), self.verticalHeader()
        height = across.sizeHint().height() + _N * self._row + 4
        return QSize(down.sizeHint().width() + across.length() + 4, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._choose(self.currentIndex().row(), self.currentIndex().column())
            return
        super().keyPressEvent(event)

    def _choose(self, row: int, column: int) -> None:
        if row >= 0 and can_be(row, column):
            self.cell_chosen.emit(row, column)
