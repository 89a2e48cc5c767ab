"""One page painted, traces and marks in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter

from ecgviewer.gui.style import wording
from ecgviewer.gui.style.lines import draw_segments, segments
from ecgviewer.gui.style.theme import Theme, class_color
from ecgviewer.gui.trace import grid, marks
from ecgviewer.gui.trace.curves import (
    PAINT_ORDER,
    UNCOVERED,
    by_pixel,
    class_codes,
    class_curves,
    uprights,
)
from ecgviewer.gui.trace.geometry import Page, Row
from ecgviewer.gui.trace.samples import SampleSource, Trace
from ecgviewer.gui.trace.shading import Span
from ecgviewer.gui.trace.visible_beats import VisibleBeats

RAW, FILTERED, FILTERING = "as recorded", "filtered 0.6–35 Hz", "filtering…"
TOO_WIDE = "as recorded: too wide a page to filter"
CUT = "cut off where leads would overlap"
_PALE = 0.42  # where a pixel holds beats: the page is not black, leads that overlap are seen
_TRACE_WIDTH, _BEAT_WIDTH = 1.3, 1.65  # pixels
_BEAT_HEIGHT = 2.0  # of an upright line: one whole pixel in its class's colour, wherever it lies
_MEDIAN_POINTS = 1_000  # are enough to see where a trace lies


@dataclass(frozen=True)
class Painter:
    """Everything a page shows.

    Attributes
    ----------
    page, theme, font
        Geometry, colours, writing.
    source : SampleSource
        The record.
    rows : tuple of Row
        Its leads, where and how large.
    traces : tuple of Trace
        Their samples.
    beats : VisibleBeats or None
        Beats on the page, where it is narrow enough to tell one from the other.
    counts : (6, columns) int64, or None
        Beats of each class by column of pixels, where the page is too wide for letters.
    stretches : tuple of (kind, start_s, stop_s, lead or None)
        Shaded stretches, those on the page.
    current : int or None
        Id of the current beat.
    mark : (float, float, float) or None
        Its R peak and the bounds of its segment, seconds; None where it is not on the page.
    frame : (float, float) or None
        The playback frame, seconds.
    shown : str
        What the trace is.
    unread_s : float or None
        From when on the page's samples are still being read.
    """

    page: Page
    theme: Theme
    font: QFont
    source: SampleSource
    rows: tuple[Row, ...]
    traces: tuple[Trace, ...]
    beats: VisibleBeats | None
    counts: NDArray[np.int64] | None
    stretches: tuple[Span, ...]
    current: int | None
    mark: tuple[float, float, float] | None
    frame: tuple[float, float] | None
    shown: str
    unread_s: float | None


def paint(painter: QPainter, scene: Painter) -> None:
    """Paint a page; what lies on top comes last."""
    page, theme, font = scene.page, scene.theme, scene.font
    record = scene.source.record
    of_day = wording.seconds_of_day(record.base_time)
    phase = of_day % grid.time_step(page.px_per_s) if page.wide else of_day % 1.0
    grid.draw_grid(painter, page, theme, phase_s=-phase)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    marks.draw_stretches(painter, page, theme, scene.rows, scene.stretches, font=font)
    if scene.mark is not None:
        marks.draw_band(painter, page, theme, *scene.mark[1:], framed=False)
    if scene.frame is not None:
        marks.draw_band(painter, page, theme, *scene.frame, framed=True)
    painter.save()
    painter.setClipRect(QRectF(page.gutter, page.top, page.paper_width, page.paper_height))
    cut = [draw_trace(painter, scene, trace) for trace in scene.traces]
    painter.restore()
    if scene.unread_s is not None:
        _draw_unread(painter, scene, scene.unread_s)
    marks.draw_end(painter, page, theme, record.duration_s, font=font)
    grid.draw_names(painter, page, theme, scene.rows, font=font)
    if scene.counts is not None:
        marks.draw_shares(painter, page, theme, scene.counts, font=font)
    elif scene.beats is not None:
        marks.draw_letters(painter, page, theme, scene.beats, current=scene.current, font=font)
    if scene.mark is not None:
        marks.draw_pointer(painter, page, theme, scene.mark[0])
    grid.draw_axis(painter, page, theme, start=record.base_time, end_s=record.duration_s, font=font)
    in_mv = any(row.calibrated_mv for row in scene.rows)
    shown = f"{scene.shown}, {CUT}" if any(cut) else scene.shown
    words = grid.scale_text(page, in_mv=in_mv, shown=shown)
    grid.draw_scale(painter, page, theme, words, font=font)
    error = scene.source.reading.error_in(page.start_s, page.stop_s)
    if error:
        _draw_error(painter, scene, error)


def draw_trace(painter: QPainter, scene: Painter, trace: Trace) -> bool:
    """Leads of one kind: one curve per class for all of them, ECG leads only coloured.

    Returns whether anything was cut off.
    """
    page, theme, view = scene.page, scene.theme, trace.view
    by_lead = {row.lead: row for row in scene.rows}
    rows = [by_lead[lead] for lead in trace.leads]
    codes = np.full(view.low.shape[1], UNCOVERED, np.int8)
    if scene.beats is not None and rows and rows[0].ecg:
        start_s, stop_s, classes = scene.beats.coloured()
        codes = class_codes(
            view.low.shape[1],
            start=trace.columns(start_s),
            stop=trace.columns(stop_s),
            classes=classes,
        )
    if view.step > 1:
        return _draw_columns(painter, scene, trace, rows, codes)
    x = np.asarray(page.x(trace.times_s))
    for code, curve in class_curves(to_pixels(view.low, rows, page), codes):
        plain = code == UNCOVERED
        color = QColor(theme.trace) if plain else class_color(theme, code)
        width = _TRACE_WIDTH if plain else _BEAT_WIDTH
        draw_segments(painter, segments(x, curve), color, width=width)
    return False


def _draw_columns(
    painter: QPainter, scene: Painter, trace: Trace, rows: Sequence[Row], codes: NDArray[np.int8]
) -> bool:
    """One upright line for each column of pixels and lead, from the least to the greatest.

    On wide pages, where leads are bands, each ends where the next one's begins, and a line says so.
    """
    page, theme = scene.page, scene.theme
    low, high, codes = by_pixel(
        page.column(trace.times_s), trace.view.low, trace.view.high, codes, n_pixels=page.columns
    )
    x = page.snap(page.gutter) + (np.arange(page.columns) + 0.5) / page.dpr
    bottom, top = to_pixels(low, rows, page), to_pixels(high, rows, page)
    edges = np.empty((0, 4))
    if page.wide:
        bottom, top, edges = within_lanes(bottom, top, x, rows, scene)
    plain = QColor(theme.trace)
    if scene.beats is None and scene.counts is not None:
        plain.setAlphaF(_PALE)
    # on whole pixels where they fill the page: a third of the time, and no slopes to be smoothed
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not page.wide)
    for code in (UNCOVERED, *PAINT_ORDER):
        mine = codes == code
        if not mine.any():
            continue
        color = plain if code == UNCOVERED else class_color(theme, code)
        least = _TRACE_WIDTH if code == UNCOVERED else _BEAT_HEIGHT
        lines = uprights(bottom[:, mine], top[:, mine], x[mine], least=least)
        if page.wide:
            lines[:, 1::2] = (np.floor(lines[:, 1::2] * page.dpr) + 0.5) / page.dpr
        draw_segments(painter, lines, color, width=1 / page.dpr)
    draw_segments(painter, edges, QColor(theme.error), width=1 / page.dpr)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return len(edges) > 0


def within_lanes(
    bottom: NDArray[np.float64],
    top: NDArray[np.float64],
    x: NDArray[np.floating],
    rows: Sequence[Row],
    scene: Painter,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Columns (n_rows, m) cut off where the next lead's lane begins, and lines that mark the cuts.

    Returns `bottom` and `top` anew, and (k, 4) line segments, two device pixels high.
    """
    page = scene.page
    middle = np.array([[row.middle + page.top - page.scroll] for row in rows])
    half = np.array([[row.height / 2] for row in rows]) - 1 / page.dpr
    # the page's first lead has room above it and the last below it
    first = np.array([[row is scene.rows[0]] for row in rows])
    last = np.array([[row is scene.rows[-1]] for row in rows])
    upper = np.where(first, -np.inf, page.snap(middle - half))
    lower = np.where(last, np.inf, page.snap(middle + half))
    high, mark = 2 / page.dpr, []
    for beyond, edge, inwards in ((top < upper, upper, high), (bottom > lower, lower, -high)):
        row, column = np.nonzero(beyond)
        y = edge[row, 0]
        mark.append(np.stack([x[column], y, x[column], y + inwards], axis=1))
    return (
        np.clip(bottom, upper, lower),
        np.clip(top, upper, lower),
        np.concatenate(mark),
    )


