"""A day of beats through an ensemble on a device: how long, and what it says."""

import resource
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bench.cuda.cost import Cost
from bench.cuda.cutting import Cut, on_device
from bench.cuda.day import Day
from bench.cuda.limits import Limits, wait
from bench.cuda.options import WHOLE_DAY, Clock
from bench.days.figures import Figure
from ecgviewer.aami import BeatClass
from ecgviewer.model.ensemble import Ensemble

REPEATS = 3
ROWS_A_CALL = 256  # beats that share one reading of the weights, of which little depends on it
# The most a day may take on a data-centre card, seconds.
DAY_S = {"clinical": 1.0, "paper": 3.0}


@dataclass(frozen=True)
class Answers:
    """What an ensemble says of n beats.

    Attributes
    ----------
    classes : (n,) int8
        Q where there was nothing in the window.
    fused : (n, 5) float64
        Weighted sums of the members' sigmoids; zeros where the window was empty.
    """

    classes: NDArray[np.int8]
    fused: NDArray[np.float64]

    @classmethod
    def none(cls, n: int) -> "Answers":
        return cls(np.full(n, BeatClass.Q, np.int8), np.zeros((n, len(BeatClass))))

    @property
    def margin(self) -> NDArray[np.float64]:
        """Difference of the two largest fused values, (n,)."""
        ordered = np.sort(self.fused, axis=1)
        return ordered[:, -1] - ordered[:, -2]


@dataclass(frozen=True)
class Pass:
    """Times of one pass over the day, seconds, and its answers."""

    moved_s: float
    cut_s: float
    networks_s: float
    moved_bytes: int
    answers: Answers

    @property
    def day_s(self) -> float:
        """All three together."""
        return self.moved_s + self.cut_s + self.networks_s


@dataclass(frozen=True)
class Measured:
    """Passes of one ensemble in one precision, and the most memory they took, bytes."""

    passes: tuple[Pass, ...]
    peak_bytes: int
    same: bool  # whether every pass gave the same bits

    def median(self, what: str) -> float:
        """Median of one time of the passes, seconds."""
        return statistics.median(getattr(each, what) for each in self.passes)

    @property
    def answers(self) -> Answers:
        return self.passes[-1].answers


def ask(
    ensemble: Ensemble,
    cut: Cut,
    context: NDArray[np.float32] | None,
    into: Answers,
    at: slice | NDArray[np.int64],
    **stop: Any,
) -> None:
    """Put windows to the networks, empty ones left out; what they say goes to `at` of `into`."""
    full = np.flatnonzero(~cut.empty)
    if len(full) == 0:
        return
    values = cut.values
    if len(full) < len(cut.empty):
        device = torch.is_tensor(values)
        values = values[torch.from_numpy(full).to(values.device) if device else full]
        context = None if context is None else context[full]
    said = ensemble.predict(values, context, **stop)
    where = np.arange(len(into.classes))[at][full]
    weights = np.array(ensemble.weights)[:, None]
    into.classes[where] = said.probabilities.argmax(axis=1)
    into.fused[where] = (said.votes.astype(np.float64) * weights).sum(axis=1)


def through(ensemble: Ensemble, day: Day, *, batch: int) -> Pass:
    """One pass: the signal moved, all windows cut, all answered."""
    device = ensemble.device
    wait(device)
    start = time.perf_counter()
    cutter, moved_bytes = on_device(day.signal, ensemble)
    wait(device)
    moved = time.perf_counter()
    parts = list(day.parts(batch))
    cuts = [cutter.cut(day.bounds_of(part)) for part in parts]
    wait(device)
    cut = time.perf_counter()
    answers = Answers.none(len(day))
    for part, windows in zip(parts, cuts, strict=True):
        ask(ensemble, windows, day.context_of(part), answers, part)
    end = time.perf_counter()
    return Pass(moved - start, cut - moved, end - cut, moved_bytes, answers)


