"""Where a lead swings as in ventricular flutter or fibrillation, by a stated rule.

Over 3.5 s the lead, between its own 500 ms and 56 ms means, has no QRS (kurtosis, and the largest
slopes beside the usual one), swings at 2 to 10 Hz, and all but cancels itself when it is added to
itself half a period later (Kuo and Dillman, Computers in Cardiology 1978). A wave that repeats
itself to the letter below 225/min is a tachycardia. The numbers were chosen on record 207 of the
MIT-BIH Arrhythmia Database, the only one there with flutter: what they find there is no figure for
patients never seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.params import Activity

_TINY = 1e-12


@dataclass(frozen=True)
class Waves:
    """Of half seconds, each seen with those around it, by lead.

    Attributes
    ----------
    swing : (n_leads, n) float32
        Peak to peak, mV, where the lead swings; 0 elsewhere.
    beats : (n_leads, n) bool
        Where the lead has complexes that stand out of it.
    repeats : (n_leads, n) float32
        Correlation with itself at the rate of a tachycardia; 0 where it repeats itself faster.
    """

    swing: NDArray[np.float32]
    beats: NDArray[np.bool_]
    repeats: NDArray[np.float32]

    @classmethod
    def of_none(cls, n_leads: int, n: int = 0) -> "Waves":
        """No wave in `n` half seconds."""
        shape = (n_leads, n)
        return cls(
            np.zeros(shape, np.float32), np.zeros(shape, np.bool_), np.zeros(shape, np.float32)
        )

    @classmethod
    def joined(cls, parts: Sequence["Waves"]) -> "Waves":
        """Those of successive blocks as one."""
        return cls(
            np.concatenate([p.swing for p in parts], axis=1),
            np.concatenate([p.beats for p in parts], axis=1),
            np.concatenate([p.repeats for p in parts], axis=1),
        )

    def without(self, missing: NDArray[np.bool_]) -> "Waves":
        """No wave where the lead is missing, (n_leads, n)."""
        return Waves(
            np.where(missing, 0, self.swing).astype(np.float32),
            self.beats & ~missing,
            self.repeats,
        )


def waves(
    band: NDArray[np.float64], raw: NDArray[np.float64], inner: slice, params: Activity
) -> Waves:
    """Waves of the half seconds `inner`.

    Parameters
    ----------
    band, raw : (n_leads, m, k) float64
        Half seconds of k samples, mV: between the two moving means, and as they are.
    inner : slice
        Which of the m are asked for; a window that the ends cut off is the nearest whole one.
    params : Activity
        The rule's numbers.
    """
    n_leads, m, per = band.shape
    size = params.window
    found = Waves.of_none(n_leads, len(range(m)[inner]))
    if m < size:
        return found
    at = np.clip(np.arange(m)[inner] - size // 2, 0, m - size)  # first piece of each window
    kurtosis = np.array([_kurtosis(row, size)[at] for row in band])
    found.beats[:] = kurtosis > params.beats_kurtosis
    chosen = np.flatnonzero((kurtosis < params.kurtosis).any(axis=0) & ~found.beats.any(axis=0))
    if len(chosen) == 0:
        return found
    seen = [_Windows.of(row, at[chosen], size, params) for row in band]
    kept = np.min([windows.leak for windows in seen], axis=0) < params.leakage
    index = at[chosen[kept], None] * per + np.arange(size * per)
    for row, windows in enumerate(seen):
        raw_windows = raw[row].reshape(-1)[index]
        _judge(found, row, chosen[kept], windows.chosen(kept), raw_windows, params)
    found.swing[kurtosis >= params.kurtosis] = 0
    return found


@dataclass(frozen=True)
class _Windows:
    """Windows (n, k) of a lead between the moving means, about their mean; what is seen of each."""

    x: NDArray[np.float64]
    period: NDArray[np.float64]  # (n,) samples
    leak: NDArray[np.float64]  # (n,)

    @classmethod
    def of(
        cls, lead: NDArray[np.float64], at: NDArray[np.int64], size: int, params: Activity
    ) -> "_Windows":
        """Windows of `size` pieces of a lead (m, k) from the pieces `at` on."""
        per = lead.shape[1]
        x = lead.reshape(-1)[at[:, None] * per + np.arange(size * per)]
        x -= x.mean(axis=1, keepdims=True)
        moved = np.abs(np.diff(x, axis=1)).sum(axis=1)
        period = 2 * np.pi * np.abs(x).sum(axis=1) / np.maximum(moved, _TINY)
        period = np.clip(period, 2.0, params.rate)
        return cls(x, period, _leakage(x, period))

    def chosen(self, kept: NDArray[np.bool_]) -> "_Windows":
        """Some of them."""
        return _Windows(self.x[kept], self.period[kept], self.leak[kept])


def _judge(
    found: Waves,
    row: int,
    chosen: NDArray[np.int64],
    windows: _Windows,
    raw: NDArray[np.float64],
    params: Activity,
) -> None:
    """Fill in what one lead does in the windows of the half seconds `chosen`."""
    if len(chosen) == 0:
        return
    rate, leak = params.rate / windows.period, windows.leak  # Hz
    slope = np.sort(np.abs(np.diff(raw, axis=1)), axis=1)
    steep, usual = slope[:, -1 - slope.shape[1] // 100], slope[:, slope.shape[1] // 2]
    crest = np.minimum(steep, 1e3) / np.maximum(usual, _TINY)
    found.beats[row, chosen] |= (crest > params.beats_crest) & (leak > params.beats_leakage)
    good = leak + crest * params.per_crest < params.leakage
    good &= (rate >= params.hz[0]) & (rate <= params.hz[1])
    x = windows.x[good]
    found.swing[row, chosen[good]] = np.ptp(x, axis=1) / _gain(rate[good], params)
    found.repeats[row, chosen[good]] = _repeats(x, windows.period[good], params)


def flutter(found: Waves, extent: NDArray[np.float32], params: Activity) -> NDArray[np.bool_]:
    """Half seconds (n,) of a whole record in suspected ventricular flutter or fibrillation.

    Parameters
    ----------
    found : Waves
        Of the whole record.
    extent : (n_leads, n) float32
        The leads' ranges in each half second, mV, NaN where they are missing: their upper
        quartile is taken for the record's QRS.
    params : Activity
        The rule's numbers.
    """
    n_leads, n = found.swing.shape
    out = np.zeros(n, np.bool_)
    if n_leads == 0 or not found.swing.any():
        return out
    usual = np.array([_usual(row) for row in extent])
    least = np.minimum(params.swing_mv, params.swing_share * usual)
    lead = (found.swing > 0) & (found.swing >= least[:, None])
    swings = np.logical_and(lead.any(axis=0), ~found.beats.any(axis=0))
    # the lead that repeats itself least speaks for all
    repeats = np.where(lead, found.repeats, np.inf).min(axis=0)
    for start, stop in runs(swings, bridged=params.bridge_steps):
        mine = np.flatnonzero(swings[start:stop]) + start
        steady = np.median(repeats[mine]) > params.repeats
        if len(mine) >= params.least_steps and not steady:
            out[max(0, start - params.end_steps) : stop + params.end_steps] = True
    return out


def _usual(extent: NDArray[np.float32]) -> float:
    known = extent[np.isfinite(extent)]
    return float(np.percentile(known, 75)) if len(known) else 0.0


def runs(mask: NDArray[np.bool_], *, bridged: int = 0) -> list[tuple[int, int]]:
    """Half-open runs of True, those no more than `bridged` apart made one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    out: list[tuple[int, int]] = []
    for start, stop in edges.reshape(-1, 2).tolist():
        if out and start - out[-1][1] <= bridged:
            out[-1] = (out[-1][0], stop)
        else:
            out.append((start, stop))
    return out


