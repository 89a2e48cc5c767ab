"""The trace: stacked leads on ECG paper, every beat in its class's colour.

Reads only what is on screen and a block around it; wide pages come from coarse levels made on
another thread. Traces keep their gain whatever the room: leads close up to 15 mm, may run into each
other as on paper, and what does not fit is scrolled to.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from ecgviewer.beats.columns import Beats, Change, number
from ecgviewer.beats.scan import Scan
from ecgviewer.gui.session.tolerant_reader import TolerantReader
from ecgviewer.gui.style.plain import tip
from ecgviewer.gui.style.theme import THEMES, Theme
from ecgviewer.gui.style.wording import class_words, time_label
from ecgviewer.gui.trace.geometry import Page, Row, drift, rows
from ecgviewer.gui.trace.painter import FILTERED, FILTERING, RAW, TOO_WIDE, Painter, medians, paint
from ecgviewer.gui.trace.paper_widget import PaperWidget
from ecgviewer.gui.trace.samples import Cleaned, SampleSource, Trace
from ecgviewer.gui.trace.shading import Shaded, Shading
from ecgviewer.gui.trace.visible_beats import PageBeats
from ecgviewer.record import Record
from ecgviewer.signal.params import Preprocessing


class Canvas(PaperWidget):
    """The trace of one record.

    Everything shown is given from outside. Adds to the paper's signals `beat_clicked(beat_id)`.
    """

    beat_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, theme: Theme = THEMES["light"]) -> None:
        super().__init__(parent)
        self._theme = theme
        self._source: SampleSource | None = None
        self._prep: Preprocessing | None = None
        self._scan: Scan | None = None
        self._beats: Beats | None = None
        self._stretches: tuple[Shaded, ...] = ()
        self._shading = Shading((), 1.0)
        self._current: int | None = None
        self._frame: tuple[float, float] | None = None
        self._show_cleaned = False
        self._offsets: dict[int, float] = {}
        self._waited = False  # whether the page last painted lacked samples
        self.clicked.connect(self._on_clicked)
        self.setAccessibleName("ECG trace")

    def show_record(
        self,
        record: Record | None,
        *,
        prep: Preprocessing,
        cleaned: Cleaned | None = None,
        reading: TolerantReader | None = None,
    ) -> None:
        """Show another record from its start, or none; beats, stretches and marks are let go.

        Parameters
        ----------
        record : Record or None
            Its samples are read on this thread, as they come on screen.
        prep : Preprocessing
            What the networks read of a beat, which is coloured.
        cleaned : callable, optional
            (low, high) on the 360 Hz grid -> (n_ecg_leads, high - low) float32, mV.
        reading : TolerantReader, optional
            Its samples, with the coarse levels that some thread makes; `on_read` tells how far.
        """
        self._source = None if record is None else SampleSource(record, cleaned, reading=reading)
        self._prep, self._beats, self._scan, self._offsets = prep, None, None, {}
        self._stretches, self._shading = (), Shading((), 1.0)
        self._current, self._frame, self._start_s = None, None, 0.0
        self._bar.setValue(0)
        self._lay_out()

    def clean_as(
        self,
        prep: Preprocessing,
        *,
        cleaned: Cleaned | None = None,
        reading: TolerantReader | None = None,
    ) -> None:
        """Show the same record for other networks; place, beats and marks stay.

        Parameters
        ----------
        prep, cleaned, reading
            As in `show_record`.
        """
        if self._source is not None:
            self._source = SampleSource(self._source.record, cleaned, reading=reading)
            self._prep = prep
            self.update()

    def show_beats(self, beats: Beats | None, change: Change, *, scan: Scan | None = None) -> None:
        """Show other beats, or the same with other classes; painted where the page shows it.

        Parameters
        ----------
        beats : Beats or None
            Of the whole record; read at every paint.
        change : Change
            What differs from the beats before.
        scan : Scan, optional
            Where the machine's were found: what is drawn is what was read there.
        """
        self._beats, self._scan = beats, scan
        now = self._on_page(self.geometry_now())
        if now is None or change.touches(*now.extent()):
            self.update()

    def show_stretches(self, stretches: tuple[Shaded, ...]) -> None:
        """Shade stretches and name them; painted where the page shows another."""
        if stretches is self._stretches:
            return
        page, fs = self.geometry_now(), self._source.record.fs if self._source else 1.0
        before = self._shading.on(page)
        self._stretches, self._shading = stretches, Shading(stretches, fs)
        if self._shading.on(page) != before:
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_current(self, beat_id: int | None) -> None:
        """Mark a beat, or none; does not scroll to it."""
        self._current = beat_id
        self.update()

    def set_frame(self, start_s: float | None, stop_s: float | None = None) -> None:
        """Mark the playback frame, or none; does not turn the page."""
        self._frame = None if start_s is None or stop_s is None else (start_s, stop_s)
        self.update()

    def on_cleaned(self) -> None:
        """More of the record is cleaned: draw anew if the page waits for it."""
        if self._source is not None and self._source.awaits:
            self._source.refresh()
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
    def kept_s(self) -> float | None:
        beats, record = self._beats, self.record
        if beats is None or record is None or (row := beats.row(self._current)) is None:
            return None
        return float(beats.sample[row]) / record.fs

    @property
    def record(self) -> Record | None:
        """The record shown."""
        return self._source.record if self._source else None

    @property
    def beats(self) -> Beats | None:
        """The beats shown."""
        return self._beats

    @property
    def frame_s(self) -> tuple[float, float] | None:
        """First and last second of the playback frame that is marked."""
        return self._frame

    @property
    def shown(self) -> str:
        """What the trace is on this page, in words."""
        source = self._source
        if source is None or not self._show_cleaned or not source.can_clean(0.0):
            return RAW
        if not source.can_clean(self.geometry_now().width_s):
            return TOO_WIDE
        return FILTERING if source.awaits else FILTERED

    @property
    def duration_s(self) -> float:
        return self._source.record.duration_s if self._source else 0.0

    @property
    def has_clock(self) -> bool:
        return self._source is not None and self._source.record.base_time is not None

    def lead_names(self) -> Sequence[str]:
        return [lead.name for _, lead in self._source.leads] if self._source else []

    def beat_at(self, place: QPointF | QPoint) -> int | None:
        """Id of the beat at a pixel: its segment, or close to its R peak."""
        beats = self._on_page(self.geometry_now())
        return None if beats is None else beats.at(place.x())

    def tip_at(self, place: QPointF | QPoint) -> str:
        """What is known of the beat at a pixel, in words."""
        beats, record, beat_id = self._beats, self.record, self.beat_at(place)
        row = None if beats is None else beats.row(beat_id)
        if beats is None or record is None or beat_id is None or row is None:
            return ""
        t_s = float(beats.sample[row]) / record.fs
        at = time_label(t_s, record.base_time, decimals=2)
        return f"beat {number(beat_id)}, {at}\n{class_words(int(beats.beat_class[row]))}"

    def _on_clicked(self, place: QPointF) -> None:
        beat_id = self.beat_at(place)
        if beat_id is not None:
            self.beat_clicked.emit(beat_id)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip(self.tip_at(event.pos())), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:  # a painter left open would take the process with it
            if self._source is None:
                painter.fillRect(self.rect(), QColor(self._theme.paper))
            else:
                paint(painter, self._scene(self._source))
        finally:
            painter.end()

    def _on_page(self, page: Page) -> PageBeats | None:
        if self._beats is None or self._source is None or self._prep is None:
            return None
        grid, fs = self._source.grid, self._source.record.fs
        return PageBeats(self._beats, grid, fs, page, self._prep, self._scan)

    def _scene(self, source: SampleSource) -> Painter:
        page = self.geometry_now()
        traces = source.traces(
            page.start_s,
            page.stop_s,
            px_per_s=page.px_per_s * page.dpr,
            cleaned=self._show_cleaned and source.can_clean(page.width_s),
        )
        unread_s = self._unread_s(page)
        self._waited = unread_s is not None
        beats = self._on_page(page)
        return Painter(
            page=page,
            theme=self._theme,
            font=self.font(),
            source=source,
            rows=self._rows(source, page, traces),
            traces=traces,
            beats=beats.segments() if beats else None,
            counts=beats.counts() if beats else None,
            stretches=self._shading.on(page),
            current=self._current,
            mark=beats.mark(self._current) if beats else None,
            frame=self._frame,
            shown=self.shown,
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
