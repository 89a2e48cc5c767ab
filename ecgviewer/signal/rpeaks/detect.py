"""R peaks: all ECG leads fused, and `refine` for every position."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.denoise import band_pass
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import DETECTION, Detection
from ecgviewer.signal.rpeaks.candidates import find_candidates
from ecgviewer.signal.rpeaks.dead import bridged, dead
from ecgviewer.signal.rpeaks.path import choose_beats


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
    return _fused(_band(ecg, detection), detection)


def _band(ecg: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    return band_pass(ecg, detection.band_hz, order=detection.band_order, fs=detection.grid_fs_hz)


def _fused(band: NDArray[np.float64], detection: Detection) -> NDArray[np.float64]:
    deflection = np.abs(band)
    scale = np.percentile(deflection, detection.scale_percentile, axis=1)
    alive = scale > 1e-6  # mV; a lead that never moves has no say
    if not alive.any():
        return np.zeros(band.shape[1])
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
    moved: NDArray[np.int64] = (positions + offsets[values.argmax(axis=1)]).astype(np.int64)
    return moved


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


def detect_block(
    grid: TimeGrid, index: int, leads: tuple[int, ...], detection: Detection = DETECTION
) -> NDArray[np.int64]:
    """R peaks of one block; they depend on the block and its margins alone.

    Parameters
    ----------
    grid : TimeGrid
        The recording.
    index : int
        Which block.
    leads : tuple of int
        Channels to search, fused with equal say.
    detection : Detection
        The detector's numbers.

    Returns
    -------
    (n,) int64
        Refined grid positions, ascending, at least the refractory time apart. A few lie just beyond
        the core, so that a beat on a border is found by one block or both; `join` makes it one.
    """
    block = grid.block(index)
    if not leads or block.stop - block.start < 1:
        return np.empty(0, np.int64)
    ecg, gap = grid.read(block.low, block.high)
    chosen = list(leads)
    if gap[chosen].all():  # hours without a sample are to cost nothing
        return np.empty(0, np.int64)
    silent = dead(ecg[chosen], gap[chosen], detection)
    band = _band(bridged(ecg[chosen], silent), detection)
    found = find_candidates(band, silent, detection)
    beats = choose_beats(found, detection)
    places = found.positions[beats] + block.low
    border = round(detection.border_ms * detection.grid_fs_hz / 1000)
    inside = (places >= block.start - border) & (places < block.stop + border)
    band = np.where(silent, 0.0, band) if silent.any() else band  # no beat is moved to an edge
    peaks = refine(places[inside] - block.low, _fused(band, detection), detection)
    peaks = peaks[~silent[:, peaks].all(axis=0)]  # a bridged gap has no beats
    return join(np.empty(0, np.int64), peaks + block.low, detection)


def join(
    previous: NDArray[np.int64], new: NDArray[np.int64], detection: Detection = DETECTION
) -> NDArray[np.int64]:
    """Append a block's peaks to those before it; of two within the refractory time the first stays.

    Parameters
    ----------
    previous : (n,) int64
        Joined peaks so far, or their last second.
    new : (m,) int64
        Output of `detect_block` for the next block.
    detection : Detection
        The refractory time.

    Returns
    -------
    (k,) int64
        `previous` unchanged, then those of `new` that are other beats, ascending.
    """
    least = round(detection.refractory_ms * detection.grid_fs_hz / 1000)
    peaks = previous.tolist()
    for peak in new.tolist():
        if not peaks or peak - peaks[-1] >= least:
            peaks.append(peak)
    return np.array(peaks, np.int64)
