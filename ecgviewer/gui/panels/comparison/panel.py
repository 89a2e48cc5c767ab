"""The comparison with reference annotations: matrix, its beats, figures, runs."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ecgviewer.aami import SYMBOL_TABLES
from ecgviewer.beats.columns import Beats, Change
from ecgviewer.evaluation.recording import DEFAULT_MAPPING, Evaluation
from ecgviewer.gui.panels.comparison.cells import Cells
from ecgviewer.gui.panels.comparison.figures import figures_html
from ecgviewer.gui.panels.comparison.matrix import MatrixView, column_words, row_words
from ecgviewer.gui.panels.comparison.time_list import TimeList
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.patient import Identity
from ecgviewer.gui.style.plain import PlainLabel, RichLabel
from ecgviewer.gui.style.record_clock import RecordClock
from ecgviewer.gui.style.theme import Theme

DEFAULT_REFERENCE = "atr"
_FIGURES, _MARGINS = 176, 18  # pixels: height of the figures; around and between the parts
_WIDE = 720  # pixels: from here on the parts stand side by side
_MAPPINGS = (DEFAULT_MAPPING, *(name for name in SYMBOL_TABLES if name != DEFAULT_MAPPING))
_MAPPING_TIP = (
    "What the reference's symbols mean: with bxb e, j and n are supraventricular (S),"
    " with dechazal normal (N)"
)


class ComparisonPanel(QWidget):
    """How the open recording's classes compare with annotations beside it."""

    terms_chosen = Signal(str, str)  # annotator, mapping
    cell_chosen = Signal(int, int)
    beat_chosen = Signal(int)  # id of one of the program's beats
    place_chosen = Signal(int)  # own sample of one that it has not

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._evaluation: Evaluation | None = None
        self._cells: Cells | None = None  # the beats in the list
        self.reference, self.mapping = QComboBox(self), QComboBox(self)
        self.mapping.addItems(list(_MAPPINGS))
        self.mapping.setToolTip(_MAPPING_TIP)
        self.reference.setToolTip("Annotation file beside the recording that is the reference")
        for box, name in ((self.reference, "Reference"), (self.mapping, "Mapping")):
            box.setAccessibleName(name)
            box.activated.connect(self.on_terms_activated)
        self.about = PlainLabel(parent=self)
        self.about.setWordWrap(True)
        self.matrix = MatrixView(theme, self)
        self.matrix.cell_chosen.connect(self.cell_chosen)
        self.times = TimeList(self)
        self.times.place_chosen.connect(self.on_place_chosen)
        self.figures = RichLabel(self)
        self.figures.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.figures.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.figures.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.figures.setAccessibleName("Figures of the comparison")
        self._body = QWidget(self)
        self._lay_out()
        self.clear("")

    @property
    def terms(self) -> tuple[str, str]:
        """Annotator and mapping that are chosen."""
        return self.reference.currentText(), self.mapping.currentText()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.matrix.matrix.set_theme(theme)
        self._write_figures()

    def show_record(self, opened: OpenRecord, identity: Identity) -> None:
        """Times are as its clock says; what there is to compare with comes by `show_references`."""
        self.times.set_clock(RecordClock.of(opened.record, hide=identity.hidden))

    def show_beats(self, beats: Beats, change: Change) -> None:
        """What was compared comes by `show_evaluation`."""

    def show_current(self, beat_id: int | None) -> None:
        """Which beat is current makes no difference."""

    def show_references(self, annotators: tuple[str, ...]) -> None:
        """Offer the annotators of another recording."""
        self.reference.clear()
        self.reference.addItems(list(annotators))
        if DEFAULT_REFERENCE in annotators:
            self.reference.setCurrentText(DEFAULT_REFERENCE)

    def clear(self, why: str) -> None:
        """No comparison, and why not."""
        self._evaluation = self._cells = None
        self.about.setText(why)
        self.matrix.matrix.set_matrix(None)
        self.times.clear()
        self._body.hide()

    def show_evaluation(self, evaluation: Evaluation, about: str) -> None:
        """Show a comparison, and what was compared with what."""
        self.clear("  ".join(filter(None, [about, evaluation.nothing_left])))
        if evaluation.nothing_left:
            return
        self._evaluation = evaluation
        self.matrix.matrix.set_matrix(evaluation.beats.matrix)
        self._write_figures()
        self._body.show()

    def show_places(self, places: Cells, fs: float) -> None:
        """List the beats of the cell that was chosen; the first one is gone to."""
        self._cells = places
        title = f"{row_words(places.row)}, {column_words(places.column)}"
        if not len(places):
            title += ": none"
        self.times.show_places(title[0].upper() + title[1:], places.samples / fs)

    def sizeHint(self) -> QSize:
        """As high as matrix and figures, where they stand side by side."""
        hint = super().sizeHint()
        if self._flow.direction() != QBoxLayout.Direction.LeftToRight:
            return hint
        highest = max(self.matrix.sizeHint().height(), self.figures.sizeHint().height(), _FIGURES)
        return QSize(hint.width(), self.reference.sizeHint().height() + highest + _MARGINS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._flow.setDirection(way)

    def on_place_chosen(self, place: int) -> None:
        if self._cells is None:
            return
        beat_id = self._cells.beat_id(place)
        if beat_id is not None:
            self.beat_chosen.emit(beat_id)
        else:
            self.place_chosen.emit(int(self._cells.samples[place]))

    def on_terms_activated(self) -> None:
        self.terms_chosen.emit(*self.terms)

    def _write_figures(self) -> None:
        if self._evaluation is not None:
            self.figures.setText(figures_html(self._evaluation, muted=self._theme.muted))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        for text, choice in (("&Reference", self.reference), ("&Mapping", self.mapping)):
            label = PlainLabel(text, self)
            label.setBuddy(choice)
            top.addWidget(label)
            top.addWidget(choice)
        self.about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top.addWidget(self.about, 1)
        self._flow = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._body)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setSpacing(12)
        aligned = Qt.AlignmentFlag.AlignTop
        self._flow.addWidget(self.matrix, 0, aligned)
        self._flow.addWidget(self.times, 1)
        self._flow.addWidget(self.figures, 0, aligned)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 4, 8, 4)
        box.setSpacing(6)
        box.addLayout(top)
        box.addWidget(self._body, 1)
        box.addStretch(0)  # keeps the top row on top while there is nothing below it
