"""Windows of a day: cut on the host, which is the reference, or on the device."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.cuda.day import DaySignal
from ecgviewer.signal.windows import Bounds, cut_windows

ROWS = (0, 1)  # of the signal, for the two network inputs
_ON_DEVICE = "ecgviewer.model.signal_on_device"


class Cut(Protocol):
    """Windows (n, 2, 400), as an array or a tensor, and which are empty, (n,) bool."""

    @property
    def values(self) -> Any: ...
    @property
    def empty(self) -> NDArray[np.bool_]: ...


class Cutter(Protocol):
    """Whoever cuts windows from a signal that it holds."""

    def cut(self, bounds: Bounds) -> Cut: ...


@dataclass(frozen=True)
class _HostCut:
    values: NDArray[np.float32]
    empty: NDArray[np.bool_]


class OnHost:
    """The program's own windows, in numpy."""

    def __init__(self, signal: DaySignal) -> None:
        self._signal = signal

    def cut(self, bounds: Bounds) -> _HostCut:
        """Windows that lie at `bounds`."""
        windows = cut_windows(self._signal, bounds, inputs=ROWS)
        return _HostCut(windows.values, windows.gap | ~windows.values.any(axis=(1, 2)))


def on_device(signal: DaySignal, ensemble: Any) -> tuple[Cutter, int]:
    """The cutter that an analysis uses with this ensemble, and bytes of signal moved for it."""
    if ensemble.device == "cpu" or find_spec(_ON_DEVICE) is None:
        return OnHost(signal), 0
    made = import_module(_ON_DEVICE).DeviceSignal(signal, ROWS, ensemble.place.torch_device)
    return made, signal.ecg.nbytes
