"""Complete analyses between runs: to the store and back, checked; computes no beat and no class.

A result is kept under what it depends on (`store.key.ResultKey`), the files by their SHA-256 taken
before the first sample was read and once more before the result is kept, so that a file replaced
in between never gives its name to another's beats. Edits by a person are no part of it.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beat import FLAGS, N_CLASSES
from ecgviewer.beatlog import PENDING, BeatBatch, BeatLog, flag_bits
from ecgviewer.io.report_inputs import InputFile, hash_inputs
from ecgviewer.model.engine import engine
from ecgviewer.pipeline import Ensemble, Inputs, Scan
from ecgviewer.record import Record
from ecgviewer.signal.params import DETECTION, GRID, QUALITY, Detection
from ecgviewer.signal.quality import Stretch
from ecgviewer.store import place
from ecgviewer.store.database import Store
from ecgviewer.store.key import ResultKey, group_digest
from ecgviewer.store.packing import Column
from ecgviewer.versions import code_hash, versions

_LOG = logging.getLogger(__name__)
DETECT = "detect"
_KINDS = ("gap", "flat", "noisy")
_CONTENT = "about"  # the column that holds the rest as JSON


class _OffError(Exception):
    """What was kept does not fit together."""


@dataclass(frozen=True)
class Hashed:
    """A recording's files as they were before its analysis.

    Attributes
    ----------
    files : tuple of InputFile
        The recording's own, the header first.
    annotation : InputFile or None
        The file the beats come from; None where they are detected.
    source : str
        "detect" or the annotator.
    """

    files: tuple[InputFile, ...]
    annotation: InputFile | None = None
    source: str = DETECT

    @property
    def recording(self) -> str:
        """One digest of the recording's files."""
        return group_digest(tuple(file.sha256 or "" for file in self.files))


@dataclass(frozen=True)
class Results:
    """A complete analysis; `log` is not to be written any more."""

    scan: Scan
    log: BeatLog


@dataclass(frozen=True)
class Kept:
    """Results of an earlier run, and when they were kept (with its time zone)."""

    results: Results
    made: datetime


