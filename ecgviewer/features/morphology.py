"""How the beats of a stretch of record look beside one another."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ecgviewer.features.running import Floats, median, shifted
from ecgviewer.signal.params import CONTEXT, Context

Ask = Callable[[], None]
_TINY = 1e-6
_STRIP = 64


def offsets(params: Context = CONTEXT) -> NDArray[np.int64]:
    """Places of a snippet's samples from R, (length,) on the 360 Hz grid."""
    return np.arange(*params.snippet, params.step, dtype=np.int64)


def cut_snippets(
    ecg: NDArray[np.float32], positions: NDArray[np.int64], params: Context = CONTEXT
) -> NDArray[np.float32]:
    """Snippets (n, n_leads, length) of `ecg` (n_leads, m) around positions in it; ends repeat."""
    index = np.clip(positions[:, None] + offsets(params), 0, ecg.shape[1] - 1)
    cut: NDArray[np.float32] = ecg[:, index].transpose(1, 0, 2)
    return cut


def _unit(rows: Floats) -> Floats:
    out: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _TINY)
    return out


class _Shapes:
    """Snippets of one stretch, scaled by the lead's usual QRS height."""

    def __init__(self, snippets: NDArray[np.float32], params: Context, ask: Ask) -> None:
        self.n, self.ask = len(snippets), ask
        self.params = params
        self.offsets = offsets(params)
        x = snippets.astype(np.float64)
        self.height = np.ptp(x[:, :, self.places(params.qrs_ms)], axis=2)  # (n, leads)
        usual = np.median(self.height, axis=0)
        # a lead that is flat or absent says nothing
        self.scale = np.where(usual > params.least_height_mv, usual, np.inf)
        self.x = x / self.scale[None, :, None]
        self.whole = _unit(self.part(params.whole_ms))  # (n, leads * length)
        # the tables of beats x beats are most of the work: in single precision, and by strips
        self._single = self.whole.astype(np.float32)
        self.family = self._largest_family()
        self.dominant = np.median(self.x[self.family], axis=0)  # (leads, length)

    def alike(self, part: slice) -> NDArray[np.float32]:
        """Correlations of some beats, one of `_strips`, with all, (m, n)."""
        rows: NDArray[np.float32] = self._single[part] @ self._single.T
        return rows

    def _largest_family(self) -> NDArray[np.bool_]:
        """(n,): the beats like the one that most are like."""
        most, found = -1, np.empty(0, np.bool_)
        for part in _strips(self.n):
            self.ask()
            family = self.alike(part) > self.params.family
            # a beat of nothing is like itself
            family[np.arange(len(family)), np.arange(self.n)[part]] = True
            count = np.count_nonzero(family, axis=1)
            if count.max() > most:
                most, found = int(count.max()), family[count.argmax()].copy()
        return found

    def places(self, span_ms: tuple[float, float], *, shift: int = 0) -> NDArray[np.int64]:
        """Indices of a span from R, moved by `shift` samples of the snippet."""
        low, high = (v * self.params.grid_fs_hz / 1000 for v in span_ms)
        return np.flatnonzero((self.offsets >= low) & (self.offsets < high)) + shift

    def part(self, span_ms: tuple[float, float], *, shift: int = 0) -> Floats:
        """Every beat's span, each lead without its mean, leads side by side."""
        cut = self.x[:, :, self.places(span_ms, shift=shift)]
        flat: Floats = (cut - cut.mean(axis=2, keepdims=True)).reshape(self.n, -1)
        return flat

    def of_dominant(self, span_ms: tuple[float, float]) -> Floats:
        """The dominant beat's span, as `part`."""
        cut = self.dominant[:, self.places(span_ms)]
        flat: Floats = (cut - cut.mean(axis=1, keepdims=True)).reshape(-1)
        return flat


