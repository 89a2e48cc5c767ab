"""The picture of the strip, lanes and heart-rate trend, from numpy columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter

from ecgviewer.gui.strip import columns
from ecgviewer.gui.strip.bands import Bands
from ecgviewer.gui.style.lines import draw_segments, segments
from ecgviewer.gui.style.theme import Theme, mixed

_TICK_PX = 2.0  # an abnormal beat is never narrower
_EDGE_PX = 3.0  # along the top of an episode
_QUIET = 0.55  # share of N's own colour, the rest is paper
_TREND_MARGIN, _TREND_WIDTH = 3.0, 1.1  # pixels


@dataclass(frozen=True)
class Strip:
    """The picture and what it shows.

    Attributes
    ----------
    image : QImage
        At the screen's own pixels.
    counts : (7, width) int64
        Beats in each column, rows N S V F Q, pending, not classified.
    bpm : (float, float)
        Range of the heart-rate axis.
    """

    image: QImage
    counts: NDArray[np.int64]
    bpm: tuple[float, float]

    def near(self, column: int) -> NDArray[np.int64]:
        """(7,) int64: beats whose mark lies within two pixels of a column."""
        tick = _tick(self.image.devicePixelRatio())
        first, last = column - 2 * tick + 1, column + tick
        near: NDArray[np.int64] = self.counts[:, max(0, first) : max(0, last + 1)].sum(axis=1)
        return near

    def words(self, x: float) -> str:
        """The beats whose mark lies within two pixels of a pixel, by class."""
        near = self.near(int(x * self.image.devicePixelRatio()))
        text = "".join(f"   {near[c]} {c.name}" for c in columns.LANES if near[c])
        none = near[columns.NONE_ROW]
        return f"{text}   {none} not classified" if none else text


class ColumnCache:
    """Where the beats are, kept while only their classes change: half the work."""

    def __init__(self) -> None:
        self._width = -1
        self._placed: columns.BeatColumns | None = None

    def forget(self) -> None:
        """Beats came, went or moved, or gaps or record are others."""
        self._placed = None

    def of(
        self,
        samples: NDArray[np.int64],
        fs: float,
        gaps: NDArray[np.int64],
        *,
        n_samples: int,
        width: int,
    ) -> columns.BeatColumns:
        """As `columns.place`; since `forget` only `width` may be another."""
        width = max(1, width)
        if self._placed is None or width != self._width:
            self._width = width
            self._placed = columns.place(samples, fs, gaps, n_samples=n_samples, width=width)
        return self._placed


def draw_strip(
    theme: Theme,
    placed: columns.BeatColumns,
    classes: NDArray[np.int8],
    *,
    bands: Bands,
    n_samples: int,
    size: tuple[int, int],
    lane_top: int,
    dpr: float,
) -> Strip:
    """Draw the whole recording.

    Parameters
    ----------
    theme : Theme
        Colours.
    placed : BeatColumns
        Where the beats are, for this width.
    classes : (n,) int8
        AAMI class, PENDING or NOT_CLASSIFIED.
    bands : Bands
        What is shaded; an episode is drawn at least as wide as an abnormal beat.
    n_samples : int
        Length of the recording.
    size : (int, int)
        Width and height, device pixels.
    lane_top : int
        Where the trend ends and the lanes begin, device pixels.
    dpr : float
        Device pixels per pixel.
    """
    width, height = max(1, size[0]), max(1, size[1])
    pixels = np.full((height, width), _rgb(theme.paper), np.uint32)
    _paint_bands(pixels, bands, theme, n_samples=n_samples, dpr=dpr)
    counts = columns.column_counts(placed.column, classes, width=width)
    _paint_lanes(pixels[lane_top:], counts, theme, dpr)
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
    x, bpm = placed.curve
    low, high = columns.rate_range(bpm)
    y = _TREND_MARGIN * dpr + (lane_top - 2 * _TREND_MARGIN * dpr) * (high - bpm) / (high - low)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_segments(painter, segments(x, y[None]), QColor(theme.muted), width=_TREND_WIDTH * dpr)
    painter.end()
    image.setDevicePixelRatio(dpr)
    return Strip(image, counts, (low, high))


def _paint_bands(
    pixels: NDArray[np.uint32], bands: Bands, theme: Theme, *, n_samples: int, dpr: float
) -> None:
    """Shade what cannot be read, and episodes in the colours of the trace, with an edge above."""
    width, edge = pixels.shape[1], round(_EDGE_PX * dpr)
    shaded = mixed(theme.gap, theme.paper, theme.shade_alpha)
    for first, last in columns.columns(bands.gaps, n_samples=n_samples, width=width):
        pixels[:, first : last + 1] = shaded
    for episode in bands.episodes:
        color = getattr(theme, episode.kind, theme.gap)
        ends = np.array([episode.start, episode.stop])
        first, last = columns.columns(ends, n_samples=n_samples, width=width)
        last = max(last, first + _tick(dpr) - 1)
        pixels[:, first : last + 1] = mixed(color, theme.paper, theme.shade_alpha)
        pixels[:edge, first : last + 1] = _rgb(color)


def _paint_lanes(
    lanes: NDArray[np.uint32], counts: NDArray[np.int64], theme: Theme, dpr: float
) -> None:
    """A line under each lane, and the ticks on top; N and pending beats quiet."""
    for lane in columns.lanes(len(lanes)):
        lanes[lane.top + lane.height - 1 : lane.top + lane.height] = _rgb(theme.grid_minor)
    columns.paint_lanes(
        lanes,
        counts,
        colors=(
            mixed(theme.class_colors[0], theme.paper, _QUIET),
            *(_rgb(color) for color in theme.class_colors[1:]),
        ),
        greys=(mixed(theme.pending, theme.paper, _QUIET), _rgb(theme.pending)),
        tick=_tick(dpr),
    )


def _rgb(color: str) -> int:
    return QColor(color).rgb()


def _tick(dpr: float) -> int:
    return max(1, round(_TICK_PX * dpr))
