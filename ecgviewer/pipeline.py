"""The one way through: scan a recording for beats, then classify them; no Qt, reads no files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beat import Beat, BeatClass, Frame
from ecgviewer.beatlog import BeatBatch, BeatLog, flag_bits
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.ensemble import BATCH, Ensemble, available, load_ensemble
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.detect import detect_block, join, refine_all
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.leads import choose_inputs
from ecgviewer.signal.params import DETECTION, PAPER, Detection, Preprocessing
from ecgviewer.signal.quality import Stretch, join_stretches, stretches, unreadable
from ecgviewer.signal.segment import Bounds, Windows, cut_windows, neighbours, window_bounds

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
    "load_ensemble",
    "scan",
]

Inputs = tuple[int | None, int | None]
Order = Callable[[NDArray[np.bool_]], NDArray[np.int64]]
# The last second of peaks before a block's border is held back until the next block is joined.
_HOLD = 360


@dataclass(frozen=True)
class Scan:
    """One recording's beats, before their classes.

    Attributes
    ----------
    samples : (n,) int64
        R peaks, samples of the record's own rate, ascending.
    positions : (n,) int64
        The same on the 360 Hz grid.
    before, after : (n,) int64
        Neighbouring marks on the grid, -1 where there is none.
    stretches : tuple of Stretch
        Gaps, flat and noisy stretches per lead.
    unreadable : (m, 2) int64
        Own-sample spans in which no ECG lead can be read.
    leads : tuple of int
        Channels that were searched.
    source : str
        "detect" or the annotator the positions come from.
    detection : Detection
        Numbers of the detector.
    """

    samples: NDArray[np.int64]
    positions: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    stretches: tuple[Stretch, ...]
    unreadable: NDArray[np.int64]
    leads: tuple[int, ...]
    source: str
    detection: Detection

    @property
    def n_beats(self) -> int:
        """Beats found."""
        return len(self.samples)


@dataclass(frozen=True)
class ScanStep:
    """One block further.

    Attributes
    ----------
    done, total : int
        Blocks.
    samples : (m,) int64
        R peaks that became final with this block, own samples.
    stretches : tuple of Stretch
        All stretches so far.
    scan : Scan or None
        Set in the last step.
    """

    done: int
    total: int
    samples: NDArray[np.int64]
    stretches: tuple[Stretch, ...]
    scan: Scan | None = None


def scan(
    record: Record,
    *,
    leads: tuple[int, ...] | None = None,
    beats: NDArray[np.int64] | None = None,
    marks: NDArray[np.int64] | None = None,
    source: str = "detect",
    detection: Detection = DETECTION,
) -> Iterator[ScanStep]:
    """Find the R peaks of a recording, block by block.

    Parameters
    ----------
    record : Record
        The recording.
    leads : tuple of int, optional
        Channels to search; all ECG leads by default.
    beats : (n,) int64, optional
        Reference positions in own samples, refined in place of detected ones.
    marks : (m,) int64, optional
        Further marks that bound a beat's window (flutter waves), own samples.
    source : str
        Where `beats` come from.
    detection : Detection
        Numbers of the detector.

    Yields
    ------
    ScanStep
        One a block; at least one. The last carries the Scan.
    """
    leads = record.ecg_leads if leads is None else leads
    grid = TimeGrid(record)
    total = max(1, grid.n_blocks)
    peaks = _Peaks(grid, leads, beats, detection)
    found: tuple[Stretch, ...] = ()
    for k in range(grid.n_blocks):
        new = peaks.block(k)
        found = join_stretches(found, stretches(grid, k, leads))
        if k + 1 < grid.n_blocks:
            yield ScanStep(k + 1, total, grid.to_own(new), found)
    rest = peaks.rest()
    positions = np.concatenate([*peaks.final, rest]).astype(np.int64)
    positions = _distinct(positions, grid)
    bounds = positions
    if marks is not None and len(marks):
        refined = refine_all(grid, grid.from_own(marks), leads, detection)
        bounds = np.unique(np.concatenate([positions, refined]))
    before, after = neighbours(positions, bounds)
    samples = grid.to_own(positions)
    known = sum(len(part) for part in peaks.final)
    result = Scan(
        samples, positions, before, after, found, unreadable(found, leads), leads, source, detection
    )
    yield ScanStep(total, total, samples[known:], found, result)


def _distinct(positions: NDArray[np.int64], grid: TimeGrid) -> NDArray[np.int64]:
    """Drop positions that share an own sample with the one before (rates below 360 Hz)."""
    if len(positions) < 2:
        return positions
    own = grid.to_own(positions)
    return positions[np.concatenate([[True], np.diff(own) > 0])]


class _Peaks:
    """R peaks block by block: detected, or given and refined."""

    def __init__(
        self,
        grid: TimeGrid,
        leads: tuple[int, ...],
        beats: NDArray[np.int64] | None,
        detection: Detection,
    ) -> None:
        self._grid, self._leads, self._detection = grid, leads, detection
        self._given: NDArray[np.int64] | None = None
        if beats is not None:
            refined = refine_all(grid, grid.from_own(np.sort(beats)), leads, detection)
            self._given = np.unique(refined)
        self.final: list[NDArray[np.int64]] = []
        self._held = np.empty(0, np.int64)

    def block(self, k: int) -> NDArray[np.int64]:
        """Peaks that became final with block k."""
        block = self._grid.block(k)
        if self._given is not None:
            low, high = np.searchsorted(self._given, (block.start, block.stop))
            new = self._given[low:high]
            if k == self._grid.n_blocks - 1:
                self._held = new
                return new
            self.final.append(new)
            return new
        found = detect_block(self._grid, k, self._leads, self._detection) if self._leads else None
        if found is not None:
            self._held = join(self._held, found, self._detection)
        if k == self._grid.n_blocks - 1:
            return self._held
        sure = int(np.searchsorted(self._held, block.stop - _HOLD))
        new, self._held = self._held[:sure], self._held[sure:]
        self.final.append(new)
        return new

    def rest(self) -> NDArray[np.int64]:
        """What was held back for the last block."""
        return self._held


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
        Gets (n,) bool, True for beats still pending; returns indices, the most urgent first. Asked
        before every batch. Any order and any batch size give the same classes.
    inputs : (int or None, int or None), optional
        Channels for the two network inputs; by name where not given.
    batch : int
        Beats a batch.

    Yields
    ------
    BeatBatch
        Until no beat is pending. Nothing where the recording cannot be classified.
    """
    prep = ensemble.prep
    if why_not_classified(record, prep=prep):
        return
    chosen = _Chosen.of(default_inputs(record, prep=prep) if inputs is None else inputs)
    cleaned = CleanedSignal(TimeGrid(record), chosen.channels, prep=prep)
    noisy = _noisy_spans(result, chosen.channels)
    pending = np.ones(result.n_beats, np.bool_)
    while pending.any():
        wanted = np.flatnonzero(pending) if order is None else order(pending)
        wanted = wanted[pending[wanted]][:batch]
        if len(wanted) == 0:  # an order that forgets some beats: the rest in file order
            wanted = np.flatnonzero(pending)[:batch]
        wanted = np.unique(wanted)
        bounds = _bounds(result, wanted, prep)
        windows = cut_windows(cleaned, bounds, inputs=chosen.rows)
        pending[wanted] = False
        yield _classify(ensemble, wanted, windows, bounds, chosen, _inside(result, wanted, noisy))


