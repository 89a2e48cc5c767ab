"""Suspected ventricular flutter: made waves that are some, and made rhythms that are none."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from ecgviewer.signal.activity import activity, join_steps
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.oscillation import flutter
from ecgviewer.signal.params import ACTIVITY
from tests.signals import in_memory
from tests.synthetic import made_ecg

FS, SPAN_S = 360, 60
T = np.arange(SPAN_S * FS) / FS


def found_in(ecg):
    """Half seconds of (n_leads, n) mV in suspected flutter, (m,) bool."""
    record = in_memory(np.asarray(ecg, np.float32))
    grid = TimeGrid(record)
    steps = join_steps([activity(grid, k, record.ecg_leads) for k in range(grid.n_blocks)])
    return flutter(steps.waves, steps.extent, ACTIVITY)


def fibrillation(low_hz, high_hz, peak_to_peak, *, seed=1):
    """(60 s,) mV: noise of a narrow band, as fibrillation is often made."""
    band = butter(2, [low_hz, high_hz], "band", fs=FS, output="sos")
    wave = sosfiltfilt(band, np.random.default_rng(seed).standard_normal(len(T)))
    return wave / wave.std() * peak_to_peak / (2 * np.sqrt(2))


def muscle(mv, *, seed=2):
    band = butter(2, [20, 150], "band", fs=FS, output="sos")
    noise = sosfiltfilt(band, np.random.default_rng(seed).standard_normal(len(T)))
    return noise / noise.std() * mv


def rhythm(rr_s, waves, *, sd_s=0.0):
    """(60 s,) mV: waves (delay s, sd s, mV) at every beat."""
    rng = np.random.default_rng(3)
    beats = np.cumsum(np.maximum(0.25, rng.normal(rr_s, sd_s, round(SPAN_S / rr_s))))
    out = np.zeros(len(T))
    for at in beats[beats < SPAN_S]:
        low, high = max(0, round((at - 0.6) * FS)), round((at + 0.8) * FS)
        for delay, sd, mv in waves:
            out[low:high] += mv * np.exp(-(((T[low:high] - at - delay) / sd) ** 2) / 2)
    return out


def saw(hz, mv):
    return mv * (2 * ((T * hz) % 1) - 1)


NORMAL = ((-0.16, 0.025, 0.12), (0.0, 0.012, 1.0), (0.025, 0.01, -0.2), (0.25, 0.05, 0.25))
QRS = NORMAL[1:3]
FLUTTER = {
    "fine": fibrillation(5, 8, 0.2),
    "fine in muscle noise": fibrillation(5, 8, 0.2) + muscle(0.03),
    "fine in hum": fibrillation(5, 8, 0.2) + 0.1 * np.sin(2 * np.pi * 50 * T),
    "coarse": fibrillation(3, 6, 1.0),
    "coarse in muscle noise": fibrillation(3, 6, 1.0) + muscle(0.2),
    "coarse on wander": fibrillation(4, 6, 1.0) + 0.5 * np.sin(2 * np.pi * 0.3 * T),
    "flutter at 300/min": 0.5 * np.sin(2 * np.pi * 5 * T),
    "torsade": 0.6 * np.sin(2 * np.pi * 4.2 * T) * np.sin(2 * np.pi * 0.2 * T)
    + 0.1 * np.sin(2 * np.pi * 4.6 * T),
}
NONE = {
    "normal": rhythm(0.8, NORMAL),
    "atrial flutter, 4 to 1": rhythm(0.8, QRS) + saw(5, 0.12),
    "atrial flutter, 2 to 1": rhythm(0.4, QRS) + saw(5, 0.12),
    "atrial flutter, large round waves": rhythm(0.8, QRS) + 0.15 * np.sin(2 * np.pi * 5 * T),
    "ventricular tachycardia at 200/min": rhythm(0.3, ((0.0, 0.03, 1.5), (0.13, 0.05, -0.5))),
    "the same, wider": rhythm(0.3, ((0.0, 0.04, 1.5), (0.15, 0.05, -0.7)), sd_s=0.003),
    "the same, QRS in two phases": rhythm(0.3, ((-0.04, 0.03, 1.2), (0.05, 0.035, -1.0))),
    "paced": rhythm(0.8, ((-0.08, 0.002, 1.0), (0.0, 0.05, 1.2), (0.28, 0.07, -0.5))),
    "fast fibrillation of the atria": rhythm(0.4, NORMAL[1:], sd_s=0.08) + fibrillation(4, 8, 0.2),
    "hum": 0.5 * np.sin(2 * np.pi * 50 * T),
    "muscle": muscle(0.3),
    "white noise": np.random.default_rng(4).normal(0, 0.5, len(T)),
    "wander": 2 * np.sin(2 * np.pi * 0.5 * T),
    "saw-tooth at 2 Hz": saw(2, 0.5),
    "saw-tooth at 5 Hz": saw(5, 0.5),
}


@pytest.mark.parametrize("n_leads", [1, 2])
@pytest.mark.parametrize("name", FLUTTER)
def test_made_flutter_between_normal_beats(name, n_leads):
    normal = rhythm(0.8, NORMAL)[: 30 * FS]
    lead = np.concatenate([normal, FLUTTER[name], normal])
    noise = np.random.default_rng(5).normal(0, 0.01, (n_leads, len(lead)))
    found = found_in(np.array([lead, 0.7 * lead])[:n_leads] + noise)
    assert found[60:180].mean() >= 0.95
    assert not found[:57].any()
    assert not found[183:].any()


@pytest.mark.parametrize("n_leads", [1, 2])
@pytest.mark.parametrize("name", NONE)
def test_what_is_no_flutter(name, n_leads):
    lead = NONE[name]
    noise = np.random.default_rng(6).normal(0, 0.01, (n_leads, len(lead)))
    assert not found_in(np.array([lead, 0.7 * lead])[:n_leads] + noise).any()


def test_too_small_a_wave_is_none():
    normal = made_ecg(np.arange(0.5, 30, 0.8), duration_s=30, n_leads=1)[0]
    lead = np.concatenate([normal, fibrillation(5, 8, 0.08), normal])
    noise = np.random.default_rng(7).normal(0, 0.005, (1, len(lead)))
    assert not found_in(lead + noise).any()


def test_a_small_record_has_small_flutter():
    normal = 0.2 * made_ecg(np.arange(0.5, 60, 0.8), duration_s=60, n_leads=1, noise_mv=0)[0]
    lead = np.concatenate([normal, fibrillation(4, 6, 0.1), normal])
    noise = np.random.default_rng(8).normal(0, 0.002, (1, len(lead)))
    assert found_in(lead + noise)[120:240].mean() >= 0.9


def test_short_records():
    for n in (1, 179, 181, 1000):
        assert not found_in(np.zeros((1, n))).any()
