"""The coloured strip: every beat of the recording in its class's lane, heart rate above."""

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ecgviewer.beats.columns import ANEW, Beats, Change
from ecgviewer.beats.scan import Episode
from ecgviewer.gui.strip.bands import Bands
from ecgviewer.gui.strip.columns import lanes, time_ticks
from ecgviewer.gui.strip.pace import Pace
from ecgviewer.gui.strip.picture import ColumnCache, Strip, draw_strip
from ecgviewer.gui.style.fonts import bold, small, tiny
from ecgviewer.gui.style.plain import tip
from ecgviewer.gui.style.theme import THEMES, Theme, class_color
from ecgviewer.gui.style.wording import seconds_of_day, time_label
from ecgviewer.record import Record
from ecgviewer.signal.quality import Stretch

_GUTTER, _RIGHT = 34.0, 8.0  # pixels
_LABELS, _TREND_SHARE = 18.0, 0.36
_LEAST_WINDOW_PX = 5.0  # the mark of what is on screen is never narrower
_CENTER = Qt.AlignmentFlag.AlignCenter
_RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_RIGHT_TOP = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
_RIGHT_BOTTOM = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom


class StripWidget(QWidget):
    """The whole recording at a glance; a click or drag asks to go there.

    Signals: `jump_requested(t_s)`, seconds from the record's start, wanted in the page's middle;
    `place_chosen(t_s)` once the button is let go.
    """

    jump_requested = Signal(float)
    place_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None, *, theme: Theme = THEMES["light"]) -> None:
        super().__init__(parent)
        self._theme = theme
        self._record: Record | None = None
        self._beats: Beats | None = None
        self._stretches: tuple[Stretch | Episode, ...] = ()
        self._bands = Bands()
        self._view = (0.0, 0.0)
        self._strip: Strip | None = None
        self._columns = ColumnCache()
        self._still: QImage | None = None  # all but the mark of what is on screen
        self._pace = Pace()
        self._due = QTimer(self, singleShot=True)
        self._due.timeout.connect(self._on_due)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(88)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Whole recording, one mark per beat")

    def sizeHint(self) -> QSize:
        return QSize(900, 112)

    # What is shown

    def show_record(self, record: Record | None) -> None:
        """Another recording, or none; beats and stretches are let go."""
        self._record, self._beats = record, None
        self._columns.forget()
        self._stretches, self._bands = (), Bands()
        self._view = (0.0, 0.0)
        self._redraw()

    def show_beats(self, beats: Beats | None, change: Change) -> None:
        """Show other beats, or the same with other classes; a while later where there are many.

        Parameters
        ----------
        beats : Beats or None
            Of the whole record.
        change : Change
            What differs from the beats before.
        """
        self._beats = beats
        if change.what == "positions":
            self._columns.forget()
        if change == ANEW:
            self._redraw()
        elif not self._due.isActive():
            self._on_due()

    def _on_due(self) -> None:
        early_ms = self._pace.early_ms(self._beats.n if self._beats else 0)
        if early_ms > 0:
            self._due.start(early_ms)
        else:
            self._redraw()

    def show_stretches(self, stretches: tuple[Stretch | Episode, ...]) -> None:
        """Shade where no ECG lead can be read, and episodes; the rate runs across pauses alone."""
        if stretches is self._stretches or self._record is None:
            return
        self._stretches = stretches
        bands = Bands.of(stretches, self._record.ecg_leads)
        if not bands.same(self._bands):
            self._bands = bands
            self._columns.forget()
            self._redraw()

    def set_view(self, start_s: float, width_s: float) -> None:
        """Mark what is on screen."""
        if (start_s, width_s) != self._view:
            self._view = (start_s, width_s)
            self._pace.on_moved()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._redraw()

    def _redraw(self) -> None:
        self._due.stop()
        self._strip = self._still = None
        self.update()

    # Where it is

    @property
    def _duration_s(self) -> float:
        return self._record.duration_s if self._record else 0.0

    def _area(self) -> QRectF:
        """Trend and lanes, without names and time labels."""
        width = max(1.0, self.width() - _GUTTER - _RIGHT)
        return QRectF(_GUTTER, 4, width, max(1.0, self.height() - _LABELS - 4))

    def _lane_top(self) -> float:
        area = self._area()
        return area.top() + float(round(area.height() * _TREND_SHARE))

    def time_at(self, x: float) -> float:
        """Time of a pixel, seconds, within the record."""
        area = self._area()
        share = (x - area.left()) / area.width()
        return min(max(0.0, share), 1.0) * self._duration_s

    def x_of(self, t_s: float) -> float:
        """Pixel of a time."""
        area = self._area()
        return area.left() + area.width() * t_s / max(self._duration_s, 1e-9)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._record:
            self.jump_requested.emit(self.time_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._record:
            self.place_chosen.emit(self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._record:
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.jump_requested.emit(self.time_at(event.position().x()))
        at = event.globalPosition().toPoint()
        QToolTip.showText(at, tip(self.tip_at(event.position())), self)

    def tip_at(self, place: QPointF) -> str:
        """Time at a pixel, the beats in its column and the episodes there, in words."""
        if self._record is None:
            return ""
        text = time_label(self.time_at(place.x()), self._record.base_time)
        if self._strip is not None:
            text += self._strip.words(place.x() - _GUTTER)
        at, reach = self.time_at(place.x()), 2 * self._duration_s / self._area().width()
        near_s = at - reach, at + reach  # two pixels, as of beats
        return text + "".join(f"   {name}" for name in self._bands.names(near_s, self._record.fs))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._redraw()

    def paintEvent(self, _event: QPaintEvent) -> None:
        dpr = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatio() != dpr:
            self._still = self._draw_still(dpr)
        painter = QPainter(self)
        try:
            painter.drawImage(0, 0, self._still)
            if self._record is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._draw_view(painter)
        finally:
            painter.end()

    def _draw_still(self, dpr: float) -> QImage:
        """Beats, heart rate, names and times: drawn once, not in every frame of a scroll."""
        size = ceil(self.width() * dpr), ceil(self.height() * dpr)  # its last pixel may be a part
        image = QImage(*size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(dpr)
        image.fill(QColor(self._theme.background))
        if self._record is None:
            return image
        self._pace.start()
        self._strip = self.picture()
        painter = QPainter(image)
        painter.setFont(self.font())
        painter.drawImage(self._area().topLeft(), self._strip.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_names(painter, self._strip)
        self._draw_times(painter)
        painter.end()
        self._pace.stop()
        return image

    def picture(self) -> Strip:
        """The strip as it would be drawn now."""
        record, beats, area = self._record, self._beats, self._area()
        dpr = self.devicePixelRatioF()
        n_samples = record.n_samples if record else 0
        size = round(area.width() * dpr), round(area.height() * dpr)
        samples = beats.sample if beats else np.empty(0, np.int64)
        fs = record.fs if record else 1.0
        columns = self._columns.of(
            samples, fs, self._bands.breaks, n_samples=n_samples, width=size[0]
        )
        return draw_strip(
            self._theme,
            columns,
            beats.beat_class if beats else np.empty(0, np.int8),
            bands=self._bands,
            n_samples=n_samples,
            size=size,
            lane_top=round((self._lane_top() - area.top()) * dpr),
            dpr=dpr,
        )

    def _draw_names(self, painter: QPainter, strip: Strip) -> None:
        """Lane letters and the trend's range, left."""
        theme, top, dpr = self._theme, self._lane_top(), strip.image.devicePixelRatio()
        painter.setFont(tiny(bold(self.font())))
        lane_height = self._area().bottom() - top
        for lane in lanes(round(lane_height * dpr)):
            box = QRectF(0, top + lane.top / dpr, _GUTTER - 8, lane.height / dpr)
            painter.setPen(class_color(theme, lane.beat_class))
            painter.drawText(box, _RIGHT_MIDDLE, lane.beat_class.name)
        painter.setFont(tiny(self.font()))
        painter.setPen(QColor(theme.muted))
        height = QFontMetricsF(painter.font()).height()
        trend = QRectF(0, self._area().top(), _GUTTER - 8, top - self._area().top() - 2)
        painter.drawText(trend, _RIGHT_TOP, f"{strip.bpm[1]:.0f}")
        if trend.height() > 2 * height:
            painter.drawText(trend, _RIGHT_BOTTOM, f"{strip.bpm[0]:.0f}")
        unit = QRectF(_GUTTER + 1, trend.top() + 1, 28, height)
        behind = QColor(theme.paper)
        behind.setAlphaF(0.8)
        painter.fillRect(unit, behind)
        painter.drawText(unit, _CENTER, "bpm")

    def _draw_times(self, painter: QPainter) -> None:
        """Times below, on round clock times where the clock is known."""
        if self._record is None or self._duration_s <= 0:
            return
        area, theme, start = self._area(), self._theme, self._record.base_time
        ticks, step = time_ticks(self._duration_s, area.width(), seconds_of_day(start))
        painter.setFont(small(self.font()))
        for t in ticks:
            x = self.x_of(t)
            painter.fillRect(QRectF(x, area.bottom(), 1, 4), QColor(theme.muted))
            painter.setPen(QColor(theme.text))
            label = time_label(t, start, decimals=1 if step < 1 else 0)
            width = QFontMetricsF(painter.font()).horizontalAdvance(label)
            box = QRectF(x - width / 2, area.bottom() + 2, width, _LABELS - 2)
            box.moveLeft(min(max(box.left(), 2.0), self.width() - width - 2))
            painter.drawText(box, _CENTER, label)

    def _draw_view(self, painter: QPainter) -> None:
        """What is on screen, never narrower than can be seen."""
        start, width = self._view
        if width <= 0:
            return
        area = self._area()
        left, right = self.x_of(start), self.x_of(min(start + width, self._duration_s))
        lacking = max(0.0, _LEAST_WINDOW_PX - (right - left)) / 2
        box = QRectF(left - lacking, area.top() - 2, right - left + 2 * lacking, area.height() + 3)
        color = QColor(self._theme.accent)
        fill = QColor(color)
        fill.setAlphaF(0.16)
        painter.fillRect(box, fill)
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
