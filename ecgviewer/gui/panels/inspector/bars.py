"""Probability bars of the inspector."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ecgviewer.aami import BeatClass
from ecgviewer.gui.style.plain import NAME, one_line
from ecgviewer.gui.style.theme import Theme


class ProbabilityBars(QWidget):
    """Five bars, one per class, with letter and number, so that colour is never the only sign.

    Parameters
    ----------
    theme : Theme
        Colours.
    caption : str
        Whose probabilities they are.

    Attributes
    ----------
    caption : str
    values : tuple of 5 float
        What is drawn, from 0 to 1; empty: only the caption.
    """

    def __init__(self, theme: Theme, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.caption = caption
        self.values: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, self._row() * (len(BeatClass) + 1))

    def minimumSizeHint(self) -> QSize:
        return QSize(84, self.sizeHint().height())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_values(self, caption: str, values: tuple[float, ...]) -> None:
        """Draw five values from 0 to 1; none: only the caption."""
        self.caption, self.values = one_line(caption, NAME), values
        self.update()

    def _row(self) -> int:
        return self.fontMetrics().height() + 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        row = self._row()
        painter.setPen(QColor(self._theme.muted))
        caption = self.fontMetrics().elidedText(
            self.caption, Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(QRectF(0, 0, self.width(), row), Qt.AlignmentFlag.AlignLeft, caption)
        for beat_class in BeatClass:
            box = QRectF(0, row * (beat_class + 1), self.width(), row)
            self._paint_bar(painter, beat_class, box)

    def _paint_bar(self, painter: QPainter, beat_class: BeatClass, box: QRectF) -> None:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("W") + 4
        right = metrics.horizontalAdvance("0.000") + 4
        painter.setPen(QColor(self._theme.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, int(middle | Qt.AlignmentFlag.AlignLeft), beat_class.name)
        bar = box.adjusted(left, 3, -right, -3)
        painter.fillRect(bar, QColor(self._theme.hover))
        if not self.values:
            return
        value = self.values[beat_class]
        painter.drawText(box, int(middle | Qt.AlignmentFlag.AlignRight), f"{value:.3f}")
        bar.setWidth(bar.width() * min(1.0, max(0.0, value)))
        painter.fillRect(bar, QColor(self._theme.class_colors[beat_class]))
