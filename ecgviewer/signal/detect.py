"""R peaks: all ECG leads fused, and `refine` for every position; never cuts windows."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.denoise import band_pass
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import DETECTION, Detection


def fused(ecg: NDArray[np.float64], detection: Detection = DETECTION) -> NDArray[np.float64]:
    """The fused band-passed signal: mean deflection of the leads, each in its own scale.

    Parameters
    ----------
    ecg : (n_leads, n) float64
        ECG leads of one block with margins, 360 Hz, no NaN.
    detection : Detection
        Band and scale.

    Returns
    -------
    (n,) float64
        Non-negative, about 1 at the QRS of an even recording; zeros where every lead is flat.
    """
    deflection = np.abs(
        band_pass(ecg, detection.band_hz, order=detection.band_order, fs=detection.grid_fs_hz)
    )
    scale = np.percentile(deflection, detection.scale_percentile, axis=1)
    alive = scale > 1e-6  # mV; a lead that never moves has no say
    if not alive.any():
        return np.zeros(ecg.shape[1])
    mean: NDArray[np.float64] = (deflection[alive] / scale[alive, None]).mean(axis=0)
    return mean


def refine(
    positions: NDArray[np.int64], signal: NDArray[np.float64], detection: Detection = DETECTION
) -> NDArray[np.int64]:
    """Move positions to the largest deflection within +-60 ms.

    Parameters
    ----------
    positions : (n,) int64
        Indices into `signal`.
    signal : (m,) float64
        Output of `fused`.
    detection : Detection
        The reach.

    Returns
    -------
    (n,) int64
        The first largest value's index within reach.
    """
    reach = round(detection.refine_ms * detection.grid_fs_hz / 1000)
    if len(positions) == 0:
        return positions.astype(np.int64)
    offsets = np.arange(-reach, reach + 1)
    index = positions[:, None] + offsets  # (n, 2 reach + 1)
    inside = (index >= 0) & (index < len(signal))
    values = np.where(inside, signal[np.clip(index, 0, len(signal) - 1)], -1.0)
    return (positions + offsets[values.argmax(axis=1)]).astype(np.int64)


def refine_all(
    grid: TimeGrid,
    positions: NDArray[np.int64],
    leads: tuple[int, ...],
    detection: Detection = DETECTION,
) -> NDArray[np.int64]:
    """Refine grid positions (n,) of a whole recording, each in the block it lies in.

    Returns (n,) int64 in the same order; two positions may come out equal.
    """
    out = np.array(positions, np.int64)
    if not leads:
        return out
    for k in np.unique(out // grid.params.block):
        block = grid.block(int(k))
        mine = np.flatnonzero(positions // grid.params.block == k)
        ecg, _ = grid.read(block.low, block.high)
        signal = fused(ecg[list(leads)], detection)
        out[mine] = refine(positions[mine] - block.low, signal, detection) + block.low
    return out
