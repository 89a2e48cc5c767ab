"""WFDB annotations: read them from beside a record, write them; never changes a record."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.io.wfdb_record import read_wfdb_annotations
from ecgviewer.record import Record, RecordError


@dataclass(frozen=True)
class Annotations:
    """Annotations of one annotator, in file order.

    Attributes
    ----------
    sample : (n,) int64
        Samples of the record's own rate, from 0.
    symbol : tuple of n str
        WFDB symbols.
    aux : tuple of n str
        Auxiliary text, empty where there is none.
    """

    sample: NDArray[np.int64]
    symbol: tuple[str, ...]
    aux: tuple[str, ...]


def read_annotations(record: Record, annotator: str) -> Annotations:
    """Annotations of `annotator` beside the record; RecordError where there are none."""
    stem = record.files[0].with_suffix("")
    path = stem.with_name(f"{stem.name}.{annotator}")
    if not path.is_file():
        raise RecordError(path, f"there is no annotation file '{annotator}' beside the record")
    found = read_wfdb_annotations(stem, annotator)
    return Annotations(
        np.asarray(found.sample, np.int64),
        tuple(found.symbol),
        tuple(note.rstrip("\x00") for note in found.aux_note),
    )
