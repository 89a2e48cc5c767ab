"""ECG paper: grid, lead names, calibration pulse, time axis and scale."""

from collections.abc import Sequence
from datetime import time
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from ecgviewer.gui.style.fonts import bold, small
from ecgviewer.gui.style.lines import draw_polyline
from ecgviewer.gui.style.plain import one_line
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.style.wording import _DAY_S, _HOUR_S, seconds_of_day, time_label
from ecgviewer.gui.trace.geometry import MAJOR_MM, Page, Row

PULSE_MV, PULSE_S = 1.0, 0.2  # the calibration pulse of every electrocardiograph
_FOOT_MM = 1.5  # the baseline on either side of the pulse
_PAD = 7.0  # pixels
_LABEL_EVERY_PX = 95.0
# seconds between labels, and between the lines of wide pages
_STEPS_S = {0.1: 0.1, 0.2: 0.1, 0.5: 0.1, 1: 0.2, 2: 0.5, 5: 1, 10: 2, 15: 5, 30: 5, 60: 10}
_STEPS_S |= {120: 30, 300: 60, 600: 120, 900: 300, 1_800: 300, _HOUR_S: 600, 2 * _HOUR_S: 1_800}
_STEPS_S |= {4 * _HOUR_S: _HOUR_S, 6 * _HOUR_S: _HOUR_S, 12 * _HOUR_S: 3 * _HOUR_S}
_STEPS_S |= {_DAY_S: 6 * _HOUR_S, 2 * _DAY_S: 12 * _HOUR_S, 7 * _DAY_S: _DAY_S}
_ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGN_CENTER = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


def gutter_width(names: Sequence[str], font: QFont, px_per_s: float, px_per_mm: float) -> float:
    """Pixels for lead names and the calibration pulse."""
    metrics = QFontMetricsF(bold(font))
    longest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
    pulse = PULSE_S * px_per_s + 2 * _FOOT_MM * px_per_mm
    return float(np.ceil(max(76.0, min(longest, 90.0) + pulse + 3 * _PAD)))


def draw_grid(painter: QPainter, page: Page, theme: Theme, *, phase_s: float = 0.0) -> None:
    """Lines every 1 mm and 5 mm, true to speed and gain, each on a whole device pixel.

    Wide pages have lines at round times, and level ones every 5 mm. `phase_s` moves upright lines,
    so that with a clock they fall on whole seconds, or on round times of day.
    """
    left, top, dpr = page.snap(page.gutter), page.snap(page.top), page.dpr
    # the image covers the rest; nobody paints what these leave out, so they end on whole pixels,
    # and reach beyond the widget, whose last pixel is a part of one at most scales
    for strip in (
        QRectF(0, 0, page.width + 1, top),
        QRectF(0, top, left, page.height - top + 1),
    ):
        painter.fillRect(strip, QColor(theme.paper))
    step = time_step(page.px_per_s)
    apart = _STEPS_S[step] if page.wide else 1 / page.speed_mm_s
    first, last = ((page.time(edge) - phase_s) / apart for edge in (left, page.width))
    columns = np.arange(np.ceil(first), np.floor(last) + 1)
    x = np.rint((page.snap(page.x(phase_s + columns * apart)) - left) * dpr)
    every = round(step / apart) if page.wide else MAJOR_MM
    lines = np.arange(np.ceil(page.scroll / page.px_per_mm), page.lowest_mm + 1)
    if page.wide:
        lines = lines[lines % MAJOR_MM == 0]
    y = np.rint((page.snap(top - page.scroll + lines * page.px_per_mm) - top) * dpr)
    size = page.columns + ceil(dpr), ceil((page.paper_height + 1) * dpr)
    pixels = grid_pixels(
        size,
        (x.astype(np.int64), columns % every == 0),
        (y.astype(np.int64), (lines % MAJOR_MM == 0) & (not page.wide)),
        colors=tuple(QColor(c).rgb() for c in (theme.paper, theme.grid_minor, theme.grid_major)),
    )
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    painter.drawImage(QPointF(left, top), image)


