"""A day of beats through an ensemble on a device: how long, and what it says."""

import contextlib
import resource
import statistics
import sys
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from bench.cuda.cost import Cost
from bench.cuda.cutting import HostCut, moved
from bench.cuda.day import Day
from bench.cuda.limits import Limits, wait
from bench.cuda.options import WHOLE_DAY, Clock
from bench.days.figures import Figure
from ecgviewer.aami import BeatClass
from ecgviewer.model.device_signal import Cut
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.model.voting import FP32_DELTA
from ecgviewer.runtime.pool import Stop, Stopped

REPEATS = 3
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
    def answered(self) -> NDArray[np.bool_]:
        """Beats that had something in their window, (n,)."""
        answered: NDArray[np.bool_] = self.fused.any(axis=1)
        return answered

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
    warm: bool  # whether a pass went before them

    def median(self, what: str) -> float:
        """Median of one time of the passes, seconds."""
        return statistics.median(getattr(each, what) for each in self.passes)

    @property
    def answers(self) -> Answers:
        return self.passes[-1].answers


def ask(
    ensemble: Ensemble,
    cut: Cut | HostCut,
    context: NDArray[np.float32] | None,
    into: Answers,
    at: slice | NDArray[np.int64],
    *,
    stop: Stop,
) -> None:
    """Put windows to the networks, empty ones left out; what they say goes to `at` of `into`."""
    full = np.flatnonzero(~cut.empty)
    if len(full) == 0:
        return
    beside = None if context is None else context[full]
    said = ensemble.predict(cut.inputs, beside, stop=stop)
    where = np.arange(len(into.classes))[at][full]
    weights = np.array(ensemble.weights)[:, None]
    into.classes[where] = said.probabilities.argmax(axis=1)
    into.fused[where] = (said.votes.astype(np.float64) * weights).sum(axis=1)


def through(ensemble: Ensemble, day: Day, *, batch: int, clock: Clock) -> Pass:
    """One pass: the signal moved, all windows cut, all answered; Stopped with the minutes."""
    device = ensemble.device
    wait(device)
    start = time.perf_counter()
    signal = moved(day.signal, ensemble.place)
    wait(device)
    there = time.perf_counter()
    parts = list(day.parts(batch))
    cuts = [signal.cut(day.bounds_of(part)) for part in parts]
    wait(device)
    cut = time.perf_counter()
    answers = Answers.none(len(day))
    for part, windows in zip(parts, cuts, strict=True):
        ask(ensemble, windows, day.context_of(part), answers, part, stop=clock.over)
    end = time.perf_counter()
    return Pass(there - start, cut - there, end - cut, answers)


def measure(ensemble: Ensemble, day: Day, *, batch: int, clock: Clock) -> Measured:
    """Passes over the day after one that does not count; fewer once half the minutes are gone.

    Stopped where not even the first is done by then.
    """
    first = through(ensemble, day, batch=batch, clock=clock)
    if ensemble.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    passes: list[Pass] = []
    with contextlib.suppress(Stopped):
        while len(passes) < REPEATS and not clock.half_gone():
            passes.append(through(ensemble, day, batch=batch, clock=clock))
    same = all(np.array_equal(p.answers.fused, first.answers.fused) for p in passes)
    peak = peak_bytes(ensemble.device)
    return Measured(tuple(passes) or (first,), peak, same, warm=bool(passes))


def peak_bytes(device: str) -> int:
    """Most memory taken: of the card since it was last asked; of the whole process on a CPU."""
    if device == "cuda":
        return int(torch.cuda.max_memory_reserved())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def figures(ensemble: Ensemble, day: Day, measured: Measured) -> list[Figure]:
    """Times, rates and memory, each with its bar where there is one."""
    n, answers = len(day), measured.answers
    what = f"{ensemble.name}, {ensemble.precision}"
    took = measured.median("day_s")
    n_passes = f"median of {len(measured.passes)}" if measured.warm else "one pass, the first"
    return [
        Figure(f"{what}: signal moved", measured.median("moved_s"), "s", note=n_passes),
        Figure(f"{what}: size of the signal", day.signal.ecg.nbytes / 1e6, "MB"),
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
        Figure(f"{what}: passes differ in their bits", int(not measured.same), "", note="0: no"),
        *_close_calls(ensemble, answers),
    ]


def _close_calls(ensemble: Ensemble, answers: Answers) -> list[Figure]:
    """Beats that are computed again: bf16's in fp32, a card's on the processor."""
    margins = []
    if ensemble.precision == "bf16":
        margins.append((ensemble.delta or 0.0, "computed again in fp32"))
    if ensemble.device == "cuda":
        margins.append((FP32_DELTA, "computed again on the processor"))
    what = f"{ensemble.name}, {ensemble.precision}"
    return [
        Figure(
            f"{what}: margins below {delta:g}",
            int((answers.answered & (answers.margin < delta)).sum()),
            "",
            note=why,
        )
        for delta, why in margins
    ]


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


def shares(ensemble: Ensemble, rate: float, cost: Cost, limits: Limits) -> list[Figure]:
    """What of the device's limits the networks reach at `rate` beats a second."""
    what, precision = f"{ensemble.name}, {ensemble.precision}", ensemble.precision
    flop, moved = cost.flop * rate, cost.bytes_a_beat(precision) * rate
    sheet = limits.sheet
    peer = "of the data sheet's" if sheet else ""
    return [
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