def _classify(
    ensemble: Ensemble,
    indices: NDArray[np.int64],
    windows: Windows,
    bounds: Bounds,
    chosen: _Chosen,
    noisy: NDArray[np.bool_],
) -> BeatBatch:
    n = len(indices)
    # a window with nothing in it (a gap, or every lead flat) is not put to the networks
    empty = windows.gap | ~windows.values.any(axis=(1, 2))
    probabilities = np.full((n, len(BeatClass)), np.nan)
    votes = np.full((n, len(ensemble.members), len(BeatClass)), np.nan, np.float32)
    if not empty.all():
        prediction = ensemble.predict(windows.values[~empty])
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
        ("one_lead", np.full(n, None in chosen.rows)),
    ):
        flags[where] |= np.uint16(flag_bits(word))
    return BeatBatch(indices, classes, probabilities, votes, flags)


def _noisy_spans(result: Scan, channels: tuple[int, ...]) -> list[tuple[int, int]]:
    """Own-sample spans in which one of the channels used is noisy."""
    return [
        (s.start, s.stop)
        for s in result.stretches
        if s.kind == "noisy" and (s.lead is None or s.lead in channels)
    ]


def _inside(
    result: Scan, indices: NDArray[np.int64], spans: list[tuple[int, int]]
) -> NDArray[np.bool_]:
    samples = result.samples[indices]
    inside = np.zeros(len(samples), np.bool_)
    for start, stop in spans:
        inside |= (samples >= start) & (samples < stop)
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
    start, stop = cleaned.grid.to_own(np.array([low, high]))
    if high >= cleaned.grid.n_samples:
        stop += 1  # to_own stops at the last sample, which belongs to the last frame
    span = log.between(int(start), int(stop))
    beats: tuple[Beat, ...] = tuple(log.beat(i) for i in range(span.start, span.stop))
    return Frame(index, low / fs, high / fs, cleaned.between(low, high), beats)
