"""ECG leads of which nothing can be read from a recording's first sample to its last."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

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
    leads = record.ecg_leads
    alive = np.zeros(len(leads), np.int64)
    for more in _alive(record, leads):
        if stop():
            return ()
        alive = alive + more
    return tuple(leads[k] for k in np.flatnonzero(alive < _fewest(record)).tolist())


def are_dead(record: Record, leads: Sequence[int]) -> bool:
    """Whether each of some ECG leads is missing or flat throughout, by the same rule.

    Reads no further than to where one of them has moved for long enough: a hundredth of most
    recordings.

    Raises
    ------
    RecordError
        Where samples cannot be read.
    """
    alive = np.zeros(len(leads), np.int64)
    for more in _alive(record, leads):
        alive = alive + more
        if (alive >= _fewest(record)).any():
            return False
    return len(leads) > 0 and record.n_samples > 0


def _second(record: Record) -> int:
    return max(1, round(record.fs))


def _fewest(record: Record) -> float:
    """Seconds in which a lead has to move."""
    return DEAD_SHARE * -(-record.n_samples // _second(record))


def _alive(record: Record, leads: Sequence[int]) -> Iterator[NDArray[np.int64]]:
    """Of part after part of a recording, the seconds in which each lead moves."""
    second = _second(record)
    for start in range(0, record.n_samples if leads else 0, second * _AT_ONCE_S):
        ecg = record.read(start, min(start + second * _AT_ONCE_S, record.n_samples))[list(leads)]
        alive = np.zeros(len(leads), np.int64)
        for at in range(0, ecg.shape[1], second):
            part = ecg[:, at : at + second]
            there = np.isfinite(part)
            top = np.where(there, part, -np.inf).max(axis=1)
            bottom = np.where(there, part, np.inf).min(axis=1)
            alive += top - bottom >= QUALITY.flat_uv / 1000  # mV
        yield alive
