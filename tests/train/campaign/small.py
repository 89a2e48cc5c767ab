"""A campaign of small networks on made beats."""

from pathlib import Path

import numpy as np

from ecgviewer.signal.params import PAPER
from tests.train.compare.records import FakeData
from tests.train.synthetic import record_beats
from train.campaign.data import Lesson
from train.campaign.plan import Item
from train.compare.classifier import Settings
from train.config import Config
from train.data.splits import Split
from train.data.windows import WindowCutter

RESNET = Config(
    name="small-resnet",
    architecture="resnet1d",
    arguments={"width": 8, "blocks": [1, 1, 1, 1]},
    epochs=3,
    batch=32,
    schedule="one-cycle",
    learning_rate=3e-3,
)
SLAP = Config(name="small-slap", architecture="slap", arguments={"n_cells": 8}, epochs=2, batch=32)
SETTINGS = Settings(classifier="cnn-lstm", width=0.1, epochs=1.0, max_minutes=0.5, batch=32)


def items(*, keep="weights") -> list[Item]:
    """A ResNet, a SLAP and a comparison."""
    return [
        Item(RESNET.name, "folds", "a ResNet", RESNET, ("mitdb",), keep),
        Item(SLAP.name, "folds", "a SLAP", SLAP, ("mitdb",), keep),
        Item(SETTINGS.run, "table-7", "a comparison", SETTINGS, ("mitdb",)),
    ]


class SmallStore:
    """Stands for `train.campaign.data.Store` without caches."""

    device = "cpu"

    def __init__(self, *, share: float = 1.0, lacks: tuple[str, ...] = ()) -> None:
        self.share, self.lacks = share, lacks
        self.cutter = WindowCutter([record_beats()], device="cpu", prep=PAPER)
        self.lessons = 0

    def absent(self, item):
        return [name for name in item.caches if name in self.lacks]

    def is_read(self, item):
        return True

    def lesson(self, item):
        self.lessons += 1
        n = len(self.cutter)
        split = Split(np.arange(n - 60), np.arange(n - 60, n), np.empty(0, np.int64))
        return Lesson(item.work, self.cutter, split, None, ["a"])

    def compared(self, settings):
        return FakeData()


def copied(folder: Path, to: Path) -> Path:
    """OUT as another machine gets it: the files alone."""
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to
