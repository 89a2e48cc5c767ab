"""What a lead does in every half second: enough to say of any stretch, later, what it held.

A block's figures depend on the block and its margins alone. Half seconds are counted from the
record's start; one belongs to the block in which it starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.oscillation import Waves, waves
from ecgviewer.signal.params import ACTIVITY, Activity

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Steps:
    """Figures (n_leads, n) of the half seconds from `first` on, in the order of `leads`.

    Attributes
    ----------
    first : int
        The first of them, in half seconds from the record's start.
    floor, sharp, extent, level : (n_leads, n) float32
        mV: the least that the lead moves from sample to sample over 44 ms; the most by which it
        leaves its own 78 ms mean, as a QRS does; its range about its own 500 ms mean; its mean.
        NaN in gaps.
    waves : Waves
        Where the lead swings as in ventricular flutter or fibrillation.
    """

    first: int
    floor: Floats
    sharp: Floats
    extent: Floats
    level: Floats
    waves: Waves

    @property
    def n(self) -> int:
        """Half seconds."""
        return int(self.floor.shape[1])


def activity(
    grid: TimeGrid, index: int, leads: tuple[int, ...], *, params: Activity = ACTIVITY
) -> Steps:
    """Figures of one block's half seconds.

    Parameters
    ----------
    grid : TimeGrid
        The recording.
    index : int
        Which block.
    leads : tuple of int
        Channels to look at.
    params : Activity
        The rule's numbers.

    Returns
    -------
    Steps
        Of the half seconds that start in the block and are whole.
    """
    block = grid.block(index)
    step, thin = params.step, params.decimation
    first, last = -(-block.start // step), -(-block.stop // step)
    last = min(last, grid.n_samples // step)
    n = max(0, last - first)
    if not leads or n == 0:
        none = np.empty((len(leads), 0), np.float32)
        return Steps(first, none, none, none, none, Waves.of_none(len(leads)))
    ecg, gap = grid.read(block.low, block.high)
    ecg, gap = ecg[list(leads)], gap[list(leads)]
    # as much to either side as a window reaches, cut at the record's ends
    reach = params.window // 2
    low = max(-(-block.low // step), first - reach)
    high = min(block.high // step, last + reach)
    core = slice(first * step - block.low, last * step - block.low)
    whole = block.low % thin  # blocks start on every fourth sample of the record
    mean = _thinned(ecg[:, (thin - whole) % thin :], thin)
    missing = np.full((len(leads), n), fill_value=False)
    if gap.any():
        np.logical_or.reduce(gap[:, core].reshape(len(leads), n, step), axis=2, out=missing)
    per = step // thin
    own = slice((low * step - block.low) // thin, (high * step - block.low) // thin)
    slow = mean - _moving_mean(mean, params.wave_ms[1], thin)
    sharp = np.abs(mean - _moving_mean(mean, params.sharp_ms, thin))
    inner = slice(first - low, last - low)

    def pieces(signal: NDArray[np.float64]) -> NDArray[np.float64]:
        return signal[:, own].reshape(len(leads), high - low, per)

    smooth = _moving_mean(slow, params.wave_ms[0], thin)
    swings = waves(pieces(smooth), pieces(mean), inner, params)
    figures = (
        _floor(pieces(mean)[:, inner], params),
        pieces(sharp)[:, inner].max(axis=2),
        np.ptp(pieces(slow)[:, inner], axis=2),
        pieces(mean)[:, inner].mean(axis=2),
    )
    floor, peak, extent, level = (np.where(missing, np.nan, f).astype(np.float32) for f in figures)
    return Steps(first, floor, peak, extent, level, swings.without(missing))


def join_steps(parts: Sequence[Steps]) -> Steps:
    """Figures of successive blocks as one; at least one part."""
    return Steps(
        parts[0].first,
        np.concatenate([p.floor for p in parts], axis=1),
        np.concatenate([p.sharp for p in parts], axis=1),
        np.concatenate([p.extent for p in parts], axis=1),
        np.concatenate([p.level for p in parts], axis=1),
        Waves.joined([p.waves for p in parts]),
    )


def _thinned(ecg: NDArray[np.float64], thin: int) -> NDArray[np.float64]:
    n = ecg.shape[1] // thin
    total = np.zeros((len(ecg), n))
    for k in range(thin):  # a fourth of the time that a mean over so short an axis takes
        total += ecg[:, k : n * thin : thin]
    return total / thin


def _moving_mean(signal: NDArray[np.float64], ms: float, thin: int) -> NDArray[np.float64]:
    width = max(1, round(ms * 360 / thin / 1000))  # of the grid's 360 Hz
    mean: NDArray[np.float64] = uniform_filter1d(signal, width, axis=-1, mode="nearest")
    return mean


def _floor(pieces: NDArray[np.float64], params: Activity) -> NDArray[np.float64]:
    """Least mean change from sample to sample over 44 ms of half seconds (n_leads, n, k)."""
    change = np.abs(np.diff(pieces, axis=2))  # 44 of them
    parts = change.reshape(*change.shape[:2], -1, params.floor_piece)
    least: NDArray[np.float64] = parts.mean(axis=3).min(axis=2)
    return least
