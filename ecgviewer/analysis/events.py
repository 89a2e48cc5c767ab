"""What an analysis says on its way, as frozen events, and what it may be told."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.cache.cache import CachedResult, FileHashes
from ecgviewer.beats.log import BeatBatch
from ecgviewer.beats.scan import Scan, ScanStep
from ecgviewer.model.ensemble import Ensemble


@dataclass(frozen=True)
class FilesHashed:
    """The record's files as they are before its first sample is read."""

    hashes: FileHashes


@dataclass(frozen=True)
class Cached:
    """An earlier run did the same with the same files: all there is to know; nothing follows."""

    result: CachedResult


@dataclass(frozen=True)
class BeatsFound:
    """One block further; the last step carries the scan."""

    step: ScanStep


@dataclass(frozen=True)
class ClassesStarted:
    """The beats are all found and the networks are there."""

    ensemble: Ensemble


@dataclass(frozen=True)
class ClassesMoved:
    """A graphics card failed; the same networks go on elsewhere and say so in their `notice`."""

    ensemble: Ensemble


@dataclass(frozen=True)
class BeatsClassified:
    """Classes of some beats."""

    batch: BeatBatch


@dataclass(frozen=True)
class Ended:
    """The last event of a run: whether it got to its end or was stopped before."""

    whole: bool


class Order(Protocol):
    """Which beats are wanted next."""

    def __call__(self, pending: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Indices, the most urgent first, of beats (n,) of which some are pending."""

    def hurried(self) -> bool:
        """Whether other beats than those of the present batch are wanted sooner."""


Event = FilesHashed | Cached | BeatsFound | ClassesStarted | ClassesMoved | BeatsClassified | Ended


@dataclass(frozen=True)
class Known:
    """What an earlier run that was cut short has found.

    Attributes
    ----------
    scan : Scan
        All beats.
    classified : (n,) bool
        Those that have their class: it is not asked for again.
    hashes : FileHashes or None
        The files as they were before that run read the first sample.
    computed_on : str
        Where those classes were computed, as `Ensemble.computed_on` has it.
    """

    scan: Scan
    classified: NDArray[np.bool_]
    hashes: FileHashes | None
    computed_on: str = ""