def hash_files(
    record: Record,
    *,
    source: str = DETECT,
    annotation: Path | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Hashed | None:
    """Hash all files of a recording; reads every byte. None where one cannot be hashed.

    Parameters
    ----------
    record : Record
        The recording.
    source : str
        "detect", or the annotator whose beats are taken.
    annotation : Path, optional
        Its file, where `source` is an annotator.
    stop : callable
        Asked now and then whether to give up.
    """
    if not record.files or (annotation is None) != (source == DETECT):
        return None
    files = hash_inputs(record.files, stop=stop)
    more = () if annotation is None else hash_inputs([annotation], stop=stop)
    if any(file.sha256 is None for file in (*files, *more)):
        return None
    return Hashed(files, more[0] if more else None, source)


def result_key(
    hashed: Hashed,
    ensemble: Ensemble,
    inputs: Inputs,
    *,
    searched: tuple[int, ...],
    detection: Detection = DETECTION,
) -> ResultKey:
    """Everything the analysis of a recording depends on.

    Parameters
    ----------
    hashed : Hashed
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
        source=hashed.source,
        annotation="" if annotation is None else annotation.sha256 or "",
        searched=searched,
        inputs=inputs,
        detection=detection.fingerprint(),
        quality=QUALITY.fingerprint(),
        grid=GRID.fingerprint(),
        preprocessing=ensemble.prep.fingerprint(),
        ensemble=ensemble.hash,
        precision=ensemble.precision,
        device=ensemble.device,
        engine=engine(ensemble.device),
        versions=tuple(sorted(versions().items())),
        code=code_hash(),
    )


class Keeper:
    """Finds and keeps results; whatever goes wrong is logged and is a miss.

    Parameters
    ----------
    store : Store, optional
        Where they lie; by default in the user's cache folder.
    """

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or Store(place.folder())

    def knows(self, hashed: Hashed) -> bool:
        """Whether there is any result of a recording, by whatever ensemble."""
        return self.store.knows(hashed.recording)

    def find(
        self, record: Record, hashed: Hashed, ensemble: Ensemble, inputs: Inputs
    ) -> Kept | None:
        """The results of an earlier run that did the same with the same files.

        Parameters
        ----------
        record : Record
            The recording.
        hashed : Hashed
            Its files as they are now.
        ensemble : Ensemble
            Who would give the classes.
        inputs : (int or None, int or None)
            Channels the networks would read.
        """
        key = result_key(hashed, ensemble, inputs, searched=record.ecg_leads).digest()
        found = self.store.get(key)
        if found is None:
            return None
        try:
            results = _unpacked(found.columns, record, hashed, len(ensemble.members))
        except Exception as error:  # sealed, and yet not what this version keeps
            _LOG.warning("a kept result is not used and removed: %s", error)
            self.store.remove(key)
            return None
        return Kept(results, found.made)

    def keep(
        self,
        record: Record,
        hashed: Hashed,
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
        hashed : Hashed
            The files as they were before the first sample was read.
        results : Results
            What came of it.
        stop : callable
            Asked now and then whether to give up.
        """
        try:
            if not _complete(results, ensemble) or results.scan.source != hashed.source:
                return False
            columns = _packed(results)
            path = None if hashed.annotation is None else hashed.annotation.path
            after = hash_files(record, source=hashed.source, annotation=path, stop=stop)
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


def _packed(results: Results) -> dict[str, Column]:
    """Columns of a complete analysis; a field of `Scan` that is no array goes into `about`."""
    scan, log = results.scan, results.log
    about = {
        "leads": list(scan.leads),
        "source": scan.source,
        "detection": scan.detection.to_dict(),
    }
    columns: dict[str, Column] = {
        _CONTENT: np.frombuffer(json.dumps(about).encode(), np.uint8),
        "stretches": _stretch_rows(scan.stretches),
        "classes": log.classes,
        "probabilities": log.probabilities,
        "votes": log.votes,
        "flags": log.flags,
    }
    for name in _scan_arrays():
        columns[name] = getattr(scan, name)
    return columns


def _scan_arrays() -> tuple[str, ...]:
    """Fields of `Scan` that are kept as columns: all but those handled by name."""
    others = {"stretches", "leads", "source", "detection"}
    return tuple(f.name for f in fields(Scan) if f.name not in others)


def _stretch_rows(stretches: tuple[Stretch, ...]) -> NDArray[np.int64]:
    """(n, 4): kind, start, stop, lead or -1."""
    rows = [
        (_KINDS.index(s.kind), s.start, s.stop, -1 if s.lead is None else s.lead) for s in stretches
    ]
    return np.array(rows, np.int64).reshape(-1, 4)


def _unpacked(
    columns: dict[str, Column], record: Record, hashed: Hashed, n_members: int
) -> Results:
    """The analysis, every column of the shape it must have; raises at anything that is off."""
    about: dict[str, Any] = json.loads(columns[_CONTENT].tobytes())
    n = len(columns["samples"])
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        "samples": ("<i8", (n,)),
        "positions": ("<i8", (n,)),
        "before": ("<i8", (n,)),
        "after": ("<i8", (n,)),
        "unreadable": ("<i8", (len(columns["unreadable"]), 2)),
        "stretches": ("<i8", (len(columns["stretches"]), 4)),
        "classes": ("|i1", (n,)),
        "probabilities": ("<f8", (n, N_CLASSES)),
        "votes": ("<f4", (n, n_members, N_CLASSES)),
        "flags": ("<u2", (n,)),
    }
    if set(columns) != {*shapes, _CONTENT}:
        raise _OffError(f"columns {sorted(columns)}")
    for name, wanted in shapes.items():
        found = (columns[name].dtype.str, columns[name].shape)
        if found != wanted:
            raise _OffError(f"{name} is {found}, must be {wanted}")
    _check_values(columns, record)
    scan = Scan(
        stretches=tuple(
            Stretch(_KINDS[kind], start, stop, None if lead < 0 else lead)  # type: ignore[arg-type]
            for kind, start, stop, lead in columns["stretches"].tolist()
        ),
        leads=tuple(about["leads"]),
        source=about["source"],
        detection=Detection.from_dict(about["detection"]),
        **{name: columns[name] for name in _scan_arrays()},
    )
    if (scan.leads, scan.source) != (record.ecg_leads, hashed.source):
        raise _OffError(f"leads {scan.leads}, source {scan.source}")
    return Results(scan, _log(columns, n_members))


def _check_values(columns: dict[str, Column], record: Record) -> None:
    samples, classes = columns["samples"], columns["classes"]
    if len(samples) == 0:
        return
    if samples[0] < 0 or samples[-1] >= record.n_samples or (np.diff(samples) <= 0).any():
        raise _OffError("beats are not in the order of time, or beyond the recording")
    if classes.min() <= PENDING or classes.max() >= N_CLASSES:
        raise _OffError("a class that there is not")
    if columns["flags"].max() >= 1 << len(FLAGS) or (columns["flags"] & flag_bits("pending")).any():
        raise _OffError("flags that a classified beat cannot have")


def _log(columns: dict[str, Column], n_members: int) -> BeatLog:
    log = BeatLog(n_members=n_members)
    log.extend(columns["samples"])
    log.apply(
        BeatBatch(
            np.arange(len(columns["samples"])),
            columns["classes"],
            columns["probabilities"],
            columns["votes"],
            columns["flags"],
        )
    )
    return log
