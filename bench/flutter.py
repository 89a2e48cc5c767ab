"""Suspected ventricular flutter against annotations: python -m bench.flutter --data DIR...

Episode and duration sensitivity and positive predictivity by record, as `epicmp -V -f 0` counts
them: whole records, from "[" to "]"; an episode counts as found, or as right, where it overlaps one
of the other side. Records without either are counted alone.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.scan import scan
from ecgviewer.beats.scan import episode_spans
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record, records_in
from ecgviewer.record import Record, RecordError
from ecgviewer.signal.params import DETECTION


@dataclass(frozen=True)
class Score:
    """Episodes annotated and found; episodes called and right; and their samples."""

    true: int = 0
    found: int = 0
    called: int = 0
    right: int = 0
    true_s: float = 0.0
    called_s: float = 0.0
    both_s: float = 0.0

    def text(self) -> str:
        """One line of figures."""
        return (
            f"episodes Se {_share(self.found, self.true)} +P {_share(self.right, self.called)},"
            f" duration Se {_share(self.both_s, self.true_s)} +P"
            f" {_share(self.both_s, self.called_s)}, annotated {self.true_s:.1f} s,"
            f" called {self.called_s:.1f} s"
        )


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def annotated(record: Record) -> NDArray[np.int64]:
    """Spans (m, 2) from "[" to "]", own samples; one that does not end ends with the record."""
    marks = read_annotations(record, "atr")
    spans, begun = [], None
    for sample, symbol in zip(marks.sample.tolist(), marks.symbol, strict=True):
        if symbol == "[" and begun is None:
            begun = sample
        elif symbol == "]" and begun is not None:
            spans.append((begun, sample))
            begun = None
    if begun is not None:
        spans.append((begun, record.n_samples))
    return np.array(spans, np.int64).reshape(-1, 2)


def score(true: NDArray[np.int64], called: NDArray[np.int64], n: int, fs: float) -> Score:
    """Of spans (m, 2) and (k, 2) in a record of n samples."""
    inside = np.zeros((2, n), np.bool_)
    for row, spans in enumerate((true, called)):
        for start, stop in spans.tolist():
            inside[row, start:stop] = True
    found = sum(bool(inside[1, start:stop].any()) for start, stop in true.tolist())
    right = sum(bool(inside[0, start:stop].any()) for start, stop in called.tolist())
    true_s, called_s = (inside.sum(axis=1) / fs).tolist()
    both_s = float(inside.all(axis=0).sum() / fs)
    return Score(len(true), found, len(called), right, true_s, called_s, both_s)


def main() -> None:
    """Score every record of some folders."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    without = 0
    for folder in parser.parse_args().data:
        for path in records_in(folder):
            record = open_record(path)
            try:
                true = annotated(record)
            except RecordError:
                continue
            *_, last = scan(record, detection=DETECTION)
            assert last.scan is not None
            called = episode_spans(last.scan.episodes, "flutter")
            if len(true) == 0 and len(called) == 0:
                without += 1
                continue
            print(record.name, score(true, called, record.n_samples, record.fs).text())
    print(f"{without} records with none annotated and none called")


if __name__ == "__main__":
    main()
