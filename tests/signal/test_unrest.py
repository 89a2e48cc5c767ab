"""Seconds that are flat or noisy, beside the lead's own QRS and rest."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ecgviewer import paths
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Record
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.quality import stretches
from tests.data import data_dir
from tests.signals import in_memory
from tests.synthetic import WIDE_S, made_ecg

SINUS = np.arange(0.5, 119.0, 0.8)  # s
RNG = np.random.default_rng(1)


def called(record: Record, kind: str, *, lead: int = 0) -> NDArray[np.bool_]:
    """(n_seconds,) bool: what of a lead is called flat or noisy."""
    out = np.zeros(record.n_samples, np.bool_)
    grid = TimeGrid(record)
    for index in range(grid.n_blocks):
        for stretch in stretches(grid, index, record.ecg_leads):
            if stretch.kind == kind and stretch.lead == lead:
                out[stretch.start : stretch.stop] = True
    second = round(record.fs)
    seconds: NDArray[np.bool_] = (
        out[: len(out) // second * second].reshape(-1, second).mean(axis=1) > 0.5
    )
    return seconds


def made(beats_s: NDArray[np.float64], **how: float) -> Record:
    return in_memory(made_ecg(beats_s, duration_s=120, **how), names=("II", "V1"))


@pytest.mark.parametrize("pause_s", [3.0, 11.0, 40.0, 80.0])
@pytest.mark.parametrize("noise_mv", [0.005, 0.01, 0.02])
def test_a_pause_is_neither_noisy_nor_flat(pause_s, noise_mv):
    beats = SINUS[(SINUS < 20) | (20 + pause_s < SINUS)]
    record = made(beats, noise_mv=noise_mv)
    assert not called(record, "noisy").any()
    assert not called(record, "flat").any()


@pytest.mark.parametrize("rr_s", [0.35, 2.73, 4.0])  # 171, 22 and 15 a minute
def test_no_rate_is_noise(rr_s):
    assert not called(made(np.arange(0.5, 119.0, rr_s)), "noisy").any()


@pytest.mark.parametrize("height_mv", [0.08, 0.24, 5.0])
def test_low_and_high_voltage_are_neither_noisy_nor_flat(height_mv):
    record = made(SINUS, height_mv=height_mv, noise_mv=0.01 * height_mv)
    assert not called(record, "noisy").any()
    assert not called(record, "flat").any()


def test_a_low_voltage_pauses():
    beats = SINUS[(SINUS < 20) | (SINUS > 31)]
    record = made(beats, height_mv=0.1, noise_mv=0.001)
    assert not called(record, "noisy").any()
    assert called(record, "flat").sum() == 0  # it moves by 7 uV a second, its QRS is 100 uV high


def test_wide_beats_and_a_constant_offset():
    ecg = made_ecg(SINUS, duration_s=120, width_s=WIDE_S) + np.float32(4.0)
    assert not called(in_memory(ecg), "noisy").any()


def test_resolution_of_a_microvolt_and_of_ten():
    for step_mv in (0.001, 0.01):
        ecg = np.round(made_ecg(SINUS, duration_s=120) / step_mv) * step_mv
        record = in_memory(ecg.astype(np.float32))
        assert not called(record, "noisy").any()
        assert not called(record, "flat").any()


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_a_dead_lead_with_hum_is_flat(mains_hz):
    ecg = made_ecg(SINUS, duration_s=120, n_leads=12)
    t = np.arange(ecg.shape[1]) / 360
    ecg[5] = 0.05 * np.sin(2 * np.pi * mains_hz * t) + 0.002 * RNG.normal(size=len(t))
    record = in_memory(ecg)
    assert called(record, "flat", lead=5).all()
    assert not any(called(record, "flat", lead=lead).any() for lead in range(12) if lead != 5)


def test_a_lead_with_qrs_and_hum_is_not_flat_in_a_pause():
    beats = SINUS[(SINUS < 20) | (SINUS > 31)]
    ecg = made_ecg(beats, duration_s=120)
    t = np.arange(ecg.shape[1]) / 360
    ecg += (0.05 * np.sin(2 * np.pi * 50 * t)).astype(np.float32)
    assert not called(in_memory(ecg), "flat").any()


def test_saturation_is_flat_and_the_way_back_is_noisy():
    ecg = made_ecg(SINUS, duration_s=120)
    at, back = 60 * 360, 66 * 360
    ecg[:, at:back] = 5.0
    ecg[:, back : back + 1800] = 5.0 * np.exp(-np.arange(1800) / 500)
    record = in_memory(ecg)
    assert called(record, "flat")[60:66].all()
    assert called(record, "noisy")[66:69].all()
    assert not called(record, "noisy")[:58].any()
    assert not called(record, "noisy")[75:].any()


def test_a_step_of_the_baseline_is_noisy_where_it_is():
    ecg = made_ecg(SINUS, duration_s=120)
    ecg[:, 60 * 360 :] += 3.0
    noisy = np.flatnonzero(called(in_memory(ecg), "noisy"))
    assert 60 in noisy
    assert 57 <= noisy.min() <= noisy.max() <= 62


def test_what_a_block_holds_beside_a_clean_lead():
    """V1 of 200 at 17:42 is clean; at 3:29 the demo record's electrode is off."""
    v1 = open_record(data_dir("mitdb") / "200")
    assert not called(v1, "noisy", lead=1)[1056:1066].any()


def test_an_amplifier_driven_to_its_limit_is_noisy():
    demo = open_record(Path(paths.demo_record()))
    noisy = called(demo, "noisy")
    assert noisy[210:214].all()
    assert noisy[97:99].all()
    assert noisy.sum() < 20
