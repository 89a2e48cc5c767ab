"""Complete analyses between runs: to the store and back, checked.

A result is kept under what it depends on (`key.ResultKey`), the files by their SHA-256 taken before
the first sample was read and once more before the result is kept, so that a file replaced in
between never gives its name to another's beats. Edits by a user are no part of it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from ecgviewer.analysis.cache import database
from ecgviewer.analysis.cache.codec import pack_results, unpack_results
from ecgviewer.analysis.cache.database import Store
from ecgviewer.analysis.cache.key import ResultKey, group_digest
from ecgviewer.analysis.inputs import Inputs
from ecgviewer.beats.results import Results
from ecgviewer.beats.scan import DETECT
from ecgviewer.files.hashes import InputFile, hash_inputs, stamps_of
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.signal.params import ACTIVITY, GRID, QUALITY, Detection
from ecgviewer.versions import code_hash, versions

__all__ = [
    "CachedResult",
    "FileHashes",
    "ResultCache",
    "Results",
    "hash_files",
    "result_key",
]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileHashes:
    """A recording's files as they were before its analysis.

    Attributes
    ----------
    files : tuple of InputFile
        The recording's own, the header first.
    annotation : InputFile or None
        The file the beats come from; None where they are detected.
    beats_from : str
        "detect" or the annotator.
    """

    files: tuple[InputFile, ...]
    annotation: InputFile | None = None
    beats_from: str = DETECT

    @property
    def recording(self) -> str:
        """One digest of the recording's files."""
        return group_digest(tuple(file.sha256 or "" for file in self.files))


@dataclass(frozen=True)
class CachedResult:
    """Results of an earlier run, and when they were kept (with its time zone)."""

    results: Results
    made: datetime


def hash_files(
    record: Record,
    *,
    beats_from: str = DETECT,
    annotation: Path | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> FileHashes | None:
    """Hash all files of a recording; reads every byte.

    None where one cannot be hashed, or is another one than was opened.

    Parameters
    ----------
    record : Record
        The recording.
    beats_from : str
        "detect", or the annotator whose beats are taken.
    annotation : Path, optional
        Its file, where `beats_from` is an annotator.
    stop : callable
        Asked now and then whether to give up.
    """
    if not record.files or (annotation is None) != (beats_from == DETECT):
        return None
    if record.stamps and stamps_of(record.files) != record.stamps:
        return None  # its layout was read from other files
    files = hash_inputs(record.files, stop=stop)
    more = () if annotation is None else hash_inputs([annotation], stop=stop)
    if any(file.sha256 is None for file in (*files, *more)):
        return None
    return FileHashes(files, more[0] if more else None, beats_from)


def result_key(
    hashed: FileHashes,
    ensemble: Ensemble,
    inputs: Inputs,
    *,
    searched: tuple[int, ...],
    detection: Detection,
) -> ResultKey:
    """Everything the analysis of a recording depends on.

    Parameters
    ----------
    hashed : FileHashes
        Its files.
    ensemble : Ensemble
        Who gives the classes.
    inputs : (int or None, int or None)
        Channels given to the networks.
    searched : tuple of int
        Channels in which beats are looked for.
    detection : Detection
        Numbers of the detector.
    """
    annotation = hashed.annotation
    return ResultKey(
        files=tuple(file.sha256 or "" for file in hashed.files),
        beats_from=hashed.beats_from,
        annotation="" if annotation is None else annotation.sha256 or "",
        searched=searched,
        inputs=inputs,
        detection=detection.fingerprint(),
        quality=QUALITY.fingerprint() + ACTIVITY.fingerprint(),
        grid=GRID.fingerprint(),
        preprocessing=ensemble.prep.fingerprint(),
        ensemble=ensemble.hash,
        precision=ensemble.precision,
        device=ensemble.device,
        engine=ensemble.place.engine,
        versions=tuple(sorted(_of_libraries().items())),
        code=code_hash(),
    )


def _of_libraries() -> dict[str, str]:
    """Versions of what computes beside our own code, which is known by its hash."""
    found = versions()
    del found["ecgviewer"]
    return found


class ResultCache:
    """Finds and keeps results; whatever goes wrong is logged and is a miss.

    Parameters
    ----------
    store : Store, optional
        Where they lie; by default in the user's cache folder.
    """

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or Store(database.folder())

    def knows(self, hashed: FileHashes) -> bool:
        """Whether there is any result of a recording, by whatever ensemble."""
        return self.store.knows(hashed.recording)

    def find(
        self,
        record: Record,
        hashed: FileHashes,
        ensemble: Ensemble,
        inputs: Inputs,
        *,
        detection: Detection,
    ) -> CachedResult | None:
        """The results of an earlier run that did the same with the same files.

        Parameters
        ----------
        record : Record
            The recording.
        hashed : FileHashes
            Its files as they are now.
        ensemble : Ensemble
            Who would give the classes.
        inputs : (int or None, int or None)
            Channels the networks would read.
        detection : Detection
            Numbers of the detector.
        """
        key = result_key(
            hashed, ensemble, inputs, searched=record.ecg_leads, detection=detection
        ).digest()
        found = self.store.get(key)
        if found is None:
            return None
        try:
            results = unpack_results(
                found.columns, record, beats_from=hashed.beats_from, n_members=len(ensemble.members)
            )
        except Exception as error:  # sealed, and yet not what this version keeps
            _LOG.warning("a kept result is not used and removed: %s", error)
            self.store.remove(key)
            return None
        return CachedResult(results, found.made)

    def keep(
        self,
        record: Record,
        hashed: FileHashes,
        ensemble: Ensemble,
        inputs: Inputs,
        results: Results,
        *,
        stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Keep a complete analysis; False where it is not complete or was not kept.

        Parameters
        ----------
        record, ensemble, inputs
            As for `find`.
        hashed : FileHashes
            The files as they were before the first sample was read.
        results : Results
            What came of it.
        stop : callable
            Asked now and then whether to give up.
        """
        try:
            if not _complete(results, ensemble) or results.scan.beats_from != hashed.beats_from:
                return False
            if ensemble.mixed:  # no other run would give these bits
                _LOG.info("results are not kept: they come from two devices")
                return False
            columns = pack_results(results)
            path = None if hashed.annotation is None else hashed.annotation.path
            after = hash_files(record, beats_from=hashed.beats_from, annotation=path, stop=stop)
            if after != hashed:
                _LOG.info("results are not kept: a file changed while it was analysed")
                return False
            key = result_key(
                hashed,
                ensemble,
                inputs,
                searched=results.scan.leads,
                detection=results.scan.detection,
            )
            return self.store.put(key.digest(), columns, recording=hashed.recording, stop=stop)
        except Exception as error:  # the analysis is done; that it is not kept is no failure
            _LOG.warning("results are not kept: %s", error)
            return False


def _complete(results: Results, ensemble: Ensemble) -> bool:
    log = results.log
    return (
        log.n_pending == 0
        and log.n_members == len(ensemble.members)
        and np.array_equal(log.samples, results.scan.samples)
    )
