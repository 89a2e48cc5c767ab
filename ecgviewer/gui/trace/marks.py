"""Marks on the trace: letters, shading, current beat, playback frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPen,
    QPolygonF,
)

from ecgviewer.aami import BeatClass
from ecgviewer.gui.style.fonts import bold, small
from ecgviewer.gui.style.theme import Theme, class_color, mixed
from ecgviewer.gui.style.wording import stretch_name
from ecgviewer.gui.trace import class_shares
from ecgviewer.gui.trace.curves import thin
from ecgviewer.gui.trace.geometry import Page, Row
from ecgviewer.gui.trace.shading import NAMED_PX
from ecgviewer.gui.trace.visible_beats import VisibleBeats

# by class: the last two are of NOT_CLASSIFIED and PENDING
LETTERS = (*(c.name for c in BeatClass), "–", "?")
_CENTER = Qt.AlignmentFlag.AlignCenter
_LAST_PX = 2.0  # room for the last sample
_CHIP_PX = 17.0  # width and height of a letter's field
_STRIP_PAD_PX = 3.0  # above and below the strip of shares
_QUIET = 0.55  # share of the colour of N and pending beats in it, the rest is paper


def draw_stretches(
    painter: QPainter,
    page: Page,
    theme: Theme,
    rows: Sequence[Row],
    stretches: Sequence[tuple[str, float, float, int | None]],
    *,
    font: QFont,
) -> None:
    """Shade stretches (kind, start_s, stop_s, lead or None for all) and name them."""
    painter.setFont(small(font))
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(theme.muted))
    kinds = {kind for kind, _, _, _ in stretches}
    fills = {
        kind: _premultiplied(QColor(getattr(theme, kind, theme.gap)), theme.shade_alpha)
        for kind in kinds
    }
    times = np.array([(start_s, stop_s) for _, start_s, stop_s, _ in stretches]).reshape(-1, 2)
    columns = page.column(times).clip(0, page.columns).tolist()
    by_lead = {row.lead: row for row in rows}
    top, bottom = page.top, page.height - page.bottom
    bands: dict[int | None, NDArray[np.uint32]] = {}  # one row of pixels each
    names: list[tuple[QPointF, int | None, str]] = []
    for (kind, start_s, stop_s, lead), (first, last) in zip(stretches, columns, strict=True):
        if lead is not None and lead not in by_lead:
            continue
        row = bands.setdefault(lead, np.zeros(page.columns, np.uint32))
        row[first : max(first + 1, last)] = fills[kind]
        if (last - first) / page.dpr < NAMED_PX:
            continue
        name = stretch_name(kind, stop_s - start_s)
        if (last - first) / page.dpr > 4 + metrics.horizontalAdvance(name):
            # a silence may be one with flutter: they are named one above the other
            down = metrics.height() if kind == "flutter" else 0.0
            names.append((QPointF(page.gutter + first / page.dpr + 4, down), lead, name))
    edges: dict[int | None, tuple[float, float]] = {None: (top, bottom)}
    for lead, place in by_lead.items():
        middle, half = top - page.scroll + place.middle, place.height / 2
        edges[lead] = max(top, page.snap(middle - half)), min(bottom, page.snap(middle + half))
    for lead, row in bands.items():
        _draw_rows(painter, page, row, *edges[lead])
    for at, lead, name in names:
        if edges[lead][1] > edges[lead][0]:
            painter.drawText(at + QPointF(0, edges[lead][0] + 1 + metrics.ascent()), name)


def _premultiplied(color: QColor, alpha: float) -> int:
    """0xAARRGGBB as Qt blends it fastest."""
    parts = (color.red(), color.green(), color.blue())
    red, green, blue = (round(alpha * part) for part in parts)
    return round(255 * alpha) << 24 | red << 16 | green << 8 | blue


def _draw_rows(
    painter: QPainter, page: Page, row: NDArray[np.uint32], top: float, bottom: float
) -> None:
    """One row of pixels, premultiplied, all the way down: rectangles take ten times as long."""
    n = round((bottom - top) * page.dpr)
    if n <= 0:
        return
    pixels = np.repeat(row[None], n, axis=0)
    picture = QImage(
        pixels.data, len(row), n, 4 * len(row), QImage.Format.Format_ARGB32_Premultiplied
    )
    picture.setDevicePixelRatio(page.dpr)
    painter.drawImage(QPointF(page.snap(page.gutter), page.snap(top)), picture)


def draw_band(
    painter: QPainter, page: Page, theme: Theme, start_s: float, stop_s: float, *, framed: bool
) -> None:
    """Tint a span over all leads: the playback frame (framed) or the current beat's segment."""
    left, right = page.snap(page.x(start_s)), page.snap(page.x(stop_s))
    if right < page.gutter or left > page.width:
        return
    fill = QColor(theme.accent)
    fill.setAlphaF(0.10 if framed else 0.14)
    painter.fillRect(QRectF(left, page.top, right - left, page.paper_height), fill)
    if framed:
        edge = QColor(theme.accent)
        for x in (left, right):
            painter.fillRect(QRectF(x - 0.5, page.top, 1.5, page.paper_height), edge)
        painter.fillRect(QRectF(left, page.top, right - left, 2), edge)


