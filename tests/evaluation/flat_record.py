"""A recording of a flat line with annotations beside it, for tests that compare and not analyse."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecgviewer.formats.annotations import Annotations, write_annotations

FS = 100


def flat_record(folder: Path, name: str = "r", *, seconds: int = 400) -> Path:
    """Write a recording of one lead; the header's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.dat").write_bytes(bytes(2 * FS * seconds))
    path = folder / f"{name}.hea"
    path.write_text(f"{name} 1 {FS} {FS * seconds}\n{name}.dat 16 200 16 0 0 0 0 II\n")
    return path


def annotate(
    record: Path, annotator: str, found: Sequence[tuple[float, str]], *, fs: float = FS
) -> None:
    """Put annotations (seconds, symbol) beside a recording, in a file of that resolution."""
    n = len(found)
    zeros = np.zeros(n, np.int16)
    samples = np.array([round(seconds * fs) for seconds, _ in found], np.int64)
    symbols = tuple(symbol for _, symbol in found)
    marks = Annotations(samples, symbols, ("",) * n, zeros, zeros, zeros, fs)
    write_annotations(record.with_suffix(f".{annotator}"), marks)
