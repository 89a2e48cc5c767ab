"""How large a window may be on its screen."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

_FRAME, _TITLE_BAR = 8, 40  # pixels that the system draws around a window


def within_screen(widget: QWidget, width: int, height: int) -> QSize:
    """A size wanted, no larger than the widget's screen has room for; pixels."""
    room = widget.screen().availableGeometry()
    return QSize(
        min(width, room.width() - 2 * _FRAME), min(height, room.height() - _TITLE_BAR - _FRAME)
    )
