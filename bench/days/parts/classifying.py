"""Beats a second of the whole ensemble, beside a plain fp32 loop over the same networks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.days.figures import Figure
from bench.days.options import Options
from bench.days.parts.scanning import timed
from bench.networks import as_asked, plain_loop, ready
from ecgviewer import paths
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.scan import Scan
from ecgviewer.formats.readers import open_record
from ecgviewer.model.bundle import load_bundle
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from ecgviewer.record import Record
from ecgviewer.signal.params import DETECTION

BAR_S, N_DAY = 150.0, 100_000
N_PLAIN, N_TIMES = 1536, 3  # of the plain loop; the rest of its beats is scaled


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """An hour with a stretch of every source; with --whole the day itself."""
    record = open_record(options.day() if options.whole else options.hour())
    found = list(scan(record, detection=DETECTION))[-1].scan
    assert found is not None
    ensemble = load_ensemble(options.ensemble)
    plain, ours, right = _plain(options.ensemble, record, found, ensemble)
    batches, seconds = timed(
        lambda: list(
            analyze(record, found, ensemble, inputs=default_inputs(record, prep=ensemble.prep))
        )
    )
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
    yield Figure(name, 1 / ours, "1/s", None, peer, 1 / plain, f"{plain / ours:.2f} times, bar 1.7")
    note = f"of the first {first.sum():,} put to the networks"
    yield Figure("classes that differ from the plain loop's", differ, "", 0, note=note)


def _plain(
    name: str, record: Record, found: Scan, ensemble: Ensemble
) -> tuple[float, float, NDArray[np.int64]]:
    """Seconds a beat of a plain loop and of the ensemble, and the loop's classes."""
    bundle = load_bundle(paths.model_weights() / name)
    inputs = ready(record, found, bundle.members[0].preprocessing, n=N_PLAIN)
    fused = plain_loop(bundle, inputs)
    as_asked(ensemble, inputs)
    # in turn, and the least of each: other programs shall not decide who is the faster
    times = [
        (timed(lambda: plain_loop(bundle, inputs))[1], timed(lambda: as_asked(ensemble, inputs))[1])
        for _ in range(N_TIMES)
    ]
    plain, ours = np.min(times, axis=0) / len(inputs)
    return float(plain), float(ours), fused.argmax(dim=1).numpy()
