"""One batch of beats: context, windows, networks, flags."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.analysis.context import ContextSource
from ecgviewer.analysis.episodes import marked
from ecgviewer.analysis.inputs import SHORT_S, Inputs, bounds_of, rows_of
from ecgviewer.analysis.leads import Readings, readings
from ecgviewer.beats.log import NOT_CLASSIFIED, BeatBatch, flag_bits
from ecgviewer.beats.scan import Scan, inside
from ecgviewer.model.device_signal import Cut, DeviceSignal, join_cuts
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.model.place import PlaceFailed
from ecgviewer.record import Record
from ecgviewer.runtime.cores import cores
from ecgviewer.runtime.pool import Stop
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import CONTEXT
from ecgviewer.signal.windows import Bounds

Moved = Callable[[Ensemble], object]
_SIGNALS = 4  # pairs of leads that windows are cut from without moving their signal again


def nobody(_: object) -> None:
    """Nobody is told."""


class Classifier:
    """What every batch of one recording needs.

    Attributes
    ----------
    ensemble : Ensemble
        Who answers; another than was given once a graphics card has failed.
    """

    def __init__(
        self,
        record: Record,
        result: Scan,
        ensemble: Ensemble,
        inputs: Inputs,
        *,
        in_turn: bool,
        answered: bool = False,
        moved: Moved = nobody,
    ) -> None:
        self._result, self.ensemble = result, ensemble
        self._read = readings(record, result, inputs, prep=ensemble.prep)
        channels = self._read.channels
        # a stretch whose context was made is not cleaned again for its windows
        keep = CONTEXT.stretch_blocks * (cores() if in_turn else 1) + 2
        self._cleaned = CleanedSignal(TimeGrid(record), channels, prep=ensemble.prep, keep=keep)
        self._source = ContextSource(result, self._cleaned, self._read.parts, in_turn=in_turn)
        self._signals: OrderedDict[Inputs, DeviceSignal] = OrderedDict()
        self._answered, self._moved = answered, moved
        self._noisy = _noisy_spans(result, channels)
        self._too_short = ensemble.takes_context and record.duration_s < SHORT_S

    def batch(self, wanted: NDArray[np.int64], stop: Stop) -> BeatBatch:
        """Classes of some beats; Stopped where `stop` says so."""
        result = self._result
        context = self._source.of(wanted, stop=stop) if self.ensemble.takes_context else None
        bounds = bounds_of(result, wanted, self.ensemble.prep)
        try:
            answers = self._ask(wanted, bounds, context, stop)
        except PlaceFailed as failure:
            self.ensemble = self.ensemble.on_processor(failure, answered=self._answered)
            self._signals.clear()
            self._moved(self.ensemble)
            answers = self._ask(wanted, bounds, context, stop)
        self._answered = True
        flagged = inside(result.samples[wanted], self._noisy)
        done = _batch(self.ensemble, wanted, answers, bounds, self._read, flagged)
        if self._too_short:
            done.flags[:] |= np.uint16(flag_bits("uncertain"))
        return marked(done, result)

    def _ask(
        self,
        wanted: NDArray[np.int64],
        bounds: Bounds,
        context: NDArray[np.float32] | None,
        stop: Stop,
    ) -> "_Answers":
        """What the networks say where they are computed now."""
        n, n_members = len(bounds.start), len(self.ensemble.members)
        probabilities = np.full((n, len(BeatClass)), np.nan)
        votes = np.full((n, n_members, len(BeatClass)), np.nan, np.float32)
        with self.ensemble.place.watched():
            cut = self._cut(wanted, bounds)
            there = ~cut.empty  # a window with nothing in it is not put to the networks
            if there.any():
                beside = None if context is None else context[there]
                found = self.ensemble.predict(cut.inputs, beside, stop=stop)
                probabilities[there], votes[there] = found.probabilities, found.votes
        return _Answers(cut, probabilities, votes)

    def _cut(self, wanted: NDArray[np.int64], bounds: Bounds) -> Cut:
        """Windows of some beats, each from its own leads."""
        parts = [(part.inputs, np.flatnonzero(part.mine[wanted])) for part in self._read.parts]
        parts = [(inputs, rows) for inputs, rows in parts if len(rows)]
        cut = join_cuts([(rows, self._signal(i).cut(bounds.some(rows))) for i, rows in parts])
        return cut.without(self._read.unreadable[wanted])

    def _signal(self, inputs: Inputs) -> DeviceSignal:
        """What windows of these leads are cut from."""
        if inputs not in self._signals:
            while len(self._signals) >= _SIGNALS:
                self._signals.popitem(last=False)
            rows = rows_of(inputs, self._cleaned.leads)
            place = self.ensemble.place
            self._signals[inputs] = DeviceSignal(self._cleaned, rows, place=place)
        self._signals.move_to_end(inputs)
        return self._signals[inputs]


@dataclass(frozen=True)
class _Answers:
    """Probabilities (n, 5) and votes (n, n_members, 5) on windows, NaN for those that are empty."""

    cut: Cut
    probabilities: NDArray[np.float64]
    votes: NDArray[np.float32]


def _batch(
    ensemble: Ensemble,
    indices: NDArray[np.int64],
    answers: _Answers,
    bounds: Bounds,
    read: Readings,
    noisy: NDArray[np.bool_],
) -> BeatBatch:
    cut, probabilities, votes = answers.cut, answers.probabilities, answers.votes
    empty = cut.empty
    n = len(indices)
    classes = np.full(n, NOT_CLASSIFIED, np.int8)
    classes[~empty] = probabilities[~empty].argmax(axis=1)
    calls = np.nan_to_num(votes).argmax(axis=2)
    disagree = (calls != calls[:, :1]).any(axis=1) & ~empty
    flags = np.zeros(n, np.uint16)
    for word, where in (
        ("edge", bounds.edge),
        ("pause", bounds.r_offset > ensemble.prep.pause_sample),
        ("flat", cut.flat.any(axis=1) | read.flat[indices]),
        ("gap", cut.gap.any(axis=1) | read.gap[indices]),
        ("noisy", noisy),
        ("disagree", disagree),
        ("uncertain", ~empty & (np.nan_to_num(probabilities).max(axis=1) < ensemble.review_below)),
        ("unreadable", empty),
        ("one_lead", ~cut.read.all(axis=1) & (~empty | (None in read.inputs))),
    ):
        flags[where] |= np.uint16(flag_bits(word))
    return BeatBatch(indices, classes, probabilities, votes, flags)


def _noisy_spans(result: Scan, channels: tuple[int, ...]) -> NDArray[np.int64]:
    """Own-sample spans (m, 2) in which one of the channels used is noisy, by their start.

    Spans of two channels may overlap; each end is the latest so far, so that the last span begun
    says whether a sample is in any.
    """
    spans = sorted(
        (s.start, s.stop)
        for s in result.stretches
        if s.kind == "noisy" and (s.lead is None or s.lead in channels)
    )
    out = np.array(spans, np.int64).reshape(-1, 2)
    out[:, 1] = np.maximum.accumulate(out[:, 1])
    return out
