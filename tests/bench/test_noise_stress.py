import numpy as np
import pytest

from bench import noise_stress
from bench.detection import Score
from bench.noise_stress import Stress, add_noise, f1, noise_power, noisy_spans, signal_power
from ecgviewer.formats.readers import open_record

FS = 360.0


def test_power_of_known_signals():
    t = np.arange(int(400 * FS)) / FS
    lead = np.where(np.abs(t % 1.0 - 0.5) < 0.02, 2.0, 0.0)  # 2 mV high, once a second
    beats = np.round((np.arange(400) + 0.5) * FS).astype(np.int64)
    assert signal_power(lead, beats, fs=FS) == pytest.approx(0.5)
    sine = 3.0 + 2.0 * np.sin(2 * np.pi * 5 * t)
    assert noise_power(sine, fs=FS) == pytest.approx(2.0)
    assert noise_stress.gain(0.5, 2.0, 0.0) == pytest.approx(0.5)
    assert noise_stress.gain(0.5, 2.0, -20.0) == pytest.approx(5.0)


def test_noise_comes_and_goes_without_a_step():
    rng = np.random.default_rng(0)
    noise = np.cumsum(rng.normal(0, 0.01, 650_000)) + 7.0
    n = 650_000
    added = add_noise(np.zeros(n), noise, 2.0, fs=FS)
    spans = noisy_spans(n, fs=FS)
    assert spans[0] == (108_000, 151_200)
    assert spans[1] == (194_400, 237_600)
    assert spans[-1] == (626_400, 650_000)
    assert not added[:108_001].any()
    assert np.ptp(added[151_200:194_400]) == 0  # what it has reached stays
    assert np.abs(np.diff(added)).max() < 0.2
    piece = slice(110_000, 110_100)
    assert np.diff(added[piece]) == pytest.approx(2.0 * np.diff(noise[piece]))


def test_noise_that_ends_starts_over():
    noise = np.arange(1_000.0)
    added = add_noise(np.zeros(120_000), noise, 1.0, fs=FS)
    assert np.array_equal(added[108_000:109_000], noise)
    assert np.array_equal(added[109_000:110_000], noise)


def test_same_gain_as_the_published_stress_record(mitdb, nstdb):
    clean, noisy, motion = (
        open_record(path) for path in (mitdb / "118", nstdb / "118e_6", nstdb / "em")
    )
    span = (110_000, 150_000)
    added = noisy.read(*span).astype(np.float64) - clean.read(*span)
    noise = motion.read(*span).astype(np.float64)
    gains = Stress(mitdb.parent, "118").gains(-6)
    for lead in (0, 1):
        published = np.polyfit(noise[lead], added[lead], 1)[0]
        assert gains[lead] == pytest.approx(published, rel=0.03)


def test_only_noisy_minutes_count(mitdb, nstdb):
    stress = Stress(mitdb.parent, "118")
    spans = noisy_spans(stress.record.n_samples, fs=FS)
    inside = sum(int(((stress.beats >= a) & (stress.beats < b)).sum()) for a, b in spans)
    every = stress.score(stress.beats, 0.15)
    assert (every.found, every.missed, every.extra) == (inside, 0, 0)
    none = stress.score(np.array([100, 200], np.int64), 0.15)
    assert (none.found, none.missed, none.extra) == (0, inside, 0)


def test_f1():
    assert f1(Score(90, 10, 10)) == pytest.approx(0.9)
    assert np.isnan(f1(Score()))
