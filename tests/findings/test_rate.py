import numpy as np
import pytest

from ecgviewer.beats.scan import Scan
from ecgviewer.findings.rate import across, heart_rate, no_rr_before, trend
from ecgviewer.signal.params import DETECTION
from ecgviewer.signal.quality import Stretch, unreadable
from tests.signals import in_memory

NONE = np.empty((0, 2), np.int64)


def test_an_even_rhythm_has_one_rate():
    rate = heart_rate(np.arange(20) * 300, 360.0, NONE)
    assert rate.mean == rate.least == rate.greatest == pytest.approx(72)


def test_least_and_greatest_are_means_over_eight_rr_with_their_place():
    rr = [360] * 10 + [180] * 8 + [360] * 10
    samples = np.concatenate([[0], np.cumsum(rr)])
    rate = heart_rate(samples, 360.0, NONE)
    assert rate.greatest == pytest.approx(120)
    assert rate.greatest_sample == samples[18]
    assert rate.least == pytest.approx(60)


def test_no_interval_spans_a_gap():
    samples = np.concatenate([np.arange(20) * 300, 60_000 + np.arange(20) * 300])
    gap = np.array([[6_000, 59_900]])
    assert across(samples, gap).nonzero()[0].tolist() == [20]
    rate = heart_rate(samples, 360.0, gap)
    assert rate.mean == rate.least == pytest.approx(72)
    at, _ = trend(samples, 360.0, gap)
    assert len(at) == 24


def test_both_intervals_of_a_beat_within_a_gap_meet_it():
    # references may lie where the recording has no sample
    samples = np.array([100, 400, 700, 1000])
    assert across(samples, np.array([[300, 500]])).tolist() == [False, True, True, False]
    # half-open: it may begin at the beat before, and end there
    assert across(samples, np.array([[400, 450]])).tolist() == [False, False, True, False]
    assert across(samples, np.array([[350, 400]])).tolist() == [False, True, False, False]


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_beats_have_no_rate(n):
    assert heart_rate(np.arange(n), 360.0, NONE).mean is None


def test_few_beats_have_a_mean_only():
    rate = heart_rate(np.arange(5) * 360, 360.0, NONE)
    assert rate.mean == pytest.approx(60)
    assert rate.least is None


def test_no_interval_across_what_cannot_be_read_before_and_after_the_scan_is_known():
    samples = np.array([360, 720, 7200, 7560])
    record = in_memory(np.zeros((2, 10_800), np.float32))
    held = tuple(Stretch("flat", 1080, 6840, lead) for lead in (0, 1))
    expected = [False, False, True, False]
    assert no_rr_before(samples, None, held, record).tolist() == expected
    one_lead = held[:1]
    assert not no_rr_before(samples, None, one_lead, record).any()
    known = Scan(
        *(samples, samples, samples, samples),
        stretches=held,
        unreadable=unreadable(held, (0, 1)),
        leads=(0, 1),
        beats_from="detect",
        detection=DETECTION,
    )
    assert no_rr_before(samples, known, (), record).tolist() == expected


def test_only_intervals_between_usable_beats_count():
    samples = np.cumsum([0] + [360] * 12 + [180] * 12 + [360] * 12)
    usable = np.ones(len(samples), np.bool_)
    usable[18] = False  # one ectopic beat among the quick ones: five and six are left
    rate = heart_rate(samples, 360.0, NONE, usable=usable)
    assert rate.greatest == pytest.approx(60 * 8 / (3 * 1 + 5 * 0.5))
    usable[:] = np.arange(len(samples)) % 3 > 0  # trigeminy has no eight
    rate = heart_rate(samples, 360.0, NONE, usable=usable)
    assert (rate.least, rate.greatest) == (None, None)
    assert rate.mean is not None


def test_block_at_22_has_its_rate():
    rate = heart_rate(np.arange(20) * 982, 360.0, NONE)
    assert rate.least == pytest.approx(22, abs=0.01)


@pytest.mark.parametrize("n_mean", [1, 4, 16])
def test_the_number_of_intervals_can_be_chosen(n_mean):
    rr = [360] * 20 + [180] * 4 + [360] * 20
    rate = heart_rate(np.cumsum([0, *rr]), 360.0, NONE, n_mean=n_mean)
    assert rate.n_mean == n_mean
    assert rate.greatest == pytest.approx({1: 120, 4: 120, 16: 60 * 16 / 14}[n_mean])
    assert rate.greatest_sample is not None
    assert rate.greatest_from is not None
    assert 60 * n_mean * 360 / (rate.greatest_sample - rate.greatest_from) == rate.greatest