def grid_pixels(
    size: tuple[int, int],
    upright: tuple[NDArray[np.int64], NDArray[np.bool_]],
    level: tuple[NDArray[np.int64], NDArray[np.bool_]],
    *,
    colors: tuple[int, ...],
) -> NDArray[np.uint32]:
    """Lined paper as an image: rows are copied whole, which lines drawn one by one are not.

    Parameters
    ----------
    size : (int, int)
        Columns and rows of pixels.
    upright, level : ((n,) int64, (n,) bool)
        Columns, or rows, of pixels that are lines, and which of these are major.
    colors : (int, int, int)
        0xffRRGGBB of paper, minor and major lines.

    Returns
    -------
    (rows, columns) uint32
    """
    width, height = size
    paper, minor, major = colors
    plain = np.full(width, paper, np.uint32)
    across = np.full(width, minor, np.uint32)  # a row that is a minor line
    x, strong = (values[(upright[0] >= 0) & (upright[0] < width)] for values in upright)
    plain[x[~strong]] = minor
    plain[x[strong]] = across[x[strong]] = major
    pixels = np.empty((height, width), np.uint32)
    pixels[:] = plain
    y, strong = (values[(level[0] >= 0) & (level[0] < height)] for values in level)
    pixels[y[~strong]] = across
    pixels[y[strong]] = major
    return pixels


def draw_names(
    painter: QPainter, page: Page, theme: Theme, rows: Sequence[Row], *, font: QFont
) -> None:
    """Names, notes and calibration pulses left of the leads."""
    painter.save()
    paper = QRectF(0, page.snap(page.top), page.snap(page.gutter), page.paper_height)
    painter.fillRect(paper, QColor(theme.paper))
    painter.fillRect(
        QRectF(page.snap(page.gutter) - 1 / page.dpr, page.top, 1 / page.dpr, page.paper_height),
        QColor(theme.border),
    )
    painter.setClipRect(paper)
    with_pulse = _pulse_rows(page, rows)
    for row in rows:
        y = page.top - page.scroll + row.middle
        wide = page.gutter - 2 * _PAD
        if row in with_pulse:
            _draw_pulse(painter, page, theme, page.snap(y))
            wide -= PULSE_S * page.px_per_s + 2 * _FOOT_MM * page.px_per_mm
        painter.setFont(bold(font))
        painter.setPen(QColor(theme.text))
        height = QFontMetricsF(bold(font)).height()
        box = QRectF(_PAD, y - height / 2, wide, height)
        name = QFontMetricsF(bold(font)).elidedText(
            one_line(row.name), Qt.TextElideMode.ElideRight, wide
        )
        painter.drawText(box, _ALIGN_LEFT, name)
        if row.note:
            painter.setFont(small(font))
            painter.setPen(QColor(theme.muted))
            note = QRectF(_PAD, y + height / 2, page.gutter - 1.5 * _PAD, row.height)
            painter.drawText(note, Qt.TextFlag.TextWordWrap, row.note)
    painter.restore()


def _pulse_rows(page: Page, rows: Sequence[Row]) -> Sequence[Row]:
    """Every row of true millivolts; one that has the room for it where pulses would overlap."""
    calibrated = [row for row in rows if row.calibrated_mv]
    pulse_px = PULSE_MV * page.gain_mm_mv * page.px_per_mm
    if not calibrated or pulse_px <= 0.85 * calibrated[0].height:
        return calibrated
    room = [row for row in calibrated if row.middle - page.scroll - pulse_px >= 2]
    return (room or calibrated[-1:])[:1]


def _draw_pulse(painter: QPainter, page: Page, theme: Theme, y: float) -> None:
    """1 mV for 200 ms, standing on the row's middle."""
    foot = _FOOT_MM * page.px_per_mm
    right = page.gutter - _PAD / 2
    left = right - PULSE_S * page.px_per_s
    up = y - PULSE_MV * page.gain_mm_mv * page.px_per_mm
    points = [[left - foot, y], [left - foot / 2, y], [left - foot / 2, up]]
    points += [[right - foot / 2, up], [right - foot / 2, y], [right, y]]
    draw_polyline(painter, np.array(points), QColor(theme.trace), width=1.3)


def scale_text(page: Page, *, in_mv: bool, shown: str) -> str:
    """Speed, gain and what the trace is, as printed on every strip."""
    gain = f"{page.gain_mm_mv:g} mm/mV" if in_mv else "mV not known"
    speed = f"{span_words(page.width_s)} wide" if page.wide else f"{page.speed_mm_s:.3g} mm/s"
    return f"{speed}    {gain}    {shown}"


