from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ecgviewer.signal.params import DETECTION
from ecgviewer.signal.rpeaks.templates import cut_shapes, likeness

STEP = DETECTION.shape_step
NARROW = np.exp(-((np.arange(-30, 31) / 8) ** 2))
BROAD = np.gradient(np.exp(-((np.arange(-60, 61) / 25) ** 2)))


def drawn(
    places: NDArray[np.int64], waves: list[NDArray[np.float64]], gain: tuple[float, ...] = (1, 0.5)
) -> NDArray[np.float64]:
    """Waves at places, in as many leads as there are gains."""
    lead = np.random.default_rng(0).normal(0, 1e-3, 20_000)
    for at, wave in zip(places, waves, strict=True):
        lead[at - len(wave) // 2 : at + len(wave) // 2 + 1] += wave
    return np.array(gain)[:, None] * lead


def compare(
    band: NDArray[np.float64], places: NDArray[np.int64], beats: NDArray[np.int64], **numbers: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Likeness where every lead has a level and a say of 1."""
    even = np.ones((len(band), len(places)))
    detection = replace(DETECTION, **numbers)
    return likeness(cut_shapes(band, even, even, places, detection), beats, detection)


PLACES = np.arange(500, 19_000, 500)


def test_what_looks_like_the_beats_is_like_them_whatever_its_size():
    size = np.where(np.arange(len(PLACES)) % 10 == 9, 3.0, 1.0)
    waves = [k * NARROW for k in size]
    waves[4] = 0.05 * BROAD / np.abs(BROAD).max()
    found = compare(drawn(PLACES, waves), PLACES, np.flatnonzero(size == 1.0))
    assert found is not None
    like, larger = found
    others = np.arange(len(PLACES)) != 4
    assert (like[others] > 0.99).all()
    assert like[4] < 0.6
    assert larger[others] == pytest.approx(np.log(size[others]), abs=0.02)
    assert larger[4] == pytest.approx(-3, abs=0.5)


def test_a_second_shape_that_recurs_is_known():
    waves = [NARROW if k % 4 else 30 * BROAD for k in range(len(PLACES))]
    band = drawn(PLACES, waves)
    every = np.arange(len(PLACES))
    both, first = compare(band, PLACES, every), compare(band, PLACES, every, shape_models=1)
    assert both is not None
    assert first is not None
    assert (both[0] > 0.98).all()
    assert (first[0][::4] < 0.8).all()


def test_a_few_samples_aside_does_not_matter():
    moved = PLACES + np.random.default_rng(1).integers(-2 * STEP, 2 * STEP, len(PLACES))
    found = compare(drawn(PLACES, [NARROW] * len(PLACES)), moved, np.arange(len(PLACES)))
    assert found is not None
    assert (found[0] > 0.95).all()


def test_a_lead_without_a_say_has_none():
    band = drawn(PLACES, [NARROW] * len(PLACES))
    band[1] = np.random.default_rng(2).normal(0, 5, band.shape[1])
    even = np.ones((2, len(PLACES)))
    even[1] = 0.0
    shapes = cut_shapes(band, np.ones_like(even), even, PLACES, DETECTION)
    found = likeness(shapes, np.arange(len(PLACES)), DETECTION)
    assert found is not None
    assert (found[0] > 0.99).all()


def test_too_few_beats_or_none_alike_teach_nothing():
    band = drawn(PLACES, [NARROW] * len(PLACES))
    assert compare(band, PLACES, np.arange(DETECTION.shape_beats - 1)) is None
    noise = np.random.default_rng(3).normal(size=(2, 20_000))
    assert compare(noise, PLACES, np.arange(len(PLACES)), shape_alike=0.97) is None


def test_at_the_ends_of_a_short_recording():
    band = drawn(np.array([300]), [NARROW])[:, 290:310]
    found = compare(band, np.array([0, 5, 10, 19]), np.arange(4), shape_alike=-1.0)
    assert found is not None
    assert np.isfinite(found[0]).all()