def to_pixels(values: NDArray[np.floating], rows: Sequence[Row], page: Page) -> NDArray[np.float64]:
    """Pixels from the widget's top of (n_rows, m) values in each row's unit."""
    middle = np.array([[row.middle + page.top - page.scroll] for row in rows])
    scale = np.array([[row.px_per_unit] for row in rows])
    offset = np.array([[row.offset] for row in rows])
    pixels: NDArray[np.float64] = middle - (values.astype(np.float64) - offset) * scale
    return pixels


def medians(trace: Trace) -> dict[int, float]:
    """Median of what is on screen by channel; NaN where there is nothing."""
    stride = max(1, trace.view.low.shape[1] // _MEDIAN_POINTS)
    result = {}
    for lead, low, high in zip(trace.leads, trace.view.low, trace.view.high, strict=True):
        values = (low[::stride].astype(np.float64) + high[::stride]) / 2
        values = values[np.isfinite(values)]
        result[lead] = float(np.median(values)) if len(values) else float("nan")
    return result


def _draw_unread(painter: QPainter, scene: Painter, unread_s: float) -> None:
    """Hatch what is not read yet: an empty page would look like a silent heart."""
    page, theme = scene.page, scene.theme
    left = max(page.gutter, float(page.x(unread_s)))
    stop = min(page.width, float(page.x(scene.source.record.duration_s)))
    box = QRectF(left, page.top, max(0.0, stop - left), page.paper_height)
    painter.fillRect(box, QBrush(QColor(theme.grid_major), Qt.BrushStyle.BDiagPattern))
    painter.setFont(scene.font)
    painter.setPen(QColor(theme.muted))
    if box.width() > 120:
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "reading…")


def _draw_error(painter: QPainter, scene: Painter, error: str) -> None:
    page, theme = scene.page, scene.theme
    painter.setFont(scene.font)
    painter.setPen(QColor(theme.error))
    box = QRectF(page.gutter + 8, page.top + 6, page.paper_width - 16, page.paper_height)
    words = f"Not every sample here can be read: {error}"
    painter.drawText(box, Qt.TextFlag.TextWordWrap, words)
