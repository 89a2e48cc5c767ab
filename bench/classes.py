"""Report against reference on all 48 records: python -m bench.classes --data DIR.

Beats are detected, classified with the shipped ensemble, and paired one to one with the reference
within 150 ms. Most of these beats were trained on: the figures say that the whole way holds
together, not how well it does on a new patient.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.pairing import pair
from ecgviewer.aami import DE_CHAZAL, FLUTTER_WAVE, BeatClass
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.log import BeatLog
from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import load_ensemble
from ecgviewer.signal.params import DETECTION
from train.data.splits import FOLDER
from train.metrics import confusion
from train.protocols import MITDB

NOT_FOUND = 5  # column of missed beats; row of extra ones


def _table(reference: NDArray[np.int64], called: NDArray[np.int64]) -> NDArray[np.int64]:
    flat = np.bincount(reference * 6 + called, minlength=36)
    return flat.reshape(6, 6)


def one_record(path: Path, ensemble, test_samples: set[int]):
    """(6, 6) counts with misses and extras, the (5, 5) of test beats, and seconds taken."""
    record = open_record(path)
    started = time.perf_counter()
    log = BeatLog(n_members=len(ensemble.members))
    *_, last = scan(record, detection=DETECTION)
    log.extend(last.scan.samples)
    for batch in analyze(
        record, last.scan, ensemble, inputs=default_inputs(record, prep=ensemble.prep)
    ):
        log.apply(batch)
    seconds = time.perf_counter() - started
    annotations = read_annotations(record, "atr")
    symbols = np.array(annotations.symbol)
    beats = np.isin(symbols, list(DE_CHAZAL))
    reference = annotations.sample[beats]
    labels = np.array([int(DE_CHAZAL[s]) for s in symbols[beats]])
    found = pair(reference, log.samples, tolerance=round(0.15 * record.fs))
    flutter = annotations.sample[symbols == FLUTTER_WAVE]
    paired = found >= 0
    classes = np.where(log.classes < 0, BeatClass.Q, log.classes)  # as EC57 compares them
    called = np.full(len(reference), NOT_FOUND)
    called[paired] = classes[found[paired]]
    extra = np.ones(log.n_beats, np.bool_)
    extra[found[paired]] = False
    if len(flutter):  # waves of ventricular flutter are no beats and no errors
        near = np.abs(log.samples[:, None] - flutter[None]).min(axis=1)
        extra &= near > 0.3 * record.fs
    table = _table(
        np.concatenate([labels, np.full(extra.sum(), NOT_FOUND)]),
        np.concatenate([called, classes[extra]]),
    )
    is_test = np.isin(reference, list(test_samples)) & paired
    return table, confusion(labels[is_test], called[is_test]), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--ensemble", default="paper")
    arguments = parser.parse_args()
    ensemble = load_ensemble(arguments.ensemble)
    lists = json.loads((FOLDER / "paper" / "test.json").read_text())
    total, test = np.zeros((6, 6), np.int64), np.zeros((5, 5), np.int64)
    print("record  beats  missed  extra  class right  s")
    for name in MITDB:
        path = arguments.data / "mitdb" / name
        table, held_out, seconds = one_record(path, ensemble, set(lists[name]))
        total, test = total + table, test + held_out
        n = table[:5].sum()
        right = np.trace(table[:5, :5])
        print(
            f"{name}  {n:6d}  {table[:5, 5].sum():5d}  {table[5].sum():5d}"
            f"  {100 * right / n:8.2f} %  {seconds:5.1f}",
            flush=True,
        )
    n = total[:5].sum()
    print(f"\nensemble {ensemble.name} {ensemble.hash[:8]}, {ensemble.device} {ensemble.precision}")
    print(f"beats {n}, missed {total[:5, 5].sum()}, extra {total[5].sum()}")
    print(f"right class, of all reference beats: {100 * np.trace(total[:5, :5]) / n:.2f} %")
    print(f"held-out beats found, right class: {100 * np.trace(test) / test.sum():.2f} %")
    print("rows reference N S V F Q extra, columns called N S V F Q missed")
    for row, name in zip(total, ["N", "S", "V", "F", "Q", "extra"], strict=True):
        print(f"{name:>6}" + "".join(f"{v:8d}" for v in row))


if __name__ == "__main__":
    main()
