"""The beat table with its filter line; follows and drives the trace."""

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.beats.columns import ANEW, Beats, Change
from ecgviewer.gui.panels.beats.columns import NO_BEATS, Columns
from ecgviewer.gui.panels.beats.filter import EXAMPLES, understood
from ecgviewer.gui.panels.beats.table import BeatTableModel
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.patient import Identity
from ecgviewer.gui.style.plain import LINE, PlainLabel, tip
from ecgviewer.gui.style.record_clock import ELAPSED, RecordClock
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.style.wording import count

# Buttons over the filter line: what they say and what they write into it
_SHORTCUTS = (
    ("All", ""),
    ("Abnormal", "abnormal"),
    ("S", "S"),
    ("V", "V"),
    ("F", "F"),
    ("Q", "Q"),
)
_FILTER_DELAY_MS = 150  # a typed filter waits for the next key
# The widest text of each column; the last one takes the rest
_WIDEST = ("100000", "00:00.000", "class", "0.000", "RR ms", "000")
_PADDING = 14  # pixels


class BeatPanel(QWidget):
    """Beats as a table that can be sorted and filtered."""

    beat_chosen = Signal(int)  # id
    filter_left = Signal()  # Enter: what was typed is wanted now

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opened: OpenRecord | None = None
        self._current: int | None = None
        # what the trace shows, seconds, and whether the table is still to go there
        self._page_s, self._owed = (0.0, 0.0), False
        self._clock = ELAPSED
        self.model = BeatTableModel(theme, self)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText(f"Filter, e.g. {EXAMPLES}")
        self.filter.setToolTip(
            "Words that must all hold: classes (V, SV), abnormal, pending, unclassified, a flag"
            " (uncertain), conf<0.6, rr>1200, hr>100, a clock time 12:31 or 14:00-15:00 (14:08 +1:"
            " a day later), time from the start +5:00:00 or +5:00:00-6:00:00,"
            " a beat #120 or 100-200"
            "  [Ctrl+F]"
        )
        self.filter.setClearButtonEnabled(True)
        # how many beats; the same, or what is to be said of the filter, in lines of its own
        self.number, self.shown = PlainLabel(parent=self, most=LINE), PlainLabel(parent=self)
        self.view = self._table()
        self._delay = QTimer(self, singleShot=True, interval=_FILTER_DELAY_MS)
        self._heard = True  # whether another current row was the user's choice
        self._times = ""  # what times in the filter line mean
        self._wrong = ""  # what is wrong with the filter line: stays while beats come in
        self._lay_out()
        self._delay.timeout.connect(self.on_filter_settled)
        self.filter.textChanged.connect(lambda _: self._delay.start())
        self.filter.returnPressed.connect(self.on_filter_settled)
        self.filter.returnPressed.connect(self.filter_left)
        self.view.selectionModel().currentRowChanged.connect(self.on_row_changed)
        self.model.rows_changing.connect(self.on_rows_changing)
        self.model.rows_changed.connect(self.on_rows_changed)
        self._update_count()

    def set_theme(self, theme: Theme) -> None:
        self.model.set_theme(theme)

    def show_record(self, opened: OpenRecord, identity: Identity) -> None:
        clock = RecordClock.of(opened.record, hide=identity.hidden)
        if opened is self._opened:
            self._set_clock(clock)
            return
        self._opened, self._current = opened, None
        self._page_s, self._owed = (0.0, 0.0), True
        self.model.set_columns(NO_BEATS)
        self._filter_now("")
        self._set_clock(clock)

    def _set_clock(self, clock: RecordClock) -> None:
        """Other times; a filter line of times that may not be seen is cleared, and why is said."""
        if clock == self._clock:
            return
        self._clock, wrong = clock, self.model.set_clock(clock)
        if wrong:
            self.filter.clear()
        self.on_filter_settled()
        self._wrong = wrong or self._wrong
        self._update_count()
        ends = (clock.label(t_s, decimals=3) for t_s in (0.0, clock.duration_s))
        width = max(map(self.view.fontMetrics().horizontalAdvance, ends))
        self.view.horizontalHeader().resizeSection(1, width + _PADDING)

    def show_beats(self, beats: Beats, change: Change) -> None:
        if self._opened is None:
            return
        # searched for anew; those that were only classified anew leave the rows where they are
        self._owed = self._owed or (change == ANEW and beats.n < self.model.n_beats)
        self.model.set_columns(Columns.of(beats, self._opened.table()))
        self._update_count()
        if self._owed and self.model.reaches(self._page_s[0]):  # unknown when the page was turned
            self.view.doItemsLayout()  # or the scroll bar ends where it did before
            self.follow(*self._page_s)
        self._select()

    def show_current(self, beat_id: int | None) -> None:
        self._current = beat_id
        self._show_chosen()

    def _show_chosen(self) -> bool:
        """Bring the current beat's row into view; False where it has none."""
        row = self._select()
        if row >= 0:
            self.view.scrollTo(self.model.index(row, 0))
        return row >= 0

    def _select(self) -> int:
        """Make the current beat's row the current one, without telling anyone; -1: none."""
        row = self.model.row_of(self._current)
        if self.view.currentIndex().row() != row:
            self._heard = False
            if row < 0:
                self.view.clearSelection()
                self.view.setCurrentIndex(QModelIndex())
            else:
                self.view.selectRow(row)
            self._heard = True
        return row

    def on_rows_changing(self) -> None:
        self._heard = False

    def on_rows_changed(self) -> None:
        self._heard = True
        self._select()
        self._update_count()

    def follow(self, start_s: float, stop_s: float) -> None:
        """Show the rows of what is on the trace: the current beat's, or the first ones.

        Parameters
        ----------
        start_s, stop_s : float
            Ends of the page, seconds.
        """
        row = self.model.first_row_from(start_s)
        self._page_s, self._owed = (start_s, stop_s), not self.model.reaches(start_s)
        at = self.model.time_of(self._current)
        if at is not None and start_s <= at <= stop_s and self._show_chosen():
            return
        if row >= 0 and not self.view.hasFocus():
            top = QAbstractItemView.ScrollHint.PositionAtTop
            self.view.scrollTo(self.model.index(row, 0), top)

    def on_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        beat_id = self.model.beat_at(current.row())
        if beat_id is not None and self._heard:
            self.beat_chosen.emit(beat_id)

    def on_filter_settled(self) -> None:
        self._delay.stop()
        self._wrong = self.model.set_filter(self.filter.text())
        self._times = "" if self._wrong else understood(self.filter.text(), self._clock)
        self._show_chosen()
        self._update_count()

    def _update_count(self) -> None:
        rows, beats = self.model.rowCount(), self.model.n_beats
        text = f"{count(beats)} beats" if rows == beats else f"{count(rows)} of {count(beats)}"
        said = self._wrong or self._times
        self.number.setText(text)
        self.shown.setText(said or text)
        self.shown.setVisible(bool(said))

    def _table(self) -> QTableView:
        view = QTableView(self)
        view.setModel(self.model)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setWordWrap(False)
        view.setShowGrid(False)
        view.setAlternatingRowColors(True)
        view.setTabKeyNavigation(False)
        view.verticalHeader().hide()
        rows = view.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(view.fontMetrics().height() + 6)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(30)
        for column, text in enumerate(_WIDEST):
            header.resizeSection(column, view.fontMetrics().horizontalAdvance(text) + _PADDING)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        view.setSortingEnabled(True)
        header.sortIndicatorChanged.connect(lambda *_: self._show_chosen())
        return view

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for text, query in _SHORTCUTS:
            button = QToolButton(self)
            button.setText(text)
            button.setToolTip(tip(f"show {'every beat' if not query else f'beats: {query}'}"))
            button.clicked.connect(lambda _=False, query=query: self._filter_now(query))
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.shown.setWordWrap(True)
        buttons.addWidget(self.number, 4, Qt.AlignmentFlag.AlignRight)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 4, 6, 4)
        box.setSpacing(4)
        box.addLayout(buttons)
        box.addWidget(self.filter)
        box.addWidget(self.shown)
        box.addWidget(self.view, 1)

    def _filter_now(self, query: str) -> None:
        self.filter.setText(query)
        self.on_filter_settled()
