"""A canvas of known scale for tests, and how to show, find and turn the wheel on it."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from ecgviewer.beats.columns import ANEW
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.record import Record
from ecgviewer.signal.params import PAPER
from tests.gui.synthetic import heart_beats

THEME = THEMES["light"]
PX_PER_MM = 4.0  # so that 25 mm/s are 100 pixels a second, and 10 mm/mV 40 a millivolt
NO_MODIFIER = Qt.KeyboardModifier.NoModifier


def show(canvas: Canvas, record: Record, classes: str = "N") -> None:
    canvas.show_record(record, prep=PAPER)
    canvas.show_beats(heart_beats(record, classes), ANEW)


def x_of(canvas: Canvas, t_s: float) -> int:
    return round(canvas.geometry_now().x(t_s))


def wheel(
    canvas: Canvas, notches: float, modifier: Qt.KeyboardModifier = NO_MODIFIER, x: float = 500
) -> None:
    place = QPointF(x, 200)
    event = QWheelEvent(
        place,
        canvas.mapToGlobal(place),
        QPoint(),
        QPoint(0, int(120 * notches)),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    canvas.wheelEvent(event)
