"""Many line segments at once, from numpy to a QPainter."""

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


Floats = NDArray[np.float64]


FAR_PX = 20_000.0  # beyond any screen; Qt's rasteriser does not take unbounded coordinates


OVERLAP_PX = 0.2  # lines end to end, shorter than a pixel, would else add up to a paler one


DOT_PX = 3.0  # a lone sample between gaps is drawn this wide


def segments(x: Floats, y: Floats) -> Floats:
    """Line segments of NaN-gapped curves.

    Parameters
    ----------
    x : (n,) float64
        Pixels, ascending.
    y : (n_rows, n) float64
        Pixels; NaN in gaps.

    Returns
    -------
    (k, 4) float64, C-contiguous
        x1, y1, x2, y2 of each segment, a fifth of a pixel longer at both ends; a lone point becomes
        a short dash.
    """
    y = np.clip(y, -FAR_PX, FAR_PX)
    finite = np.isfinite(y)
    joined = finite[:, :-1] & finite[:, 1:]
    row, i = np.nonzero(joined)
    lines = np.empty((len(row), 4))
    lines[:, 0], lines[:, 1] = x[i], y[row, i]
    lines[:, 2], lines[:, 3] = x[i + 1], y[row, i + 1]
    along = lines[:, 2:] - lines[:, :2]
    along *= (OVERLAP_PX / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9))[:, None]
    lines[:, :2] -= along
    lines[:, 2:] += along
    lone = finite.copy()
    lone[:, 1:] &= ~joined
    lone[:, :-1] &= ~joined
    row, i = np.nonzero(lone)
    if len(row) == 0:
        return lines
    dots = np.empty((len(row), 4))
    dots[:, 0], dots[:, 2] = x[i] - DOT_PX / 2, x[i] + DOT_PX / 2
    dots[:, 1] = dots[:, 3] = y[row, i]
    return np.concatenate([lines, dots])
