"""Speed of every step on one recording: python -m bench.speed [RECORD].

Prints beats or lead-hours a second, and each step as a ratio to a matrix product of the same run,
so that two machines, or two days of one machine, can be compared.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from bench.networks import as_asked, plain_loop, ready
from ecgviewer import paths
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.scan import Scan
from ecgviewer.formats.readers import open_record
from ecgviewer.model.bundle import BundleError, load_bundle
from ecgviewer.model.ensemble import Ensemble, available, load_ensemble
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import DETECTION


def best(action: Callable[[], object], n: int = 5) -> float:
    """Least time of `n` runs, seconds: what the machine can do when left alone."""
    times = []
    for _ in range(n):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", nargs="?", type=Path, default=paths.demo_record())
    arguments = parser.parse_args()
    record = open_record(arguments.record)
    leads = record.ecg_leads
    lead_hours = len(leads) * record.duration_s / 3600
    grid = TimeGrid(record)
    a = torch.randn(1024, 1024)
    unit = best(lambda: a @ a, 20)
    print(f"{torch.get_num_threads()} threads; unit (1024^3 product): {1000 * unit:.1f} ms")
    found = best(lambda: list(scan(record, detection=DETECTION)))
    print(
        f"scan      {found / lead_hours:8.3f} s a lead-hour {found / lead_hours / unit:10.1f} units"
    )
    cleaned = best(lambda: CleanedSignal(grid, leads).between(0, grid.n_samples), 3)
    rate = cleaned / lead_hours
    print(f"cleaning  {rate:8.3f} s a lead-hour {rate / unit:10.1f} units")
    *_, last = scan(record, detection=DETECTION)
    for name in available():
        _ensemble(name, record, last.scan, unit)


def _ensemble(name: str, record: Record, beats: Scan, unit: float) -> None:
    n = max(1, beats.n_beats)
    bundle = load_bundle(paths.model_weights() / name)
    inputs = ready(record, beats, bundle.members[0].preprocessing)
    plain = best(partial(plain_loop, bundle, inputs), 3) / n
    print(f"{name}: plain fp32 loop {1 / plain:8.0f} beats a second, windows ready")
    for precision in ("fp32", "bf16"):
        try:
            ensemble = load_ensemble(name, device="cpu", precision=precision)
        except BundleError as error:
            print(f"{name}: {precision} is not measured: {error}")
            continue
        for what, work in (
            ("windows ready", partial(as_asked, ensemble, inputs)),
            ("whole analysis", partial(_classify, record, beats, ensemble)),
        ):
            per_beat = best(work, 3) / n
            print(
                f"{name}: {precision} {what:14} {1 / per_beat:8.0f} beats a second"
                f" {per_beat / unit:10.2f} units, {plain / per_beat:.2f} of the plain loop"
            )


def _classify(record: Record, beats: Scan, ensemble: Ensemble) -> None:
    for _ in analyze(record, beats, ensemble, inputs=default_inputs(record, prep=ensemble.prep)):
        pass


if __name__ == "__main__":
    main()