def _against_dominant(shapes: _Shapes) -> dict[str, Floats]:
    params = shapes.params
    mean = _unit(shapes.whole[shapes.family].mean(axis=0)[None])[0]
    out = {"alike_dominant": shapes.whole @ mean}
    for name, span in (("qrs", params.qrs_ms), ("p", params.p_ms), ("t", params.t_ms)):
        mine, dominant = shapes.part(span), shapes.of_dominant(span)
        size = np.linalg.norm(dominant)
        difference = np.linalg.norm(mine - dominant, axis=1) / np.sqrt(len(dominant))
        out[f"{name}_difference"] = np.log(difference + 1e-3)
        out[f"{name}_alike"] = _unit(mine) @ _unit(dominant[None])[0]
        norm = np.linalg.norm(mine, axis=1)
        out[f"{name}_size"] = np.log((norm + 0.01) / (size + 0.01))
    best = np.full(shapes.n, -1.0)
    dominant = _unit(shapes.of_dominant(params.p_ms)[None])[0]
    for shift in range(-params.p_shift, params.p_shift + 1):
        best = np.maximum(best, _unit(shapes.part(params.p_ms, shift=shift)) @ dominant)
    out["p_best"] = best
    return out


def _size_and_width(shapes: _Shapes) -> dict[str, Floats]:
    params = shapes.params
    relative = shapes.height / shapes.scale
    n_leads = max(int(np.isfinite(shapes.scale).sum()), 1)
    steep = np.abs(np.diff(shapes.x[:, :, shapes.places(params.width_ms)], axis=2)).sum(axis=1)
    risen = np.cumsum(steep, axis=1)
    risen /= np.maximum(risen[:, -1:], _TINY)

    def width(low: float, high: float) -> Floats:
        span = (risen > high).argmax(axis=1) - (risen > low).argmax(axis=1)
        seconds: Floats = span * params.step / params.grid_fs_hz
        return seconds

    wide, core = width(0.1, 0.9), width(0.25, 0.75)
    area = np.abs(shapes.part(params.qrs_ms)).mean(axis=1)
    return {
        "height": np.log(relative.max(axis=1) + 0.02),
        "mean_height": np.log(relative.sum(axis=1) / n_leads + 0.02),
        "width": wide,
        "width_to_usual": wide - np.median(wide),
        "core_width_to_usual": core - np.median(core),
        "area": np.log((area + 1e-3) / (np.median(area) + 1e-3)),
    }


