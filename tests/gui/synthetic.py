"""Recordings without a file and beats for them: as long as a test wants, drawn by formula."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import PENDING, BeatBatch, BeatLog
from ecgviewer.record import Lead, Record

RR_S, FIRST_S = 0.8, 0.4
Wave = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def heart(t_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """One mV high R peaks at 0.4 s, 1.2 s, ..., with a T wave."""
    phase = (t_s - FIRST_S + RR_S / 2) % RR_S - RR_S / 2
    return np.exp(-((phase / 0.01) ** 2)) + 0.25 * np.exp(-(((phase - 0.22) / 0.04) ** 2))


@dataclass
class Reader:
    """Computes samples; remembers which were asked for."""

    waves: tuple[Wave, ...]
    fs: float
    asked: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, start: int, stop: int) -> NDArray[np.float32]:
        self.asked.append((start, stop))
        t = np.arange(start, stop) / self.fs
        return np.stack([wave(t) for wave in self.waves]).astype(np.float32)


def synthetic(
    *leads: Lead,
    waves: tuple[Wave, ...] = (),
    seconds: float = 60.0,
    n_samples: int | None = None,
    fs: float = 360.0,
    start: time | None = None,
) -> Record:
    """A recording whose leads follow formulas, `heart` where none is given."""
    leads = leads or (Lead("MLII"), Lead("V1"))
    n = round(seconds * fs) if n_samples is None else n_samples
    reader = Reader(waves or (heart,) * len(leads), fs)
    return Record("synthetic", Path("synthetic.hea"), fs, leads, n, reader, base_time=start)


def log_with(samples: NDArray[np.int64], classes: NDArray[np.int8]) -> BeatLog:
    """A log of beats; class -1 leaves a beat pending, -2 gives it none."""
    log = BeatLog()
    log.extend(np.asarray(samples, np.int64))
    known = np.flatnonzero(classes != PENDING)
    n = len(known)
    probabilities = np.full((n, N_CLASSES), 1 / N_CLASSES)
    votes = np.zeros((n, 2, N_CLASSES), np.float32)
    log.apply(BeatBatch(known, classes[known], probabilities, votes, np.zeros(n, np.uint16)))
    return log


def heart_log(record: Record, classes: str = "N") -> BeatLog:
    """The beats of `heart`; letters are repeated over them, "?" for pending, "-" for none."""
    times = np.arange(FIRST_S, record.duration_s, RR_S)
    codes = np.array(["-?NSVFQ".index(classes[i % len(classes)]) - 2 for i in range(len(times))])
    return log_with(np.round(times * record.fs).astype(np.int64), codes.astype(np.int8))


def beats_with(samples: NDArray[np.int64], classes: NDArray[np.int8]) -> Beats:
    """Beats as a machine found them; class -1 leaves a beat pending."""
    return Beats.of(log_with(samples, classes))


def heart_beats(record: Record, classes: str = "N") -> Beats:
    """As `heart_log`, for views."""
    return Beats.of(heart_log(record, classes))
