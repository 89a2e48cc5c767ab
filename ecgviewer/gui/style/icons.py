"""Icons, painted: the play keys in the theme's colour, and the program's own."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

_SIZE = 64  # painted large and scaled down by Qt
_Shape = tuple[str, float]  # "right", "left", "bar" and its place, in sixteenths

SHAPES: dict[str, tuple[_Shape, ...]] = {
    "play": (("right", 4),),
    "pause": (("bar", 4), ("bar", 9)),
    "next_frame": (("right", 1), ("right", 7)),
    "previous_frame": (("left", 1), ("left", 7)),
    "next_beat": (("right", 2), ("bar", 11)),
    "previous_beat": (("bar", 2), ("left", 5)),
}


def icon(name: str, color: str) -> QIcon:
    """One icon of SHAPES in a colour."""
    pixmap = QPixmap(_SIZE, _SIZE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    for shape, place in SHAPES[name]:
        _paint(painter, shape, place)
    painter.end()
    return QIcon(pixmap)


def window_icon() -> QIcon:
    """The program's own: a normal and a wide beat."""
    pixmap = QPixmap(_SIZE, _SIZE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#fffdfb"))
    painter.drawRoundedRect(QRectF(0, 0, _SIZE, _SIZE), 12, 12)
    for points, color in (
        (((3, 36), (13, 36), (17, 12), (21, 44), (24, 36), (33, 36)), "#258157"),
        (((33, 36), (39, 14), (47, 52), (54, 36), (61, 36)), "#d85000"),
    ):
        painter.setPen(QPen(QColor(color), 4))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
    painter.end()
    return QIcon(pixmap)


def _paint(painter: QPainter, shape: str, place: float) -> None:
    unit = _SIZE / 16
    if shape == "bar":
        painter.drawRect(QRectF(place * unit, 3 * unit, 3 * unit, 10 * unit))
        return
    left, right = (place, place + 8) if shape == "right" else (place + 8, place)
    corners = ((left, 3), (right, 8), (left, 13))
    painter.drawPolygon(QPolygonF([QPointF(x * unit, y * unit) for x, y in corners]))
