import numpy as np
import pytest

from ecgviewer.formats.annotations import read_annotations
from ecgviewer.formats.readers import open_record
from ecgviewer.signal.denoise import (
    CleanedSignal,
    band_pass,
    clean,
    remove_baseline,
    remove_mains,
    wavelet_denoise,
)
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.rpeaks.detect import refine_all
from tests.signals import demo, demo_ecg, in_memory

FS = PAPER.grid_fs_hz


@pytest.mark.parametrize("name", ["100", "119", "209", "232"])
def test_wavelet_step_keeps_the_amplitudes_of_the_mean_normal_beat(mitdb, name):
    """Science section 1: at least 0.9 of the QRS, 0.95 of P and T, in both leads."""
    record = open_record(mitdb / f"{name}.hea")
    annotations = read_annotations(record, "atr")
    normal = np.isin(annotations.symbol, list("NLRB"))
    grid = TimeGrid(record)
    r = refine_all(grid, annotations.sample[normal], record.ecg_leads)
    before = np.zeros((2, grid.n_samples))
    after = np.zeros((2, grid.n_samples))
    for k in range(grid.n_blocks):
        block = grid.block(k)
        ecg, _ = grid.read(block.low, block.high)
        for lead in range(2):
            x = remove_mains(remove_baseline(ecg[lead], PAPER), PAPER)
            x = band_pass(x, PAPER.band_hz, order=PAPER.band_order, fs=FS)
            y = wavelet_denoise(x, PAPER, n=block.stop - block.start)
            before[lead, block.start : block.stop] = x[block.core]
            after[lead, block.start : block.stop] = y[block.core]
    r = r[(r > FS) & (r < grid.n_samples - FS)]
    spans = {"P": (-90, -22, 0.95), "QRS": (-28, 29, 0.9), "T": (42, 162, 0.95)}
    for lead in range(2):
        for wave, (low, high, share) in spans.items():
            span = r[:, None] + np.arange(low, high)
            kept = np.ptp(after[lead][span].mean(0)) / np.ptp(before[lead][span].mean(0))
            assert kept >= share, f"{name} lead {lead} {wave}: {kept:.3f} of its amplitude"


def test_baseline_wander_goes_and_the_beat_stays():
    ecg = demo_ecg()[0, :20000].astype(np.float64)
    wander = 0.8 * np.sin(2 * np.pi * 0.15 * np.arange(len(ecg)) / FS)
    difference = remove_baseline(ecg + wander, PAPER) - remove_baseline(ecg, PAPER)
    assert np.sqrt(np.mean(difference**2)) < 0.06  # a tenth of the wander's


@pytest.mark.parametrize("hz", [50, 60])
def test_mains_is_removed_whichever_it_is(hz):
    ecg = demo_ecg()[0, :20000].astype(np.float64)
    mains = 0.3 * np.sin(2 * np.pi * hz * np.arange(len(ecg)) / FS + 1.0)
    left = remove_mains(ecg + mains, PAPER) - ecg
    assert np.sqrt(np.mean(left[720:-720] ** 2)) < 0.02


@pytest.mark.parametrize("n", [1, 2, 3, 17, 100, 399])
def test_records_shorter_than_a_window_are_cleaned(n):
    cleaned = clean(demo_ecg()[:, :n].astype(np.float64), PAPER, n=n)
    assert cleaned.shape == (1, n)
    assert np.isfinite(cleaned).all()


def test_empty_record_has_no_samples():
    record = in_memory(np.empty((1, 0), np.float32))
    grid = TimeGrid(record)
    assert grid.n_blocks == 0
    assert CleanedSignal(grid, (0,)).between(0, 10).tolist() == [[0.0] * 10]


def test_gap_comes_back_as_a_gap():
    ecg = demo_ecg().copy()
    ecg[0, 1000:2000] = np.nan
    cleaned = CleanedSignal(TimeGrid(in_memory(ecg)), (0,)).between(0, 3000)
    assert np.isnan(cleaned[0, 1000:2000]).all()
    assert np.isfinite(cleaned[0, :1000]).all()
    assert np.isfinite(cleaned[0, 2000:]).all()


def test_blocks_do_not_depend_on_what_was_read_before():
    forwards = CleanedSignal(TimeGrid(demo()), (0,))
    backwards = CleanedSignal(TimeGrid(demo(piece=777)), (0,), keep=1)
    late = backwards.between(70_000, 90_000)
    early = backwards.between(60_000, 70_001)
    whole = forwards.between(0, 108_000)
    assert np.array_equal(whole[:, 70_000:90_000], late)
    assert np.array_equal(whole[:, 60_000:70_001], early)


def test_blocks_cleaned_on_threads_are_those_cleaned_in_turn():
    from concurrent.futures import ThreadPoolExecutor

    grid = TimeGrid(demo())
    one, other = CleanedSignal(grid, (0,)), CleanedSignal(grid, (0,))
    jobs = other.missing(0, grid.n_samples)
    assert len(jobs) == grid.n_blocks
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: job(), jobs))
    assert other.missing(0, grid.n_samples) == []
    expected = one.between(0, grid.n_samples)
    assert np.array_equal(other.between(0, grid.n_samples), expected, equal_nan=True)


@pytest.mark.parametrize("n", [1, 72, 73, 216, 217, 218, 5000])
def test_the_baseline_is_that_of_plain_medians_to_the_bit(n):
    from scipy.ndimage import median_filter

    ecg = np.random.default_rng(n).normal(size=n)
    ecg[: n // 10] = -0.0
    short = median_filter(ecg, 73, mode="nearest")
    expected = ecg - median_filter(short, 217, mode="nearest")
    assert np.array_equal(remove_baseline(ecg, PAPER), expected)
