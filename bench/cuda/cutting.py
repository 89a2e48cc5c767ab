"""Windows of a day: cut on the host, which is the reference, or where the networks are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.cuda.day import DaySignal
from ecgviewer.model.device_signal import DeviceSignal
from ecgviewer.model.place import Place
from ecgviewer.signal.windows import Bounds, cut_windows

ROWS = (0, 1)  # of the signal, for the two network inputs


@dataclass(frozen=True)
class HostCut:
    """Windows (n, 2, 400) float32 and which are empty, (n,) bool."""

    values: NDArray[np.float32]
    empty: NDArray[np.bool_]

    @property
    def inputs(self) -> NDArray[np.float32]:
        """Windows that have something in them."""
        return self.values[~self.empty]


class OnHost:
    """The windows of `signal.windows`, in numpy."""

    def __init__(self, signal: DaySignal) -> None:
        self._signal = signal

    def cut(self, bounds: Bounds) -> HostCut:
        """Windows that lie at `bounds`."""
        windows = cut_windows(self._signal, bounds, inputs=ROWS)
        return HostCut(windows.values, ~windows.values.any(axis=(1, 2)))


def moved(signal: DaySignal, place: Place) -> DeviceSignal:
    """The signal in a place, all blocks of it: they are moved when a window wants them."""
    there = DeviceSignal(signal, ROWS, place=place)
    first = np.arange(0, signal.n_samples, signal.block_size)
    there.cut(Bounds(first, first + 1, np.zeros_like(first), np.zeros(len(first), np.bool_)))
    return there
