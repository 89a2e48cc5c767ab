"""The one way through: scan a recording for beats, then classify them; no Qt, reads no files."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beat import Beat, BeatClass, Frame
from ecgviewer.beatlog import BeatBatch, BeatLog, flag_bits
from ecgviewer.contexts import ContextSource
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.crew import Stop, Stopped
from ecgviewer.model.ensemble import Ensemble, available, load_ensemble
from ecgviewer.record import Record
from ecgviewer.scanning import Scan, ScanStep, scan
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.leads import choose_inputs
from ecgviewer.signal.params import CONTEXT, PAPER, Preprocessing
from ecgviewer.signal.segment import Bounds, Windows, cut_windows, window_bounds
from ecgviewer.threads import cores

__all__ = [
    "BeatBatch",
    "BundleError",
    "Ensemble",
    "Scan",
    "ScanStep",
    "analyze",
    "available",
    "beat_input",
    "cleaned_signal",
    "frame",
    "frame_beats",
    "load_ensemble",
    "scan",
]

# Beats a batch, unless what is wanted at once is less: half a second of two cores or less.
BATCH = 512
# A recording shorter than this says too little of its own rhythm and shapes for networks that take
# context: cut into 10 s, V beats of training patients are found three times in four (train/LOG.md).
SHORT_S = 120.0
Inputs = tuple[int | None, int | None]
Order = Callable[[NDArray[np.bool_]], NDArray[np.int64]]


def default_inputs(record: Record, *, prep: Preprocessing = PAPER) -> Inputs:
    """Channels for the two network inputs, by lead name."""
    return choose_inputs([lead.name for lead in record.leads], record.ecg_leads, prep=prep)


def why_not_classified(record: Record, *, prep: Preprocessing = PAPER) -> str:
    """Why no beat of this recording can get a class; empty where it can."""
    if not record.ecg_leads:
        return "The recording has no ECG lead."
    if record.fs < prep.min_fs_hz:
        return (
            f"Beats are marked but not classified: {record.fs:g} Hz is below the"
            f" {prep.min_fs_hz:g} Hz that the networks need."
        )
    return ""


@dataclass(frozen=True)
class _Chosen:
    """Channels to clean and the row of each network input among them."""

    channels: tuple[int, ...]
    rows: tuple[int | None, ...]

    @classmethod
    def of(cls, inputs: Inputs) -> "_Chosen":
        channels = tuple(dict.fromkeys(i for i in inputs if i is not None))
        return cls(channels, tuple(None if i is None else channels.index(i) for i in inputs))


def _bounds(result: Scan, indices: NDArray[np.int64], prep: Preprocessing) -> Bounds:
    return window_bounds(
        result.positions[indices], result.before[indices], result.after[indices], prep
    )


def beat_input(
    record: Record, result: Scan, index: int, *, prep: Preprocessing, inputs: Inputs
) -> tuple[NDArray[np.float32], int]:
    """One beat's window as the networks see it, and the place of R in it.

    Returns
    -------
    (2, 400) float32, int
        Each lead z-scored; the R peak's sample in the window (may lie beyond it).
    """
    chosen = _Chosen.of(inputs)
    cleaned = CleanedSignal(TimeGrid(record), chosen.channels, prep=prep)
    bounds = _bounds(result, np.array([index]), prep)
    windows = cut_windows(cleaned, bounds, inputs=chosen.rows)
    return windows.values[0], int(bounds.r_offset[0])


def analyze(
    record: Record,
    result: Scan,
    ensemble: Ensemble,
    *,
    order: Order | None = None,
    inputs: Inputs | None = None,
    batch: int = BATCH,
    stop: Stop = lambda: False,
    hurried: Stop = lambda: False,
) -> Iterator[BeatBatch]:
    """Classify the beats of a scan, in batches, in the order asked for.

    Parameters
    ----------
    record : Record
        The recording.
    result : Scan
        Its beats.
    ensemble : Ensemble
        Networks with their preprocessing.
    order : callable, optional
        Gets (n,) bool, True for beats still pending; returns indices, the most urgent first, or
        those alone that cannot wait. Asked before every batch. Any order and any batch size give
        the same classes.
    inputs : (int or None, int or None), optional
        Channels for the two network inputs; by name where not given.
    batch : int
        Beats a batch, at most.
    stop : callable
        Asked several times a batch, on any thread, whether to give up.
    hurried : callable
        Asked as often, whether other beats are wanted sooner: the batch is put off, and `order`
        asked again.

    Yields
    ------
    BeatBatch
        Until no beat is pending or `stop` says so; nothing where it cannot be classified.
    """
    prep = ensemble.prep
    if why_not_classified(record, prep=prep):
        return
    chosen = _Chosen.of(default_inputs(record, prep=prep) if inputs is None else inputs)
    # a stretch whose context was made is not cleaned again for its windows
    keep = CONTEXT.stretch_blocks * (cores() if order is None else 1) + 2
    cleaned = CleanedSignal(TimeGrid(record), chosen.channels, prep=prep, keep=keep)
    source = ContextSource(result, cleaned, chosen.rows, in_turn=order is None)
    noisy = _noisy_spans(result, chosen.channels)
    pending = np.ones(result.n_beats, np.bool_)
    stopped = threading.Event()

    def give_up() -> bool:
        if stop():
            stopped.set()
        return stopped.is_set() or hurried()

    while pending.any():
        wanted = _wanted(pending, order, batch)
        try:
            context = source.of(wanted, stop=give_up) if ensemble.takes_context else None
            bounds = _bounds(result, wanted, prep)
            windows = cut_windows(cleaned, bounds, inputs=chosen.rows)
            flagged = _inside(result, wanted, noisy)
            done = _classify(ensemble, wanted, windows, context, bounds, chosen, flagged, give_up)
        except Stopped:
            if stopped.is_set():
                return
            continue
        pending[wanted] = False
        if ensemble.takes_context and record.duration_s < SHORT_S:
            done.flags[:] |= np.uint16(flag_bits("uncertain"))
        yield done


def _wanted(pending: NDArray[np.bool_], order: Order | None, batch: int) -> NDArray[np.int64]:
    """Beats of the next batch, ascending."""
    wanted = np.flatnonzero(pending) if order is None else order(pending)
    wanted = wanted[pending[wanted]][:batch]
    if len(wanted) == 0:  # an order that forgets some beats: the rest in file order
        wanted = np.flatnonzero(pending)[:batch]
    return np.unique(wanted)


def _classify(
    ensemble: Ensemble,
    indices: NDArray[np.int64],
    windows: Windows,
    context: NDArray[np.float32] | None,
    bounds: Bounds,
    chosen: _Chosen,
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


def cleaned_signal(
    record: Record, *, leads: tuple[int, ...] | None = None, prep: Preprocessing = PAPER
) -> CleanedSignal:
    """The cleaned trace of leads (all ECG leads by default), for display and playback."""
    chosen = record.ecg_leads if leads is None else leads
    return CleanedSignal(TimeGrid(record), chosen, prep=prep)


def n_frames(cleaned: CleanedSignal) -> int:
    """Playback frames of 400 samples in a recording; the last may be part empty."""
    return -(-cleaned.grid.n_samples // cleaned.prep.window)


def frame(cleaned: CleanedSignal, log: BeatLog, index: int) -> Frame:
    """One frame of playback: 400 cleaned samples and what is known of its beats.

    Parameters
    ----------
    cleaned : CleanedSignal
        Leads to show.
    log : BeatLog
        Beats so far; those without a class come as pending.
    index : int
        Frame number, from 0.

    Returns
    -------
    Frame
    """
    size, fs = cleaned.prep.window, cleaned.prep.grid_fs_hz
    low, high = index * size, (index + 1) * size
    beats = frame_beats(cleaned.grid, log, index, prep=cleaned.prep)
    return Frame(index, low / fs, high / fs, cleaned.between(low, high), beats)


def frame_beats(
    grid: TimeGrid, log: BeatLog, index: int, *, prep: Preprocessing = PAPER
) -> tuple[Beat, ...]:
    """The beats of one frame of playback as they are known now; reads no sample."""
    low, high = index * prep.window, (index + 1) * prep.window
    start, stop = grid.to_own(np.array([low, high]))
    if high >= grid.n_samples:
        stop += 1  # to_own stops at the last sample, which belongs to the last frame
    span = log.between(int(start), int(stop))
    return tuple(log.beat(i) for i in range(span.start, span.stop))
