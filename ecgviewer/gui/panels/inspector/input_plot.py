"""The networks' input of one beat as a plot one can zoom and measure in."""

from html import escape

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ecgviewer.gui.style.plain import NAME, one_line
from ecgviewer.gui.style.theme import Theme

_FS_HZ = 360  # of every window
_MIN_SPAN = 4.0  # standard deviations: a flat input is drawn flat, not blown up
_TIP = (
    "What the networks read: 400 points at 360 Hz (1.11 s), each lead less its mean and over its"
    " standard deviation, zeros after the beat's end.\n"
    "The upright line is the R peak: how far to the right it lies tells the RR before it.\n"
    "Wheel zooms, drag moves, double click shows all again."
)


class _Milliseconds(pg.AxisItem):
    """A time axis whose numbers carry their unit: a line for it would cost the traces theirs."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{text} ms" for text in super().tickStrings(values, scale, spacing)]


class InputPlot(pg.GraphicsLayoutWidget):
    """Both inputs of 400 points, as the networks see them, one above the other, time in ms."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[NDArray[np.float32], tuple[str, ...], str, int | None] | None = None
        self.ci.setContentsMargins(0, 0, 0, 0)
        self.ci.setSpacing(0)
        self.setMinimumHeight(80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip(_TIP)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the canvas keeps the keys
        self.setBackground(theme.paper)

    def sizeHint(self) -> QSize:
        return QSize(300, 100)

    @property
    def values(self) -> NDArray[np.float32] | None:
        """The (n_inputs, 400) values that are drawn."""
        return None if self._shown is None else self._shown[0]

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self.setBackground(theme.paper)
        self._draw()

    def show_input(
        self,
        values: NDArray[np.float32] | None,
        *,
        names: tuple[str, ...] = (),
        color: str = "",
        r_offset: int | None = None,
    ) -> None:
        """Draw the (n_inputs, 400) values of one beat, in standard deviations; None: nothing."""
        before, self._shown = self._shown, None
        if values is not None:
            self._shown = (values, names, color, r_offset)
        same = (before and (id(before[0]), *before[1:])) == (
            self._shown and (id(values), names, color, r_offset)
        )
        if not same:  # what someone zoomed into stays
            self._draw()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self._draw()

    def _draw(self) -> None:
        self.clear()
        if self._shown is None:
            return
        values, names, color, r_offset = self._shown
        first: pg.PlotItem | None = None
        for i, lead in enumerate(values):
            plot = self.addPlot(row=i, col=0, axisItems={"bottom": _Milliseconds("bottom")})
            last = i == len(values) - 1
            self._dress(plot, time_axis=last)
            name = names[i] if i < len(names) else ""
            self._fill(plot, i, lead, name, color, r_offset)
            if first is None:
                first = plot
            else:
                plot.setXLink(first)

    def _dress(self, plot: pg.PlotItem, *, time_axis: bool) -> None:
        """Axes in the theme's quiet colours; time only under the lowest plot."""
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showAxis("bottom", time_axis)
        width = QFontMetricsF(self.font()).horizontalAdvance("-00.0") + 8
        plot.getAxis("left").setWidth(width)
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(self._theme.grid_major)
            axis.setTextPen(self._theme.muted)
            axis.enableAutoSIPrefix(False)
        plot.getAxis("left").setTickDensity(0.6)  # numbers stay apart in a low plot

    def _fill(
        self,
        plot: pg.PlotItem,
        i: int,
        lead: NDArray[np.float32],
        name: str,
        color: str,
        r_offset: int | None,
    ) -> None:
        ms = np.arange(len(lead)) * 1000 / _FS_HZ
        pen = (color or self._theme.trace) if name else self._theme.muted
        plot.plot(ms, lead, pen=pg.mkPen(pen, width=1))  # wider pens are slow in pyqtgraph
        if r_offset is not None and r_offset < len(lead):
            line = pg.InfiniteLine(r_offset * 1000 / _FS_HZ, pen=self._theme.accent)
            plot.addItem(line, ignoreBounds=True)
        text = f"input {i + 1}: {one_line(name, NAME) or 'none, given as zeros'}"
        label = pg.LabelItem(escape(text), color=self._theme.muted, justify="right")
        label.setParentItem(plot.vb)
        label.anchor(itemPos=(1, 0), parentPos=(1, 0), offset=(-4, 0))
        middle = (float(lead.max()) + float(lead.min())) / 2
        half = max(_MIN_SPAN, float(np.ptp(lead))) / 2
        plot.setXRange(0, float(ms[-1]), padding=0)
        plot.setYRange(middle - half, middle + half, padding=0.08)
