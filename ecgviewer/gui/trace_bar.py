"""Paper speed, gain and filter of the trace; draws no trace."""

from PySide6.QtWidgets import QComboBox, QToolBar, QWidget

from ecgviewer.gui.actions import Actions
from ecgviewer.gui.canvas import Canvas
from ecgviewer.gui.paper_view import GAINS_MM_MV, SPEEDS_MM_S


class TraceBar(QToolBar):
    """Selectors that set the canvas and show what it is set to."""

    def __init__(self, canvas: Canvas, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Trace", parent)
        self.setObjectName("trace_bar")
        self._canvas = canvas
        self.speed = _selector(SPEEDS_MM_S, "mm/s", "Paper speed; key ] faster, [ slower")
        self.gain = _selector(GAINS_MM_MV, "mm/mV", "Gain; key + larger, - smaller")
        self.speed.activated.connect(self.on_speed_chosen)
        self.gain.activated.connect(self.on_gain_chosen)
        canvas.scale_changed.connect(self.show_scale)
        self.addWidget(self.speed)
        self.addWidget(self.gain)
        self.addAction(actions["filtered"])
        self.show_scale()

    def show_scale(self) -> None:
        """Show what the canvas is set to, also where that is none of the choices."""
        _show(self.speed, SPEEDS_MM_S, self._canvas.speed_mm_s, "mm/s")
        _show(self.gain, GAINS_MM_MV, self._canvas.gain_mm_mv, "mm/mV")

    def on_speed_chosen(self, place: int) -> None:
        self._canvas.speed_mm_s = SPEEDS_MM_S[place]

    def on_gain_chosen(self, place: int) -> None:
        self._canvas.gain_mm_mv = GAINS_MM_MV[place]


def _selector(values: tuple[float, ...], unit: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.addItems([f"{value:g} {unit}" for value in values])
    box.setToolTip(tip)
    return box


def _show(box: QComboBox, values: tuple[float, ...], value: float, unit: str) -> None:
    if value in values:
        box.setCurrentIndex(values.index(value))
    else:
        box.setPlaceholderText(f"{value:.3g} {unit}")
        box.setCurrentIndex(-1)
