"""Shapes of candidates against those that recur among beats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgviewer.signal.params import Detection

Floats = NDArray[np.float64]

_TINY = 1e-9
_DIGITS = 6  # the last bits of a matrix product depend on the library's threads: no score may
_SMALLEST = 0.05  # share of a shape's size below which all are equally small


@dataclass(frozen=True)
class Shapes:
    """What candidates look like, each lead in its own usual QRS height.

    Attributes
    ----------
    samples : (n, n_leads, width) float64
        Band-passed signal around each candidate, every `shape_step`th sample.
    say : (n, n_leads) float64
        What each lead counts for there; 0 where it is dead.
    """

    samples: Floats
    say: Floats

    def take(self, which: NDArray[np.int64]) -> "Shapes":
        """Those of some candidates, by index."""
        return Shapes(self.samples[which], self.say[which])


def cut_shapes(
    band: Floats, level: Floats, say: Floats, places: NDArray[np.int64], detection: Detection
) -> Shapes:
    """Cut the signal around candidates.

    Parameters
    ----------
    band : (n_leads, m) float64
        Band-passed leads, mV, 360 Hz.
    level, say : (n_leads, n) float64
        Usual QRS height of each lead at the places, mV, and what it counts for.
    places : (n,) int64
        Indices into `band`.
    detection : Detection
        Width and step.

    Returns
    -------
    Shapes
    """
    step = detection.shape_step
    half = round(detection.shape_ms * detection.grid_fs_hz / 2000 / step) + detection.shape_shifts
    sparse = band[:, ::step]
    around = (places[:, None] + step // 2) // step + np.arange(-half, half + 1)
    samples = sparse[:, np.clip(around, 0, sparse.shape[1] - 1)]
    samples = samples / np.maximum(level, _TINY)[:, :, None]
    return Shapes(np.ascontiguousarray(samples.transpose(1, 0, 2)), np.ascontiguousarray(say.T))


def likeness(
    shapes: Shapes, beats: NDArray[np.int64], detection: Detection
) -> tuple[Floats, Floats] | None:
    """How like the beats' commonest shapes candidates are, and how much larger.

    Parameters
    ----------
    shapes : Shapes
        n candidates.
    beats : (m,) int64
        Those to learn the shapes from.
    detection : Detection
        How many shapes, and when two are alike.

    Returns
    -------
    like : (n,) float64
        Highest correlation with any of the shapes, at the best shift.
    larger : (n,) float64
        Logarithm of the candidate's size in that shape's, at least -3.
    None where no shape recurs.
    """
    models = _recurring(shapes.take(beats), detection)
    if models is None:
        return None
    ratio, product, own = _compare(shapes, models)
    shift = np.round(ratio, _DIGITS).argmax(axis=0)[None]
    ratio = np.take_along_axis(ratio, shift, axis=0)[0]
    size = np.take_along_axis(product, shift, axis=0)[0] / np.maximum(own, _TINY)
    best = ratio.argmax(axis=1)[:, None]
    like = np.take_along_axis(ratio, best, axis=1)[:, 0]
    larger = np.log(np.maximum(np.take_along_axis(size, best, axis=1)[:, 0], _SMALLEST))
    return np.round(like, _DIGITS), np.round(larger, _DIGITS)


def _compare(shapes: Shapes, models: Shapes) -> tuple[Floats, Floats, Floats]:
    """Shapes of n candidates against k models (k, n_leads, size) at every shift.

    Only leads that both have count: a model has no say in a lead that was dead in all its beats.
    Returns the correlations and the scalar products, (shifts, n, k), and the models' squares as
    the candidates' leads count, (n, k).
    """
    n, _, width = shapes.samples.shape
    size = models.samples.shape[2]
    there = models.say > 0
    weighted = shapes.samples * shapes.say[:, :, None]
    squares = weighted * shapes.samples
    square = squares.sum(axis=1)
    known = np.where(there[:, :, None], models.samples, 0.0)
    flat = known.reshape(len(known), -1).T
    own = shapes.say @ (known * known).sum(axis=2).T
    product, power = [], []
    for shift in range(width - size + 1):
        part = slice(shift, shift + size)
        product.append(weighted[:, :, part].reshape(n, -1) @ flat)
        if there.all():
            power.append(square[:, part].sum(axis=1)[:, None])
        else:
            power.append(squares[:, :, part].sum(axis=2) @ there.T)
    products = np.stack(product)
    scale = 1 / np.sqrt(np.maximum(np.stack(power), _TINY))
    return products * scale * (1 / np.sqrt(np.maximum(own, _TINY))), products, own


def _recurring(beats: Shapes, detection: Detection) -> Shapes | None:
    """Shapes that recur among beats, of the same width: the one most beats are like, first."""
    count, shifts = len(beats.say), detection.shape_shifts
    if count < detection.shape_beats:
        return None
    size = beats.samples.shape[2] - 2 * shifts
    tried = min(detection.shape_leaders, count)
    leaders = np.linspace(0, count - 1, tried).astype(np.int64)
    middle = beats.samples[leaders][:, :, shifts : shifts + size]
    ratio, _, _ = _compare(beats, Shapes(middle, beats.say[leaders]))
    shift = ratio.argmax(axis=0)
    alike = np.take_along_axis(ratio, shift[None], axis=0)[0] > detection.shape_alike
    models: list[Floats] = []
    says: list[Floats] = []
    while len(models) < detection.shape_models:
        leader = int(alike.sum(axis=0).argmax())
        members = np.flatnonzero(alike[:, leader])
        if len(members) < detection.shape_beats:
            break
        moved = shift[members, leader][:, None] + np.arange(size)
        cut = np.take_along_axis(beats.samples[members], moved[:, None, :], axis=2)
        models.append(_middle(cut, beats.say[members] > 0))
        says.append(beats.say[members].mean(axis=0))
        alike[members] = False  # a beat is of one shape
    return Shapes(np.stack(models), np.stack(says)) if models else None


def _middle(samples: Floats, there: NDArray[np.bool_]) -> Floats:
    """Median of beats (m, n_leads, size), each lead's over those that have it: (m, n_leads)."""
    if there.all():
        whole: Floats = np.median(samples, axis=0)
        return whole
    out = np.zeros(samples.shape[1:])
    for lead, having in enumerate(there.T):
        if having.any():
            out[lead] = np.median(samples[having, lead], axis=0)
    return out
