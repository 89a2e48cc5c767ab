"""One beat's input as the networks see it, from the cleaned trace at hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.inputs import Inputs
from ecgviewer.beats.scan import Scan
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.windows import cut_windows, window_bounds


@dataclass(frozen=True)
class NetworkInput:
    """What the networks read of one beat.

    Attributes
    ----------
    beat_id : int
        The beat, one of the machine's.
    values : (2, 400) float32
        Both inputs.
    names : tuple of str
        Leads they come from; "" where there is none.
    r_offset : int
        Place of the R peak.
    """

    beat_id: int
    values: NDArray[np.float32]
    names: tuple[str, ...]
    r_offset: int


def input_job(
    record: Record, scan: Scan, beat_id: int, inputs: Inputs, prep: Preprocessing
) -> Callable[[CleanedSignal], NetworkInput]:
    """A question for the signal thread: the window of one of the machine's beats.

    The same as `beat_input`, but from blocks that are cleaned already. `prep` is the
    networks' own: they may cap a window where others do not.
    """
    names = tuple("" if i is None else record.leads[i].name for i in inputs)

    def answer(cleaned: CleanedSignal) -> NetworkInput:
        one = np.array([beat_id])
        bounds = window_bounds(scan.positions[one], scan.before[one], scan.after[one], prep)
        rows = tuple(None if i is None else cleaned.leads.index(i) for i in inputs)
        windows = cut_windows(cleaned, bounds, inputs=rows)
        return NetworkInput(beat_id, windows.values[0], names, int(bounds.r_offset[0]))

    return answer