def _kurtosis(pieces: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Of every window of `size` successive pieces (m, k), (m - size + 1,)."""
    n = size * pieces.shape[1]
    powers = np.empty((4, len(pieces)))
    power = pieces
    for k in range(4):
        powers[k] = power.sum(axis=1)
        power = power * pieces
    total = np.concatenate([np.zeros((4, 1)), np.cumsum(powers, axis=1)], axis=1)
    m1, m2, m3, m4 = (total[:, size:] - total[:, :-size]) / n
    variance = np.maximum(m2 - m1**2, _TINY)
    fourth = m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4
    kurtosis: NDArray[np.float64] = fourth / variance**2
    return kurtosis


def _leakage(x: NDArray[np.float64], period: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is left of windows (n, k) added to themselves half a period later; 0 for a sine."""
    half = np.floor(period / 2).astype(np.int64)
    leak = np.ones(len(x))
    for lag in np.unique(half):
        mine = half == lag
        mine_x = x[mine]
        first, second = mine_x[:, lag:], mine_x[:, :-lag]
        total = (np.abs(first) + np.abs(second)).sum(axis=1)
        leak[mine] = np.abs(first + second).sum(axis=1) / np.maximum(total, _TINY)
    return leak


def _repeats(
    x: NDArray[np.float64], period: NDArray[np.float64], params: Activity
) -> NDArray[np.float64]:
    """Correlation of windows (n, k) with themselves at the rate of a tachycardia.

    0 where a window repeats itself faster than that: a QRS with its T wave, or flutter waves of the
    atria with every QRS, crosses its mean more often than it comes.
    """
    slow, fast = np.zeros(len(x)), np.zeros(len(x))
    if len(x) == 0:
        return slow
    shortest = params.rate / params.repeats_below_hz
    for lag in range(max(1, int(0.8 * period.min())), params.repeats_within):
        first, second = x[:, lag:], x[:, :-lag]
        norm = np.sqrt(np.einsum("ij,ij->i", first, first) * np.einsum("ij,ij->i", second, second))
        found = np.einsum("ij,ij->i", first, second) / np.maximum(norm, _TINY)
        if lag > shortest:
            slow = np.maximum(slow, found)
        else:
            fast = np.where(lag >= 0.8 * period, np.maximum(fast, found), fast)
    return np.where(fast > params.repeats, 0.0, slow)


def _gain(rate: NDArray[np.float64], params: Activity) -> NDArray[np.float64]:
    """What the two moving means leave of a wave at so many Hz."""
    short, long = (ms / 1000 for ms in params.wave_ms)
    gain: NDArray[np.float64] = np.sinc(rate * short) * (1 - np.sinc(rate * long))
    return gain
