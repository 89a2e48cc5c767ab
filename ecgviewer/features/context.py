"""What a beat's neighbours and its record say of it, without labels.

Two networks that see one beat each cannot tell an early beat from a fast rhythm, nor a wide beat
from a record in which all beats are wide. These columns can (science: RR over the record's and the
local median, de Chazal 2004 and Llamedo & Martinez 2011; irregularity so that atrial fibrillation
is not a stream of early beats; the record's dominant beat; families of alike beats).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ecgviewer.features.morphology import Ask, offsets, shape_columns
from ecgviewer.features.running import Floats, around, median, quantiles, shifted
from ecgviewer.signal.params import CONTEXT, Context


def rr_intervals(
    positions: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    params: Context = CONTEXT,
) -> tuple[Floats, Floats]:
    """RR before and after every beat, (n,) each, seconds; a beat at the edge has its one RR twice.

    `before` and `after` are as `signal.windows.neighbours` gives them.
    """
    fs = params.grid_fs_hz
    previous = np.where(before >= 0, (positions - before) / fs, np.nan)
    following = np.where(after >= 0, (after - positions) / fs, np.nan)
    filled = np.where(np.isnan(previous), following, previous)
    following = np.where(np.isnan(following), previous, following)
    low, high = params.rr_s
    return (
        np.clip(np.nan_to_num(filled, nan=params.lone_rr_s), low, high),
        np.clip(np.nan_to_num(following, nan=params.lone_rr_s), low, high),
    )


def rhythm_columns(rr: Floats, following: Floats, params: Context = CONTEXT) -> dict[str, Floats]:
    """Columns that need R peaks alone, (n,) each.

    No column holds a time itself: a rate tells one training patient from another.

    Parameters
    ----------
    rr, following : (n,) float64
        RR before and after each beat, seconds.
    """
    short, long = params.reach
    log, log_next = np.log(rr), np.log(following)
    local = median(log, short)
    lower, wide_local, upper = quantiles(log, long, (0.25, 0.5, 0.75))
    slow, slower = quantiles(log, params.slow, (0.75, 0.9))
    last = median(log, params.last, after=-1)
    early = log - local
    step = np.abs(log - shifted(log, -1))
    step_25, step_50, step_75 = quantiles(step, long, (0.25, 0.5, 0.75))
    deviation = median(np.abs(early), long)
    out = {
        "rr_to_local": early,
        "next_to_local": log_next - local,
        "rr_to_wide": log - wide_local,
        "rr_to_slow": log - slow,
        "rr_to_slower": log - slower,
        "rr_to_preceding": log - last,
        "following_to_preceding": median(log, -1, after=params.last) - last,
        "rr_to_next": log - log_next,
        "rr_to_last": log - shifted(log, -1),
        "steps_lower": step_25,
        "steps": step_50,
        "steps_upper": step_75,
        "steps_share": (around(step, long) > params.irregular).mean(axis=1),
        "steps_near": median(step, params.near),
        "rr_spread": upper - lower,
        "rr_rank": (around(log, long) < log[:, None] - 1e-9).mean(axis=1),
        "rr_score": np.clip(early / np.maximum(1.48 * deviation, 0.015), -20, 20),
    }
    for by in (-3, -2, -1, 1, 2, 3):
        out[f"rr_to_local{by:+d}"] = shifted(early, by)
    return out


@cache
def names(params: Context = CONTEXT) -> tuple[str, ...]:
    """Names of the columns, in their order."""
    ones = np.ones(3)
    shapes = np.zeros((3, 1, len(offsets(params))), np.float32)
    return (*rhythm_columns(ones, ones, params), *shape_columns(shapes, ones, ones, params))


def neighbourhood(params: Context = CONTEXT) -> int:
    """Beats to either side without which a beat's rhythm columns would be others.

    The widest running statistics of `rhythm_columns`, one over another: of RR less its local
    median, and that again.
    """
    return 2 * sum(params.reach) + params.slow


class RecordContext:
    """Context of a record's beats, a stretch at a time.

    The columns of the rhythm are made once, for they need R peaks alone; those of the shapes when
    their stretch is asked for.

    Parameters
    ----------
    positions, before, after : (n,) int64
        R peaks on the grid and their neighbours.
    n_samples : int
        Length of the record on the grid.
    """

    def __init__(
        self,
        positions: NDArray[np.int64],
        before: NDArray[np.int64],
        after: NDArray[np.int64],
        n_samples: int,
        params: Context = CONTEXT,
    ) -> None:
        self._params = params
        self.bounds = stretch_bounds(positions, n_samples, params)
        self._rhythm: dict[str, Floats] = {}
        if len(positions):
            rr, following = rr_intervals(positions, before, after, params)
            self._rhythm = rhythm_columns(rr, following, params)

    @property
    def n_stretches(self) -> int:
        """Stretches of the record; at least one."""
        return len(self.bounds) - 1

    def beats(self, k: int) -> slice:
        """Beats of a stretch."""
        return slice(int(self.bounds[k]), int(self.bounds[k + 1]))

    def columns(self, k: int, snippets: NDArray[np.float32]) -> NDArray[np.float32]:
        """Context of a stretch, (m, n_columns), columns in the order of `names`.

        `snippets` (m, n_leads, length) are those of `beats(k)`.
        """
        part = self.beats(k)
        return self.columns_among(part, np.ones(part.stop - part.start, np.bool_), snippets)

    def columns_among(
        self,
        part: slice,
        among: NDArray[np.bool_],
        snippets: NDArray[np.float32],
        *,
        ask: Ask = lambda: None,
    ) -> NDArray[np.float32]:
        """Context of some beats of a stretch compared with one another, (k, n_columns).

        Parameters
        ----------
        part : slice
            The stretch's beats.
        among : (m,) bool
            Which of them. The rhythm is that of all.
        snippets : (k, n_leads, length) float32
            Of those.
        ask : callable
            Called every few milliseconds; raises where the columns are not wanted any more.
        """
        if len(snippets) == 0:
            return np.empty((0, self._params.columns), np.float32)
        rhythm = {name: values[part][among] for name, values in self._rhythm.items()}
        shapes = shape_columns(
            snippets, rhythm["rr_to_local"], rhythm["next_to_local"], self._params, ask=ask
        )
        return np.stack([*rhythm.values(), *shapes.values()], axis=1).astype(np.float32)


def stretch_bounds(
    positions: NDArray[np.int64], n_samples: int, params: Context = CONTEXT
) -> NDArray[np.int64]:
    """First beat of each stretch of about half an hour, and the number of beats; (m + 1,) int64.

    A last stretch of less than half that length belongs to the one before it.
    """
    size = params.stretch_blocks * params.grid_block
    n = max(1, int(n_samples / size + 0.5))
    inner = np.searchsorted(positions, size * np.arange(1, n))
    return np.concatenate([[0], inner, [len(positions)]]).astype(np.int64)
