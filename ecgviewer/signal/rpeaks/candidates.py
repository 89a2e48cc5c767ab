"""Candidates for R peaks, maxima of the fused deflection."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import find_peaks

from ecgviewer.signal.params import Detection
from ecgviewer.signal.rpeaks.lone import find_lone, fused_at
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
    A beat in a pause is measured against the block's usual QRS (`lone`).

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
    high, steep = _Scaled.of(deflection, detection), _Scaled.of(slope, detection)
    say = _say(deflection, high.level, detection)
    height = _fuse(high, say, gap, np.arange(band.shape[1]))
    distance = max(1, round(detection.candidate_ms * fs / 1000))
    found, _ = find_peaks(height, distance=distance, height=detection.candidate_floor)
    end = round(detection.end_ms * fs / 1000)
    found = found[(found >= end) & (found < len(height) - end) & ~gap[:, found].all(axis=0)]
    found = found.astype(np.int64)
    here = np.where(gap[:, found], 0.0, _at(say, found, len(height)))
    heights, slopes = height[found], _fuse(steep, say, gap, found)
    level = high.level_at(found)
    around = np.maximum(_levels(_maxima(height[None], detection), detection), _TINY)
    unrest = _at(_quiet(height[None], detection) / around, found, len(height))[0]
    usual = fused_at(np.broadcast_to(high.usual[:, None], level.shape), level, here)
    lone = find_lone(heights, usual, found, detection)
    if lone is not None:
        level = lone.level(level, high.usual)
        in_pause = lone.share > 0
        heights = np.where(in_pause, fused_at(deflection[:, found], level, here), heights)
        of_slope = lone.level(steep.level_at(found), steep.usual)
        slopes = np.where(in_pause, fused_at(slope[:, found], of_slope, here), slopes)
        unrest = lone.unrest(unrest, _at(around, found, len(height))[0])
    shapes = cut_shapes(band, level, here, found, detection)
    return Candidates(found, heights, np.maximum(slopes, _TINY), unrest, shapes)


@dataclass(frozen=True)
class _Scaled:
    """A signal of every lead, (n_leads, n), and what is usual of it at a QRS.

    Attributes
    ----------
    signal : (n_leads, n) float64
    level : (n_leads, n_pieces) float64
        Usual height in each piece, but no lower than a share of `usual`: the rest of a long pause
        is not blown up.
    usual : (n_leads,) float64
        Of the whole block, also where most pieces have no beat.
    """

    signal: NDArray[np.float64]
    level: NDArray[np.float64]
    usual: NDArray[np.float64]

    @classmethod
    def of(cls, signal: NDArray[np.float64], detection: Detection) -> Self:
        """With its levels."""
        maxima = _maxima(signal, detection)
        usual = np.percentile(maxima, detection.usual_percentile, axis=1)
        least = detection.level_floor * usual[:, None]
        return cls(signal, np.maximum(_levels(maxima, detection), least), usual)

    def level_at(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Levels at places (n,), (n_leads, n)."""
        return _at(self.level, places, self.signal.shape[1])


def _pieces(signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """(n_leads, n) cut into equal pieces of about two seconds, (n_leads, n_pieces, size)."""
    n_leads, n = signal.shape
    count = max(1, n // round(detection.level_s * detection.grid_fs_hz))
    size = n // count
    return signal[:, : size * count].reshape(n_leads, count, size)


def _maxima(signal: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """The largest value of each piece, (n_leads, n_pieces)."""
    maxima: NDArray[np.float64] = _pieces(signal, detection).max(axis=2)
    return maxima


def _levels(maxima: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    """Usual height of the QRS around each piece, (n_leads, n_pieces).

    The median of the maxima of neighbouring pieces: one artefact or one pause does not move it.
    """
    level: NDArray[np.float64] = median_filter(maxima, (1, detection.level_pieces), mode="nearest")
    return level


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
    scaled: _Scaled,
    say: NDArray[np.float64],
    gap: NDArray[np.bool_],
    places: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Mean of the leads, each in its own level, by what they count for, at places (n,)."""
    n = scaled.signal.shape[1]
    there = scaled.signal if len(places) == n else scaled.signal[:, places]
    weight = _at(say / np.maximum(scaled.level, _TINY), places, n)
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
