import numpy as np
import pytest
import torch

from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.windows import cut_windows, neighbours, window_bounds
from tests.signals import demo, demo_ecg
from train.data.database import RecordBeats
from train.data.windows import WindowCutter, drop_leads


@pytest.fixture(scope="module")
def beats():
    """Two records of invented positions over the demo's samples; edge beats and a pause in them."""
    grid = TimeGrid(demo())
    ecg = np.zeros((2, 40_000), np.float32)
    ecg[0] = CleanedSignal(grid, (0,)).between(0, 40_000)
    out = []
    for name, step in (("a", 300), ("b", 261)):
        position = np.arange(50, 39_000, step).astype(np.int64)
        position[40] += 90
        position = np.delete(position, [60, 61, 62])  # a pause
        before, after = neighbours(position, position)
        label = np.zeros(len(position), np.int64)
        out.append(RecordBeats(name, ecg, position, before, after, position, label))
    return out


def test_the_cut_on_the_device_is_the_cut_of_the_application(beats):
    cutter = WindowCutter(beats, device="cpu", prep=PAPER)
    assert demo_ecg().shape[1] > 40_000
    first = 0
    for record in beats:
        n = len(record.position)
        ours = cutter.cut(torch.arange(first, first + n)).numpy()
        bounds = window_bounds(record.position, record.before, record.after, PAPER)
        cleaned = CleanedSignal(TimeGrid(demo()), (0,))
        theirs = cut_windows(cleaned, bounds, inputs=(0, None)).values
        inside = bounds.stop <= 40_000
        np.testing.assert_allclose(ours[inside], theirs[inside], atol=2e-4)
        first += n


def test_jitter_moves_the_position_and_not_its_neighbours(beats):
    cutter = WindowCutter(beats, device="cpu", prep=PAPER)
    rows = torch.arange(10, 20)
    moved = cutter.cut(rows, jitter=torch.full((10,), 3))
    record = beats[0]
    bounds = window_bounds(
        record.position[10:20] + 3, record.before[10:20], record.after[10:20], PAPER
    )
    theirs = cut_windows(CleanedSignal(TimeGrid(demo()), (0,)), bounds, inputs=(0, None)).values
    np.testing.assert_allclose(moved.numpy(), theirs, atol=2e-4)


def test_each_lead_is_dropped_in_its_share_and_never_both():
    generator = torch.Generator().manual_seed(0)
    windows = drop_leads(torch.ones(20_000, 2, 4), 0.15, generator).windows
    kept = windows.any(dim=2)
    assert kept.any(dim=1).all()
    for lead in range(2):
        assert abs((~kept[:, lead]).float().mean().item() - 0.15) < 0.01
