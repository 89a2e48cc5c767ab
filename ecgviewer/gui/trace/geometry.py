"""Geometry of one page of ECG paper: times and millivolts to pixels and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ecgviewer.record import Lead

MM_PER_INCH = 25.4
MIN_ROW_MM = 15.0  # leads come no closer; what does not fit is scrolled to
MAJOR_MM = 5.0
# a trace whose median lies further from its row's middle is brought back, and its label says so
MAX_DRIFT_MM = 12.5
FIT_SHARE = 0.7  # of a row, for signals without mV
WIDE_MM_S = 1.0  # below, millimetres say nothing of time: lines stand at round times
LETTERS_PX_S = 3.0  # below, letters would run together: shares of classes take their place
COLOURS_PX_S = 1.2  # below, a pixel holds more than one beat, and no class can be its colour

Number = TypeVar("Number", float, NDArray[np.float64])


@dataclass(frozen=True)
class Page:
    """What part of the recording is on screen, and how large.

    Attributes
    ----------
    width, height : float
        Widget, in device-independent pixels, as every length here.
    gutter, top, bottom : float
        Lead names on the left, letters above, time axis below.
    px_per_mm, dpr : float
        Pixels per millimetre of screen; device pixels per pixel.
    speed_mm_s, gain_mm_mv : float
        Paper speed and gain.
    start_s : float
        Time at the left edge of the paper, seconds.
    scroll : float
        How far the leads are scrolled upwards.
    """

    width: float
    height: float
    gutter: float
    top: float
    bottom: float
    px_per_mm: float
    dpr: float
    speed_mm_s: float
    gain_mm_mv: float
    start_s: float
    scroll: float = 0.0

    @property
    def paper_width(self) -> float:
        return max(1.0, self.width - self.gutter)

    @property
    def paper_height(self) -> float:
        return max(1.0, self.height - self.top - self.bottom)

    @property
    def px_per_s(self) -> float:
        return self.speed_mm_s * self.px_per_mm

    @property
    def width_s(self) -> float:
        """Seconds that fit on the paper."""
        return self.paper_width / self.px_per_s

    @property
    def lowest_mm(self) -> float:
        """Whole millimetres from the first lead's top edge to the paper's lower edge."""
        return float((self.paper_height + self.scroll) // self.px_per_mm)

    @property
    def stop_s(self) -> float:
        return self.start_s + self.width_s

    @property
    def wide(self) -> bool:
        """Whether the paper is ruled by time and no longer by millimetres."""
        return self.speed_mm_s < WIDE_MM_S

    @property
    def columns(self) -> int:
        """Device pixels across the paper."""
        return int(np.ceil(self.paper_width * self.dpr))

    def column(self, t_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Column of device pixels of times (n,), counted from the paper's left edge."""
        place = np.floor((self.x(t_s) - self.gutter) * self.dpr + 1e-6)
        columns: NDArray[np.int64] = np.clip(place, -1e9, 1e9).astype(np.int64)
        return columns

    def x(self, t_s: Number) -> Number:
        """Pixel of a time; pages start at whole device pixels, so scrolling moves paper rigidly."""
        origin = round(self.start_s * self.px_per_s * self.dpr) / self.dpr
        return self.gutter + t_s * self.px_per_s - origin

    def time(self, x: float) -> float:
        """Time of a pixel, seconds."""
        return self.start_s + (x - self.gutter) / self.px_per_s

    def snap(self, value: Number) -> Number:
        """Nearest whole device pixel, so that thin lines are sharp.

        Halves always go up, whatever the rounding of what led to them: rounded to even, lines would
        shift against each other as the page moves.
        """
        snapped: Number = np.floor(value * self.dpr + (0.5 + 1e-6)) / self.dpr
        return snapped


@dataclass(frozen=True)
class Row:
    """Where and how one lead is drawn.

    Attributes
    ----------
    lead : int
        Channel of the record.
    name, note : str
        Lead name; what a reader must know of its scale, or "".
    middle : float
        Pixels from the paper's top, before scrolling.
    height : float
        Pixels between neighbouring middles.
    px_per_unit : float
        Pixels per mV, or per unit of other signals.
    offset : float
        Value drawn at `middle`.
    calibrated_mv : bool
        Whether a millivolt on this row is a true millivolt.
    ecg : bool
        Whether the lead is an ECG lead.
    """

    lead: int
    name: str
    note: str
    middle: float
    height: float
    px_per_unit: float
    offset: float
    calibrated_mv: bool
    ecg: bool


