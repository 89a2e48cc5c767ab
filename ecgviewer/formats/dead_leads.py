"""ECG leads of which nothing can be read from a recording's first sample to its last."""

from collections.abc import Callable

import numpy as np

from ecgviewer.record import Record
from ecgviewer.signal.params import QUALITY

DEAD_SHARE = 0.01  # of its seconds: a lead that moves in fewer is dead
_AT_ONCE_S = 600


def dead_leads(record: Record, *, stop: Callable[[], bool] = lambda: False) -> tuple[int, ...]:
    """Channels of ECG leads that are missing or flat throughout; reads every sample.

    A second of a lead is dead where it has no sample, or its range is below that of a flat second
    (`signal.params.Quality.flat_uv`).

    Parameters
    ----------
    record : Record
        The recording.
    stop : callable
        Asked now and then whether to give up: none is then called dead.

    Raises
    ------
    RecordError
        Where samples cannot be read.
    """
    leads = list(record.ecg_leads)
    second = max(1, round(record.fs))
    alive, seconds = np.zeros(len(leads), np.int64), 0
    for start in range(0, record.n_samples if leads else 0, second * _AT_ONCE_S):
        if stop():
            return ()
        ecg = record.read(start, min(start + second * _AT_ONCE_S, record.n_samples))[leads]
        for at in range(0, ecg.shape[1], second):
            part = ecg[:, at : at + second]
            there = np.isfinite(part)
            top = np.where(there, part, -np.inf).max(axis=1)
            bottom = np.where(there, part, np.inf).min(axis=1)
            alive += top - bottom >= QUALITY.flat_uv / 1000  # mV
            seconds += 1
    return tuple(leads[k] for k in np.flatnonzero(alive < DEAD_SHARE * seconds).tolist())
