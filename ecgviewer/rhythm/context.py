"""What a beat's neighbours and its record say of it, without labels; reads and classifies nothing.

Two networks that see one beat each cannot tell an early beat from a fast rhythm, nor a wide beat
from a record in which all beats are wide. These columns can (science: RR over the record's and the
local median, de Chazal 2004 and Llamedo & Martinez 2011; irregularity so that atrial fibrillation
is not a stream of early beats; the record's dominant beat; families of alike beats).
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ecgviewer.rhythm.shapes import Floats, offsets, shape_columns, shifted
from ecgviewer.signal.params import CONTEXT, Context


def rr_intervals(
    positions: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    params: Context = CONTEXT,
) -> tuple[Floats, Floats]:
    """RR before and after every beat, (n,) each, seconds; a beat at the edge has its one RR twice.

    `before` and `after` are as `signal.segment.neighbours` gives them.
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


def _around(values: Floats, reach: int) -> Floats:
    """Every value with `reach` neighbours on both sides, (n, 2 reach + 1), mirrored at the ends."""
    return sliding_window_view(np.pad(values, reach, mode="symmetric"), 2 * reach + 1)


def _quantiles(values: Floats, reach: int, shares: tuple[float, ...]) -> list[Floats]:
    """Order statistics of the neighbourhood; a rank, not an interpolation: quick and exact."""
    width = 2 * reach + 1
    ranks = [round(share * (width - 1)) for share in shares]
    ordered = np.partition(_around(values, reach), sorted(set(ranks)), axis=1)
    return [ordered[:, rank] for rank in ranks]


def rhythm_columns(rr: Floats, following: Floats, record_rr: Floats | float) -> dict[str, Floats]:
    """Columns that need R peaks alone, (n,) each.

    Parameters
    ----------
    rr, following : (n,) float64
        RR before and after each beat, seconds.
    record_rr : (n,) float64 or float
        Median RR of the stretch of record each beat lies in, seconds.
    """
    short, long = CONTEXT.reach
    log, log_next, log_record = np.log(rr), np.log(following), np.log(record_rr)
    (local,) = _quantiles(log, short, (0.5,))
    lower, wide_local, upper = _quantiles(log, long, (0.25, 0.5, 0.75))
    early = log - local
    step = np.abs(log - shifted(log, -1))
    step_25, step_50, step_75 = _quantiles(step, long, (0.25, 0.5, 0.75))
    (deviation,) = _quantiles(np.abs(early), long, (0.5,))
    out = {
        "rr_to_record": log - log_record,
        "next_to_record": log_next - log_record,
        "rr_to_local": early,
        "next_to_local": log_next - local,
        "rr_to_wide": log - wide_local,
        "rr_to_next": log - log_next,
        "rr_to_last": log - shifted(log, -1),
        "rr": rr,
        "local_rr": np.exp(local),
        "local_to_record": local - log_record,
        "steps_lower": step_25,
        "steps": step_50,
        "steps_upper": step_75,
        "steps_share": (_around(step, long) > CONTEXT.irregular).mean(axis=1),
        "steps_near": _quantiles(step, CONTEXT.near, (0.5,))[0],
        "rr_spread": upper - lower,
        "rr_rank": (_around(log, long) < log[:, None] - 1e-9).mean(axis=1),
        "rr_score": np.clip(early / np.maximum(1.48 * deviation, 0.015), -20, 20),
    }
    for by in (-3, -2, -1, 1, 2, 3):
        out[f"rr_to_local{by:+d}"] = shifted(early, by)
    return out


def _names() -> tuple[str, ...]:
    ones = np.ones(3)
    shapes = np.zeros((3, 1, len(offsets())), np.float32)
    return (*rhythm_columns(ones, ones, 1.0), *shape_columns(shapes, ones, ones))


def beat_context(
    positions: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    stretches: NDArray[np.int64],
    snippets: Callable[[slice], NDArray[np.float32]],
    *,
    wanted: NDArray[np.int64] | None = None,
    params: Context = CONTEXT,
) -> NDArray[np.float32]:
    """Context of the beats of a record, stretch by stretch.

    Parameters
    ----------
    positions, before, after : (n,) int64
        R peaks on the grid and their neighbours.
    stretches : (m + 1,) int64
        First beat of each stretch, and n: as `stretch_bounds` gives them.
    snippets : callable
        Gives the snippets (k, n_leads, length) of a slice of beats.
    wanted : (w,) int64, optional
        Numbers of the stretches to compute; all by default. Rows of others are NaN.

    Returns
    -------
    (n, n_columns) float32
        Columns in the order of `NAMES`.
    """
    if len(positions) == 0:
        return np.empty((0, N_CONTEXT), np.float32)
    rr, following = rr_intervals(positions, before, after, params)
    of_stretch = np.diff(stretches)
    medians = [np.median(rr[a:b]) if b > a else 1.0 for a, b in pairwise(stretches)]
    rhythm = rhythm_columns(rr, following, np.repeat(np.array(medians), of_stretch))
    out = np.full((len(positions), N_CONTEXT), np.nan, np.float32)
    n_rhythm = len(rhythm)
    for k in range(len(of_stretch)) if wanted is None else wanted:
        part = slice(int(stretches[k]), int(stretches[k + 1]))
        if part.start == part.stop:
            continue
        early, after_it = rhythm["rr_to_local"][part], rhythm["next_to_local"][part]
        shapes = shape_columns(snippets(part), early, after_it, params)
        out[part, :n_rhythm] = np.stack([v[part] for v in rhythm.values()], axis=1)
        out[part, n_rhythm:] = np.stack(list(shapes.values()), axis=1)
    return out


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


NAMES = _names()
N_CONTEXT = len(NAMES)
