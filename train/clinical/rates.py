"""Whether the ensemble says the same at other rates; asks training patients only."""

import dataclasses
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ecgviewer.record import Record
from train.clinical.figures import unseen_figures
from train.clinical.scoring import ensemble_of, fused_weights, rates_file, read_choices
from train.config import Config
from train.data import packed as cache
from train.data.database import record_beats
from train.data.load import cache_file
from train.data.packed import PackedRecord
from train.data.windows import WindowCutter
from train.protocols import DS1
from train.scoring.learners import Learners
from train.scoring.results import write
from train.scoring.score import score

RATES_HZ = (100, 128, 200, 250, 500, 1000)


def resampled(record: Record, fs: float) -> Record:
    """The same recording as if sampled at another rate; its samples lie in memory."""
    by = Fraction(fs / record.fs).limit_denominator(1000)
    ecg = resample_poly(record.read(0, record.n_samples), by.numerator, by.denominator, axis=1)
    whole: NDArray[np.float32] = ecg.astype(np.float32)

    def read(start: int, stop: int) -> NDArray[np.float32]:
        return whole[:, start:stop]

    return dataclasses.replace(record, fs=fs, n_samples=whole.shape[1], reader=read)


def keep_rates(
    members: Sequence[Config],
    configuration: str,
    seeds: Sequence[int],
    runs: Path,
    results: Path,
    *,
    cache_folder: Path,
) -> None:
    """Write the figures of DS1 at its own rate and at others."""
    started = time.monotonic()
    learners = ensemble_of(members, configuration, seeds, runs)
    weights = fused_weights(read_choices(results), len(seeds))
    file = cache_file(cache_folder, "mitdb")
    packed = cache.chosen(cache.load(file), DS1)
    write(
        rates_file(results, configuration),
        {
            "protocol": "DS1, patients of the training, resampled from 360 Hz; reference positions",
            "rates": figures_by_rate(packed, members[0], learners, weights),
        },
        kind="clinical-rates",
        config=list(learners.accounts),
        seeds=list(seeds),
        minutes=(time.monotonic() - started) / 60,
        files=[file],
    )


def figures_by_rate(
    packed: Sequence[PackedRecord], config: Config, learners: Learners, weights: Sequence[float]
) -> dict[str, Any]:
    """Figures at the records' own rate and at each of `RATES_HZ`, and the share of calls alike.

    The patients are those of the training: the figures say what a rate changes, no more.
    """
    own = _called(packed, config, learners, weights, None)
    found: dict[str, Any] = {}
    for fs in (None, *RATES_HZ):
        now = own if fs is None else _called(packed, config, learners, weights, fs)
        label, called, record = now
        each = unseen_figures(label, called, record)
        found["own rate" if fs is None else f"{fs} Hz"] = {
            "called_as_at_own_rate": round(float((called == own[1]).mean()), 5),
            "accuracy_nsv": each["accuracy_nsv"],
            "s_f1": each["per_class"]["S"]["f1"],
            "v_f1": each["per_class"]["V"]["f1"],
        }
    return found


def _called(
    packed: Sequence[PackedRecord],
    config: Config,
    learners: Learners,
    weights: Sequence[float],
    fs: float | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.str_]]:
    """Label, class called and record of every beat at a rate."""
    records = []
    for one in packed:
        record = cache.unpack(one)
        samples, symbols = np.array(one.samples, np.int64), np.array(list(one.symbols))
        if fs is not None:
            samples = np.rint(samples * (fs / record.fs)).astype(np.int64)
            record = resampled(record, fs)
        records.append(record_beats(record, samples, symbols, prep=config.prep, context=True))
    cutter = WindowCutter(records, device="cpu", prep=config.prep)
    scored = score(learners.networks, cutter, np.arange(len(cutter)))
    names = np.concatenate([np.full(len(r.label), r.name) for r in records])
    return scored.label, scored.called(weights), names
