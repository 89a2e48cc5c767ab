"""The whole way of one record: R peaks, cleaning, context, classes, as the program goes it."""

import statistics
import time

from bench.days.figures import Figure
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.run import run_whole
from ecgviewer.beats.scan import DETECT
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.signal.params import DETECTION
from train.data.packed import PackedRecord, unpack

_REPEATS = 3


def measure(packed: PackedRecord, ensemble: Ensemble) -> list[Figure]:
    """Seconds and beats a second of one record, all of it; its samples lie in memory."""
    record = unpack(packed)
    inputs = default_inputs(record, prep=ensemble.prep)
    times, n_beats = [], 0
    for _ in range(1 + _REPEATS):
        start = time.perf_counter()
        found = run_whole(record, ensemble, inputs=inputs, beats_from=DETECT, detection=DETECTION)
        times.append(time.perf_counter() - start)
        if found.moved is not None:
            raise RuntimeError(found.moved.notice)
        n_beats = found.results.scan.n_beats
    took = statistics.median(times[1:])
    what = f"{ensemble.name}, {ensemble.precision}: whole way of record {record.name}"
    note = f"{record.duration_s:,.0f} s of signal, {n_beats:,} beats found"
    return [
        Figure(what, took, "s", note=note),
        Figure(f"{what}, beats a second", n_beats / took, "1/s"),
    ]
