"""Leads of which nothing can be read from the first sample to the last."""

from dataclasses import replace

import numpy as np

from ecgviewer.formats.dead_leads import dead_leads
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
