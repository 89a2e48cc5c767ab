"""A widget of a true scale: paper speed, gain, place in time and moves."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from ecgviewer.gui.trace import grid
from ecgviewer.gui.trace.geometry import MM_PER_INCH, Page, content_height
from ecgviewer.gui.trace.pointer import Pointer
from ecgviewer.gui.trace.zoom import Zoom

SPEEDS_MM_S = (6.25, 12.5, 25.0, 50.0, 100.0)
GAINS_MM_MV = (2.5, 5.0, 10.0, 20.0, 40.0)
FIRST_MM_S, FIRST_MM_MV = 25.0, 10.0  # of every recording, as on paper
# what slower paper is called by: minutes, hours and days on a page
WIDTHS_S: tuple[float, ...] = (
    120.0,
    300.0,
    600.0,
    1_800.0,
    3_600.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
)
WIDTHS_S += (172_800.0, 345_600.0, 604_800.0)
SPEED_LIMITS_MM_S = (0.5, 1_000.0)  # slower where the whole recording does not fit otherwise
_SLACK = 0.98  # of the slowest: a scroll bar that comes or goes must not forbid the whole recording
GAIN_LIMITS_MM_MV = (0.1, 1_000.0)
_LETTER_ROW, _AXIS, _SECOND_LINE = 27.0, 23.0, 15.0  # pixels
_PLAUSIBLE_DPI = (50.0, 500.0)  # projectors and virtual machines report nonsense


class PaperWidget(QWidget):
    """Time to the right, leads downwards, millimetres true on this screen.

    Signals: `position_changed(start_s)`; `view_changed(start_s, width_s)` also after a change of
    speed, gain or size; `scale_changed(mm_s, mm_mv)`; `clicked(x, y)` where no drag was meant.
    Arrows, Page Up and Down, Home and End act while it has the focus; `window.trace_keys` brings
    them here from elsewhere.
    """

    position_changed = Signal(float)
    view_changed = Signal(float, float)
    scale_changed = Signal(float, float)
    clicked = Signal(QPointF)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start_s = 0.0
        self._speed, self._gain = FIRST_MM_S, FIRST_MM_MV
        self._zoom = Zoom()
        self._px_per_mm: float | None = None
        self._pointer = Pointer(self)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.hide()
        self._bar.valueChanged.connect(self._on_leads_scrolled)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 140)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def sizeHint(self) -> QSize:
        return QSize(900, 480)

    def lead_names(self) -> Sequence[str]:
        """Names of the leads shown, from the top."""
        return ()

    def _on_leads_scrolled(self) -> None:
        self.update()

    # Scale

    @property
    def kept_s(self) -> float | None:
        """A time that keeps its place where the paper speed changes, seconds."""
        return None

    def reset_scale(self) -> None:
        """Speed and gain as every recording begins."""
        self.speed_mm_s, self.gain_mm_mv = FIRST_MM_S, FIRST_MM_MV
        self._zoom = Zoom()

    @property
    def speed_mm_s(self) -> float:
        """Paper speed, mm/s; a change keeps the place of `kept_s`, or of the page's middle."""
        return self._speed

    @speed_mm_s.setter
    def speed_mm_s(self, value: float) -> None:
        self.set_speed(value)

    def set_speed(self, mm_s: float, *, keep_x: float | None = None) -> None:
        """Change the paper speed; `kept_s` stays, else the time at a pixel, or at the middle."""
        low, high = min(SPEED_LIMITS_MM_S[0], _SLACK * self._whole_mm_s()), SPEED_LIMITS_MM_S[1]
        if not low <= mm_s <= high:
            raise ValueError(f"paper speed is {mm_s:.3g} mm/s; {low:g} to {high:g} can be drawn")
        self._zoom.hold(self.geometry_now(), beat_s=self.kept_s, keep_x=keep_x)
        self._speed = float(mm_s)
        self._start_s = self._zoom.start_s(self.geometry_now())
        self._lay_out()
        self._zoom.leave(self.geometry_now())
        self.scale_changed.emit(self._speed, self._gain)

    def fit_seconds(self, width_s: float) -> None:
        """Choose the paper speed at which so many seconds fill the page; ValueError beyond it."""
        for _ in range(4):  # the gutter holds a pulse of 200 ms, so its width follows the speed
            page = self.geometry_now()
            self.set_speed(page.paper_width / page.px_per_mm / width_s)

    def page_widths_s(self) -> tuple[float, ...]:
        """Widths of the slower pages this recording has, the last one all of it."""
        least = self.geometry_now().paper_width / self.pixels_per_mm / SPEEDS_MM_S[0]
        whole = self.duration_s
        inner = tuple(w for w in WIDTHS_S if least * 1.1 < w < whole * 0.9)
        return (*inner, whole) if whole > least else inner

    def _whole_mm_s(self) -> float:
        """Paper speed at which the whole recording fills the page."""
        page = self.geometry_now()
        return page.paper_width / page.px_per_mm / max(self.duration_s, 1e-9)

    def step_speed(self, step: int, *, keep_x: float | None = None) -> None:
        """The next faster (1) or slower (-1) paper; beyond the slowest, the next wider page."""
        page = self.geometry_now()
        slow = (page.paper_width / page.px_per_mm / w for w in reversed(self.page_widths_s()))
        choices = (*slow, *SPEEDS_MM_S)
        self.set_speed(_next(choices, self._speed, step), keep_x=keep_x)

    @property
    def gain_mm_mv(self) -> float:
        """Gain, mm/mV."""
        return self._gain

    @gain_mm_mv.setter
    def gain_mm_mv(self, value: float) -> None:
        low, high = GAIN_LIMITS_MM_MV
        if not low <= value <= high:
            raise ValueError(f"gain is {value:.3g} mm/mV; {low:g} to {high:g} can be drawn")
        self._gain = float(value)
        self._lay_out()
        self.scale_changed.emit(self._speed, self._gain)

    def step_gain(self, step: int) -> None:
        """The next larger (1) or smaller (-1) gain."""
        self.gain_mm_mv = _next(GAINS_MM_MV, self._gain, step)

    @property
    def pixels_per_mm(self) -> float:
        """Device-independent pixels per millimetre of this screen; None, set, asks the screen."""
        if self._px_per_mm is not None:
            return self._px_per_mm
        screen = self.screen()
        dpi = screen.physicalDotsPerInch()
        low, high = _PLAUSIBLE_DPI
        return (dpi if low <= dpi <= high else screen.logicalDotsPerInch()) / MM_PER_INCH

    @pixels_per_mm.setter
    def pixels_per_mm(self, value: float | None) -> None:
        self._px_per_mm = value
        self._lay_out()

    # Where it is

    @property
    def duration_s(self) -> float:
        """Length of the record, 0 without one."""
        return 0.0

    @property
    def has_clock(self) -> bool:
        """Whether the time of day is known, which takes a second line below the paper."""
        return False

    def visible_range_s(self) -> tuple[float, float]:
        """First and last second on screen, not beyond the record's end."""
        stop = self._start_s + self.geometry_now().width_s
        return self._start_s, min(stop, self.duration_s) if self.duration_s else stop

    def go_to(self, start_s: float) -> None:
        """Bring a time to the left edge, as far as the record's ends allow."""
        if np.isfinite(start_s):
            self._move(start_s)

    def center_on(self, t_s: float) -> None:
        """Bring a time to the middle, as far as the record's ends allow."""
        self.go_to(t_s - self.geometry_now().width_s / 2)

    def scroll_by(self, seconds: float) -> None:
        self.go_to(self._start_s + seconds)

    def scroll_pixels(self, pixels: float) -> None:
        self.scroll_by(pixels / self.geometry_now().px_per_s)

    def scroll_leads(self, pixels: float) -> None:
        """Scroll vertically, where the leads do not fit."""
        self._bar.setValue(self._bar.value() + round(pixels))

    def page(self, n: int) -> None:
        """Go n pages on, or back; the last second of one is the first of the next."""
        width = self.geometry_now().width_s
        self.scroll_by(n * (width - min(1.0, width / 10)))

    def move_by_key(self, key: Qt.Key) -> None:
        """Move as one of `pointer.MOVE_KEYS` says."""
        self._pointer.move_by(key)

    def _move(self, start_s: float) -> None:
        page = self.geometry_now()
        start_s = min(max(0.0, start_s), max(0.0, self.duration_s - page.width_s))
        if start_s != self._start_s:
            self._start_s = start_s
            self._tell(page.width_s)

    def _tell(self, width_s: float) -> None:
        self.position_changed.emit(self._start_s)
        self.view_changed.emit(self._start_s, width_s)
        self.update()

    # Geometry

    def geometry_now(self) -> Page:
        """The page as it would be drawn now."""
        scale = self.pixels_per_mm
        # isHidden, not isVisible: a page has the same size before its window is shown
        bar = 0 if self._bar.isHidden() else self._bar.width()
        return Page(
            width=self.width() - bar,
            height=self.height(),
            gutter=grid.gutter_width(self.lead_names(), self.font(), self._speed * scale, scale),
            top=_LETTER_ROW,
            bottom=_AXIS + (_SECOND_LINE if self.has_clock else 0.0),
            px_per_mm=scale,
            dpr=self.devicePixelRatioF(),
            speed_mm_s=self._speed,
            gain_mm_mv=self._gain,
            start_s=self._start_s,
            scroll=float(self._bar.value()),
        )

    def _lay_out(self) -> None:
        """The vertical scroll bar where the leads need one, and a start within the record."""
        page = self.geometry_now()
        needed = content_height(len(self.lead_names()), page)
        beyond = int(np.ceil(needed - page.paper_height - 0.5))
        width = self._bar.sizeHint().width()
        self._bar.setGeometry(self.width() - width, 0, width, self.height())
        self._bar.setVisible(beyond > 0)
        self._bar.setRange(0, max(0, beyond))
        self._bar.setPageStep(max(1, int(page.paper_height)))
        self._bar.setSingleStep(int(5 * page.px_per_mm))
        width_s = self.geometry_now().width_s
        self._start_s = min(max(0.0, self._start_s), max(0.0, self.duration_s - width_s))
        self._tell(width_s)

    # Events

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ScreenChangeInternal, QEvent.Type.DevicePixelRatioChange):
            self._lay_out()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._pointer.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointer.release(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._pointer.key(event):
            super().keyPressEvent(event)


def _next(values: tuple[float, ...], now: float, step: int) -> float:
    """The nearest choice above (step 1) or below (step -1); the last one at the end."""
    if step > 0:
        return next((v for v in values if v > now * 1.001), values[-1])
    return next((v for v in reversed(values) if v < now * 0.999), values[0])
