"""Candidates for R peaks, maxima of the fused deflection."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import find_peaks

from ecgviewer.signal.params import Detection
from ecgviewer.signal.rpeaks.templates import Shapes, cut_shapes

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
    slopes : (n,) float64
        Fused steepness, about 1 at a usual QRS; T waves have little.
    unrest : (n,) float64
        Height that three quarters of the time around exceed, as a share of the highest around:
        near 0 between beats, above a third in noise.
    shapes : Shapes
        What they look like.
    """

    positions: NDArray[np.int64]
    heights: NDArray[np.float64]
    slopes: NDArray[np.float64]
    unrest: NDArray[np.float64]
    shapes: Shapes

    def take(self, which: NDArray[np.int64]) -> "Candidates":
        """Some of them, by index."""
        return Candidates(
            self.positions[which],
            self.heights[which],
            self.slopes[which],
            self.unrest[which],
            self.shapes.take(which),
        )


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
    level = _floored(_levels(deflection, detection), detection)
    say = _say(deflection, level, detection)
    height = _fuse(deflection, level, say, gap, np.arange(band.shape[1]))
    distance = max(1, round(detection.candidate_ms * fs / 1000))
    found, _ = find_peaks(height, distance=distance, height=detection.candidate_floor)
    end = round(detection.end_ms * fs / 1000)
    found = found[(found >= end) & (found < len(height) - end) & ~gap[:, found].all(axis=0)]
    found = found.astype(np.int64)
    slope_level = _floored(_levels(slope, detection), detection)
    whole = height[None]
    unrest = _quiet(whole, detection) / np.maximum(_levels(whole, detection), _TINY)
    here = np.where(gap[:, found], 0.0, _at(say, found, len(height)))
    return Candidates(
        found,
        height[found],
        np.maximum(_fuse(slope, slope_level, say, gap, found), _TINY),
        _at(unrest, found, len(height))[0],
        cut_shapes(band, _at(level, found, len(height)), here, found, detection),
    )


def _pieces(signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """(n_leads, n) cut into equal pieces of about two seconds, (n_leads, n_pieces, size)."""
    n_leads, n = signal.shape
    count = max(1, n // round(detection.level_s * detection.grid_fs_hz))
    size = n // count
    return signal[:, : size * count].reshape(n_leads, count, size)


def _levels(signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """Usual height of the QRS in each piece of a lead, (n_leads, n_pieces).

    The median of the maxima of neighbouring pieces: one artefact or one pause does not move it.
    """
    maxima = _pieces(signal, detection).max(axis=2)
    level: NDArray[np.float64] = median_filter(maxima, (1, detection.level_pieces), mode="nearest")
    return level


def _floored(level: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """Levels no lower than a share of the block's: the rest of a long pause is not blown up."""
    least = detection.level_floor * np.percentile(level, 75, axis=1)
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
    places: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Mean of the leads, each in its own level, by what they count for, at places (n,)."""
    n = signal.shape[1]
    there = signal if len(places) == n else signal[:, places]
    weight = _at(say / np.maximum(level, _TINY), places, n)
    if gap.any():  # a lead in a gap has no say: the others share it
        missing = gap[:, places]
        weight[missing] = 0.0
        present = np.where(missing, 0.0, _at(say, places, n)).sum(axis=0)
        weight /= np.maximum(present, 0.01)
    fused: NDArray[np.float64] = np.einsum("ij,ij->j", there, weight)
    return fused


def _at(pieces: NDArray[np.float64], places: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Values (n_leads, n_pieces) at places, on straight lines between the middles of pieces."""
    count = pieces.shape[1]
    middle = (np.arange(count) + 0.5) * (n // count)
    return np.stack([np.interp(places, middle, row) for row in pieces])
