"""Which channels the networks read by their names, and where windows lie."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.scan import Scan
from ecgviewer.record import Record
from ecgviewer.signal.leads import choose_inputs
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.windows import Bounds, window_bounds

# A recording shorter than this says too little of its own rhythm and shapes for networks that take
# context: cut into 10 s, V beats of training patients are found three times in four (train/LOG.md).
SHORT_S = 120.0


Inputs = tuple[int | None, int | None]


def rows_of(inputs: Inputs, channels: Sequence[int]) -> tuple[int | None, ...]:
    """Row of each network input among channels; None where there is no lead."""
    return tuple(None if i is None else channels.index(i) for i in inputs)


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
