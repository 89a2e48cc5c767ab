"""Leads of which nothing can be read from the first sample to the last."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ecgviewer.formats.dead_leads import are_dead, dead_leads
from ecgviewer.record import Lead
from tests.signals import demo_ecg, in_memory


def test_missing_flat_and_nearly_flat_leads_are_dead_and_a_lead_that_comes_late_is_not() -> None:
    n = 90_000
    ecg = np.repeat(demo_ecg()[:, :n], 6, axis=0)
    ecg[1] = np.nan
    ecg[2] = -2.0
    ecg[3] = np.where(np.arange(n) % 2, 0.005, 0.0)  # one step of a converter
    ecg[4, : n - 2_000] = 0.1  # six seconds of 250: more than one in a hundred
    ecg[5] = 0.0
    record = in_memory(ecg)
    assert dead_leads(record) == (1, 2, 3, 5)
    others = (*record.leads[:5], Lead("ABP", "mmHg", is_ecg=False))
    assert dead_leads(replace(record, leads=others)) == (1, 2, 3)
    assert dead_leads(record, stop=lambda: True) == ()


def test_a_recording_without_samples_or_leads_has_none() -> None:
    assert dead_leads(in_memory(demo_ecg()[:, :0])) == ()


def test_all_of_some_leads_are_dead() -> None:
    n = 300_000
    ecg = np.zeros((3, n), np.float32)
    ecg[1] = np.nan
    ecg[2, n - 5_000 :] = demo_ecg()[0, :5_000]  # 14 of 834 s, the last
    record = in_memory(ecg)
    assert dead_leads(record) == (0, 1)
    assert are_dead(record, (0, 1))
    assert not are_dead(record, (0, 2))
    assert not are_dead(record, ())
    assert not are_dead(in_memory(ecg[:, :0]), (0,))
    ecg[2, : n - 3_000] = 0.0
    assert are_dead(record, (0, 1, 2)) == (dead_leads(record) == (0, 1, 2))


def test_no_more_is_read_than_shows_that_a_lead_is_alive() -> None:
    record, read = in_memory(np.tile(demo_ecg(), 20)), []
    reader = record.reader

    def watched(start: int, stop: int) -> NDArray[np.float32]:
        read.append((start, stop))
        return reader(start, stop)

    assert not are_dead(replace(record, reader=watched), (0,))
    assert read == [(0, 600 * 360)]
