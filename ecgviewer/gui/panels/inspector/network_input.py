"""One beat's input as the networks see it, from the cleaned trace at hand; no Qt, no networks."""

from collections.abc import Callable

import numpy as np

from ecgviewer.gui.panels.inspector import NetworkInput
from ecgviewer.pipeline import Inputs, Scan
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.segment import cut_windows, window_bounds


def input_job(
    record: Record, scan: Scan, index: int, inputs: Inputs, prep: Preprocessing
) -> Callable[[CleanedSignal], NetworkInput]:
    """A question for the signal thread: the window of one beat.

    The same as `pipeline.beat_input`, but from blocks that are cleaned already. `prep` is the
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
