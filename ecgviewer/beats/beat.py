"""One heart beat and one frame of playback, as the program knows them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass

# Words of the report's `flags` column, in the order they are written.
FLAGS = (
    *("edge", "pause", "flat", "gap", "noisy", "disagree", "uncertain", "one_lead"),
    *("unreadable", "flutter", "pending"),
)


@dataclass(frozen=True, slots=True)
class Beat:
    """One heart beat as the program knows it.

    Attributes
    ----------
    number : int
        Serial number in the record, from 1; the same for every ensemble.
    sample : int
        Position of the R peak, in samples of the record's own rate, from 0.
    beat_class : BeatClass or None
        None while the beat awaits its class, or where it gets none (`unreadable`, `flutter`).
    probabilities : tuple of 5 float
        Fused sigmoids divided by their sum, order N S V F Q; empty when there are none
        (pending, or nothing of the window can be read).
    votes : tuple of tuple of 5 float
        Each member's sigmoids, in the ensemble's order; empty when there are none.
    flags : tuple of str
        Words of `FLAGS`, in that order.
    """

    number: int
    sample: int
    beat_class: BeatClass | None
    probabilities: tuple[float, ...] = ()
    votes: tuple[tuple[float, ...], ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether the beat awaits its class; without one and not pending, it gets none."""
        return "pending" in self.flags

    @property
    def confidence(self) -> float | None:
        """The largest probability; None where there is none, or after a pause."""
        if not self.probabilities or "pause" in self.flags:
            return None
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of playback: 400 cleaned samples at 360 Hz (1.11 s) and the beats in them.

    Attributes
    ----------
    index : int
        Frame number in the record, from 0.
    start_s, stop_s : float
        Time span from the record's start, seconds.
    ecg : (n_leads, 400) float32
        Cleaned signal, mV.
    beats : tuple of Beat
        Beats whose R peak lies in the span; class None where still pending.
    """

    index: int
    start_s: float
    stop_s: float
    ecg: NDArray[np.float32]
    beats: tuple[Beat, ...]
