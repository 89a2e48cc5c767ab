"""Recordings in memory for tests: the demo record's samples, whole, cut, resampled or with gaps."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer import paths
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Lead, Record


@lru_cache(maxsize=1)
def demo_ecg() -> NDArray[np.float32]:
    """(1, 108000) float32, mV: five minutes of record 208."""
    record = open_record(paths.demo_record())
    ecg = record.read(0, record.n_samples)
    ecg.flags.writeable = False
    return ecg


def in_memory(
    ecg: NDArray[np.float32], *, fs: float = 360.0, names: tuple[str, ...] = (), piece: int = 0
) -> Record:
    """A Record over an array (n_leads, n); `piece` makes it read in pieces of that many samples."""
    names = names or tuple(f"ECG{i + 1}" for i in range(len(ecg)))

    def read(start: int, stop: int) -> NDArray[np.float32]:
        if not piece:
            return ecg[:, start:stop]
        parts = [ecg[:, i : min(i + piece, stop)] for i in range(start, stop, piece)]
        return np.concatenate(parts, axis=1)

    leads = tuple(Lead(name) for name in names)
    return Record("memory", Path("memory.hea"), fs, leads, ecg.shape[1], read)


def demo(*, piece: int = 0) -> Record:
    """The demo record in memory."""
    return in_memory(demo_ecg(), names=("MLII",), piece=piece)
