"""Candidates for R peaks, maxima of the fused deflection; never decides which are beats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import find_peaks

from ecgviewer.signal.params import Detection

_FLAT_MV = 1e-3  # a lead whose smoothed deflection stays below has no say
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
    """

    positions: NDArray[np.int64]
    heights: NDArray[np.float64]


def find_candidates(
    band: NDArray[np.float64], gap: NDArray[np.bool_], detection: Detection
) -> Candidates:
    """Find candidates in one block with margins.

    Parameters
    ----------
    band : (n_leads, n) float64
        Band-passed leads, mV, 360 Hz.
    gap : (n_leads, n) bool
        Where the recording has no sample: such a lead has no say there.
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
    say = (level > _FLAT_MV).astype(np.float64)
    total = say.sum(axis=0)
    if gap.any():
        there = ~gap
        height = _fuse_gapped(deflection, level, say, there)
        steepness = _fuse_gapped(slope, slope_level, say, there)
    else:
        share = say / np.maximum(total, 1)
        height = _fuse(deflection, share / np.maximum(level, _FLAT_MV))
        steepness = _fuse(slope, share / np.maximum(slope_level, _TINY))
    distance = max(1, round(detection.candidate_ms * fs / 1000))
    found, _ = find_peaks(height, distance=distance, height=detection.candidate_floor)
    found = found[~gap[:, found].all(axis=0)].astype(np.int64)
    share_of_slope = detection.sharpness
    mixed = height[found] ** (1 - share_of_slope) * np.maximum(steepness[found], _TINY) ** (
        share_of_slope
    )
    enough = mixed > detection.candidate_floor
    return Candidates(found[enough], mixed[enough])


def _levels(signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """Usual height of the QRS in each piece of a lead, (n_leads, n_pieces).

    The median of the maxima of neighbouring pieces: one artefact or one pause does not move it.
    """
    n_leads, n = signal.shape
    pieces = max(1, n // round(detection.level_s * detection.grid_fs_hz))
    size = n // pieces
    maxima = signal[:, : size * pieces].reshape(n_leads, pieces, size).max(axis=2)
    level: NDArray[np.float64] = median_filter(maxima, (1, detection.level_pieces), mode="nearest")
    least = detection.level_floor * np.percentile(maxima, 75, axis=1)
    floored: NDArray[np.float64] = np.maximum(level, least[:, None])
    return floored


def _fuse(signal: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted sum over the leads; weights (n_leads, n_pieces) drawn out between pieces."""
    drawn = _draw_out(weight, signal.shape[1])
    height: NDArray[np.float64] = np.einsum("ij,ij->j", signal, drawn)
    return height


def _fuse_gapped(
    signal: NDArray[np.float64],
    level: NDArray[np.float64],
    say: NDArray[np.float64],
    there: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The same where leads are missing here and there: the mean of those present."""
    n = signal.shape[1]
    weight = _draw_out(say, n) * there
    height = signal / np.maximum(_draw_out(level, n), _TINY)
    fused: NDArray[np.float64] = (height * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1.0)
    return fused


def _draw_out(pieces: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Straight lines between the middles of pieces, (n_leads, n)."""
    size = n // pieces.shape[1]
    middle = (np.arange(pieces.shape[1]) + 0.5) * size
    x = np.arange(n)
    return np.stack([np.interp(x, middle, row) for row in pieces])
