"""One batch of beats: context, windows, networks, flags."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.analysis.context import ContextSource
from ecgviewer.analysis.inputs import SHORT_S, InputRows, Inputs, bounds_of
from ecgviewer.beats.log import BeatBatch, flag_bits
from ecgviewer.beats.scan import Scan
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.runtime.cores import cores
from ecgviewer.runtime.pool import Stop
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import CONTEXT
from ecgviewer.signal.windows import Bounds, Windows, cut_windows


class Classifier:
    """What every batch of one recording needs."""

    def __init__(
        self, record: Record, result: Scan, ensemble: Ensemble, inputs: Inputs, *, in_turn: bool
    ) -> None:
        self._result, self._ensemble, self._chosen = result, ensemble, InputRows.of(inputs)
        channels = self._chosen.channels
        # a stretch whose context was made is not cleaned again for its windows
        keep = CONTEXT.stretch_blocks * (cores() if in_turn else 1) + 2
        self._cleaned = CleanedSignal(TimeGrid(record), channels, prep=ensemble.prep, keep=keep)
        self._source = ContextSource(result, self._cleaned, self._chosen.rows, in_turn=in_turn)
        self._noisy = _noisy_spans(result, channels)
        self._too_short = ensemble.takes_context and record.duration_s < SHORT_S

    def batch(self, wanted: NDArray[np.int64], stop: Stop) -> BeatBatch:
        """Classes of some beats; Stopped where `stop` says so."""
        ensemble, result = self._ensemble, self._result
        context = self._source.of(wanted, stop=stop) if ensemble.takes_context else None
        bounds = bounds_of(result, wanted, ensemble.prep)
        windows = cut_windows(self._cleaned, bounds, inputs=self._chosen.rows)
        flagged = _inside(result, wanted, self._noisy)
        done = _classify(ensemble, wanted, windows, context, bounds, self._chosen, flagged, stop)
        if self._too_short:
            done.flags[:] |= np.uint16(flag_bits("uncertain"))
        return done


def _classify(
    ensemble: Ensemble,
    indices: NDArray[np.int64],
    windows: Windows,
    context: NDArray[np.float32] | None,
    bounds: Bounds,
    chosen: InputRows,
    noisy: NDArray[np.bool_],
    stop: Stop,
) -> BeatBatch:
    n = len(indices)
    # a window with nothing in it (a gap, or every lead flat) is not put to the networks
    empty = windows.gap | ~windows.values.any(axis=(1, 2))
    probabilities = np.full((n, len(BeatClass)), np.nan)
    votes = np.full((n, len(ensemble.members), len(BeatClass)), np.nan, np.float32)
    if not empty.all():
        beside = None if context is None else context[~empty]
        prediction = ensemble.predict(windows.values[~empty], beside, stop=stop)
        probabilities[~empty], votes[~empty] = prediction.probabilities, prediction.votes
    classes = np.full(n, BeatClass.Q, np.int8)
    classes[~empty] = probabilities[~empty].argmax(axis=1)
    calls = np.nan_to_num(votes).argmax(axis=2)
    disagree = (calls != calls[:, :1]).any(axis=1) & ~empty
    flags = np.zeros(n, np.uint16)
    for word, where in (
        ("edge", bounds.edge),
        ("pause", bounds.r_offset > ensemble.prep.pause_sample),
        ("flat", windows.flat.any(axis=1)),
        ("gap", windows.gap),
        ("noisy", noisy),
        ("disagree", disagree),
        ("uncertain", ~empty & (np.nan_to_num(probabilities).max(axis=1) < ensemble.review_below)),
        ("one_lead", np.full(n, None in chosen.rows)),
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


def _inside(
    result: Scan, indices: NDArray[np.int64], spans: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which beats lie in one of the spans (m, 2) of `_noisy_spans`; (n,) bool."""
    samples = result.samples[indices]
    if len(spans) == 0:
        return np.zeros(len(samples), np.bool_)
    last = np.searchsorted(spans[:, 0], samples, side="right") - 1
    inside: NDArray[np.bool_] = (last >= 0) & (samples < spans[np.maximum(last, 0), 1])
    return inside