def draw_letters(
    painter: QPainter,
    page: Page,
    theme: Theme,
    beats: VisibleBeats,
    *,
    current: int | None,
    font: QFont,
) -> None:
    """Each beat's letter on a row over the leads; abnormal ones on a field of their colour.

    The letter of the beat whose id is `current` is framed.
    Where they would run together, letters of N and of beats without a class are left
    out, abnormal ones never.
    """
    x = page.x(beats.times_s)
    abnormal = beats.classes > BeatClass.N
    chosen = np.zeros(len(x), np.bool_) if current is None else beats.ids == current
    keep = thin(x, abnormal | chosen, spacing=_CHIP_PX - 2)
    keep &= (x >= page.gutter) & (x <= page.width)
    half = _CHIP_PX / 2 + 2
    painter.save()
    painter.setClipRect(QRectF(page.gutter - half, 0, page.paper_width + half, page.height))
    painter.setFont(bold(font))
    middle = page.top / 2 - 1
    # abnormal last: their fields lie over a neighbour's letter, never beneath it
    for i in np.flatnonzero(keep)[np.argsort(abnormal[keep], kind="stable")]:
        code = int(beats.classes[i])
        color = class_color(theme, code)
        box = QRectF(0, 0, _CHIP_PX, _CHIP_PX)
        # at the right edge a letter moves in: cut in half it reads as another one
        box.moveCenter(QPointF(min(float(x[i]), page.width - half), middle))
        painter.fillRect(QRectF(page.snap(float(x[i])) - 0.5, page.top - 5, 1.5, 5), color)
        if code > BeatClass.N:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(box, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if chosen[i]:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(box.adjusted(-1.5, -1.5, 1.5, 1.5), 5, 5)
        painter.setPen(QColor(theme.paper) if code > BeatClass.N else color)
        painter.drawText(box, _CENTER, LETTERS[code])
    painter.restore()


def draw_shares(
    painter: QPainter, page: Page, theme: Theme, counts: NDArray[np.int64], *, font: QFont
) -> None:
    """Shares of classes by column over the leads, and the classes' letters beside them."""
    height = round((page.top - 2 * _STRIP_PAD_PX) * page.dpr)
    quiet = (mixed(color, theme.paper, _QUIET) for color in (theme.class_colors[0], theme.pending))
    normal, pending = quiet
    image = class_shares.pixels(
        counts,
        height,
        page,
        colors=(normal, *(QColor(color).rgb() for color in theme.class_colors[1:])),
        pending=pending,
        paper=QColor(theme.paper).rgb(),
    )
    width = image.shape[1]
    picture = QImage(image.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(page.dpr)
    painter.drawImage(QPointF(page.snap(page.gutter), _STRIP_PAD_PX), picture)
    painter.setFont(bold(small(font)))
    each = QFontMetricsF(painter.font()).horizontalAdvance("N") + 3
    x = page.gutter - (len(class_shares.ORDER) + 1) * each - 4
    for code in (*class_shares.ORDER, BeatClass.N):
        painter.setPen(class_color(theme, code))
        painter.drawText(QRectF(x, 0, each, page.top), _CENTER, code.name)
        x += each


def draw_pointer(painter: QPainter, page: Page, theme: Theme, t_s: float) -> None:
    """A wedge under the letter of the current beat."""
    x, y = page.x(t_s), page.top
    if not page.gutter <= x <= page.width:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent))
    painter.drawPolygon(QPolygonF([QPointF(x - 5, y), QPointF(x + 5, y), QPointF(x, y + 7)]))


def draw_end(painter: QPainter, page: Page, theme: Theme, end_s: float, *, font: QFont) -> None:
    """What lies beyond the record's end is no paper."""
    x = page.snap(page.x(end_s)) + _LAST_PX
    if x >= page.width:
        return
    area = QRectF(x, 0, page.width - x, page.height - page.bottom)
    painter.fillRect(area, QColor(theme.background))
    painter.fillRect(QRectF(x, 0, 1 / page.dpr, area.height()), QColor(theme.border))
    if area.width() > 90:
        painter.setFont(small(font))
        painter.setPen(QColor(theme.muted))
        painter.drawText(area.adjusted(8, 5, 0, 0), 0, "end of record")
