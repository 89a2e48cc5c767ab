"""Made ECGs with known beats: for what no recording at hand shows; no more real than a drawing."""

import numpy as np
from numpy.typing import NDArray

NARROW_S, WIDE_S = 0.012, 0.03  # sd of the R wave of a normal and of a ventricular beat


def made_ecg(
    beats_s: NDArray[np.float64],
    *,
    fs: float = 360.0,
    duration_s: float,
    height_mv: float | NDArray[np.float64] = 1.0,
    width_s: float | NDArray[np.float64] = NARROW_S,
    t_wave: float = 0.25,
    noise_mv: float = 0.01,
    n_leads: int = 2,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Beats of Gaussian waves at stated times, (n_leads, n) float32, mV.

    Every other lead is 0.6 times as high; each has white noise of its own. `t_wave` is the T wave's
    share of the R wave; narrow beats have a P wave.
    """
    n = round(duration_s * fs)
    t = np.arange(n) / fs
    signal = np.zeros(n)
    heights = np.broadcast_to(height_mv, beats_s.shape)
    widths = np.broadcast_to(width_s, beats_s.shape)
    for at, height, width in zip(beats_s, heights, widths, strict=True):
        waves = [(0.0, 1.0, width), (-2.2 * width, -0.15, width), (2.2 * width, -0.25, width)]
        waves.append((0.28, t_wave, 0.05))
        if width < 0.02:
            waves.append((-0.16, 0.12, 0.02))
        for delay, share, sd in waves:
            low, high = np.searchsorted(t, (at + delay - 6 * sd, at + delay + 6 * sd))
            signal[low:high] += (
                share * height * np.exp(-(((t[low:high] - at - delay) / sd) ** 2) / 2)
            )
    gain = np.where(np.arange(n_leads) % 2, 0.6, 1.0)
    noise = np.random.default_rng(seed).normal(0.0, noise_mv, (n_leads, n))
    return (gain[:, None] * signal + noise).astype(np.float32)
