"""Running order statistics along a record's beats."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def around(values: Floats, before: int, after: int | None = None) -> Floats:
    """Every value with its neighbours, (n, before + after + 1), mirrored at the ends.

    As many `after` as `before` where it is not given; negative numbers leave out the value itself.
    """
    ahead = before if after is None else after
    reach = max(before, ahead)
    padded = sliding_window_view(np.pad(values, reach, mode="symmetric"), 2 * reach + 1)
    return padded[:, reach - before : reach + ahead + 1]


def quantiles(
    values: Floats, before: int, shares: tuple[float, ...], *, after: int | None = None
) -> list[Floats]:
    """Order statistics of the neighbourhood; a rank, not an interpolation: quick and exact."""
    cut = around(values, before, after)
    ranks = [round(share * (cut.shape[1] - 1)) for share in shares]
    ordered = np.partition(cut, sorted(set(ranks)), axis=1)
    return [ordered[:, rank] for rank in ranks]


def median(values: Floats, before: int, *, after: int | None = None) -> Floats:
    """Running median (n,)."""
    (middle,) = quantiles(values, before, (0.5,), after=after)
    return middle


def shifted(values: Floats, by: int) -> Floats:
    """The value `by` beats on, the end's where there is none."""
    return values[np.clip(np.arange(len(values)) + by, 0, len(values) - 1)]
