"""One page painted, traces and marks in order; keeps nothing from one page to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from ecgviewer.gui import marks, paper
from ecgviewer.gui.layers import UNCOVERED, class_codes, class_curves, interleave, segments
from ecgviewer.gui.marks import VisibleBeats
from ecgviewer.gui.page import Page, Row
from ecgviewer.gui.source import Source, Trace
from ecgviewer.gui.strokes import draw_segments
from ecgviewer.gui.theme import Theme, class_color

Span = tuple[str, float, float, int | None]  # kind, start_s, stop_s, lead or None for all
RAW, FILTERED, FILTERING = "as recorded", "filtered 0.6–35 Hz", "filtering…"
_TRACE_WIDTH, _BEAT_WIDTH = 1.3, 1.65  # pixels
_MEDIAN_POINTS = 1_000  # are enough to see where a trace lies


@dataclass(frozen=True)
class Scene:
    """Everything a page shows.

    Attributes
    ----------
    page, theme, font
        Geometry, colours, writing.
    source : Source
        The record.
    rows : tuple of Row
        Its leads, where and how large.
    traces : tuple of Trace
        Their samples.
    beats : VisibleBeats or None
        Beats on the page.
    stretches : tuple of (kind, start_s, stop_s, lead or None)
        Shaded stretches, those on the page.
    current : int or None
        Index of the current beat.
    frame : (float, float) or None
        The playback frame, seconds.
    filtered : bool
        Whether the ECG leads are cleaned.
    """

    page: Page
    theme: Theme
    font: QFont
    source: Source
    rows: tuple[Row, ...]
    traces: tuple[Trace, ...]
    beats: VisibleBeats | None
    stretches: tuple[Span, ...]
    current: int | None
    frame: tuple[float, float] | None
    filtered: bool


def paint(painter: QPainter, scene: Scene) -> None:
    """Paint a page; what lies on top comes last."""
    page, theme, font = scene.page, scene.theme, scene.font
    record = scene.source.record
    of_day = paper.seconds_of_day(record.base_time)
    paper.draw_grid(painter, page, theme, phase_s=-(of_day % 1.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    marks.draw_stretches(painter, page, theme, scene.rows, scene.stretches, font=font)
    current = _current(scene)
    if current is not None:
        beats = scene.beats
        assert beats is not None
        span = float(beats.start_s[current]), float(beats.stop_s[current])
        marks.draw_band(painter, page, theme, *span, framed=False)
    if scene.frame is not None:
        marks.draw_band(painter, page, theme, *scene.frame, framed=True)
    painter.save()
    painter.setClipRect(QRectF(page.gutter, page.top, page.paper_width, page.paper_height))
    for trace in scene.traces:
        draw_trace(painter, scene, trace)
    painter.restore()
    marks.draw_end(painter, page, theme, record.duration_s, font=font)
    paper.draw_names(painter, page, theme, scene.rows, font=font)
    if scene.beats is not None:
        marks.draw_letters(painter, page, theme, scene.beats, current=scene.current, font=font)
        if current is not None:
            marks.draw_pointer(painter, page, theme, float(scene.beats.times_s[current]))
    paper.draw_axis(
        painter, page, theme, start=record.base_time, end_s=record.duration_s, font=font
    )
    in_mv = any(row.calibrated_mv for row in scene.rows)
    shown = RAW if not scene.filtered else FILTERING if scene.source.awaits else FILTERED
    words = paper.scale_text(page, in_mv=in_mv, shown=shown)
    paper.draw_scale(painter, page, theme, words, font=font)
    error = scene.source.error_in(page.start_s, page.stop_s)
    if error:
        _draw_error(painter, scene, error)


def _current(scene: Scene) -> int | None:
    """Place of the current beat among those on the page."""
    if scene.current is None or scene.beats is None:
        return None
    place = scene.current - scene.beats.first
    return place if 0 <= place < len(scene.beats.times_s) else None


def draw_trace(painter: QPainter, scene: Scene, trace: Trace) -> None:
    """Leads of one kind: one curve per class for all of them, ECG leads only coloured."""
    page, theme = scene.page, scene.theme
    by_lead = {row.lead: row for row in scene.rows}
    rows = [by_lead[lead] for lead in trace.leads]
    x = np.asarray(page.x(trace.times_s))
    low = to_pixels(trace.view.low, rows, page)
    if trace.view.step > 1:
        x, y = interleave(x, low, to_pixels(trace.view.high, rows, page))
    else:
        y = low
    codes = np.full(len(x), UNCOVERED, np.int8)
    if scene.beats is not None and rows and rows[0].ecg:
        codes = class_codes(
            trace.view.low.shape[1],
            start=trace.columns(scene.beats.start_s),
            stop=trace.columns(scene.beats.stop_s),
            classes=scene.beats.classes,
        )
        codes = np.repeat(codes, 2) if trace.view.step > 1 else codes
    for code, curve in class_curves(y, codes):
        plain = code == UNCOVERED
        color = QColor(theme.trace) if plain else class_color(theme, code)
        width = _TRACE_WIDTH if plain else _BEAT_WIDTH
        draw_segments(painter, segments(x, curve), color, width=width)


def to_pixels(values: NDArray[np.float32], rows: Sequence[Row], page: Page) -> NDArray[np.float64]:
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


def _draw_error(painter: QPainter, scene: Scene, error: str) -> None:
    page, theme = scene.page, scene.theme
    painter.setFont(scene.font)
    painter.setPen(QColor(theme.error))
    box = QRectF(page.gutter + 8, page.top + 6, page.paper_width - 16, page.paper_height)
    words = f"Not every sample here can be read: {error}"
    painter.drawText(box, Qt.TextFlag.TextWordWrap, words)
