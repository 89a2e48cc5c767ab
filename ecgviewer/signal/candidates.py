"""Candidates for R peaks, maxima of the fused deflection; never decides which are beats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import find_peaks

from ecgviewer.signal.params import Detection

_FLAT_MV = 1e-3  # a lead whose smoothed deflection stays below this has no say
_TINY = 1e-9


@dataclass(frozen=True)
class Candidates:
    """Places where a beat may be.

    Attributes
    ----------
    positions : (n,) int64
        Indices into the block's span, ascending.
    heights : (n,) float64
        Fused height, about 1 at a usual QRS.
    unrest : (n,) float64
        Height that three quarters of the time around exceed: near 0 between beats, above a third
        where there is nothing but noise or flutter.
    """

    positions: NDArray[np.int64]
    heights: NDArray[np.float64]
    unrest: NDArray[np.float64]


def find_candidates(
    band: NDArray[np.float64], gap: NDArray[np.bool_], detection: Detection
) -> Candidates:
    """Find candidates in one block with margins.

    Every lead is measured against its own usual QRS height, so that leads of any amplitude can be
    added; one that is restless between its beats counts less, one that is flat or missing nothing.

    Parameters
    ----------
    band : (n_leads, n) float64
        Band-passed leads, mV, 360 Hz.
    gap : (n_leads, n) bool
        Where the recording has no sample.
    detection : Detection
        The detector's numbers.

    Returns
    -------
    Candidates
    """
    fs = detection.grid_fs_hz
    size = max(1, round(detection.smooth_ms * fs / 1000))
    deflection = uniform_filter1d(np.abs(band), size, axis=1)
    slope = uniform_filter1d(np.abs(np.diff(band, axis=1, prepend=band[:, :1])), size, axis=1)
    level, slope_level = _levels(deflection, detection), _levels(slope, detection)
    say = _say(deflection, level, detection)
    height = _fuse(deflection, level, say, gap)
    steepness = _fuse(slope, slope_level, say, gap)
    distance = max(1, round(detection.candidate_ms * fs / 1000))
    found, _ = find_peaks(height, distance=distance, height=detection.candidate_floor)
    end = round(detection.end_ms * fs / 1000)
    found = found[(found >= end) & (found < len(height) - end) & ~gap[:, found].all(axis=0)]
    # T waves are high but not steep: both count, as a geometric mean
    share = detection.sharpness
    mixed = height[found] ** (1 - share) * np.maximum(steepness[found], _TINY) ** share
    enough = mixed > detection.candidate_floor
    found = found[enough].astype(np.int64)
    unrest = _draw_out(_quiet(height[None], detection), len(height))[0, found]
    return Candidates(found, mixed[enough], unrest)


def _pieces(signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """(n_leads, n) cut into equal pieces of about two seconds, (n_leads, n_pieces, size)."""
    n_leads, n = signal.shape
    count = max(1, n // round(detection.level_s * detection.grid_fs_hz))
    size = n // count
    return signal[:, : size * count].reshape(n_leads, count, size)


def _levels(signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """Usual height of the QRS in each piece of a lead, (n_leads, n_pieces).

    The median of the maxima of neighbouring pieces: one artefact or one pause does not move it. A
    long pause lowers it to a share of the block's, no further: its noise is not taken for beats.
    """
    maxima = _pieces(signal, detection).max(axis=2)
    level = median_filter(maxima, (1, detection.level_pieces), mode="nearest")
    least = detection.level_floor * np.percentile(maxima, 75, axis=1)
    floored: NDArray[np.float64] = np.maximum(level, least[:, None])
    return floored


def _quiet(signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """What a lead moves between its beats: a low percentile of each piece, (n_leads, n_pieces)."""
    pieces = _pieces(signal, detection)[:, :, ::4]  # smoothed: every fourth sample says as much
    quiet = np.percentile(pieces, detection.quiet_percentile, axis=2)
    median: NDArray[np.float64] = median_filter(quiet, (1, detection.level_pieces), mode="nearest")
    return median


def _say(
    deflection: NDArray[np.float64], level: NDArray[np.float64], detection: Detection
) -> NDArray[np.float64]:
    """What each lead's height counts for, (n_leads, n_pieces), the leads' sum 1 or 0."""
    unrest = _quiet(deflection, detection) / np.maximum(level, _TINY)
    say = np.where(level > _FLAT_MV, 1 / np.maximum(unrest, detection.quiet_floor), 0.0)
    shared: NDArray[np.float64] = say / np.maximum(say.sum(axis=0), _TINY)
    return shared


def _fuse(
    signal: NDArray[np.float64],
    level: NDArray[np.float64],
    say: NDArray[np.float64],
    gap: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Mean of the leads, each in its own level, by what they count for, (n,)."""
    n = signal.shape[1]
    weight = _draw_out(say / np.maximum(level, _FLAT_MV / 1000), n)
    fused: NDArray[np.float64] = np.einsum("ij,ij->j", signal, weight)
    if gap.any():  # a lead in a gap has no say: the others share it
        weight[gap] = 0.0
        present = np.where(gap, 0.0, _draw_out(say, n)).sum(axis=0)
        fused = np.einsum("ij,ij->j", signal, weight) / np.maximum(present, 0.01)
    return fused


def _draw_out(pieces: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Straight lines between the middles of pieces, (n_leads, n)."""
    size = n // pieces.shape[1]
    middle = (np.arange(pieces.shape[1]) + 0.5) * size
    x = np.arange(n)
    return np.stack([np.interp(x, middle, row) for row in pieces])
