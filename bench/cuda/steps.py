"""The steps of a run, those worth most first, and what one hands on to the next."""

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from bench.cuda import agreement, cost, limits, speed, startup, whole
from bench.cuda.agreement import Differing, Reference
from bench.cuda.cutting import OnHost, moved
from bench.cuda.day import Day, Made, clean, cleaning, lay_out
from bench.cuda.options import DATABASE, Clock, Options
from bench.cuda.speed import Answers
from bench.days.figures import Figure
from ecgviewer import paths
from ecgviewer.model.bundle import BundleError, load_bundle
from ecgviewer.model.ensemble import Ensemble, load_ensemble, preprocessing_of
from ecgviewer.signal.params import Preprocessing
from train.data.load import cache_file
from train.data.packed import Packed

_CACHE_MIB = 40.0  # the most that the data may be
_CUT = 2_048  # windows compared
PRECISIONS = ("bf16", "fp32")


class Step(NamedTuple):
    """A part of the run, by its name in the JSON."""

    name: str
    measure: Callable[[], Iterator[Figure]]


class Steps:
    """All of a run.

    Parameters
    ----------
    options : Options
        What was asked for.
    device : str
        "cpu" or "cuda".
    packed : Packed
        The records.
    clock : Clock
        The run's minutes.
    times : mapping of str to float
        What was done before, in seconds.
    """

    def __init__(
        self,
        options: Options,
        device: str,
        packed: Packed,
        clock: Clock,
        times: Mapping[str, float],
    ) -> None:
        self._options, self._device, self._packed = options, device, packed
        self._clock, self._times = clock, times
        self.differing: list[Differing] = []
        self._limits: limits.Limits | None = None
        self._costs: dict[str, cost.Cost] = {}
        self._days: dict[str, Day] = {}
        self._answers: dict[tuple[str, str], Answers] = {}

    def all(self) -> list[Step]:
        """In order of worth: what a card alone can say, then what it is held against."""
        names = self._options.ensembles
        steps = [
            Step("start-up", self._start),
            Step("limits", self._measure_limits),
            Step("costs", self._count),
            Step("data", self._make_days),
        ]
        for precision in PRECISIONS:
            for name in names:
                made = partial(self._speed, name, precision)
                steps.append(Step(f"speed, {_short(name)}, {precision}", made))
        steps += [Step(f"agreement, {_short(n)}", partial(self._agreement, n)) for n in names]
        return [*steps, *(Step(f"whole way, {_short(n)}", partial(self._whole, n)) for n in names)]

    def _load(self, name: str, precision: str = "auto", *, device: str = "") -> Ensemble:
        gc.collect()  # of the card no other ensemble is to take memory
        return load_ensemble(_named(name), device=device or self._device, precision=precision)

    def _start(self) -> Iterator[Figure]:
        for what, seconds in self._times.items():
            yield Figure(what, seconds, "s")
        for name in self._options.ensembles:
            start = time.perf_counter()
            ensemble = self._load(name)
            loaded = time.perf_counter() - start
            yield Figure(f"{ensemble.name} loaded", loaded, "s", note=ensemble.precision)
            yield Figure(f"{ensemble.name}: first answer", startup.first_answer(ensemble), "s")

    def _measure_limits(self) -> Iterator[Figure]:
        card = torch.cuda.get_device_name() if self._device == "cuda" else ""
        self._limits = limits.measure(self._device, card=card)
        yield from limits.figures(self._limits, self._device)

    def _count(self) -> Iterator[Figure]:
        for name in self._options.ensembles:
            counted = cost.of(load_bundle(_folder(name)).members)
            self._costs[name] = counted
            yield from cost.figures(counted, name=_short(name))

    def _make_days(self) -> Iterator[Figure]:
        size = cache_file(self._options.data, DATABASE).stat().st_size / 2**20
        yield Figure("cache of the data", size, "MiB", _CACHE_MIB)
        preps = {name: preprocessing_of(_named(name)) for name in self._options.ensembles}
        takes = {name: _takes_context(name) for name in preps}
        made: dict[Preprocessing, list[Made]] = {}
        for name, prep in preps.items():
            key = cleaning(prep)
            if key not in made:
                start = time.perf_counter()
                context = any(takes[n] for n, p in preps.items() if cleaning(p) == key)
                made[key] = clean(
                    self._packed, prep=key, context=context, share=self._options.share
                )
                yield Figure(
                    "records cleaned and their context made" if context else "records cleaned",
                    time.perf_counter() - start,
                    "s",
                    note=f"{len(made[key])} records of {len(self._packed.records)}, in threads",
                )
            day = lay_out(made[key], prep=prep, context=takes[name])
            self._days[name] = day
            hours = day.signal.n_samples / prep.grid_fs_hz / 3600
            yield Figure(f"{_short(name)}: beats", len(day), "", note=f"{hours:.2f} h of signal")

    def _speed(self, name: str, precision: str) -> Iterator[Figure]:
        if name not in self._days:
            raise ValueError("the data could not be made")
        day = self._days[name]
        try:
            ensemble = self._load(name, precision)
        except BundleError as error:
            what = f"{_short(name)}, {precision}: together"
            yield Figure(what, None, "s", note=str(error), without="not measured")
            return
        measured = speed.measure(ensemble, day, batch=self._options.batch, clock=self._clock)
        self._answers[name, precision] = measured.answers
        yield from speed.figures(ensemble, day, measured)
        counted, networks_s = self._costs.get(name), measured.median("networks_s")
        if counted is not None and self._limits is not None:
            yield from speed.shares(ensemble, len(day) / networks_s, counted, self._limits)
        else:
            what = f"{ensemble.name}, {precision}: share of the limits"
            note = "limits or costs are not known"
            yield Figure(what, None, "", note=note, without="not measured")
        yield self._windows(ensemble, day)

    def _windows(self, ensemble: Ensemble, day: Day) -> Figure:
        bounds = day.bounds_of(np.arange(0, len(day), max(1, len(day) // _CUT)))
        host = OnHost(day.signal).cut(bounds).values
        there = moved(day.signal, ensemble.place).cut(bounds).values.cpu().numpy()
        what = f"{ensemble.name}, {ensemble.precision}"
        return agreement.largest_window_difference(host, there, name=what)

    def _agreement(self, name: str) -> Iterator[Figure]:
        if name not in self._days:
            raise ValueError("the data could not be made")
        day = self._days[name]
        ensemble = self._load(name, "fp32", device="cpu")
        start = time.perf_counter()
        known: Reference = agreement.reference(ensemble, day, self._clock)
        took = time.perf_counter() - start
        note = f"{len(known):,} beats"
        yield Figure(f"{ensemble.name}: the CPU's answers in fp32", took, "s", note=note)
        for precision in PRECISIONS:
            said = self._answers.get((name, precision))
            if said is None:
                what = f"{ensemble.name}, {precision}: classes that differ"
                note = "the device has no answers in it"
                yield Figure(what, None, "", 0, note=note, without="not measured")
                continue
            rows, listed = agreement.compare(
                known, said, day, name=ensemble.name, precision=precision
            )
            self.differing += listed
            yield from rows

    def _whole(self, name: str) -> Iterator[Figure]:
        record = self._packed.records[0]
        yield from whole.measure(record, self._load(name))


def _named(name: str) -> str | Path:
    """An installed ensemble's name, or a folder."""
    return Path(name) if Path(name).is_dir() else name


def _folder(name: str) -> Path:
    found = _named(name)
    return found if isinstance(found, Path) else paths.model_weights() / found


def _takes_context(name: str) -> bool:
    return any(member.card.context for member in load_bundle(_folder(name)).members)


def _short(name: str) -> str:
    return Path(name).name
