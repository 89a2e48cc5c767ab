"""Beats a second of the whole ensemble, beside a plain fp32 loop over the same networks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ecgviewer import paths
from ecgviewer.contexts import ContextSource
from ecgviewer.io.readers import open_record
from ecgviewer.model.bundle import load_bundle
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from ecgviewer.pipeline import BATCH as PIECE
from ecgviewer.pipeline import Scan, analyze, default_inputs, scan
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.segment import cut_windows, window_bounds
from tests.bench.days.figures import Figure
from tests.bench.days.options import Options
from tests.bench.days.parts.scanning import timed

BAR_S, N_DAY = 150.0, 100_000
BATCH, N_PLAIN, N_TIMES = 256, 1536, 3  # of the plain loop; the rest of its beats is scaled


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """An hour with a stretch of every source; with --whole the day itself."""
    record = open_record(options.day() if options.whole else options.hour())
    found = list(scan(record))[-1].scan
    assert found is not None
    ensemble = load_ensemble(options.ensemble)
    plain, ready, right = _plain(options.ensemble, record, found, ensemble)
    batches, seconds = timed(lambda: list(analyze(record, found, ensemble)))
    classes, asked = np.full(found.n_beats, -1), np.zeros(found.n_beats, np.bool_)
    for batch in batches:
        classes[batch.indices] = batch.classes
        # a window with nothing in it is Q by rule, and not put to the networks
        asked[batch.indices] = np.isfinite(batch.probabilities).all(axis=1)
    first = asked[: len(right)]
    differ = int((classes[: len(right)] != right)[first].sum())
    of_day = seconds / found.n_beats * N_DAY
    note = f"{ensemble.name} {ensemble.hash[:8]} {ensemble.precision}, {found.n_beats:,} beats"
    note += ", windows cut in it" + ("" if options.whole else ", scaled")
    peer, plain_day = "plain fp32 loop, windows ready", plain * N_DAY
    yield Figure("ensemble over 100,000 beats", of_day, "s", BAR_S, peer, plain_day, note)
    yield Figure("beats a second", found.n_beats / seconds, "1/s", None, peer, 1 / plain)
    name = "the networks alone, windows ready"
    yield Figure(
        name, 1 / ready, "1/s", None, peer, 1 / plain, f"{plain / ready:.2f} times, bar 1.7"
    )
    note = f"of the first {first.sum():,} put to the networks"
    yield Figure("classes that differ from the plain loop's", differ, "", 0, note=note)


@torch.inference_mode()
def _plain(
    name: str, record: Record, found: Scan, ensemble: Ensemble
) -> tuple[float, float, NDArray[np.int64]]:
    """Seconds a beat of a plain loop and of the ensemble, and the loop's classes."""
    bundle = load_bundle(paths.model_weights() / name)
    prep = bundle.members[0].preprocessing
    n = min(N_PLAIN, found.n_beats)
    bounds = window_bounds(found.positions[:n], found.before[:n], found.after[:n], prep)
    inputs = default_inputs(record, prep=prep)
    channels = tuple(dict.fromkeys(i for i in inputs if i is not None))
    rows = tuple(None if i is None else channels.index(i) for i in inputs)
    cleaned = CleanedSignal(TimeGrid(record), channels, prep=prep)
    windows = torch.from_numpy(cut_windows(cleaned, bounds, inputs=rows).values)
    context = torch.from_numpy(ContextSource(found, cleaned, rows).of(np.arange(n)))
    weights = torch.tensor(bundle.card.weights, dtype=torch.float64)

    def loop() -> torch.Tensor:
        parts = []
        for start in range(0, n, BATCH):
            x, c = windows[start : start + BATCH], context[start : start + BATCH]
            fused = torch.zeros(len(x), 5, dtype=torch.float64)
            for weight, member in zip(weights, bundle.members, strict=True):
                logits = member.network(x, c) if member.card.context else member.network(x)
                fused += weight * torch.sigmoid(logits).double()
            parts.append(fused)
        return torch.cat(parts)

    def ours() -> None:
        for start in range(0, n, PIECE):
            part = slice(start, start + PIECE)
            ensemble.predict(windows[part].numpy(), context[part].numpy())

    fused = loop()
    ours()
    # in turn, and the least of each: other programs shall not decide who is the faster
    times = [(timed(loop)[1], timed(ours)[1]) for _ in range(N_TIMES)]
    plain, ready = np.min(times, axis=0) / n
    return float(plain), float(ready), fused.argmax(dim=1).numpy()
