"""No beat on the edge of what lies still, or of a gap."""

import numpy as np
import pytest

from ecgviewer.analysis.scan import scan
from ecgviewer.signal.params import DETECTION
from ecgviewer.signal.rpeaks.dead import still
from tests.signals import in_memory
from tests.synthetic import made_ecg

BEATS = np.arange(0.5, 119.0, 0.8)  # s


def peaks_s(ecg: np.ndarray, fs: float = 360.0) -> np.ndarray:
    """R peaks of a recording in memory, s."""
    *_, last = scan(in_memory(ecg, fs=fs), detection=DETECTION)
    assert last.scan is not None
    found: np.ndarray = last.scan.samples / fs
    return found


def matched(found_s: np.ndarray, wanted_s: np.ndarray) -> bool:
    return len(found_s) == len(wanted_s) and bool((np.abs(found_s - wanted_s) < 0.03).all())


@pytest.mark.parametrize("fs", [128.0, 250.0, 360.0, 1000.0])
@pytest.mark.parametrize("level_mv", [-2.0, 0.4, 3.0])
@pytest.mark.parametrize("noise_mv", [0.0, 0.002])
def test_no_beat_where_a_held_stretch_begins_or_ends(fs, level_mv, noise_mv):
    ecg = made_ecg(BEATS, duration_s=120, fs=fs)
    low, high = round(40.1 * fs), round(60.0 * fs)
    rng = np.random.default_rng(0)
    ecg[:, low:high] = level_mv + noise_mv * rng.normal(size=high - low)
    there = BEATS[(BEATS < 40.05) | (BEATS > 60.05)]
    assert matched(peaks_s(ecg, fs), there)


def test_one_lead_held_leaves_the_other_its_beats():
    ecg = made_ecg(BEATS, duration_s=120)
    ecg[0, 14_436:21_600] = 2.0
    assert matched(peaks_s(ecg), BEATS)


def test_no_beat_on_the_edge_of_a_gap():
    ecg = made_ecg(BEATS, duration_s=120)
    at = BEATS[40]
    cut = round(at * 360)  # through the middle of a QRS
    ecg[:, cut : cut + 1800] = np.nan
    there = BEATS[(at - 0.1 > BEATS) | (at + 5.05 < BEATS)]
    assert matched(peaks_s(ecg), there)


def test_a_pause_without_any_noise_keeps_the_beats_beside_it():
    beats = BEATS[(BEATS < 40.0) | (BEATS > 48.0)]
    assert matched(peaks_s(made_ecg(beats, duration_s=120, noise_mv=0.0)), beats)


def test_a_low_lead_is_not_still():
    beats = BEATS[(BEATS < 40.0) | (BEATS > 48.0)]
    ecg = made_ecg(beats, duration_s=120, height_mv=0.015, noise_mv=0.0001)
    assert all(start >= 40 * 360 - 360 and stop <= 48.5 * 360 for start, stop in still(ecg[0], 360))
