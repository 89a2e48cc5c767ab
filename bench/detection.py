"""R peaks against reference annotations: python -m bench.detection --data DIR.

Sensitivity (Se) and positive predictivity (+P) of the detector, record by record and gross, over
the whole record, all ECG leads, with EC57's window of 150 ms; and the time it takes without
cleaning. Flutter stretches, "[" to "]", are left out; "!" marks are no beats.
"""

import argparse
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import DE_CHAZAL
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record, records_in, without_suffix
from ecgviewer.record import Record
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import DETECTION
from ecgviewer.signal.rpeaks.detect import detect_block, join
from train.protocols import DS1, DS2, MITDB, PACED

WINDOW_S = 0.15  # ANSI/AAMI EC57
SETS = {"DS1": DS1, "DS2": DS2, "PACED": PACED, "MITDB": MITDB}


@dataclass(frozen=True)
class Score:
    """Beats of one record or of several: found, missed, and detections that are no beat."""

    found: int = 0
    missed: int = 0
    extra: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.found + other.found, self.missed + other.missed, self.extra + other.extra)

    @property
    def sensitivity(self) -> float:
        """Share of the reference beats that were found; NaN where there are none."""
        beats = self.found + self.missed
        return self.found / beats if beats else float("nan")

    @property
    def predictivity(self) -> float:
        """Share of the detections that are beats; NaN where there are none."""
        detections = self.found + self.extra
        return self.found / detections if detections else float("nan")


def match(
    reference: NDArray[np.int64], found: NDArray[np.int64], *, tolerance: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pair as EC57 does: only with the nearest, and only where that is mutual.

    Parameters
    ----------
    reference, found : (n,) and (m,) int64
        Ascending samples.
    tolerance : float
        Largest distance of a pair, samples.

    Returns
    -------
    (n,) and (m,) bool
        Which of either are paired. Of two equally near the earlier stays unpaired.
    """
    paired_reference = np.zeros(len(reference), np.bool_)
    paired_found = np.zeros(len(found), np.bool_)
    if len(reference) and len(found):
        nearest = _nearest(found, reference)
        mutual = _nearest(reference, found)[nearest] == np.arange(len(found))
        paired_found = mutual & (np.abs(reference[nearest] - found) <= tolerance)
        paired_reference[nearest[paired_found]] = True
    return paired_reference, paired_found


def _nearest(of: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index of the nearest of `among` for each of `of`; of two equally near, the later."""
    after = np.clip(np.searchsorted(among, of, side="left"), 0, len(among) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(of - among[before]) < np.abs(among[after] - of), before, after)


def outside_flutter(
    samples: NDArray[np.int64], marks: NDArray[np.int64], symbols: NDArray[np.str_]
) -> NDArray[np.bool_]:
    """Which samples lie outside the stretches from "[" to "]"; one left open runs to the end."""
    inside = np.zeros(len(samples), np.bool_)
    start: int | None = None
    for mark, symbol in zip(marks.tolist(), symbols.tolist(), strict=True):
        if symbol == "[" and start is None:
            start = mark
        elif symbol == "]" and start is not None:
            inside |= (samples >= start) & (samples <= mark)
            start = None
    if start is not None:
        inside |= samples >= start
    return ~inside


def detect(record: Record) -> NDArray[np.int64]:
    """All R peaks of a recording, own samples."""
    grid = TimeGrid(record)
    peaks = np.empty(0, np.int64)
    for index in range(grid.n_blocks):
        peaks = join(peaks, detect_block(grid, index, record.ecg_leads, DETECTION), DETECTION)
    return grid.to_own(peaks)


def in_memory(record: Record) -> Record:
    """The same recording with its samples read: the time of detection is not that of a disk."""
    samples = record.read(0, record.n_samples)
    return Record(
        name=record.name,
        path=record.path,
        fs=record.fs,
        leads=record.leads,
        n_samples=record.n_samples,
        reader=lambda start, stop: samples[:, start:stop],
        files=record.files,
    )


def score(path: Path) -> tuple[Score, Record]:
    """Score of one record against its annotator `atr`, and the record, read into memory."""
    record = in_memory(open_record(path))
    annotations = read_annotations(record, "atr")
    symbols = np.array(annotations.symbol)
    beats = np.isin(symbols, list(DE_CHAZAL))
    reference = annotations.sample[beats]
    found = detect(record)
    found = found[outside_flutter(found, annotations.sample, symbols)]
    hit, right = match(reference, found, tolerance=WINDOW_S * record.fs)
    return Score(int(hit.sum()), int((~hit).sum()), int((~right).sum())), record


def seconds_per_lead_hour(record: Record, *, repeats: int = 5) -> float:
    """Processor time of detection for one hour of one lead, s: the least of some repeats."""
    least = float("inf")
    for _ in range(repeats):
        started = time.process_time()
        detect(record)
        least = min(least, time.process_time() - started)
    return least / (record.duration_s / 3600 * len(record.ecg_leads))


def _line(name: str, result: Score) -> str:
    return (
        f"{name:>8} {result.found + result.missed:>7} {result.missed:>6} {result.extra:>6}"
        f" {100 * result.sensitivity:>8.3f} {100 * result.predictivity:>8.3f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    parser.add_argument("--records", default="MITDB", help=f"{', '.join(SETS)} or names")
    parser.add_argument("--json", type=Path, help="also write the counts here")
    parser.add_argument("--no-time", action="store_true", help="do not measure the time")
    args = parser.parse_args()
    names = SETS.get(args.records, tuple(args.records.split(",")))
    if args.records == "ALL":
        names = tuple(sorted(without_suffix(path).name for path in records_in(args.data)))
    print(f"detector {DETECTION.fingerprint()[:8]}, {1000 * WINDOW_S:.0f} ms, whole record")
    print(f"{'record':>8} {'beats':>7} {'missed':>6} {'extra':>6} {'Se %':>8} {'+P %':>8}")
    total, counts, slowest = Score(), {}, 0.0
    for name in names:
        result, record = score(args.data / name)
        total += result
        counts[name] = [result.found, result.missed, result.extra]
        print(_line(name, result), flush=True)
        if not args.no_time and name in names[:3]:
            slowest = max(slowest, seconds_per_lead_hour(record))
    print(_line("gross", total))
    if slowest:
        threads = os.environ.get("OMP_NUM_THREADS", "unset")
        print(f"{slowest:.3f} s per lead-hour (least of 5; OMP_NUM_THREADS {threads})")
    if args.json:
        args.json.write_text(json.dumps(counts, indent=1) + "\n")


if __name__ == "__main__":
    main()
