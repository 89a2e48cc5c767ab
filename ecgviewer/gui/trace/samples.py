"""What is drawn of a record: raw and cleaned samples of a span, read lazily."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.gui.session.tolerant_reader import TolerantReader
from ecgviewer.record import Lead, Record, RecordError
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.pyramid.coarse import Coarse
from ecgviewer.signal.pyramid.envelope import Envelope, View, block_size

Cleaned = Callable[[int, int], NDArray[np.float32] | None]
# samples of a lead that the window's thread reads for one page at most; 15 ms for two leads
FINE_SAMPLES = 1 << 19
_KEEP_BYTES = 24 << 20  # for samples of pages seen before, recorded and cleaned each
_CLEANED_BLOCK = 16_384  # grid samples; a quarter of the blocks in which the signal is cleaned
_RANGE_SPOTS, _RANGE_SPOT_S = 6, 4.0  # where the usual range of a signal without mV is looked for


@dataclass(frozen=True)
class Trace:
    """Samples of some leads over a span.

    Attributes
    ----------
    leads : tuple of int
        Channel of each row.
    view : View
        Their samples.
    sample_s : float
        Seconds per sample of the view.
    """

    leads: tuple[int, ...]
    view: View
    sample_s: float

    @property
    def times_s(self) -> NDArray[np.float64]:
        """(m,) time of each column, seconds."""
        return self.view.samples * self.sample_s

    def columns(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """First column at or after each time."""
        place = (times_s / self.sample_s - self.view.first) / self.view.step
        return np.ceil(place - 1e-6).astype(np.int64)


class SampleSource:
    """One recording as the canvas sees it; for the window's thread only.

    Parameters
    ----------
    record : Record
        The recording.
    cleaned : callable, optional
        (low, high) on the 360 Hz grid -> (n_ecg_leads, high - low) float32, mV; None while that
        is being cleaned: `refresh` asks again.
    reading : TolerantReader, optional
        Its samples, with coarse levels that are made elsewhere: what they lack is waited for.
        Without it every sample of a page is read here, be the page a day.
    """

    def __init__(
        self,
        record: Record,
        cleaned: Cleaned | None = None,
        *,
        reading: TolerantReader | None = None,
    ) -> None:
        self.record, self.reading = record, reading or TolerantReader(record)
        self.grid = TimeGrid(record)
        self._coarse = reading.coarse if reading else None
        self._raw = Envelope(
            self.reading.read,
            record.n_samples,
            record.n_leads,
            block=block_size(record.fs),
            keep_bytes=_KEEP_BYTES,
        )
        self._cleaned: Envelope | None = None
        self._clean = cleaned
        self.awaits = False  # whether something on screen was not cleaned yet
        if cleaned is not None and record.ecg_leads:
            self._cleaned = Envelope(
                self._read_cleaned,
                self.grid.n_samples,
                len(record.ecg_leads),
                block=_CLEANED_BLOCK,
                keep_bytes=_KEEP_BYTES,
            )
        self._ranges: dict[int, tuple[float, float]] | None = None

    def can_clean(self, width_s: float) -> bool:
        """Whether there is a cleaned trace of so many seconds to show."""
        return self._cleaned is not None and (
            self._coarse is None or width_s * self.grid.params.fs_hz <= FINE_SAMPLES
        )

    def unread_s(self, start_s: float, stop_s: float, px_per_s: float) -> float | None:
        """From when on a span is not read yet and waited for; None where it is all there."""
        coarse = self._coarse
        if coarse is None or coarse.complete or self._reads_finely(start_s, stop_s, px_per_s):
            return None
        known = coarse.done / self.record.fs
        return max(start_s, known) if known < stop_s else None

    def _reads_finely(self, start_s: float, stop_s: float, px_per_s: float) -> bool:
        """Whether a page is drawn from samples read for it, not from coarse levels."""
        coarse, fs = self._coarse, self.record.fs
        if coarse is None:
            return True
        if (stop_s - start_s) * fs > FINE_SAMPLES:
            return False
        return fs / px_per_s < coarse.step or coarse.done < min(stop_s * fs, coarse.n_samples)

    def refresh(self) -> None:
        """Ask again for what was not cleaned yet."""
        if self.awaits and self._cleaned is not None:
            self.awaits = False
            self._cleaned.forget()

    @property
    def leads(self) -> tuple[tuple[int, Lead], ...]:
        """Channels in the order they are drawn: ECG leads, then the others."""
        every = tuple(enumerate(self.record.leads))
        return tuple(p for p in every if p[1].is_ecg) + tuple(p for p in every if not p[1].is_ecg)

    def traces(
        self, start_s: float, stop_s: float, *, px_per_s: float, cleaned: bool
    ) -> tuple[Trace, ...]:
        """What to draw of a span.

        Parameters
        ----------
        start_s, stop_s : float
            Seconds from the record's start.
        px_per_s : float
            Device pixels per second, for the width of a column.
        cleaned : bool
            ECG leads cleaned, where that is known.

        Returns
        -------
        tuple of Trace
            ECG leads first; then, where there are any, the other signals as recorded.
        """
        record, ecg = self.record, self.record.ecg_leads
        others = tuple(i for i in range(record.n_leads) if i not in ecg)
        result = []
        if ecg and cleaned and self._cleaned is not None:
            grid_s = self.grid.down / self.grid.up / record.fs
            view = _view(self._cleaned, start_s, stop_s, grid_s, px_per_s)
            result.append(Trace(ecg, view, grid_s))
            ecg = ()
        if ecg or others:
            finely = self._reads_finely(start_s, stop_s, px_per_s)
            levels = self._raw if finely or self._coarse is None else self._coarse
            raw = _view(levels, start_s, stop_s, 1 / record.fs, px_per_s)
            result += [
                Trace(leads, _rows(raw, leads), 1 / record.fs) for leads in (ecg, others) if leads
            ]
        return tuple(result)

    def ranges(self) -> dict[int, tuple[float, float]]:
        """Usual least and greatest value of the channels that have no millivolts.

        From a few spots spread over the record, once, so that the scale never changes while one
        scrolls.
        """
        if self._ranges is None:
            wanted = [i for i, lead in self.leads if not (lead.is_ecg and lead.calibrated)]
            self._ranges = {}
            if wanted:
                spots = np.concatenate([self.reading.read(*span) for span in self._spots()], axis=1)
                for i in wanted:
                    self._ranges[i] = _usual_range(spots[i])
        return self._ranges

    def _spots(self) -> list[tuple[int, int]]:
        length = max(1, round(_RANGE_SPOT_S * self.record.fs))
        starts = np.linspace(0, max(0, self.record.n_samples - length), _RANGE_SPOTS)
        return [(int(s), min(int(s) + length, self.record.n_samples)) for s in np.unique(starts)]

    def _read_cleaned(self, low: int, high: int) -> NDArray[np.float32]:
        try:
            if self._clean is not None:
                values = self._clean(low, high)
                if values is not None:
                    return values
                self.awaits = True
        except RecordError as error:
            self.reading.fail(low / self.grid.params.fs_hz, high / self.grid.params.fs_hz, error)
        return np.full((len(self.record.ecg_leads), high - low), np.nan, np.float32)


def _view(
    envelope: Envelope | Coarse, start_s: float, stop_s: float, sample_s: float, px_per_s: float
) -> View:
    """The span and two columns more on either side, so that lines run on to the paper's edge."""
    per_pixel = 1 / (sample_s * px_per_s)
    margin = 2 + int(2 * per_pixel)
    first, last = int(start_s / sample_s) - margin, int(stop_s / sample_s) + margin
    return envelope.view(first, last, per_pixel)


def _rows(view: View, leads: tuple[int, ...]) -> View:
    """The view with some rows only."""
    chosen = list(leads)
    low = view.low[chosen]
    return View(view.first, view.step, low, low if view.step == 1 else view.high[chosen])


def _usual_range(values: NDArray[np.float32]) -> tuple[float, float]:
    """All but the outermost percent of finite values, and never an empty range."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if len(finite) == 0:
        return -1.0, 1.0
    low, high = (float(v) for v in np.percentile(finite, (0.5, 99.5)))
    if high - low < 1e-9 * max(1.0, abs(high)):
        return low - 0.5, high + 0.5
    return low, high
