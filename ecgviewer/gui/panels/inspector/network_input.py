"""One beat's input as the networks see it, from the cleaned trace at hand; no Qt, no networks."""

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
    index : int
        The beat, from 0.
    values : (2, 400) float32
        Both inputs.
    names : tuple of str
        Leads they come from; "" where there is none.
    r_offset : int
        Place of the R peak.
    """

    index: int
    values: NDArray[np.float32]
    names: tuple[str, ...]
    r_offset: int


def input_job(
    record: Record, scan: Scan, index: int, inputs: Inputs, prep: Preprocessing
) -> Callable[[CleanedSignal], NetworkInput]:
    """A question for the signal thread: the window of one beat.

    The same as `beat_input`, but from blocks that are cleaned already. `prep` is the
    networks' own: they may cap a window where others do not.
    """
    names = tuple("" if i is None else record.leads[i].name for i in inputs)

    def answer(cleaned: CleanedSignal) -> NetworkInput:
        one = np.array([index])
        bounds = window_bounds(scan.positions[one], scan.before[one], scan.after[one], prep)
        rows = tuple(None if i is None else cleaned.leads.index(i) for i in inputs)
        windows = cut_windows(cleaned, bounds, inputs=rows)
        return NetworkInput(index, windows.values[0], names, int(bounds.r_offset[0]))

    return answer
