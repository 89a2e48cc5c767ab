"""Annotation files beside a record, in WFDB's format: find, read, write."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgviewer.files.atomic import WriteError, write_whole
from ecgviewer.formats.wfdb.annotation_file import (
    Annotations,
    annotation_paths,
    read_annotation_file,
)
from ecgviewer.formats.wfdb.wfdb_writer import write_annotation_file
from ecgviewer.record import Record, RecordError

MAX_TEXT = 255  # the format counts an annotation's text in one byte
__all__ = [
    "Annotations",
    "annotation_file",
    "annotators",
    "read_annotations",
    "write_annotations",
]


def annotators(record: Record) -> tuple[str, ...]:
    """Annotators found beside the record ("atr", "qrs"...), sorted.

    Parameters
    ----------
    record : Record
        The recording.
    """
    return tuple(annotation_paths(_stem(record)))


def read_annotations(record: Record, annotator: str, *, at_own_rate: bool = False) -> Annotations:
    """Annotations of one annotator.

    Parameters
    ----------
    record : Record
        The recording.
    annotator : str
        Suffix of the annotation file.
    at_own_rate : bool
        Whether samples stay at the file's resolution.

    Returns
    -------
    Annotations
        `sample` in the record's own samples, whatever resolution the file has; `fs` the record's.
        With `at_own_rate` both are the file's.

    Raises
    ------
    RecordError
        Where the file is missing or damaged.
    """
    stem = _stem(record)
    if not re.fullmatch(r"[\w-]{1,20}", annotator):
        raise RecordError(record.path, f"{annotator[:40]!r} is no annotator's name")
    found = read_annotation_file(stem.with_name(f"{stem.name}.{annotator}"))
    own = found.fs or record.annotation_fs or record.fs
    if at_own_rate:
        return replace(found, fs=own)
    if own != record.fs:
        scaled = np.floor(found.sample * (record.fs / own) + 0.5).astype(np.int64)
        found = replace(found, sample=scaled)
    return replace(found, fs=record.fs)


def write_annotations(path: Path, annotations: Annotations, *, force: bool = False) -> None:
    """Write an annotation file, whole or not at all.

    Parameters
    ----------
    path : Path
        `<record>.<annotator>`, the annotator of letters alone.
    annotations : Annotations
        In the order of time; `fs` is written as the file's time resolution.
    force : bool
        Whether a file already there may be replaced.

    Raises
    ------
    RecordError
        Where the format cannot hold them or the file cannot be written.
    """
    if not re.fullmatch(r"[A-Za-z]{1,20}", path.suffix.removeprefix(".")):
        raise RecordError(path, f"the annotator {path.suffix!r} must be letters alone")
    sample = annotations.sample
    if len(sample) and (sample.min() < 0 or (np.diff(sample) < 0).any()):
        raise RecordError(path, "annotations must lie at 0 or later, in the order of time")
    if any(len(text.encode()) > MAX_TEXT for text in annotations.aux):
        raise RecordError(path, f"an annotation's text has more than {MAX_TEXT} bytes")
    try:
        write_whole(path, _encoded(annotations), force=force)
    except WriteError as error:
        raise RecordError(path, error.reason) from error
    except ValueError as error:
        raise RecordError(path, f"the format cannot hold these annotations ({error})") from error


def _encoded(annotations: Annotations) -> bytes:
    """The bytes of an annotation file; ValueError where the format cannot hold them."""
    if not len(annotations):
        return b"\0\0"  # the format's end mark alone, which wfdb does not write
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.atr"
        write_annotation_file(
            path,
            annotations.sample,
            annotations.symbol,
            # as UTF-8, a character for a byte, for wfdb writes one byte for each
            aux=[text.encode().decode("latin-1") for text in annotations.aux],
            subtype=annotations.subtype,
            channel=annotations.channel,
            number=annotations.number,
            fs=annotations.fs,
        )
        return path.read_bytes()


def _stem(record: Record) -> Path:
    """The record's path without suffix, where its annotations lie."""
    return (record.files[0] if record.files else record.path).with_suffix("")


def annotation_file(record: Record, annotator: str) -> Path:
    """The file of an annotator beside the record."""
    header = record.files[0]
    return header.with_name(f"{header.stem}.{annotator}")