def span_words(width_s: float) -> str:
    """A length of time in its two largest units: 6 h, 2 h 30 min, 7 d."""
    units = (("d", _DAY_S), ("h", _HOUR_S), ("min", 60), ("s", 1))
    least = (2 * _DAY_S, _HOUR_S, 60, 0)  # a day is called 24 h
    first = next(i for i, size in enumerate(least) if width_s >= 0.999 * size)
    last = min(first + 1, 3)
    ticks = round(width_s / units[last][1])
    per = units[first][1] // units[last][1]
    parts = ((ticks // per, units[first][0]), (ticks % per, units[last][0]))
    return " ".join(f"{n} {unit}" for n, unit in parts if n) if per > 1 else f"{ticks} s"


def draw_scale(painter: QPainter, page: Page, theme: Theme, text: str, *, font: QFont) -> None:
    """The scale mark's words, in the paper's lower right corner."""
    painter.setFont(font)
    size = QFontMetricsF(font).size(0, text)
    box = QRectF(0, 0, size.width() + 2 * _PAD, size.height() + 4)
    box.moveBottomRight(QRectF(0, 0, page.width - 6, page.height - page.bottom - 5).bottomRight())
    fill = QColor(theme.paper)
    fill.setAlphaF(0.9)
    painter.fillRect(box, fill)
    painter.setPen(QColor(theme.text))
    painter.drawText(box, _ALIGN_CENTER, text)


def time_step(px_per_s: float) -> float:
    """Seconds between labels of the time axis."""
    wanted = _LABEL_EVERY_PX / px_per_s
    return float(next((step for step in _STEPS_S if step >= wanted), 7 * _DAY_S))


def draw_axis(
    painter: QPainter, page: Page, theme: Theme, *, start: time | None, end_s: float, font: QFont
) -> None:
    """Times below the paper: the record's clock where known, and always the time elapsed.

    Table, figures and report count from the start; on a clock alone their times are not found.
    """
    top = page.height - page.bottom
    painter.save()
    edge, wide = page.snap(top), page.width + 1
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # it leaves out the last column
    painter.fillRect(QRectF(0, edge, wide, page.height - edge + 1), QColor(theme.background))
    painter.fillRect(QRectF(0, edge, wide, 1 / page.dpr), QColor(theme.border))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(small(font))
    if start is None:
        line = QRectF(0, top + 4, page.width, page.bottom - 4)
        _draw_times(painter, page, theme, line, start=None, end_s=end_s)
    else:
        height = (page.bottom - 4) / 2
        line = QRectF(0, top + 4, page.width, height)
        _draw_times(painter, page, theme, line, start=start, end_s=end_s)
        _draw_times(painter, page, theme, line.translated(0, height), start=None, end_s=end_s)
    painter.restore()


def _draw_times(
    painter: QPainter,
    page: Page,
    theme: Theme,
    line: QRectF,
    *,
    start: time | None,
    end_s: float,
) -> None:
    """One line of labels on round times; those that do not fit are left out, never cut."""
    metrics = QFontMetricsF(painter.font())
    word = "elapsed" if start is None else "clock"
    painter.setPen(QColor(theme.muted))
    painter.drawText(line.adjusted(_PAD, 0, 0, 0), _ALIGN_LEFT, word)
    least = _PAD + metrics.horizontalAdvance(word) + 4
    step = time_step(page.px_per_s)
    phase = -(seconds_of_day(start) % step)  # labels on round clock times
    first = int(np.ceil((page.start_s - phase) / step - 1e-9))
    last = int(np.floor((min(page.stop_s, end_s) - phase) / step + 1e-9))
    upper = line.top() < page.height - page.bottom + 5  # ticks belong to this line
    painter.setPen(QColor(theme.text if upper else theme.muted))
    for t in (phase + k * step for k in range(first, last + 1)):
        x = page.snap(page.x(t))
        if upper:
            painter.fillRect(QRectF(x, line.top() - 4, 1 / page.dpr, 5), QColor(theme.muted))
        label = time_label(t, start, decimals=1 if step < 1 else 0)
        box = QRectF(0, line.top(), metrics.horizontalAdvance(label), line.height())
        box.moveLeft(x - box.width() / 2)
        if box.left() >= least and box.right() <= page.width:
            painter.drawText(box, _ALIGN_CENTER, label)
