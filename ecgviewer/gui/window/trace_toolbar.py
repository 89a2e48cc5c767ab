"""Paper speed, gain and filter of the trace."""

from PySide6.QtWidgets import QComboBox, QToolBar, QWidget

from ecgviewer.gui.style.plain import tip
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.gui.trace.grid import span_words
from ecgviewer.gui.trace.paper_widget import GAINS_MM_MV, SPEEDS_MM_S
from ecgviewer.gui.window.menus import Actions


class TraceToolbar(QToolBar):
    """Selectors that set the canvas and show what it is set to."""

    def __init__(self, canvas: Canvas, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Trace", parent)
        self.setObjectName("trace_bar")
        self._canvas = canvas
        self._widths: tuple[float, ...] = ()  # of the slower pages that are offered
        speed_keys = actions.key_words(speed_up="faster", speed_down="slower")
        gain_keys = actions.key_words(gain_up="larger", gain_down="smaller")
        said = f"Paper speed, or what a page holds{speed_keys}"
        self.speed = _selector(SPEEDS_MM_S, "mm/s", said)
        self.gain = _selector(GAINS_MM_MV, "mm/mV", f"Gain{gain_keys}")
        self.speed.activated.connect(self.on_speed_chosen)
        self.gain.activated.connect(self.on_gain_chosen)
        canvas.scale_changed.connect(self.show_scale)
        canvas.view_changed.connect(self.on_view_changed)
        self.addWidget(self.speed)
        self.addWidget(self.gain)
        self.addAction(actions["filtered"])
        self.show_scale()

    def show_scale(self) -> None:
        """Show what the canvas is set to, also where that is none of the choices."""
        self._offer(self._canvas.page_widths_s())
        page = self._canvas.geometry_now()
        near = [i for i, w in enumerate(self._widths) if abs(page.width_s / w - 1) < 0.005]
        if page.speed_mm_s in SPEEDS_MM_S:
            self.speed.setCurrentIndex(SPEEDS_MM_S.index(page.speed_mm_s))
        elif near:
            self.speed.setCurrentIndex(len(SPEEDS_MM_S) + near[-1])
        else:
            words = span_words(page.width_s) if page.wide else f"{page.speed_mm_s:.3g} mm/s"
            self.speed.setPlaceholderText(words)
            self.speed.setCurrentIndex(-1)
        _show(self.gain, GAINS_MM_MV, self._canvas.gain_mm_mv, "mm/mV")

    def on_view_changed(self) -> None:
        if self._canvas.page_widths_s() != self._widths:  # another recording, or another size
            self.show_scale()

    def _offer(self, widths_s: tuple[float, ...]) -> None:
        """The slower pages this recording has, after the paper speeds."""
        if widths_s == self._widths:
            return
        self._widths = widths_s
        while self.speed.count() > len(SPEEDS_MM_S):
            self.speed.removeItem(self.speed.count() - 1)
        whole = self._canvas.duration_s
        names = [f"{'all, ' if w == whole else ''}{span_words(w)}" for w in widths_s]
        self.speed.addItems(names)

    def on_speed_chosen(self, place: int) -> None:
        if place < len(SPEEDS_MM_S):
            self._canvas.speed_mm_s = SPEEDS_MM_S[place]
        else:
            self._canvas.fit_seconds(self._widths[place - len(SPEEDS_MM_S)])

    def on_gain_chosen(self, place: int) -> None:
        self._canvas.gain_mm_mv = GAINS_MM_MV[place]


def _selector(values: tuple[float, ...], unit: str, said: str) -> QComboBox:
    box = QComboBox()
    box.addItems([f"{value:g} {unit}" for value in values])
    box.setToolTip(tip(said))
    return box


def _show(box: QComboBox, values: tuple[float, ...], value: float, unit: str) -> None:
    if value in values:
        box.setCurrentIndex(values.index(value))
    else:
        box.setPlaceholderText(f"{value:.3g} {unit}")
        box.setCurrentIndex(-1)
