"""What is drawn of a record: raw and cleaned samples of a span, read lazily; never paints."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.record import Lead, Record, RecordError
from ecgviewer.signal.envelope import Envelope, View, block_size
from ecgviewer.signal.grid import TimeGrid

Cleaned = Callable[[int, int], NDArray[np.float32] | None]
_log = logging.getLogger(__name__)
_CLEANED_BLOCK = 16_384  # grid samples; a quarter of the blocks in which the signal is cleaned
_LEAST_READ = 128  # samples; what cannot be read is narrowed down to so many
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


class Source:
    """One recording as the canvas sees it; for the window's thread only.

    Parameters
    ----------
    record : Record
        The recording.
    cleaned : callable, optional
        (low, high) on the 360 Hz grid -> (n_ecg_leads, high - low) float32, mV; None while that
        is being cleaned: `refresh` asks again.
    """

    def __init__(self, record: Record, cleaned: Cleaned | None = None) -> None:
        self.record = record
        self.grid = TimeGrid(record)
        self._failed: dict[tuple[float, float], str] = {}
        self._raw = Envelope(
            self._read, record.n_samples, record.n_leads, block=block_size(record.fs)
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
            )
        self._ranges: dict[int, tuple[float, float]] | None = None

    @property
    def can_clean(self) -> bool:
        """Whether there is a cleaned trace to show."""
        return self._cleaned is not None

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
            raw = _view(self._raw, start_s, stop_s, 1 / record.fs, px_per_s)
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
                spots = np.concatenate([self._read(*span) for span in self._spots()], axis=1)
                for i in wanted:
                    self._ranges[i] = _usual_range(spots[i])
        return self._ranges

    def _spots(self) -> list[tuple[int, int]]:
        length = max(1, round(_RANGE_SPOT_S * self.record.fs))
        starts = np.linspace(0, max(0, self.record.n_samples - length), _RANGE_SPOTS)
        return [(int(s), min(int(s) + length, self.record.n_samples)) for s in np.unique(starts)]

    def error_in(self, start_s: float, stop_s: float) -> str | None:
        """Why samples of a span could not be read, once that was tried; None where all could."""
        for (first, last), reason in self._failed.items():
            if first < stop_s and last > start_s:
                return reason
        return None

    def _read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Samples, and NaN where the file cannot be read: a page must not fail for it."""
        try:
            return self.record.read(start, stop)
        except RecordError as error:
            if stop - start > _LEAST_READ:  # the rest of it may be sound
                middle = (start + stop) // 2
                return np.concatenate([self._read(start, middle), self._read(middle, stop)], axis=1)
            self._fail(start / self.record.fs, stop / self.record.fs, error)
        return np.full((self.record.n_leads, max(0, stop - start)), np.nan, np.float32)

    def _read_cleaned(self, low: int, high: int) -> NDArray[np.float32]:
        try:
            if self._clean is not None:
                values = self._clean(low, high)
                if values is not None:
                    return values
                self.awaits = True
        except RecordError as error:
            self._fail(low / self.grid.params.fs_hz, high / self.grid.params.fs_hz, error)
        return np.full((len(self.record.ecg_leads), high - low), np.nan, np.float32)

    def _fail(self, start_s: float, stop_s: float, error: RecordError) -> None:
        if not self._failed:
            _log.warning("%s: %.3f to %.3f s is not drawn", error, start_s, stop_s)
        self._failed[start_s, stop_s] = error.reason


def _view(
    envelope: Envelope, start_s: float, stop_s: float, sample_s: float, px_per_s: float
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
