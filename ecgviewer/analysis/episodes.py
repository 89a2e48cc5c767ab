"""Episodes of a record: silences and suspected ventricular flutter, from what its blocks hold."""

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.beats.log import NOT_CLASSIFIED, BeatBatch, flag_bits
from ecgviewer.beats.scan import Episode, Scan, episode_spans, inside
from ecgviewer.signal.activity import Steps, join_steps
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.oscillation import flutter, runs
from ecgviewer.signal.params import ACTIVITY, Activity
from ecgviewer.signal.quality import Stretch
from ecgviewer.signal.silence import Silence, legible_steps, silences
from ecgviewer.signal.spans import union

# Of a silence that is no pause this is left out beside the beats, s: half a QRS and the T wave.
_AFTER_S, _BEFORE_S = 0.4, 0.2


def episodes_of(
    grid: TimeGrid,
    positions: NDArray[np.int64],
    parts: list[Steps],
    stretches: tuple[Stretch, ...],
    leads: tuple[int, ...],
    *,
    params: Activity = ACTIVITY,
) -> tuple[Episode, ...]:
    """Episodes of a whole record, in order of time.

    Parameters
    ----------
    grid : TimeGrid
        The record.
    positions : (n,) int64
        R peaks, grid samples, ascending.
    parts : list of Steps
        What each block's half seconds hold.
    stretches : tuple of Stretch
        What of the leads cannot be read.
    leads : tuple of int
        Channels that were searched.
    params : Activity
        The rules' numbers.
    """
    if not parts or not leads:
        return ()
    steps = join_steps(parts)
    gaps = [_spans(grid, stretches, lead, "gap") for lead in leads]
    closed = [_spans(grid, stretches, lead, "gap", "noisy") for lead in leads]
    legible = legible_steps(steps, closed, params)
    recorded = np.logical_or.reduce(legible_steps(steps, gaps, params), axis=0)
    swings = flutter(steps.waves, steps.extent, params)
    found = [
        Episode(*_own(grid, start * params.step, stop * params.step), "flutter")
        for start, stop in runs(swings)
    ]
    quiet = silences(positions, grid.n_samples, steps, legible, recorded, swings, params)
    found.extend(_episode(grid, silence) for silence in quiet)
    return tuple(sorted(found))


def with_unexplained(spans: NDArray[np.int64], episodes: tuple[Episode, ...]) -> NDArray[np.int64]:
    """Unreadable own-sample spans (m, 2), ascending and apart, and those nothing can be said of."""
    return union(spans, episode_spans(episodes, "electrode off", "unexplained"))


def without_flat_pauses(
    stretches: tuple[Stretch, ...], episodes: tuple[Episode, ...]
) -> tuple[Stretch, ...]:
    """Stretches but for flat ones within a pause, where a quiet lead has nothing to show."""
    pauses = episode_spans(episodes, "pause")
    starts, stops = pauses[:, 0], pauses[:, 1]

    def quiet(s: Stretch) -> bool:
        at = int(np.searchsorted(starts, s.start, side="right")) - 1
        return s.kind == "flat" and at >= 0 and s.stop <= stops[at]

    return tuple(s for s in stretches if not quiet(s))


def marked(batch: BeatBatch, result: Scan) -> BeatBatch:
    """A batch's answers with what episodes say of its beats.

    The beat after a pause has the flag `pause`, one in suspected flutter the flag `flutter`. There
    N and S are no classes: that the heart beats normally is what cannot be said.
    """
    samples = result.samples[batch.indices]
    within = inside(samples, episode_spans(result.episodes, "flutter"))
    pauses = episode_spans(result.episodes, "pause")
    flags = batch.flags.copy()
    flags[within] |= np.uint16(flag_bits("flutter"))
    flags[np.isin(samples, pauses[:, 1])] |= np.uint16(flag_bits("pause"))
    taken = within & np.isin(batch.classes, (BeatClass.N, BeatClass.S))
    return BeatBatch(
        batch.indices,
        np.where(taken, NOT_CLASSIFIED, batch.classes).astype(np.int8),
        np.where(taken[:, None], np.nan, batch.probabilities),
        np.where(taken[:, None, None], np.float32(np.nan), batch.votes),
        flags,
    )


def _episode(grid: TimeGrid, silence: Silence) -> Episode:
    start, stop = silence.start, silence.stop
    if silence.why != "pause":
        fs = grid.params.fs_hz
        start += round(_AFTER_S * fs) if start else 0
        stop -= round(_BEFORE_S * fs) if stop < grid.n_samples else 0
    return Episode(*_own(grid, start, stop), silence.why)


def _spans(
    grid: TimeGrid, stretches: tuple[Stretch, ...], lead: int, *kinds: str
) -> NDArray[np.int64]:
    """Spans (m, 2) of a lead's stretches of some kinds, grid samples."""
    mine = [(s.start, s.stop) for s in stretches if s.lead in (lead, None) and s.kind in kinds]
    return np.array(mine, np.int64).reshape(-1, 2) * grid.up // grid.down


def _own(grid: TimeGrid, start: int, stop: int) -> tuple[int, int]:
    """Own samples of a half-open span; the record's end stays its end."""
    last = 2 * grid.n_samples + 2  # held at the last sample
    low, high, end = grid.to_own(np.array([start, stop, last])).tolist()
    return low, end + 1 if stop >= grid.n_samples else high
