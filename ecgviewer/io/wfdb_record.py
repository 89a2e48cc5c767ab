"""WFDB records through wfdb, the only importer of that library; judges nothing, draws nothing."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgviewer.record import Lead, Record, RecordError

with warnings.catch_warnings():  # wfdb 4.3.1 builds a pandas table in a way pandas 3.1 warns of
    warnings.simplefilter("ignore")
    import wfdb

_TO_MV = {"V": 1000.0, "mV": 1.0, "uV": 0.001}


def open_wfdb(path: Path) -> Record:
    """Open a record by its `.hea` or `.dat`; reads the header only."""
    stem = path.with_suffix("") if path.suffix in {".hea", ".dat"} else path
    header_path = stem.with_name(stem.name + ".hea")
    if not header_path.is_file():
        raise RecordError(path, f"the header {header_path.name} is missing; put it beside the file")
    header: Any = wfdb.rdheader(str(stem))
    units = [unit or "mV" for unit in header.units]
    scale = np.array([_TO_MV.get(unit, 1.0) for unit in units], np.float32)[:, np.newaxis]

    def read(start: int, stop: int) -> NDArray[np.float32]:
        part: Any = wfdb.rdrecord(str(stem), sampfrom=start, sampto=stop)
        return np.ascontiguousarray(part.p_signal.T, np.float32) * scale

    return Record(
        name=header.record_name,
        path=path,
        fs=float(header.fs),
        leads=tuple(
            Lead(name, unit, unit in _TO_MV, bool(gain))
            for name, unit, gain in zip(header.sig_name, units, header.adc_gain, strict=True)
        ),
        n_samples=int(header.sig_len),
        reader=read,
        comments=tuple(header.comments),
        base_date=header.base_date,
        base_time=header.base_time,
        files=(header_path, *(stem.with_name(name) for name in dict.fromkeys(header.file_name))),
    )


def read_wfdb_annotations(stem: Path, annotator: str) -> Any:
    """wfdb's own annotation object of `stem.annotator`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return wfdb.rdann(str(stem), annotator)
