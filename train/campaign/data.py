"""What the runs of a campaign learn from: read and cleaned once, resident on the device."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from ecgviewer.signal.params import PAPER
from train.campaign.plan import Item
from train.clinical.configurations import grouped_folds
from train.clinical.runs import Patients, read_patients
from train.compare.classifier import Settings
from train.compare.runner import Data as Compared
from train.config import Config
from train.data import splits
from train.data.augment import Noise
from train.data.database import RecordBeats
from train.data.load import cache_file, load_noise_for, paper_data
from train.data.splits import Split
from train.data.windows import WindowCutter
from train.protocols import DS1


@dataclass(frozen=True)
class Lesson:
    """What one training is given.

    Attributes
    ----------
    config : Config
        Complete, its validation records among it.
    cutter : WindowCutter
        The data on the device.
    split : Split
        Rows.
    noise : Noise or None
        For augmentation.
    names : list of str
        Records, in the order of the cutter's numbers.
    """

    config: Config
    cutter: WindowCutter
    split: Split
    noise: Noise | None
    names: list[str]


class Store:
    """Databases as runs need them, one group's in memory at a time.

    Parameters
    ----------
    folder : Path
        Of the packed caches.
    device : str
        Where they lie once read.
    share : float
        Of the training and validation beats.
    """

    def __init__(self, folder: Path, *, device: str, share: float) -> None:
        self._folder, self.device, self.share = folder, device, share
        self._paper: tuple[list[RecordBeats], WindowCutter] | None = None
        self._ds1: tuple[list[RecordBeats], WindowCutter] | None = None
        self._patients: Patients | None = None
        self._compared: Compared | None = None

    def absent(self, item: Item) -> list[str]:
        """Databases that an item needs and whose caches are not there."""
        return [name for name in item.caches if not cache_file(self._folder, name).is_file()]

    def is_read(self, item: Item) -> bool:
        """Whether an item's records are in memory."""
        if item.group == "clinical":
            return self._patients is not None
        return self._paper is not None

    def lesson(self, item: Item) -> Lesson:
        """What an item's training is given; DatabaseError where a cache is absent or damaged."""
        config = item.work
        assert isinstance(config, Config)
        if item.group == "clinical":
            return self._of_patients(config, item.fold)
        records, cutter = self._of_ds1() if config.protocol == "ds1" else self._of_paper()
        labels = cutter.label.cpu().numpy()
        if config.protocol == "ds1":
            split = splits.everything(labels)
        else:
            split = splits.paper_fold(records, config.fold)
        noise = load_noise_for(config, self._folder, device=self.device)
        names = [r.name for r in records]
        return Lesson(config, cutter, splits.part(split, labels, self.share), noise, names)

    def compared(self, settings: Settings) -> Compared:
        """The comparison's data."""
        if self._compared is None:
            beats = self._of_paper()
            self._compared = Compared(
                self._folder, device=self.device, share=self.share, beats=beats
            )
        self._compared.check([settings])
        return self._compared

    def _of_paper(self) -> tuple[list[RecordBeats], WindowCutter]:
        if self._paper is None:
            records = paper_data(self._folder).records
            self._paper = records, WindowCutter(records, device=self.device, prep=PAPER)
        return self._paper

    def _of_ds1(self) -> tuple[list[RecordBeats], WindowCutter]:
        if self._ds1 is None:
            records = [r for r in self._of_paper()[0] if r.name in DS1]
            self._ds1 = records, WindowCutter(records, device=self.device, prep=PAPER)
        return self._ds1

    def _of_patients(self, config: Config, fold: int) -> Lesson:
        if self._patients is None:
            self._patients = read_patients(self._folder, config, copies=True, device=self.device)
        patients = self._patients
        kept = grouped_folds(patients.s_beats())[fold]
        config = msgspec.structs.replace(config, validation_records=kept)
        split = splits.by_record(patients.records, kept)
        labels = np.concatenate([r.label for r in patients.records])
        split = splits.part(split, labels, self.share)
        return Lesson(config, patients.cutter, split, None, [r.name for r in patients.records])
