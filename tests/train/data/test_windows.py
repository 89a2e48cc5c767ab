import dataclasses

import numpy as np
import pytest
import torch

from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.windows import cut_windows, neighbours, window_bounds
from tests.signals import demo, demo_ecg
from tests.train.synthetic import record_beats
from train.data.database import RecordBeats
from train.data.windows import WindowCutter, drop_leads
from train.fit.trainer import predict


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


def dropped(there: list[bool], share: float = 0.15) -> torch.Tensor:
    """Which leads are left of 20,000 windows whose record has these."""
    every = torch.tensor(there).expand(20_000, 2)
    windows = torch.ones(20_000, 2, 4) * every[:, :, None]
    generator = torch.Generator().manual_seed(0)
    return drop_leads(windows, share, generator, there=every).windows.any(dim=2)


def test_each_lead_is_dropped_in_its_share_and_never_both():
    kept = dropped([True, True])
    assert kept.any(dim=1).all()
    for lead in range(2):
        assert abs((~kept[:, lead]).float().mean().item() - 0.15) < 0.01


@pytest.mark.parametrize("there", [[True, False], [False, True]])
def test_a_records_only_lead_is_never_dropped(there):
    kept = dropped(there, share=0.5)
    assert (kept == torch.tensor(there)).all()


def test_the_cutter_knows_which_leads_each_records_beats_have(beats):
    two = dataclasses.replace(beats[1], ecg=beats[1].ecg[[0, 0]])
    swapped = dataclasses.replace(beats[1], ecg=np.ascontiguousarray(beats[0].ecg[::-1]))
    cutter = WindowCutter([beats[0], two, swapped], device="cpu", prep=PAPER)
    for i, there in enumerate([(True, False), (True, True), (False, True)]):
        assert (cutter.there[cutter.record == i] == torch.tensor(there)).all()


class _Counting(torch.nn.Module):
    """Tells which leads of its windows are not zero."""

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        there = windows.any(dim=2).float()
        return torch.cat([there, torch.zeros(len(windows), 3)], dim=1) * 20 - 10


@pytest.mark.parametrize("leads", [(True, True), (True, False), (False, True)])
def test_asked_with_one_lead_a_record_of_one_lead_is_read_from_it(leads):
    two = record_beats(n=20_000)
    one = dataclasses.replace(two, ecg=two.ecg * np.array([[1], [0]], np.float32))
    cutter = WindowCutter([one, two], device="cpu", prep=PAPER)
    rows = np.arange(len(cutter))
    seen = predict(_Counting(), cutter, rows, leads=leads, precision="fp32")[:, :2] > 0.5
    of_first = cutter.record == 0
    assert (seen[of_first] == torch.tensor([True, False])).all()
    assert (seen[~of_first] == torch.tensor(leads)).all()
