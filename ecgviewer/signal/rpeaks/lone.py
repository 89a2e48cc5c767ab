"""Beats in a pause, measured on the scale of the block's other beats.

A lead's level in a pause is the pause's own noise. Of a beat there, the T wave would be as high as
any QRS, the QRS too large for its shape, and the noise around a restless lead's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.params import Detection

_TINY = 1e-9
_LEAST_SAY = 0.01  # of the leads that are there


@dataclass(frozen=True)
class Lone:
    """How far each of n candidates belongs to a beat in a pause.

    Attributes
    ----------
    share : (n,) float64
        0: measured against what is around, as everywhere; 1: against the beat itself.
    part : (n,) float64
        Height of the highest candidate near, as a share of the block's usual QRS, at most 1.
    reach : (n,) float64
        The same height, in the levels around.
    """

    share: NDArray[np.float64]
    part: NDArray[np.float64]
    reach: NDArray[np.float64]

    def level(self, level: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
        """Levels to measure the candidates in.

        Parameters
        ----------
        level : (n_leads, n) float64
            Each lead's level at the candidates.
        usual : (n_leads,) float64
            Its usual QRS in the block, the same unit.

        Returns
        -------
        (n_leads, n) float64
            No lower than `level`, and equal to it where `share` is 0.
        """
        raised = np.maximum(usual[:, None] * self.part / np.maximum(level, _TINY), 1.0)
        raised_level: NDArray[np.float64] = level * raised**self.share
        return raised_level

    def unrest(
        self, unrest: NDArray[np.float64], around: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Unrest (n,) in the level around (n,), as a share of the beat itself where it is lone."""
        lower: NDArray[np.float64] = unrest * around / np.maximum(around, self.share * self.reach)
        return lower


def find_lone(
    heights: NDArray[np.float64],
    usual: NDArray[np.float64],
    places: NDArray[np.int64],
    detection: Detection,
) -> Lone | None:
    """Look for candidates as high as the block's usual QRS where all around is much lower.

    Parameters
    ----------
    heights : (n,) float64
        Fused heights of the candidates, in the levels around.
    usual : (n,) float64
        Height that the block's usual QRS would have there.
    places : (n,) int64
        Indices into the block's span, ascending, 360 Hz.
    detection : Detection
        When a level is a pause's, and how high a beat is.

    Returns
    -------
    Lone, or None where there is none.
    """
    paused = np.flatnonzero(usual > detection.lone_pause[0])
    if len(paused) == 0:
        return None
    near = round(detection.lone_ms * detection.grid_fs_hz / 1000)
    low = np.searchsorted(places, places[paused] - near)
    high = np.searchsorted(places, places[paused] + near, side="right")
    highest = heights.copy()
    for k, a, b in zip(paused.tolist(), low.tolist(), high.tolist(), strict=True):
        highest[k] = heights[a:b].max()
    part = np.minimum(highest / np.maximum(usual, _TINY), 1.0)
    share = ramp(usual, detection.lone_pause) * ramp(part, detection.lone_part)
    return Lone(share, part, np.minimum(highest, usual)) if share.any() else None


def fused_at(
    there: NDArray[np.float64], level: NDArray[np.float64], say: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean of the leads (n_leads, n), each in its own level, by what they count for, (n,)."""
    whole = np.maximum(say.sum(axis=0), _LEAST_SAY)
    fused: NDArray[np.float64] = (there / np.maximum(level, _TINY) * say).sum(axis=0) / whole
    return fused


def ramp(values: NDArray[np.float64], limits: tuple[float, float]) -> NDArray[np.float64]:
    """0 up to the first limit, 1 from the second on."""
    low, high = limits
    between: NDArray[np.float64] = np.clip((values - low) / (high - low), 0.0, 1.0)
    return between
