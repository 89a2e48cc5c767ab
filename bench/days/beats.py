"""Classes by lot for a recording's beats, so that drawing is measured with every beat coloured."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES
from ecgviewer.beats.log import PENDING, BeatBatch, BeatLog

SHARES = (0.82, 0.06, 0.08, 0.02, 0.02)  # N S V F Q: more abnormal beats than most days have


def colour(log: BeatLog, beats: NDArray[np.int64], *, seed: int = 0) -> None:
    """Give pending beats (m,) a class each."""
    beats = beats[log.classes[beats] == PENDING]
    classes = np.random.default_rng(seed).choice(N_CLASSES, len(beats), p=SHARES).astype(np.int8)
    probabilities = np.full((len(beats), N_CLASSES), 0.02)
    probabilities[np.arange(len(beats)), classes] = 0.92
    votes = np.repeat(probabilities[:, None].astype(np.float32), log.n_members, axis=1)
    log.apply(BeatBatch(beats, classes, probabilities, votes, np.zeros(len(beats), np.uint16)))


def add_beats(log: BeatLog, n_samples: int, n_beats: int) -> None:
    """So many beats, evenly, after those that are known."""
    last = int(log.samples[-1]) + 100 if log.n_beats else 100
    places = np.linspace(last, n_samples - 100, max(0, n_beats - log.n_beats))
    log.extend(np.unique(places.astype(np.int64)))