@dataclass(frozen=True)
class Spacing:
    """Middles of n rows, their distance and the height they take, millimetres."""

    middles_mm: tuple[float, ...]
    row_mm: float
    total_mm: float


def spacing(n_rows: int, paper_mm: float) -> Spacing:
    """Share the paper's height among rows, middles on whole 5 mm lines.

    Rows shrink to 15 mm and no further; the gain is never touched, so traces of large gain run into
    their neighbours' rows as they do on paper, and what does not fit is scrolled to.
    """
    if n_rows == 0:
        return Spacing((), paper_mm, paper_mm)
    row = max(MIN_ROW_MM, MAJOR_MM * (paper_mm / n_rows // MAJOR_MM))
    needed = row * n_rows
    above = MAJOR_MM * round((max(paper_mm, needed) - row * (n_rows - 1)) / 2 / MAJOR_MM)
    middles = tuple(above + i * row for i in range(n_rows))
    return Spacing(middles, row, max(paper_mm, needed))


def drift(median: float, current: float, *, px_per_unit: float, px_per_mm: float) -> float:
    """Value to draw at a row's middle: 0 unless the trace would leave its row.

    Parameters
    ----------
    median : float
        Median of what is on screen, mV; NaN where there is nothing.
    current : float
        The value used so far: kept while it serves, so that the trace does not jump about.
    px_per_unit, px_per_mm : float
        Scales.

    Returns
    -------
    float
        A multiple of 5 mm of paper.
    """
    if not np.isfinite(median) or px_per_unit <= 0:
        return current
    mm = px_per_unit / px_per_mm  # per mV
    if abs(median) * mm <= MAX_DRIFT_MM:
        return 0.0
    if current and abs(median - current) * mm <= MAX_DRIFT_MM:
        return current
    return MAJOR_MM / mm * round(median * mm / MAJOR_MM)


def nice(value: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is not below a positive value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= value * (1 - 1e-9)))


def rows(
    leads: Sequence[tuple[int, Lead]],
    page: Page,
    *,
    offsets: dict[int, float],
    ranges: dict[int, tuple[float, float]],
) -> tuple[Row, ...]:
    """Lay out the leads of a page.

    Parameters
    ----------
    leads : sequence of (int, Lead)
        Channels in the order they are drawn.
    page : Page
        The paper.
    offsets : dict
        Value at the middle of calibrated ECG leads, mV, by channel.
    ranges : dict
        Usual least and greatest value of the other channels.
    """
    places = spacing(len(leads), page.paper_height / page.px_per_mm)
    row_px = places.row_mm * page.px_per_mm
    result = []
    for (index, lead), middle_mm in zip(leads, places.middles_mm, strict=True):
        low, high = ranges.get(index, (-1.0, 1.0))
        true_mv = lead.is_ecg and lead.calibrated
        if true_mv:
            offset = offsets.get(index, 0.0)
            scale = page.gain_mm_mv * page.px_per_mm
            note = f"middle at {offset:+.3g}\u00a0mV".replace("-", "\u2212") if offset else ""
        elif lead.is_ecg:
            offset = (low + high) / 2
            zoom = page.gain_mm_mv / 10
            scale = row_px * FIT_SHARE / max(high - low, 1e-12) * zoom
            note = "not calibrated, scaled to fit" + (f", × {zoom:g}" if zoom != 1 else "")
        else:
            per_cm = nice(max(high - low, 1e-12) * 10 / (places.row_mm * FIT_SHARE))
            offset = per_cm / 10 * round((low + high) / 2 / per_cm * 10)
            scale = 10 * page.px_per_mm / per_cm
            note = f"10\u00a0mm = {per_cm:g}\u00a0{lead.unit}".rstrip()
        result.append(
            Row(
                lead=index,
                name=lead.name or f"lead {index + 1}",
                note=note,
                middle=middle_mm * page.px_per_mm,
                height=row_px,
                px_per_unit=scale,
                offset=offset,
                calibrated_mv=true_mv,
                ecg=lead.is_ecg,
            )
        )
    return tuple(result)


def content_height(n_rows: int, page: Page) -> float:
    """Pixels that the rows take; more than the paper's height where they must be scrolled."""
    return spacing(n_rows, page.paper_height / page.px_per_mm).total_mm * page.px_per_mm
