"""The trace: stacked leads on ECG paper, every beat in its class's colour; analyses nothing.

Reads only what is on screen and a block around it; wide pages come from coarse levels made on
another thread. Traces keep their gain whatever the room: leads close up to 15 mm, may run into each
other as on paper, and what does not fit is scrolled to.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from ecgviewer.aami import BeatClass
from ecgviewer.beats.log import BeatLog
from ecgviewer.gui.session.tolerant_reader import TolerantReader
from ecgviewer.gui.style.theme import THEMES, Theme
from ecgviewer.gui.style.wording import time_label
from ecgviewer.gui.trace import class_shares
from ecgviewer.gui.trace.geometry import COLOURS_PX_S, LETTERS_PX_S, Page, Row, drift, rows
from ecgviewer.gui.trace.painter import FILTERED, FILTERING, RAW, TOO_WIDE, Painter, medians, paint
from ecgviewer.gui.trace.paper_widget import PaperWidget
from ecgviewer.gui.trace.samples import Cleaned, SampleSource, Trace
from ecgviewer.gui.trace.shading import Shading
from ecgviewer.gui.trace.visible_beats import Seen, VisibleBeats, seen, visible_beats
from ecgviewer.record import Record
from ecgviewer.signal.quality import Stretch

_CLICK_PX = 10.0  # a click this near an R peak means its beat


class Canvas(PaperWidget):
    """The trace of one record.

    Everything shown is set from outside; `refresh` after a change of the log draws anew. Adds to
    the view's signals `beat_clicked(index)`, an index into the log.
    """

    beat_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, theme: Theme = THEMES["light"]) -> None:
        super().__init__(parent)
        self._theme = theme
        self._source: SampleSource | None = None
        self._log: BeatLog | None = None
        self._given_stretches: Sequence[Stretch] = ()
        self._shading = Shading((), 1.0)
        self._current: int | None = None
        self._frame: tuple[float, float] | None = None
        self._show_cleaned = False
        self._offsets: dict[int, float] = {}
        self._waited = False  # whether the page last painted lacked samples
        self._seen: Seen | None = None  # its beats
        self.clicked.connect(self._on_clicked)
        self.setAccessibleName("ECG trace")

    # What is shown

    def set_record(
        self,
        record: Record | None,
        *,
        cleaned: Cleaned | None = None,
        reading: TolerantReader | None = None,
    ) -> None:
        """Show another record from its start, or none; log, stretches and marks are let go.

        Parameters
        ----------
        record : Record or None
            Its samples are read on this thread, as they come on screen.
        cleaned : callable, optional
            (low, high) on the 360 Hz grid -> (n_ecg_leads, high - low) float32, mV.
        reading : TolerantReader, optional
            Its samples, with the coarse levels that some thread makes; `on_read` tells how far.
        """
        self._source = None if record is None else SampleSource(record, cleaned, reading=reading)
        self._log, self._offsets = None, {}
        self._given_stretches, self._shading = (), Shading((), 1.0)
        self._current = self._frame = None
        self._start_s = 0.0
        self._bar.setValue(0)
        self._lay_out()

    def set_log(self, log: BeatLog | None) -> None:
        """Beats to show: a BeatLog, of which `samples` and `classes` are read at every paint."""
        self._log = log
        self.update()

    def set_stretches(self, stretches: Sequence[Stretch]) -> None:
        """Shade stretches and name them."""
        fs = self._source.record.fs if self._source else 1.0
        if stretches is not self._given_stretches:
            page = self.geometry_now()
            before = self._shading.on(page)
            self._given_stretches, self._shading = stretches, Shading(stretches, fs)
            if self._shading.on(page) != before:
                self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_current_beat(self, index: int | None) -> None:
        """Mark a beat; does not scroll to it."""
        self._current = index
        self.update()

    def set_frame(self, start_s: float | None, stop_s: float | None = None) -> None:
        """Mark the playback frame, or none; does not turn the page."""
        self._frame = None if start_s is None or stop_s is None else (start_s, stop_s)
        self.update()

    def refresh(self) -> None:
        """Draw anew if beats on the page have changed, or what it waits for may be cleaned."""
        if (source := self._source) is None:
            return
        page = self.geometry_now()
        if source.awaits or self._seen != seen(self._log, page, source.record.fs):
            source.refresh()
            self.update()

    @property
    def awaits_samples(self) -> bool:
        """Whether part of the page waits for the coarse levels."""
        return self._unread_s(self.geometry_now()) is not None

    def on_read(self) -> None:
        """More of the recording is read: draw anew if the page waits for it."""
        if self._waited:
            self.update()

    def _unread_s(self, page: Page) -> float | None:
        if self._source is None:
            return None
        stop = min(page.stop_s, self.duration_s)
        return self._source.unread_s(page.start_s, stop, page.px_per_s * page.dpr)

    @property
    def show_cleaned(self) -> bool:
        """Whether ECG leads are drawn filtered; without `cleaned` they stay as recorded."""
        return self._show_cleaned

    @show_cleaned.setter
    def show_cleaned(self, value: bool) -> None:
        self._show_cleaned = bool(value)
        self._offsets = {}
        self.update()

    @property
    def duration_s(self) -> float:
        return self._source.record.duration_s if self._source else 0.0

    @property
    def has_clock(self) -> bool:
        return self._source is not None and self._source.record.base_time is not None

    def lead_names(self) -> Sequence[str]:
        return [lead.name for _, lead in self._source.leads] if self._source else []

    # Beats under the pointer

    def beat_at(self, place: QPointF | QPoint) -> int | None:
        """Index in the log of the beat at a pixel: its segment, or close to its R peak.

        On wide pages the nearest abnormal one within a few pixels goes before a normal one.
        """
        page = self.geometry_now()
        if self._log is None or self._source is None:
            return None
        if not page.gutter <= place.x() <= page.width:
            return None
        t_s, reach_s = page.time(place.x()), _CLICK_PX / page.px_per_s
        if page.px_per_s < LETTERS_PX_S:
            near = self._log.between(*self._samples(t_s - reach_s, t_s + reach_s))
            sample = t_s * self._source.record.fs
            return class_shares.nearest(self._log.samples, self._log.classes, near, sample)
        beats = self._beats(page)
        return None if beats is None else beats.at(t_s, reach_s=reach_s)

    def tip_at(self, place: QPointF | QPoint) -> str:
        """What is known of the beat at a pixel, in words."""
        index = self.beat_at(place)
        if index is None or self._log is None or self._source is None:
            return ""
        record = self._source.record
        code = int(self._log.classes[index])
        t_s = float(self._log.samples[index]) / record.fs
        known = BeatClass(code) if code >= 0 else None
        meaning = "pending" if known is None else f"{known.name}: {known.description}"
        return f"beat {index + 1}, {time_label(t_s, record.base_time, decimals=2)}\n{meaning}"

    def _on_clicked(self, place: QPointF) -> None:
        index = self.beat_at(place)
        if index is not None:
            self.beat_clicked.emit(index)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self)
            return True
        return super().event(event)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:  # a painter left open would take the process with it
            if self._source is None:
                painter.fillRect(self.rect(), QColor(self._theme.paper))
            else:
                paint(painter, self._scene(self._source))
        finally:
            painter.end()

    def _samples(self, start_s: float, stop_s: float) -> tuple[int, int]:
        """A span in own samples."""
        fs = self._source.record.fs if self._source else 1.0
        return int(start_s * fs), int(stop_s * fs) + 1

    def _beats(self, page: Page) -> VisibleBeats | None:
        """Beats with the bounds of their segments, where segments are drawn."""
        if self._log is None or self._source is None or page.px_per_s < COLOURS_PX_S:
            return None
        return self._beats_of(page.time(page.gutter), page.time(page.width))

    def _beats_of(self, start_s: float, stop_s: float) -> VisibleBeats:
        assert self._log is not None
        assert self._source is not None
        grid, fs = self._source.grid, self._source.record.fs
        return visible_beats(self._log, grid, fs, start_s=start_s, stop_s=stop_s)

    def _counts(self, page: Page) -> NDArray[np.int64] | None:
        """Beats by column of pixels, where letters have no room."""
        if self._log is None or self._source is None or page.px_per_s >= LETTERS_PX_S:
            return None
        log, fs = self._log, self._source.record.fs
        near = log.between(*self._samples(page.start_s, page.time(page.width)))
        return class_shares.column_counts(page, log.samples[near] / fs, log.classes[near])

    def _mark(self, page: Page) -> tuple[float, float, float] | None:
        """R peak and segment of the current beat, where it is near the page."""
        log, index = self._log, self._current
        if log is None or self._source is None or index is None or index >= log.n_beats:
            return None
        t_s = float(log.samples[index]) / self._source.record.fs
        if not page.start_s - 5 <= t_s <= page.stop_s + 5:
            return None
        beats = self._beats_of(t_s, t_s)
        i = index - beats.first
        return t_s, float(beats.start_s[i]), float(beats.stop_s[i])

    def _shown(self, source: SampleSource, *, filtered: bool) -> str:
        """What the trace is, in words."""
        if filtered:
            return FILTERING if source.awaits else FILTERED
        return TOO_WIDE if self._show_cleaned and source.can_clean(0.0) else RAW

    def _scene(self, source: SampleSource) -> Painter:
        page = self.geometry_now()
        filtered = self._show_cleaned and source.can_clean(page.width_s)
        traces = source.traces(
            page.start_s, page.stop_s, px_per_s=page.px_per_s * page.dpr, cleaned=filtered
        )
        unread_s = self._unread_s(page)
        self._waited = unread_s is not None
        self._seen = seen(self._log, page, source.record.fs)
        return Painter(
            page=page,
            theme=self._theme,
            font=self.font(),
            source=source,
            rows=self._rows(source, page, traces),
            traces=traces,
            beats=self._beats(page),
            counts=self._counts(page),
            stretches=self._shading.on(page),
            current=self._current,
            mark=self._mark(page),
            frame=self._frame,
            shown=self._shown(source, filtered=filtered),
            unread_s=unread_s,
        )

    def _rows(self, source: SampleSource, page: Page, traces: tuple[Trace, ...]) -> tuple[Row, ...]:
        """Leads with what is drawn at their middles: kept from page to page while it serves."""
        scale = page.gain_mm_mv * page.px_per_mm
        for trace in traces:
            for lead, median in medians(trace).items():
                if source.record.leads[lead].is_ecg and source.record.leads[lead].calibrated:
                    self._offsets[lead] = drift(
                        median,
                        self._offsets.get(lead, 0.0),
                        px_per_unit=scale,
                        px_per_mm=page.px_per_mm,
                    )
        return rows(source.leads, page, offsets=self._offsets, ranges=source.ranges())