def measure(ensemble: Ensemble, day: Day, *, batch: int, clock: Clock) -> Measured:
    """Passes over the day after one that does not count; fewer where the minutes run out."""
    first = through(ensemble, day, batch=batch)
    if ensemble.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    passes: list[Pass] = []
    while len(passes) < REPEATS and not clock.over():
        passes.append(through(ensemble, day, batch=batch))
    same = all(np.array_equal(p.answers.fused, first.answers.fused) for p in passes)
    return Measured(tuple(passes) or (first,), peak_bytes(ensemble.device), same)


def peak_bytes(device: str) -> int:
    """Most memory taken: of the card since it was last asked; of the whole process on a CPU."""
    if device == "cuda":
        return int(torch.cuda.max_memory_allocated())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def figures(
    ensemble: Ensemble, day: Day, measured: Measured, cost: Cost, limits: Limits
) -> list[Figure]:
    """Times, rates, memory and shares, each with its bar where there is one."""
    n, last = len(day), measured.passes[-1]
    what = f"{ensemble.name}, {ensemble.precision}"
    took = measured.median("day_s")
    n_passes = f"median of {len(measured.passes)} after one that does not count"
    rows = [
        Figure(f"{what}: signal moved", measured.median("moved_s"), "s", note=n_passes),
        Figure(f"{what}: signal moved", last.moved_bytes / 1e6, "MB"),
        Figure(f"{what}: windows cut", measured.median("cut_s"), "s"),
        Figure(f"{what}: networks", measured.median("networks_s"), "s"),
        Figure(f"{what}: together", took, "s", note=f"{n:,} beats"),
        Figure(f"{what}: beats a second", n / took, "1/s"),
        _day(ensemble, n, took),
        Figure(
            f"{what}: most memory",
            measured.peak_bytes / 1e6,
            "MB",
            note="of the card" if ensemble.device == "cuda" else "the process until now",
        ),
        Figure(f"{what}: passes of other bits", float(not measured.same), "", note="0: none"),
    ]
    return rows + _shares(ensemble, n / measured.median("networks_s"), cost, limits)


def _day(ensemble: Ensemble, n: int, took: float) -> Figure:
    """A day's beats; its bar speaks of whole days on a card alone."""
    name = f"{ensemble.name}, {ensemble.precision}: a day, {WHOLE_DAY:,} beats"
    bar = DAY_S.get(ensemble.name)
    scaled = took * WHOLE_DAY / n
    note = f"scaled from {n:,} beats"
    if ensemble.device != "cuda" or n < WHOLE_DAY:
        why = f"{note}: {scaled:.3g} s; " + (
            "not a whole day" if ensemble.device == "cuda" else "the bar is a card's"
        )
        return Figure(name, None, "s", bar, note=why, without="not measured")
    return Figure(name, scaled, "s", bar, note=note)


def _shares(ensemble: Ensemble, rate: float, cost: Cost, limits: Limits) -> list[Figure]:
    what, precision = f"{ensemble.name}, {ensemble.precision}", ensemble.precision
    flop, moved = cost.flop * rate, cost.bytes_a_beat(precision, rows=ROWS_A_CALL) * rate
    sheet = limits.sheet
    peer = "of the data sheet's" if sheet else ""
    return [
        Figure(f"{what}: a beat", cost.flop / 1e6, "MFLOP", note="LSTMs by formula"),
        Figure(
            f"{what}: a beat moves",
            cost.bytes_a_beat(precision, rows=ROWS_A_CALL) / 1e6,
            "MB",
            note="what layers read and write, each by itself; fused ones move less",
        ),
        Figure(
            f"{what}: share of the largest {precision} product",
            flop / limits.flop_s[precision],
            "",
            peer=peer,
            peer_value=flop / getattr(sheet, precision) if sheet else None,
            note="networks alone",
        ),
        Figure(
            f"{what}: share of a copy's bytes a second",
            moved / limits.bytes_s,
            "",
            peer=peer,
            peer_value=moved / sheet.bytes_s if sheet else None,
            note="networks alone",
        ),
    ]
