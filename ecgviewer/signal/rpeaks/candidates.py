"""Candidates for R peaks, maxima of the fused deflection."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from ecgviewer.signal.params import Detection
from ecgviewer.signal.rpeaks.levels import Pieces
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
    pieces = Pieces.of(gap, detection)
    high, steep = _Scaled.of(deflection, pieces, detection), _Scaled.of(slope, pieces, detection)
    say = _say(high, detection)
    height = _fuse(high, say, gap, np.arange(band.shape[1]))
    distance = max(1, round(detection.candidate_ms * fs / 1000))
    found, _ = find_peaks(height, distance=distance, height=detection.candidate_floor)
    end = round(detection.end_ms * fs / 1000)
    found = found[(found >= end) & (found < len(height) - end) & ~gap[:, found].all(axis=0)]
    found = found.astype(np.int64)
    here = np.where(gap[:, found], 0.0, pieces.at(say, found))
    heights, slopes, level = height[found], _fuse(steep, say, gap, found), high.level_at(found)
    fused = pieces.any_lead()
    around = np.maximum(fused.around(fused.maxima(height[None])), _TINY)
    unrest = fused.at(fused.quiet(height[None], detection) / around, found)[0]
    usual = fused_at(np.broadcast_to(high.usual[:, None], level.shape), level, here)
    lone = find_lone(heights, usual, found, detection)
    if lone is not None:
        level = lone.level(level, high.usual)
        in_pause = lone.share > 0
        heights = np.where(in_pause, fused_at(deflection[:, found], level, here), heights)
        of_slope = lone.level(steep.level_at(found), steep.usual)
        slopes = np.where(in_pause, fused_at(slope[:, found], of_slope, here), slopes)
        unrest = lone.unrest(unrest, fused.at(around, found)[0])
    shapes = cut_shapes(band, level, here, found, detection)
    return Candidates(found, heights, np.maximum(slopes, _TINY), unrest, shapes)


@dataclass(frozen=True)
class _Scaled:
    """A signal of every lead, (n_leads, n), and what is usual of it at a QRS.

    Attributes
    ----------
    signal : (n_leads, n) float64
    pieces : Pieces
        Of the block.
    level : (n_leads, n_pieces) float64
        Usual height in each piece, but no lower than a share of `usual`: the rest of a long pause
        is not blown up.
    usual : (n_leads,) float64
        Of the whole block, also where most pieces have no beat.
    """

    signal: NDArray[np.float64]
    pieces: Pieces
    level: NDArray[np.float64]
    usual: NDArray[np.float64]

    @classmethod
    def of(cls, signal: NDArray[np.float64], pieces: Pieces, detection: Detection) -> Self:
        """With its levels."""
        maxima = pieces.maxima(signal)
        usual = pieces.percentile(maxima, detection.usual_percentile)
        level = np.maximum(pieces.around(maxima), detection.level_floor * usual[:, None])
        return cls(signal, pieces, level, usual)

    def level_at(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Levels at places (n,), (n_leads, n)."""
        return self.pieces.at(self.level, places)


def _say(high: _Scaled, detection: Detection) -> NDArray[np.float64]:
    """What each lead's height counts for, (n_leads, n_pieces), the leads' sum 1 or 0."""
    unrest = high.pieces.quiet(high.signal, detection) / np.maximum(high.level, _TINY)
    say = np.where(high.level > _FLAT_MV, 1 / np.maximum(unrest, detection.quiet_floor), 0.0)
    shared: NDArray[np.float64] = say / np.maximum(say.sum(axis=0), _TINY)
    return shared


def _fuse(
    scaled: _Scaled,
    say: NDArray[np.float64],
    gap: NDArray[np.bool_],
    places: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Mean of the leads, each in its own level, by what they count for, at places (n,)."""
    at = scaled.pieces.at
    there = scaled.signal if len(places) == scaled.pieces.n else scaled.signal[:, places]
    weight = at(say / np.maximum(scaled.level, _TINY), places)
    if gap.any():  # a lead in a gap has no say: the others share it
        missing = gap[:, places]
        weight[missing] = 0.0
        present = np.where(missing, 0.0, at(say, places)).sum(axis=0)
        weight /= np.maximum(present, 0.01)
    fused: NDArray[np.float64] = np.einsum("ij,ij->j", there, weight)
    return fused
