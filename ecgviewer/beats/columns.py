"""Beats as columns: what every view reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Columns:
    """What the table knows of n beats, one array per column.

    Attributes
    ----------
    time_s : (n,) float64
        Seconds from the record's start.
    classes : (n,) int8
        AAMI class, -1 while pending.
    confidence, rr_ms, hr_bpm : (n,) float64
        NaN where there is none.
    flags : (n,) uint16
        Bit i stands for beat.FLAGS[i].
    """

    time_s: NDArray[np.float64]
    classes: NDArray[np.int8]
    confidence: NDArray[np.float64]
    rr_ms: NDArray[np.float64]
    hr_bpm: NDArray[np.float64]
    flags: NDArray[np.uint16]

    @property
    def n_beats(self) -> int:
        """Beats in every column."""
        return len(self.time_s)
