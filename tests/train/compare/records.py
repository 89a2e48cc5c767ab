"""Invented records whose beats differ in shape and rhythm by class, and tasks on them."""

import numpy as np

from ecgviewer.signal.params import PAPER
from ecgviewer.signal.windows import neighbours
from train.compare.classifier import Problem, Settings
from train.data.database import RecordBeats
from train.data.windows import WindowCutter


def record(name: str, seed: int, n_beats: int = 160) -> RecordBeats:
    """N, early S and wide V beats over a little noise."""
    rng = np.random.default_rng(seed)
    label = rng.choice([0, 0, 0, 1, 2], n_beats).astype(np.int64)
    rr = np.where(label == 1, 170, 250)
    position = 300 + np.cumsum(rr).astype(np.int64)
    ecg = rng.normal(0, 0.03, (2, int(position[-1]) + 500)).astype(np.float32)
    for p, c in zip(position, label, strict=True):
        ecg[:, p - 5 : p + 5] += 1.0
        if c == 2:
            ecg[:, p + 10 : p + 60] -= 0.8
    before, after = neighbours(position, position)
    return RecordBeats(name, ecg, position, before, after, position, label)


def cutter(*, n_records: int = 2, n_beats: int = 160) -> WindowCutter:
    """Records on the CPU."""
    records = [record("abc"[i], i, n_beats) for i in range(n_records)]
    return WindowCutter(records, device="cpu", prep=PAPER)


def task(settings: Settings, beats: WindowCutter | None = None) -> Problem:
    """Every fourth beat for validation."""
    beats = beats or cutter()
    rows = np.arange(len(beats), dtype=np.int64)
    scored = rows % 4 == 0
    return Problem(beats, rows[~scored], rows[scored], settings, lambda line: None)


class FakeData:
    """Stands for `train.compare.runner.Data` without a cache."""

    device = "cpu"

    def __init__(self, *args, **options) -> None:
        self.cutter = cutter()
        self.tasks = 0

    def check(self, runs):
        pass

    def task(self, settings, say):
        self.tasks += 1
        return task(settings, self.cutter)

    def hashes(self):
        return {"mitdb.cache": "0" * 64}
