"""The one way through: scan a recording for beats, then classify them; no Qt, reads no files."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beat import Beat, Frame
from ecgviewer.beatlog import BeatBatch, BeatLog
from ecgviewer.classifying import SHORT_S, Chosen, Classifier, Inputs, bounds_of
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.crew import Stop, Stopped
from ecgviewer.model.ensemble import Ensemble, available, load_ensemble
from ecgviewer.record import Record
from ecgviewer.scanning import Scan, ScanStep, scan
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.leads import choose_inputs
from ecgviewer.signal.params import PAPER, Preprocessing
from ecgviewer.signal.segment import cut_windows

__all__ = [
    "SHORT_S",
    "BeatBatch",
    "BundleError",
    "Ensemble",
    "Inputs",
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


def beat_input(
    record: Record, result: Scan, index: int, *, prep: Preprocessing, inputs: Inputs
) -> tuple[NDArray[np.float32], int]:
    """One beat's window as the networks see it, and the place of R in it.

    Returns
    -------
    (2, 400) float32, int
        Each lead z-scored; the R peak's sample in the window (may lie beyond it).
    """
    chosen = Chosen.of(inputs)
    cleaned = CleanedSignal(TimeGrid(record), chosen.channels, prep=prep)
    bounds = bounds_of(result, np.array([index]), prep)
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
    inputs = default_inputs(record, prep=prep) if inputs is None else inputs
    classifier = Classifier(record, result, ensemble, inputs, in_turn=order is None)
    pending = np.ones(result.n_beats, np.bool_)
    give_up = _GiveUp(stop, hurried)
    while pending.any():
        wanted = _wanted(pending, order, batch)
        try:
            done = classifier.batch(wanted, give_up)
        except Stopped:
            if give_up.stopped:
                return
            continue
        pending[wanted] = False
        yield done


class _GiveUp:
    """Whether to give a batch up: for good, or because others are wanted sooner."""

    def __init__(self, stop: Stop, hurried: Stop) -> None:
        self._stop, self._hurried = stop, hurried
        self.stopped = False

    def __call__(self) -> bool:
        self.stopped = self.stopped or self._stop()
        return self.stopped or self._hurried()


def _wanted(pending: NDArray[np.bool_], order: Order | None, batch: int) -> NDArray[np.int64]:
    """Beats of the next batch, ascending."""
    wanted = np.flatnonzero(pending) if order is None else order(pending)
    wanted = wanted[pending[wanted]][:batch]
    if len(wanted) == 0:  # an order that forgets some beats: the rest in file order
        wanted = np.flatnonzero(pending)[:batch]
    return np.unique(wanted)


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
