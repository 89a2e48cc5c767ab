"""Which channels the networks read, and what they are given of one beat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.scan import Scan
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.leads import choose_inputs
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.windows import Bounds, cut_windows, window_bounds

# A recording shorter than this says too little of its own rhythm and shapes for networks that take
# context: cut into 10 s, V beats of training patients are found three times in four (train/LOG.md).
SHORT_S = 120.0


Inputs = tuple[int | None, int | None]


@dataclass(frozen=True)
class InputRows:
    """Channels to clean and the row of each network input among them."""

    channels: tuple[int, ...]
    rows: tuple[int | None, ...]

    @classmethod
    def of(cls, inputs: Inputs) -> "InputRows":
        channels = tuple(dict.fromkeys(i for i in inputs if i is not None))
        return cls(channels, tuple(None if i is None else channels.index(i) for i in inputs))


def bounds_of(result: Scan, indices: NDArray[np.int64], prep: Preprocessing) -> Bounds:
    """Bounds of some beats' windows."""
    return window_bounds(
        result.positions[indices], result.before[indices], result.after[indices], prep
    )


def default_inputs(record: Record, *, prep: Preprocessing) -> Inputs:
    """Channels for the two network inputs, by lead name."""
    return choose_inputs([lead.name for lead in record.leads], record.ecg_leads, prep=prep)


def why_not_classified(record: Record, *, prep: Preprocessing) -> str:
    """Why no beat of this recording can get a class; empty where it can."""
    if not record.ecg_leads:
        return "The recording has no ECG lead."
    if record.fs < prep.min_fs_hz:
        return (
            f"Beats are marked but not classified: {record.fs:g} Hz is below the"
            f" {prep.min_fs_hz:g} Hz that the networks need."
        )
    return ""


def beat_input(
    record: Record, result: Scan, index: int, *, prep: Preprocessing, inputs: Inputs
) -> tuple[NDArray[np.float32], int]:
    """One beat's window as the networks see it, and the place of R in it.

    Returns
    -------
    (2, 400) float32, int
        Each lead z-scored; the R peak's sample in the window (may lie beyond it).
    """
    chosen = InputRows.of(inputs)
    cleaned = CleanedSignal(TimeGrid(record), chosen.channels, prep=prep)
    bounds = bounds_of(result, np.array([index]), prep)
    windows = cut_windows(cleaned, bounds, inputs=chosen.rows)
    return windows.values[0], int(bounds.r_offset[0])
