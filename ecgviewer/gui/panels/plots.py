"""Two small drawings of the inspector: the networks' input and probability bars; hold no beat."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ecgviewer.beat import BeatClass
from ecgviewer.gui.theme import Theme

_MIN_SPAN = 4.0  # standard deviations: a flat input is drawn flat, not blown up


class InputView(QWidget):
    """Both inputs of 400 points, as the networks see them, one above the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: NDArray[np.float32] | None = None
        self._names: tuple[str, ...] = ()
        self._color = ""
        self._r_offset: int | None = None
        self.setMinimumHeight(72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip(
            "What the networks read: 400 points at 360 Hz (1.11 s), each lead less its mean and"
            " over its standard deviation, zeros after the beat's end.\n"
            "The upright line is the R peak: how far to the right it lies tells the RR before it."
        )

    def sizeHint(self) -> QSize:
        return QSize(300, 84)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_input(
        self,
        values: NDArray[np.float32] | None,
        *,
        names: tuple[str, ...] = (),
        color: str = "",
        r_offset: int | None = None,
    ) -> None:
        """Draw the (n_inputs, 400) values of one beat; None: nothing."""
        self._values, self._names, self._color = values, names, color
        self._r_offset = r_offset
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.paper))
        if self._values is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.height() / len(self._values)
        for i, values in enumerate(self._values):
            self._paint_input(painter, i, values, QRectF(0, i * height, self.width(), height))

    def _paint_input(
        self, painter: QPainter, i: int, values: NDArray[np.float32], box: QRectF
    ) -> None:
        inner = box.adjusted(4, 4, -4, -4)
        per_point = inner.width() / len(values)
        if self._r_offset is not None and self._r_offset < len(values):
            x = inner.left() + self._r_offset * per_point
            painter.setPen(QPen(QColor(self._theme.grid_major), 1))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        low, high = float(values.min()), float(values.max())
        spare = max(0.0, _MIN_SPAN - (high - low)) / 2
        scale = inner.height() / (high - low + 2 * spare)
        ys = inner.bottom() - (values - low + spare) * scale
        points = [QPointF(inner.left() + k * per_point, float(y)) for k, y in enumerate(ys)]
        name = self._names[i] if i < len(self._names) else ""
        color = (self._color or self._theme.trace) if name else self._theme.muted
        painter.setPen(QPen(QColor(color), 1.3))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(QColor(self._theme.muted))
        text = f"input {i + 1}: {name or 'none, given as zeros'}"
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), text)


class ProbabilityBars(QWidget):
    """Five bars, one per class, with letter and number, so that colour is never the only sign.

    Parameters
    ----------
    theme : Theme
        Colours.
    caption : str
        Whose probabilities they are.
    """

    def __init__(self, theme: Theme, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._caption = caption
        self._values: tuple[float, ...] = ()
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
        self._caption, self._values = caption, values
        self.update()

    def _row(self) -> int:
        return self.fontMetrics().height() + 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        row = self._row()
        painter.setPen(QColor(self._theme.muted))
        caption = self.fontMetrics().elidedText(
            self._caption, Qt.TextElideMode.ElideRight, self.width()
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
        if not self._values:
            return
        value = self._values[beat_class]
        painter.drawText(box, int(middle | Qt.AlignmentFlag.AlignRight), f"{value:.3f}")
        bar.setWidth(bar.width() * min(1.0, max(0.0, value)))
        painter.fillRect(bar, QColor(self._theme.class_colors[beat_class]))
