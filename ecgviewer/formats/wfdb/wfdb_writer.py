"""The only module that imports wfdb, to write annotation files."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_annotation_file(
    path: Path,
    sample: NDArray[np.int64],
    symbol: Sequence[str],
    *,
    aux: Sequence[str],
    subtype: NDArray[np.int16],
    channel: NDArray[np.int16],
    number: NDArray[np.int16],
    fs: float | None,
) -> None:
    """Write annotations (at least one) with wfdb; ValueError where the format cannot hold them."""
    wfdb = _wfdb()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Warning)  # wfdb's use of pandas, as at its import
        try:
            wfdb.wrann(
                path.stem,
                path.suffix.removeprefix("."),
                sample,
                symbol=list(symbol),
                subtype=subtype.astype(np.int64),
                chan=channel.astype(np.int64),
                num=number.astype(np.int64),
                aux_note=list(aux),
                fs=fs,
                write_dir=os.fspath(path.parent),
            )
        except (TypeError, IndexError, KeyError) as error:
            raise ValueError(str(error)) from error


def _wfdb() -> Any:
    """The library, imported when first used: it brings pandas and matplotlib, half a second."""
    with warnings.catch_warnings():
        # wfdb 4.3.1 uses pandas in a way that pandas 3.1 warns of
        warnings.simplefilter("ignore", Warning)
        import wfdb

    return wfdb
