import numpy as np
import pytest

from bench.cuda import agreement, cost, speed
from bench.cuda.agreement import Reference
from bench.cuda.cutting import HostCut, OnHost
from bench.cuda.day import clean, lay_out
from bench.cuda.limits import Limits, sheet_of
from bench.cuda.options import Clock
from bench.cuda.speed import Answers
from ecgviewer.model.bundle import load_bundle
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from ecgviewer.runtime.pool import Stopped
from ecgviewer.signal.params import PAPER
from tests.bench.cuda.made import made_cache
from tests.model.fake_card import FakeCard
from tests.tiny_ensemble import make_ensemble


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny", bf16_delta=0.02)


@pytest.fixture(scope="module")
def ensemble(folder):
    return load_ensemble(folder, device="cpu", precision="fp32")


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    packed = made_cache(tmp_path_factory.mktemp("cache"), n_records=3)
    return lay_out(clean(packed, prep=PAPER, context=False, share=1.0), prep=PAPER, context=False)


@pytest.fixture
def measured(ensemble, day):
    return speed.measure(ensemble, day, batch=32, clock=Clock(9.0))


def by_name(figures):
    return {figure.name.partition(": ")[2]: figure for figure in figures}


def test_answers_are_the_ensembles(ensemble, day, measured):
    said = ensemble.predict(OnHost(day.signal).cut(day.bounds).values)
    np.testing.assert_array_equal(measured.answers.classes, said.probabilities.argmax(axis=1))
    assert len(set(measured.answers.classes.tolist())) > 1
    assert measured.same
    assert len(measured.passes) == speed.REPEATS


def test_an_empty_window_is_not_put_to_the_networks(ensemble, day):
    values = OnHost(day.signal).cut(day.bounds_of(slice(0, 3))).values
    answers = Answers.none(3)
    cut = HostCut(values, np.array([False, True, False]))
    speed.ask(ensemble, cut, None, answers, slice(0, 3), stop=lambda: False)
    assert answers.answered.tolist() == [True, False, True]
    assert answers.classes[1] == 4  # Q


def test_a_card_is_asked_with_what_lies_on_it(folder, ensemble, day, monkeypatch):
    for name in ("synchronize", "reset_peak_memory_stats"):
        monkeypatch.setattr(f"torch.cuda.{name}", lambda: None)
    monkeypatch.setattr("torch.cuda.max_memory_reserved", lambda: 7_000_000)
    card = Ensemble(load_bundle(folder), place=FakeCard(), precision="fp32")
    measured = speed.measure(card, day, batch=32, clock=Clock(9.0))
    known = agreement.reference(ensemble, day, Clock(9.0))
    figures, _ = agreement.compare(known, measured.answers, day, name="tiny", precision="fp32")
    found = by_name(figures) | by_name(speed.figures(card, day, measured))
    assert found["classes that differ"].verdict == "met"
    assert found["twice that"].verdict == "met"
    assert found["most memory"].value == 7
    assert found["margins below 0.001"].note == "computed again on the processor"
    assert "not a whole day" in found["a day, 109,220 beats"].note


def test_a_reference_covers_all_and_agrees(ensemble, day, measured):
    known = agreement.reference(ensemble, day, Clock(9.0))
    assert known.rows.tolist() == list(range(len(day)))
    figures, listed = agreement.compare(known, measured.answers, day, name="tiny", precision="fp32")
    assert by_name(figures)["classes that differ"].verdict == "met"
    assert by_name(figures)["largest difference of a fused probability"].value == 0
    assert listed == []


def test_minutes_used_up_are_said(ensemble, day, measured):
    known = agreement.reference(ensemble, day, Clock(0.0))
    figures, _ = agreement.compare(known, measured.answers, day, name="tiny", precision="fp32")
    assert [(f.value, f.verdict) for f in figures] == [(None, "not measured")]
    assert figures[0].note == f"0 of {len(day)} beats; the minutes were used up"
    with pytest.raises(Stopped):
        speed.measure(ensemble, day, batch=32, clock=Clock(0.0))


def test_passes_leave_half_the_minutes_to_the_comparison(ensemble, day, monkeypatch):
    clock = Clock(9.0)
    monkeypatch.setattr(Clock, "spent_s", 300.0)
    measured = speed.measure(ensemble, day, batch=32, clock=clock)
    assert (len(measured.passes), measured.warm) == (1, False)
    figures = by_name(speed.figures(ensemble, day, measured))
    assert figures["signal moved"].note == "one pass, the first"


def test_a_differing_beat_is_listed(day):
    n, rows = len(day), np.arange(0, len(day), 2)
    said = Answers.none(n)
    said.fused[:] = [0.9, 0.5, 0.1, 0.0, 0.0]
    said.classes[:] = 0
    known = Reference(rows, Answers(said.classes[rows].copy(), said.fused[rows].copy()))
    known.answers.classes[3] = 2
    known.answers.fused[3] = [0.4, 0.2, 0.7, 0.0, 0.0]
    figures, listed = agreement.compare(known, said, day, name="tiny", precision="bf16")
    count = by_name(figures)["classes that differ"]
    assert (count.value, count.verdict) == (1, "missed")
    assert count.note == f"{len(rows)} of {n} beats; the minutes were used up"
    assert by_name(figures)["largest difference of a fused probability"].value == pytest.approx(0.6)
    (beat,) = listed
    assert (beat.record, beat.sample) == (str(day.record[6]), int(day.sample[6]))
    assert (beat.cpu, beat.device) == ("V", "N")
    assert (beat.cpu_margin, beat.device_margin) == pytest.approx((0.3, 0.4))


def test_figures_of_a_pass(folder, ensemble, day, measured):
    limits = Limits({"bf16": 2e12, "fp32": 1e12}, 1e10, sheet_of("NVIDIA H100 PCIe"))
    counted = cost.of(load_bundle(folder).members)
    found = by_name(speed.figures(ensemble, day, measured))
    took, networks = measured.median("day_s"), measured.median("networks_s")
    assert found["beats a second"].value == pytest.approx(len(day) / took)
    rate = len(day) / networks
    found |= by_name(speed.shares(ensemble, rate, counted, limits))
    share = found["share of the largest fp32 product"]
    assert share.value == pytest.approx(counted.flop * rate / 1e12)
    assert share.peer_value == pytest.approx(share.value / 51)
    day_figure = found["a day, 109,220 beats"]
    assert (day_figure.value, day_figure.verdict) == (None, "not measured")
    assert "the bar is a card's" in day_figure.note
    assert found["most memory"].value > 10


def test_a_windows_difference():
    host = np.zeros((2, 2, 400), np.float32)
    device = host.copy()
    device[1, 0, 7] = -0.25
    assert agreement.largest_window_difference(host, device, name="tiny").value == 0.25
