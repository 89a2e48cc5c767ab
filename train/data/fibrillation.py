"""Training records as if in atrial fibrillation: another rhythm, no P waves; no test record ever.

Two training patients fibrillate, among sixty; networks that never saw one of them call a third of
his beats early ones. What fibrillation is, is known: RR without order, no P wave, f waves. So it is
given to the others.
"""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from ecgviewer.features.context import RecordContext
from ecgviewer.features.morphology import cut_snippets, offsets
from ecgviewer.signal.params import CONTEXT
from ecgviewer.signal.windows import neighbours
from train.data.database import RecordBeats, context_tables, leads_there
from train.data.seeds import seed_of

Floats = NDArray[np.float64]
_S, _V = 1, 2
_MEAN_RR_S = (0.45, 0.95)
_VARIATION = (0.12, 0.3)  # standard deviation of RR over its mean
_DRIFT = 0.12  # of log RR, from one minute or so to the next
_DRIFT_BEATS = 60
_V_EARLY = (0.6, 0.85)  # RR before a V beat, and after it, over what it would be
_V_PAUSE = (1.0, 1.35)
_RR_S = (0.25, 2.5)
_P_MS = (-280.0, -60.0)
_F_HZ = (4.0, 8.0)
_F_HEIGHT = (0.01, 0.12)  # f waves, half of it either way, over the median QRS height


def fibrillating_copy(record: RecordBeats, *, seed: int) -> RecordBeats:
    """The record with its beats' context as it would be in fibrillation; leads and labels stay.

    S beats mean nothing there: `may_be_drawn` leaves them out.
    """
    rng = np.random.default_rng([seed, seed_of(record.name)])
    fs = CONTEXT.grid_fs_hz
    position = np.rint(np.cumsum(_rr(record.label, rng)) * fs).astype(np.int64)
    before, after = neighbours(position, position)
    # the record's own length: as many stretches, whatever the new rate
    rhythm = RecordContext(position, before, after, record.ecg.shape[1])
    snippets = _without_p(cut_snippets(record.ecg, record.position).astype(np.float64), rng)
    shapes = snippets.astype(np.float32)
    table = context_tables(
        rhythm,
        lambda kept, part: shapes[part] * kept[:, None],
        there=leads_there(record.ecg),
    )
    return dataclasses.replace(record, context=table)


def may_be_drawn(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which beats keep their meaning in fibrillation."""
    kept: NDArray[np.bool_] = labels != _S
    return kept


def _rr(label: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """RR before every beat, (n,), seconds: gamma distributed around a slowly moving mean."""
    n = len(label)
    mean, variation = rng.uniform(*_MEAN_RR_S), rng.uniform(*_VARIATION)
    rr = rng.gamma(1 / variation**2, mean * variation**2, n)
    drift = np.exp(rng.normal(0, _DRIFT, n // _DRIFT_BEATS + 1))
    rr *= np.repeat(drift, _DRIFT_BEATS)[:n]
    is_v = label == _V
    follows = np.concatenate([[False], is_v[:-1]]) & ~is_v
    rr[is_v] *= rng.uniform(*_V_EARLY, is_v.sum())
    rr[follows] *= rng.uniform(*_V_PAUSE, follows.sum())
    return np.clip(rr, *_RR_S)


def _without_p(snippets: Floats, rng: np.random.Generator) -> Floats:
    """Snippets (n, n_leads, length) with a straight line for P, and f waves all along."""
    seconds: Floats = offsets() / CONTEXT.grid_fs_hz
    is_p = np.flatnonzero((seconds >= _P_MS[0] / 1000) & (seconds < _P_MS[1] / 1000))
    first, last = (snippets[:, :, is_p[end]].mean(axis=2) for end in (slice(3), slice(-3, None)))
    share = (np.arange(len(is_p)) + 0.5) / len(is_p)
    height = np.median(np.ptp(snippets[:, :, np.abs(seconds) < 0.1], axis=2), axis=0)
    snippets[:, :, is_p] = first[:, :, None] * (1 - share) + last[:, :, None] * share
    n, n_leads, _ = snippets.shape
    size: Floats = rng.uniform(*_F_HEIGHT, n_leads) * height / 2
    mean_hz = rng.uniform(*_F_HZ)
    hz = mean_hz * (1 + 0.1 * np.asarray(rng.normal(size=n)))
    turn = 2 * np.pi * (hz[:, None] * seconds + rng.random((n, 1)))
    wave = np.sin(turn) + 0.4 * np.sin(2 * turn + 1)
    f_waves: Floats = size[:, None] * wave[:, None, :]
    return snippets + f_waves
