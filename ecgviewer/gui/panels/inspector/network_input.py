"""One beat's input as the networks see it, from the cleaned trace at hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.inputs import Inputs
from ecgviewer.analysis.leads import cut_input, readings
from ecgviewer.beats.scan import Scan
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.params import Preprocessing


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

    def answer(cleaned: CleanedSignal) -> NetworkInput:
        read_from = readings(record, scan, inputs, prep=prep).of(beat_id)
        found = cut_input(cleaned, scan, beat_id, read_from, prep=prep)
        names = tuple("" if i is None else record.leads[i].name for i in found.inputs)
        return NetworkInput(beat_id, found.values, names, found.r_offset)

    return answer
