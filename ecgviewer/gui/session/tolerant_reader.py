"""One recording as views read it: samples, NaN where the file fails, coarse levels.

Coarse levels are made on another thread than the one that looks; see `signal.pyramid.coarse`.
"""

import logging
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ecgviewer.record import Record, RecordError
from ecgviewer.signal.pyramid.coarse import Coarse

_log = logging.getLogger(__name__)
_LEAST_READ = 128  # samples; what cannot be read is narrowed down to so many


class TolerantReader:
    """Samples of one recording that never fail, and why some are not there.

    Parameters
    ----------
    record : Record
        The recording.

    Attributes
    ----------
    coarse : Coarse
        Levels of the whole recording; empty until `fill` has read it.
    damage : list of (float, float, str)
        Spans that could not be read: first and last second, and why.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.coarse = Coarse(record.n_samples, record.n_leads)
        self.damage: list[tuple[float, float, str]] = []

    def fill(
        self, stop: Callable[[], bool], advanced: Callable[[int, int], object] = lambda *_: None
    ) -> bool:
        """Make the coarse levels; on a thread of its own. Whether the end was reached."""
        return self.coarse.fill(self.read, stop=stop, advanced=advanced)

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Samples, and NaN where the file cannot be read: a page must not fail for it."""
        try:
            return self.record.read(start, stop)
        except RecordError as error:
            if stop - start > _LEAST_READ:  # the rest of it may be sound
                middle = (start + stop) // 2
                return np.concatenate([self.read(start, middle), self.read(middle, stop)], axis=1)
            self.fail(start / self.record.fs, stop / self.record.fs, error)
        return np.full((self.record.n_leads, max(0, stop - start)), np.nan, np.float32)

    def fail(self, start_s: float, stop_s: float, error: RecordError) -> None:
        """Remember that a span could not be read, and why."""
        if not self.damage:
            _log.warning("%s: %.3f to %.3f s is not drawn", error, start_s, stop_s)
        for i, (first, last, reason) in enumerate(self.damage):
            # a long damage comes in pieces: one entry, or looking for it would slow every frame
            if reason == error.reason and first <= stop_s and start_s <= last:
                self.damage[i] = min(first, start_s), max(last, stop_s), reason
                return
        self.damage.append((start_s, stop_s, error.reason))

    def error_in(self, start_s: float, stop_s: float) -> str | None:
        """Why samples of a span could not be read, once that was tried; None where all could."""
        for first, last, reason in tuple(self.damage):
            if first < stop_s and last > start_s:
                return reason
        return None
