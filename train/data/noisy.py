"""Training records once more, noisy, some with their leads exchanged; no test record ever."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from ecgviewer.features.morphology import cut_snippets, offsets
from ecgviewer.signal.params import CONTEXT
from train.data.augment import Noise
from train.data.database import RecordBeats, contexts
from train.data.seeds import seed_of

SNR_DB = (3.0, 18.0)  # drawn evenly, of the noise that cleaning leaves
_SWAPPED = 0.5  # share of the copies in which the leads change places


def noisy_copy(record: RecordBeats, noise: Noise, *, seed: int) -> RecordBeats:
    """A record with one noise added to both leads, its beats where they were.

    Parameters
    ----------
    record : RecordBeats
        With its context, which is computed anew from the noisy leads.
    noise : Noise
        On the CPU; see `augment.load_noise` for what of `em` it leaves out.
    seed : int
        Another gives another piece of noise at another ratio. The ratio is that of the noise stress
        test: an eighth of the square of the median QRS height over the power of the noise.
    """
    rng = np.random.default_rng([seed, seed_of(record.name)])
    added = _piece(noise, record.ecg.shape[1], rng)
    least, most = SNR_DB
    share = 10 ** (-(least + (most - least) * rng.random()) / 20)
    height = _qrs_height(record)
    gain = share * height / np.sqrt(8) / np.maximum(added.std(axis=1), 1e-9)
    ecg = (record.ecg + gain[:, None] * added).astype(np.float32)
    if rng.random() < _SWAPPED:
        ecg = np.ascontiguousarray(ecg[::-1])
    columns = contexts(ecg, record.position, record.before, record.after)
    return dataclasses.replace(record, ecg=ecg, context=columns)


def _piece(noise: Noise, n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """(2, n) of one kind of noise from a random place on, from its start again at its end."""
    k = int(rng.integers(len(noise.first)))
    first, length = int(noise.first[k]), int(noise.length[k])
    index = first + (int(rng.integers(length)) + np.arange(n)) % length
    found: NDArray[np.float32] = noise.ecg.numpy()[:, index]
    return found


def _qrs_height(record: RecordBeats) -> NDArray[np.float64]:
    """Median peak-to-peak QRS of each lead, (2,), mV; 0 for an absent lead: it stays so."""
    low, high = (v * CONTEXT.grid_fs_hz / 1000 for v in CONTEXT.qrs_ms)
    of_qrs = (offsets() >= low) & (offsets() < high)
    heights = np.ptp(cut_snippets(record.ecg, record.position)[:, :, of_qrs], axis=2)
    return np.asarray(np.median(heights, axis=0), np.float64)
