"""Records and split of a configuration, from the packed caches."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ecgviewer.signal.params import PAPER
from train.config import Config, ConfigError
from train.data import packed as cache
from train.data import splits
from train.data.augment import Noise, load_noise
from train.data.database import RecordBeats
from train.data.splits import Split
from train.protocols import MAIN, MITDB, PROTOCOLS, Protocol

_LOG = logging.getLogger(__name__)
CACHE = Path("train/cache")


@dataclass(frozen=True)
class Data:
    """Records with the rows to train, to validate and to leave alone.

    `trained_on` are the records of the training rows, as "mitdb/101", where it is by record.
    """

    records: list[RecordBeats]
    split: Split
    trained_on: tuple[str, ...] = ()


def choose_device(wanted: str, *, threads: int = 0) -> str:
    """The device asked for; ConfigError where torch has none such."""
    if threads < 0:
        raise ConfigError(f"threads {threads}: give 0 (torch's own choice) or more")
    if threads:
        torch.set_num_threads(threads)
    if wanted not in ("auto", "cpu", "cuda"):
        raise ConfigError(f"device {wanted!r} is none of auto, cpu, cuda")
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device 'cuda' asked for, but torch finds none; use auto or cpu")
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def cache_file(folder: Path, database: str) -> Path:
    """Where `prepare` packs a database."""
    return folder / f"{database}.cache"


def present(name: str, protocol: Protocol, folder: Path) -> Protocol:
    """A protocol without the databases whose caches are not in `folder`, and a warning of it.

    Without mitdb there is none: reading it says that it is absent.
    """
    absent = [
        database
        for database in protocol.train
        if database != MAIN and not cache_file(folder, database).is_file()
    ]
    if absent:
        _LOG.warning(
            "%s: trained without %s, for %s has no such cache", name, " and ".join(absent), folder
        )
    return protocol.without(absent)


def trained_on(protocol: Protocol, kept: Sequence[str]) -> tuple[str, ...]:
    """What a protocol trains on without the records `kept` for validation, as "mitdb/101"."""
    return tuple(each for each in protocol.patients if each.rpartition("/")[2] not in kept)


def paper_data(folder: Path, *, fold: int = 0) -> Data:
    """All 48 records, one of five folds for validation, the committed 10 % set aside."""
    records = cache.beats(cache.load(cache_file(folder, "mitdb")), names=MITDB, prep=PAPER)
    return Data(records, splits.paper_fold(records, fold))


def of_paper_windows(configs: Iterable[Config]) -> None:
    """ConfigError where a network wants other windows than the paper's, or context beside them."""
    for config in configs:
        if config.preprocessing != "paper" or config.context:
            raise ConfigError(
                f"{config.name}: takes the windows or the context of `clinical`; here are the"
                " paper's windows alone"
            )


def load_data(config: Config, folder: Path) -> Data:
    """Records and split of a configuration, from the packed caches."""
    if config.protocol == "paper":
        of_paper_windows([config])
        return paper_data(folder, fold=config.fold)
    records: list[RecordBeats] = []
    protocol = present(config.protocol, PROTOCOLS[config.protocol], folder)
    for database, names in protocol.train.items():
        packed = cache.load(cache_file(folder, database))
        records += cache.beats(packed, names=names, prep=config.prep, context=config.context)
    used = trained_on(protocol, config.validation_records)
    if config.validation_records:
        return Data(records, splits.by_record(records, config.validation_records), used)
    return Data(records, splits.everything(np.concatenate([r.label for r in records])), used)


def load_noise_for(config: Config, folder: Path, *, device: str) -> Noise | None:
    """The noise a configuration asks for, None where it asks for none."""
    if not config.augment.noise_share:
        return None
    return load_noise(cache_file(folder, "nstdb"), device=device, prep=PAPER)
