"""What a widget draws, as numbers."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget


def pixels(widget: QWidget) -> NDArray[np.uint32]:
    """(height, width) uint32, 0xffRRGGBB of every device pixel."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint32)
    rows = flat.reshape(image.height(), image.bytesPerLine() // 4)[:, : image.width()]
    return rows | np.uint32(0xFF000000)  # a copy: the image goes with this function


def is_color(image: NDArray[np.uint32], color: str, *, within: int = 0) -> NDArray[np.bool_]:
    """Where each of red, green and blue differs by no more than `within`."""
    wanted = QColor(color).rgb()
    near = np.ones(image.shape, bool)
    for shift in (0, 8, 16):
        part = (image >> np.uint32(shift)) & np.uint32(0xFF)
        near &= np.abs(part.astype(int) - (wanted >> shift & 0xFF)) <= within
    return near


class OnScreen:
    """What stands on the screen of a widget: painted only when it asks for it with `update`.

    A grab alone paints anew, and so would hide that a widget forgot to ask.

    Parameters
    ----------
    widget : QWidget
        Shows itself or not.
    """

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._image: NDArray[np.uint32] | None = None
        widget.update = self._on_update

    def _on_update(self) -> None:
        self._image = None

    @property
    def due(self) -> bool:
        """Whether the widget has asked to be painted since it was."""
        return self._image is None

    def pixels(self) -> NDArray[np.uint32]:
        """As `pixels` was when the widget last asked to be painted."""
        if self._image is None:
            self._image = pixels(self._widget)
        return self._image
