"""From which leads beats are read: a lead that is not there spoils no other."""

from dataclasses import replace

import numpy as np
import pytest

from ecgviewer.aami import BeatClass
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.leads import readings
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.log import BeatLog, flag_bits
from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import load_ensemble
from ecgviewer.paths import DEFAULT_ENSEMBLE
from ecgviewer.record import Lead
from ecgviewer.signal.params import DETECTION, PAPER
from tests.data import case
from tests.model.bundles import small_bundle
from tests.signals import demo_ecg, in_memory

FS = 360


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = small_bundle(tmp_path_factory.mktemp("weights") / "small", context=True)
    return load_ensemble(folder, device="cpu")


def scanned(record):
    *_, last = scan(record, detection=DETECTION)
    return last.scan


def classified(record, ensemble, *, inputs=None, result=None, **arguments):
    result = scanned(record) if result is None else result
    log = BeatLog(n_members=len(ensemble.members))
    log.extend(result.samples)
    chosen = default_inputs(record, prep=ensemble.prep) if inputs is None else inputs
    for batch in analyze(record, result, ensemble, inputs=chosen, **arguments):
        log.apply(batch)
    return log


def flagged(log, word):
    return (log.flags & flag_bits(word)) > 0


def record_of(*leads, names):
    record = in_memory(np.concatenate(leads))
    return replace(record, leads=tuple(Lead(name) for name in names))


def lead(seed=0, n=60_000):
    """A minute and more of the demo record, a little different for every seed."""
    ecg = demo_ecg()[:, :n].copy()
    noise = np.random.default_rng(seed).normal(0, 0.005, ecg.shape).astype(np.float32)
    return ecg * np.float32(1 + 0.3 * seed) + noise


def counts(log):
    return {c.name: int(n) for c, n in zip(BeatClass, log.counts(), strict=True) if n}


def test_after_an_electrode_came_off_the_other_lead_is_read_as_if_alone():
    ensemble = load_ensemble(DEFAULT_ENSEMBLE, device="cpu")
    two, one = (open_record(case(f"lead-gap/{name}.hea")) for name in ("vl", "iionly"))
    with_gap, alone = classified(two, ensemble), classified(one, ensemble)
    assert counts(alone) == {"N": 267, "V": 147}
    later = with_gap.samples > 120 * FS + 200
    same = np.isin(alone.samples, with_gap.samples[later])
    assert same.sum() == later.sum() > 200
    assert np.array_equal(with_gap.classes[later], alone.classes[same])
    assert flagged(with_gap, "one_lead")[later].all()
    assert flagged(with_gap, "gap")[later].all()
    assert not flagged(with_gap, "one_lead")[~later][:-1].any()
    assert with_gap.n_not_classified == 0


def test_a_good_third_lead_is_read_where_the_first_two_are_dead():
    ensemble = load_ensemble(DEFAULT_ENSEMBLE, device="cpu")
    three, one = (open_record(case(f"flat-leads/{name}.hea")) for name in ("flat12", "only1"))
    found, alone = classified(three, ensemble), classified(one, ensemble)
    assert counts(found) == counts(alone) == {"N": 189, "V": 118}
    assert np.array_equal(found.flags, alone.flags)
    read = readings(three, scanned(three), (0, 1), prep=ensemble.prep)
    assert (read.inputs, read.dead) == ((2, None), (0, 1))


@pytest.mark.parametrize("how", ["gap", "flat"])
def test_a_lead_that_is_gone_for_a_while_is_replaced_by_the_next_by_name(how):
    second, third = lead(1), lead(2)
    second[:, 20_000:40_000] = np.nan if how == "gap" else 0.3
    record = record_of(lead(), third, second, names=("II", "aVF", "V1"))
    result = scanned(record)
    read = readings(record, result, default_inputs(record, prep=PAPER), prep=PAPER)
    assert read.inputs == (0, 2)
    assert read.dead == ()
    inside = (result.samples > 20_400) & (result.samples < 39_600)
    outside = (result.samples < 19_600) | (result.samples > 40_400)
    of = np.array([read.of(i) for i in range(result.n_beats)])
    assert {tuple(pair) for pair in of[inside]} == {(0, 1)}
    assert {tuple(pair) for pair in of[outside]} == {(0, 2)}
    mark = read.gap if how == "gap" else read.flat
    assert mark[inside].all()
    assert not mark[outside].any()
    assert not read.unreadable.any()


def test_a_users_choice_is_not_replaced():
    second = lead(1)
    second[:, 20_000:40_000] = np.nan
    record = record_of(lead(), lead(2), second, names=("II", "aVF", "V1"))
    read = readings(record, scanned(record), (2, 1), prep=PAPER)
    assert {part.inputs for part in read.parts} == {(2, 1), (1, None)}
    alone = readings(record, scanned(record), (2, None), prep=PAPER)
    assert {part.inputs for part in alone.parts} == {(2, None)}
    assert alone.unreadable.sum() > 50


def test_what_is_read_hangs_on_no_order_and_no_batch(small):
    first, second = lead(), lead(1)
    first[:, 10_000:14_000] = np.nan
    second[:, 20_000:40_000] = np.nan
    first[:, 39_000:42_000] = 0.1  # at its end none is there for a while
    record = record_of(first, second, names=("II", "V1"))
    result = scanned(record)
    forward = classified(record, small, result=result)
    backward = classified(
        record, small, result=result, order=lambda p: np.flatnonzero(p)[::-1], batch=13
    )
    for name in ("classes", "probabilities", "votes", "flags"):
        one, other = getattr(forward, name), getattr(backward, name)
        assert np.array_equal(one, other, equal_nan=name in {"probabilities", "votes"})
    assert flagged(forward, "one_lead").sum() > 60
    assert np.array_equal(forward.classes < 0, flagged(forward, "unreadable"))


def test_a_lead_alone_is_read_as_a_record_of_it_is(small):
    """The first lead goes for good: the second takes its place, as in a record without it."""
    first, second = lead(), lead(1)
    first[:, :] = np.nan
    both = record_of(first, second, names=("II", "V1"))
    alone = record_of(second, names=("V1",))
    found, right = classified(both, small), classified(alone, small)
    assert np.array_equal(found.samples, right.samples)
    assert np.array_equal(found.probabilities, right.probabilities, equal_nan=True)
    assert np.array_equal(found.flags, right.flags)
