"""Speed of every step on one recording: python -m tests.bench.speed [RECORD].

Prints beats or lead-hours a second, and each step as a ratio to a matrix product of the same run,
so that two machines, or two days of one machine, can be compared.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from ecgviewer import paths
from ecgviewer.contexts import ContextSource
from ecgviewer.io.readers import open_record
from ecgviewer.model.bundle import Bundle, load_bundle
from ecgviewer.model.ensemble import Ensemble, available, load_ensemble
from ecgviewer.pipeline import BATCH, Scan, analyze, default_inputs, scan
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.segment import cut_windows, window_bounds


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
    found = best(lambda: list(scan(record)))
    print(
        f"scan      {found / lead_hours:8.3f} s a lead-hour {found / lead_hours / unit:10.1f} units"
    )
    cleaned = best(lambda: CleanedSignal(grid, leads).between(0, grid.n_samples), 3)
    rate = cleaned / lead_hours
    print(f"cleaning  {rate:8.3f} s a lead-hour {rate / unit:10.1f} units")
    *_, last = scan(record)
    for name in available():
        _ensemble(name, record, last.scan, unit)


def _ensemble(name: str, record: Record, beats: Scan, unit: float) -> None:
    n = max(1, beats.n_beats)
    bundle = load_bundle(paths.model_weights() / name)
    # the record's own beats: noise would be a close call, computed again in fp32
    inputs = _inputs(record, beats, bundle.members[0].preprocessing)
    plain = best(partial(_plain_loop, bundle, *inputs), 3) / n
    print(f"{name}: plain fp32 loop {1 / plain:8.0f} beats a second, windows ready")
    for precision in ("fp32", "bf16"):
        ensemble = load_ensemble(name, device="cpu", precision=precision)
        for what, work in (
            ("windows ready", partial(_predict, ensemble, *inputs)),
            ("whole analysis", partial(_classify, record, beats, ensemble)),
        ):
            per_beat = best(work, 3) / n
            print(
                f"{name}: {precision} {what:14} {1 / per_beat:8.0f} beats a second"
                f" {per_beat / unit:10.2f} units, {plain / per_beat:.2f} of the plain loop"
            )


def _inputs(record: Record, beats: Scan, prep: Preprocessing) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows (n, 2, 400) and context (n, n_columns) of a record's beats."""
    inputs = default_inputs(record, prep=prep)
    channels = tuple(dict.fromkeys(i for i in inputs if i is not None))
    rows = tuple(None if i is None else channels.index(i) for i in inputs)
    cleaned = CleanedSignal(TimeGrid(record), channels, prep=prep)
    bounds = window_bounds(beats.positions, beats.before, beats.after, prep)
    windows = cut_windows(cleaned, bounds, inputs=rows).values
    context = ContextSource(beats, cleaned, rows).of(np.arange(beats.n_beats))
    return torch.from_numpy(windows), torch.from_numpy(context)


def _classify(record: Record, beats: Scan, ensemble: Ensemble) -> None:
    for _ in analyze(record, beats, ensemble):
        pass


def _predict(ensemble: Ensemble, windows: torch.Tensor, context: torch.Tensor) -> None:
    """As an analysis asks: batch by batch."""
    for start in range(0, len(windows), BATCH):
        part = slice(start, start + BATCH)
        ensemble.predict(windows[part].numpy(), context[part].numpy())


@torch.inference_mode()
def _plain_loop(bundle: Bundle, windows: torch.Tensor, context: torch.Tensor) -> None:
    """Every network in fp32 over batches of 256 windows, one after the other."""
    for start in range(0, len(windows), 256):
        x, c = windows[start : start + 256], context[start : start + 256]
        for member in bundle.members:
            member.network(x, c) if member.card.context else member.network(x)


if __name__ == "__main__":
    main()