def _alike(
    likeness: Callable[[slice], NDArray[np.float32]],
    early: Floats,
    following: Floats,
    name: str,
    shapes: _Shapes,
) -> dict[str, Floats]:
    """What the beats most like each beat do; `likeness` gives some rows of (n, n), to be spoilt."""
    n, params = len(early), shapes.params
    k = max(1, min(params.n_alike, n - 1))
    nearest, mean = np.empty((n, k), np.int64), np.empty(n)
    for part in _strips(n):
        shapes.ask()
        rows = likeness(part)
        if n > 1:  # a lone beat is like itself alone
            rows[np.arange(len(rows)), np.arange(n)[part]] = -np.inf
        nearest[part] = _largest(rows, k)
        alike = np.take_along_axis(rows, nearest[part], axis=1)
        mean[part] = alike.mean(axis=1, dtype=np.float64)
    theirs = np.sort(early[nearest], axis=1)
    return {
        f"{name}_early": theirs[:, k // 2],
        f"{name}_next": np.median(following[nearest], axis=1),
        f"{name}_early_lower": theirs[:, k // 4],
        f"{name}_likeness": mean,
        f"{name}_share_early": (theirs < params.early).mean(axis=1),
    }


def _largest(rows: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Columns (m, k) of the k largest values of every row; without ties in ascending order."""
    first = rows.shape[1] - k
    row, column, values = _candidates(rows, k)
    # the k-th largest of each row is the k-th largest of its candidates
    count = np.bincount(row, minlength=len(rows))
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    table = np.full((len(rows), max(k, int(count.max()))), -np.inf, np.float32)
    table[row, place] = values
    least = np.partition(table, table.shape[1] - k, axis=1)[:, table.shape[1] - k]
    kept = values >= least[row]
    if np.count_nonzero(kept) == k * len(rows):
        return column[kept].reshape(-1, k)
    return np.argpartition(rows, first, axis=1)[:, first:]


def _candidates(
    rows: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Row, column and value of all that may be among the k largest of their row, and few others.

    Of groups of 16 columns the k with the largest maxima hold k values of at least the k-th
    maximum. That takes a tenth of the time a partition of the rows takes.
    """
    m, n = rows.shape
    size = n // 16
    whole = rows[:, : 16 * size].reshape(m, 16, size).max(axis=1)
    maxima = np.concatenate([whole, rows[:, 16 * size :]], axis=1)
    if maxima.shape[1] < k:
        maxima = rows
    low = np.partition(maxima, maxima.shape[1] - k, axis=1)[:, maxima.shape[1] - k, None]
    flat = np.flatnonzero(rows >= low)
    row, column = np.divmod(flat, n)
    return row, column, rows.reshape(-1)[flat]


def _strips(n: int) -> Iterator[slice]:
    """Rows of (n, n), so many at a time that they stay in the processor's cache.

    A last strip of one row belongs to the one before: BLAS multiplies a lone row in another way,
    and a beat's bits shall not depend on how many there are.
    """
    bounds = [*range(0, max(1, n - 1), _STRIP), n]
    for start, stop in pairwise(bounds):
        yield slice(start, stop)


def _families(
    shapes: _Shapes, early: Floats, following: Floats
) -> tuple[dict[str, Floats], dict[int, Floats]]:
    """Columns of the beats like each one; and how like the beats before (-1) and after it are."""
    params, n = shapes.params, shapes.n
    shares = {t: np.empty(n) for t in params.likenesses}
    beside = {by: np.empty(n) for by in (-1, 1)}
    p_and_qrs = shapes.part(params.p_qrs_ms).astype(np.float32)
    square = (p_and_qrs**2).sum(axis=1)
    width = np.float32(max(p_and_qrs.shape[1], 1))

    def of_qrs(part: slice) -> NDArray[np.float32]:
        rows, beats = shapes.alike(part), np.arange(n)[part]
        for t, share in shares.items():
            share[part] = np.count_nonzero(rows > t, axis=1) / n
        for by, alike in beside.items():
            alike[part] = rows[np.arange(len(rows)), np.clip(beats + by, 0, n - 1)]
        return rows

    def of_p_and_qrs(part: slice) -> NDArray[np.float32]:
        rows: NDArray[np.float32] = square[part, None] + square[None]
        rows -= 2 * p_and_qrs[part] @ p_and_qrs.T
        np.negative(rows, out=rows)
        rows /= width
        return rows

    qrs = _alike(of_qrs, early, following, "qrs_family", shapes)
    out = {f"share_{t:g}": share for t, share in shares.items()} | qrs
    return out | _alike(of_p_and_qrs, early, following, "p_family", shapes), beside


def _beside(columns: dict[str, Floats], alike: dict[int, Floats]) -> dict[str, Floats]:
    """The same of the beats before and after."""
    out: dict[str, Floats] = {}
    for by in (-1, 1):
        out[f"alike{by:+d}"] = alike[by]
        out[f"width_to_usual{by:+d}"] = shifted(columns["width_to_usual"], by)
    for by in (-2, -1, 1, 2):
        out[f"alike_dominant{by:+d}"] = shifted(columns["alike_dominant"], by)
    return out


def _surroundings(columns: dict[str, Floats], params: Context) -> dict[str, Floats]:
    """How the P waves round about compare with the dominant beat's: low in a run without them."""
    out = {
        f"{name}_round": median(columns[name], params.surroundings)
        for name in ("p_alike", "p_best", "p_difference")
    }
    likeness = columns["p_family_likeness"]
    return out | {"p_family_rarer": likeness - median(likeness, params.surroundings)}


def shape_columns(
    snippets: NDArray[np.float32],
    early: Floats,
    following: Floats,
    params: Context = CONTEXT,
    *,
    ask: Ask = lambda: None,
) -> dict[str, Floats]:
    """Columns that compare the beats of one stretch of record, (n,) each.

    Parameters
    ----------
    snippets : (n, n_leads, length) float32
        Cleaned signal at `offsets()` from each R peak, mV; zeros where a lead is absent.
    early, following : (n,) float64
        `rr_to_local` and `next_to_local` of the same beats.
    ask : callable
        Called every few milliseconds; raises where the columns are not wanted any more.
    """
    shapes = _Shapes(snippets, params, ask)
    out = _against_dominant(shapes) | _size_and_width(shapes)
    families, alike = _families(shapes, early, following)
    out |= _beside(out, alike) | families
    return out | _surroundings(out, params)
