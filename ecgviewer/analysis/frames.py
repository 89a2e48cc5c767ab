"""Frames of playback, cut from the cleaned signal."""

import numpy as np

from ecgviewer.beats.beat import Beat, Frame
from ecgviewer.beats.columns import Beats
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import Preprocessing


def n_frames(cleaned: CleanedSignal) -> int:
    """Playback frames of 400 samples in a recording; the last may be part empty."""
    return -(-cleaned.grid.n_samples // cleaned.prep.window)


def frame(cleaned: CleanedSignal, beats: Beats, index: int) -> Frame:
    """One frame of playback: 400 cleaned samples and what is known of its beats.

    Parameters
    ----------
    cleaned : CleanedSignal
        Leads to show.
    beats : Beats
        As they are known now; those without a class come as pending.
    index : int
        Frame number, from 0.

    Returns
    -------
    Frame
    """
    size, fs = cleaned.prep.window, cleaned.prep.grid_fs_hz
    low, high = index * size, (index + 1) * size
    shown = frame_beats(cleaned.grid, beats, index, prep=cleaned.prep)
    return Frame(index, low / fs, high / fs, cleaned.between(low, high), shown)


def frame_beats(
    grid: TimeGrid, beats: Beats, index: int, *, prep: Preprocessing
) -> tuple[Beat, ...]:
    """The beats of one frame of playback as they are known now; reads no sample."""
    low, high = index * prep.window, (index + 1) * prep.window
    start, stop = grid.to_own(np.array([low, high]))
    if high >= grid.n_samples:
        stop += 1  # to_own stops at the last sample, which belongs to the last frame
    span = beats.between(int(start), int(stop))
    return tuple(beats.beat(row) for row in range(span.start, span.stop))
