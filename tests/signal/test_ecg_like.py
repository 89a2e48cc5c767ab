"""Whether a channel looks like an ECG: leads of public databases, and made signals that do not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from ecgviewer.formats.readers import open_record
from ecgviewer.signal.ecg_like import FS_HZ, looks_like_ecg, pieces
from ecgviewer.signal.grid import TimeGrid
from tests.data import data_dir

N = 30 * FS_HZ
T = np.arange(N) / FS_HZ
RNG = np.random.default_rng(5)
BEATS = np.cumsum(RNG.normal(0.8, 0.03, 40))


def seen(record_path: str) -> list[bool]:
    record = open_record(data_dir(record_path.split("/")[0]).parent / record_path)
    grid = TimeGrid(record)
    read = [grid.read(low, high)[0] for low, high in pieces(grid.n_samples)]
    return [looks_like_ecg([part[i] for part in read]) for i in range(record.n_leads)]


def low_pass(signal: NDArray[np.float64], hz: float) -> NDArray[np.float64]:
    return sosfiltfilt(butter(2, hz, fs=FS_HZ, output="sos"), signal)


def high_pass(signal: NDArray[np.float64], hz: float) -> NDArray[np.float64]:
    return sosfiltfilt(butter(2, hz, "high", fs=FS_HZ, output="sos"), signal)


def every_beat(late_s: float, wide_s: float) -> NDArray[np.float64]:
    """A hump so long after each beat."""
    return np.exp(-(((T[:, None] - BEATS - late_s) / wide_s) ** 2)).sum(axis=1)


NOISE = RNG.normal(0, 1, N)
MADE = {
    "flat": np.zeros(N),
    "white noise": NOISE,
    "breathing": np.sin(2 * np.pi * 0.25 * T) + 0.01 * NOISE,
    "brain": high_pass(np.cumsum(NOISE), 0.5) + 20 * np.sin(2 * np.pi * 10 * T),
    "muscle": high_pass(NOISE, 20) * (1 + 2 * (np.sin(2 * np.pi * 0.3 * T) > 0.6)),
    "eyes": 100 * low_pass(np.sin(2 * np.pi * 0.2 * T) * NOISE, 3) + NOISE,
    "pulse wave": every_beat(0.2, 0.1) + 0.4 * every_beat(0.45, 0.1) + 0.01 * NOISE,
    "mains": np.sin(2 * np.pi * 50 * T),
    "five a second": np.sin(2 * np.pi * 5 * T + 2 * np.sin(2 * np.pi * 0.3 * T)),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_no_ecg(kind: str) -> None:
    assert not looks_like_ecg([MADE[kind]])


def test_a_made_ecg_in_any_unit_and_upside_down() -> None:
    ecg = every_beat(0, 0.015) + 0.2 * every_beat(0.25, 0.05) + 0.02 * NOISE
    for scale in (1e-9, 1.0, -3e5):
        assert looks_like_ecg([scale * ecg + 7])
    assert looks_like_ecg([MADE["flat"], ecg])  # an electrode that was put on late
    assert not looks_like_ecg([MADE["brain"], MADE["eyes"], ecg])
    assert not looks_like_ecg([])
    assert not looks_like_ecg([ecg[:500]])


def test_leads_of_public_databases_and_noise() -> None:
    for name in ("mitdb/100", "mitdb/107", "mitdb/201", "mitdb/207", "mitdb/232", "svdb/821"):
        assert all(seen(name)), name
    for name in ("nstdb/bw", "nstdb/em", "nstdb/ma"):
        assert not any(seen(name)), name


def test_pieces_do_not_grow_with_the_recording() -> None:
    assert pieces(100) == ((0, 100),)
    day = pieces(86_400 * FS_HZ)
    assert [stop - start for start, stop in day] == [30 * FS_HZ] * 3
    assert day[0][0] == 3_109_320
