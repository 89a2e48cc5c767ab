"""Wheel, drag, click and keys on the canvas, turned into moves."""

from typing import Protocol

from PySide6.QtCore import QPointF, Qt, SignalInstance
from PySide6.QtGui import QCursor, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

_NOTCH = 120  # eighths of a degree, one click of a common wheel
_NOTCH_SHARE = 0.12  # of the page, moved per notch
_KEY_SHARE = 0.2  # of the page, moved per arrow key
_MOD, _KEY = Qt.KeyboardModifier, Qt.Key
MOVE_KEYS = (
    _KEY.Key_Left,
    _KEY.Key_Right,
    _KEY.Key_Up,
    _KEY.Key_Down,
    _KEY.Key_PageUp,
    _KEY.Key_PageDown,
    _KEY.Key_Home,
    _KEY.Key_End,
)


class Movable(Protocol):
    """A trace as the pointer moves it; `paper_widget.PaperWidget` is one."""

    clicked: SignalInstance  # QPointF

    @property
    def duration_s(self) -> float: ...
    def width(self) -> int: ...
    def visible_range_s(self) -> tuple[float, float]: ...
    def step_speed(self, step: int, *, keep_x: float | None = None) -> None: ...
    def step_gain(self, step: int) -> None: ...
    def go_to(self, start_s: float) -> None: ...
    def page(self, n: int) -> None: ...
    def scroll_by(self, seconds: float) -> None: ...
    def scroll_pixels(self, pixels: float) -> None: ...
    def scroll_leads(self, pixels: float) -> None: ...
    def setCursor(self, cursor: QCursor | Qt.CursorShape, /) -> None: ...
    def unsetCursor(self) -> None: ...


class Pointer:
    """The state of one drag and of a wheel turned in fractions of a notch.

    Parameters
    ----------
    canvas : Movable
        What is moved.
    """

    def __init__(self, canvas: Movable) -> None:
        self._canvas = canvas
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragging = False
        self._turned = 0.0

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll in time; with Ctrl change speed, with Shift gain, with Alt scroll the leads."""
        canvas, modifiers = self._canvas, event.modifiers()
        # some platforms turn the wheel sideways while Shift or Alt is held
        angle = event.angleDelta().y() or event.angleDelta().x()
        if modifiers & (_MOD.ControlModifier | _MOD.ShiftModifier):
            for step in self._notches(angle):
                if modifiers & _MOD.ControlModifier:
                    canvas.step_speed(step, keep_x=event.position().x())
                else:
                    canvas.step_gain(step)
        elif modifiers & _MOD.AltModifier:
            canvas.scroll_leads(-angle / _NOTCH * 40)
        elif not event.pixelDelta().isNull():  # a touchpad: as far as the fingers
            delta = event.pixelDelta()
            far = delta.x() if abs(delta.x()) > abs(delta.y()) else delta.y()
            canvas.scroll_pixels(-far)
        else:
            canvas.scroll_pixels(-angle / _NOTCH * _NOTCH_SHARE * canvas.width())
        event.accept()

    def _notches(self, angle: float) -> list[int]:
        self._turned += angle
        n = int(self._turned / _NOTCH)
        self._turned -= n * _NOTCH
        return [1 if n > 0 else -1] * abs(n)

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._last = event.position()
            self._dragging = False

    def move(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        far = (event.position() - self._pressed).manhattanLength()
        if not self._dragging and far >= QApplication.startDragDistance():
            self._dragging = True
            self._canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragging:
            moved = event.position() - self._last
            self._last = event.position()
            self._canvas.scroll_pixels(-moved.x())
            self._canvas.scroll_leads(-moved.y())

    def release(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        clicked, self._pressed = not self._dragging, None
        self._canvas.unsetCursor()
        if clicked:
            self._canvas.clicked.emit(event.position())

    def key(self, event: QKeyEvent) -> bool:
        """Move by a key; False where the key means nothing here."""
        if event.modifiers() & ~(_MOD.KeypadModifier | _MOD.ShiftModifier):
            return False
        return self.move_by(_KEY(event.key()))

    def move_by(self, key: Qt.Key) -> bool:
        """Move by one of `MOVE_KEYS`; False for any other key."""
        canvas = self._canvas
        start, stop = canvas.visible_range_s()
        step = _KEY_SHARE * (stop - start)
        moves = {
            _KEY.Key_Right: lambda: canvas.scroll_by(step),
            _KEY.Key_Left: lambda: canvas.scroll_by(-step),
            _KEY.Key_PageDown: lambda: canvas.page(1),
            _KEY.Key_PageUp: lambda: canvas.page(-1),
            _KEY.Key_Home: lambda: canvas.go_to(0.0),
            _KEY.Key_End: lambda: canvas.go_to(canvas.duration_s),
            _KEY.Key_Down: lambda: canvas.scroll_leads(40),
            _KEY.Key_Up: lambda: canvas.scroll_leads(-40),
        }
        move = moves.get(key)
        if move is None:
            return False
        move()
        return True
