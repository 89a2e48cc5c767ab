"""Many line segments at once, from numpy to a QPainter; decides nothing about what is drawn."""

from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from shiboken6 import Shiboken


def draw_segments(
    painter: QPainter, lines: NDArray[np.float64], color: QColor, *, width: float
) -> None:
    """Draw line segments without a Python object for each.

    A path or polyline wider than one pixel takes Qt's stroker: 20 ms for 5,000 points where single
    lines take 2. Flat ends: square ones make a staircase of lines shorter than the pen is wide.

    Parameters
    ----------
    painter : QPainter
        Antialiasing as wanted.
    lines : (n, 4) float64
        x1, y1, x2, y2 in the painter's coordinates.
    color : QColor
        Of the pen.
    width : float
        Of the pen, in the painter's coordinates.
    """
    if len(lines) == 0:
        return
    lines = np.ascontiguousarray(lines, np.float64)  # a QLineF is four doubles
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    first = cast("QLineF", Shiboken.wrapInstance(lines.ctypes.data, QLineF))
    painter.drawLines(first, len(lines))


def draw_polyline(
    painter: QPainter, points: NDArray[np.float64], color: QColor, *, width: float
) -> None:
    """Join (n, 2) points by straight lines with sharp corners."""
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawPolyline([QPointF(float(x), float(y)) for x, y in points])
