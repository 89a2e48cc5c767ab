"""What the beat table shows, one array a column."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.beat import FLAGS
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import BeatLog
from ecgviewer.gui.session.open_record import TimeTable

_PAUSE = np.uint16(1 << FLAGS.index("pause"))


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of n beats.

    Attributes
    ----------
    beats : Beats
        Ids, classes and flags.
    time_s : (n,) float64
        Seconds from the record's start.
    rr_ms, hr_bpm : (n,) float64
        RR interval before each beat and its heart rate; NaN where there is none.
    """

    beats: Beats
    time_s: NDArray[np.float64]
    rr_ms: NDArray[np.float64]
    hr_bpm: NDArray[np.float64]

    @classmethod
    def of(cls, beats: Beats, table: TimeTable) -> "Columns":
        """Of beats and what their positions decide."""
        return cls(beats, table.time_s, table.rr_ms, table.hr_bpm)

    @property
    def n(self) -> int:
        """Beats."""
        return self.beats.n

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """(n,) NaN where there is none, and after a pause."""
        return np.where(self.beats.flags & _PAUSE, np.nan, self.beats.confidence)


_NONE = np.empty(0)
NO_BEATS = Columns(Beats.of(BeatLog()), _NONE, _NONE, _NONE)
