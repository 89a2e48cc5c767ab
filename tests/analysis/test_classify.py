from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.frames import frame, n_frames
from ecgviewer.analysis.inputs import default_inputs, why_not_classified
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.columns import Beats
from ecgviewer.beats.log import NOT_CLASSIFIED, BeatLog, flag_bits, flag_words
from ecgviewer.findings.summary import summarise, time_base
from ecgviewer.model.ensemble import load_ensemble
from ecgviewer.record import Lead, Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import DETECTION, PAPER
from ecgviewer.signal.quality import Stretch
from tests.model.bundles import small_bundle
from tests.signals import demo, demo_ecg, in_memory


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory):
    return load_ensemble(small_bundle(tmp_path_factory.mktemp("weights") / "small"), device="cpu")


def scanned(record: Record, **arguments):
    *_, last = scan(record, detection=DETECTION, **arguments)
    return last.scan


def logged(record, ensemble, **arguments):
    log, result = BeatLog(n_members=len(ensemble.members)), scanned(record)
    log.extend(result.samples)
    arguments.setdefault("inputs", default_inputs(record, prep=ensemble.prep))
    for batch in analyze(record, result, ensemble, **arguments):
        log.apply(batch)
    return log, result


@pytest.fixture(scope="module")
def reference(ensemble):
    return logged(demo(), ensemble)


def test_steps_add_up_to_the_scan():
    steps = list(scan(demo(), detection=DETECTION))
    assert [s.done for s in steps] == [1, 2]
    assert [s.scan is None for s in steps] == [True, False]
    together = np.concatenate([s.samples for s in steps])
    assert np.array_equal(together, steps[-1].scan.samples)
    assert (np.diff(together) > 0).all()
    assert 480 < len(together) < 520


@pytest.mark.parametrize("piece", [1000, 65_536])
def test_any_read_size_gives_the_same_beats_to_the_bit(reference, piece):
    result = scanned(demo(piece=piece))
    assert np.array_equal(result.samples, reference[1].samples)
    assert result.stretches == reference[1].stretches


@settings(max_examples=5)
@given(seed=st.integers(0, 1000), batch=st.sampled_from([17, 64, 256]))
def test_any_order_and_batch_size_give_the_same_answers_to_the_bit(
    reference, ensemble, seed, batch
):
    rng = np.random.default_rng(seed)
    log, _ = logged(
        demo(piece=5000),
        ensemble,
        order=lambda pending: rng.permutation(np.flatnonzero(pending)),
        batch=batch,
    )
    assert np.array_equal(log.classes, reference[0].classes)
    assert np.array_equal(log.probabilities, reference[0].probabilities, equal_nan=True)
    assert np.array_equal(log.votes, reference[0].votes, equal_nan=True)
    assert np.array_equal(log.flags, reference[0].flags)


def test_what_is_wanted_first_comes_first(ensemble):
    record = demo()
    result = scanned(record)
    wanted = np.arange(200, 210)
    first = next(
        analyze(
            record,
            result,
            ensemble,
            order=lambda pending: wanted,
            batch=10,
            inputs=default_inputs(record, prep=ensemble.prep),
        )
    )
    assert first.indices.tolist() == wanted.tolist()


def test_reference_positions_take_the_place_of_detected_ones():
    positions = np.array([400, 900, 1300, 90_000])
    result = scanned(demo(), beats=positions, beats_from="atr")
    assert result.beats_from == "atr"
    assert np.abs(result.samples - positions).max() <= 22
    assert result.before.tolist()[0] == -1


def test_flutter_waves_bound_windows_and_are_no_beats():
    positions, waves = np.array([400, 1300]), np.array([700, 800])
    result = scanned(demo(), beats=positions, bounds=waves)
    assert result.n_beats == 2
    assert abs(result.after[0] - 700) <= 22


def test_a_beat_of_which_nothing_can_be_read_is_not_classified(ensemble):
    ecg = demo_ecg().copy()
    start = int(scanned(demo()).samples[100]) + 60  # in the window of that beat
    ecg[0, start : start + 2_000] = np.nan
    log, result = logged(in_memory(ecg), ensemble)
    gap = [i for i in range(log.n_beats) if "gap" in flag_words(int(log.flags[i]))]
    assert gap
    for i in gap:
        assert log.classes[i] == NOT_CLASSIFIED
        assert "unreadable" in log.beat(i).flags
        assert log.beat(i).beat_class is None
        assert log.beat(i).probabilities == ()
        assert log.beat(i).confidence is None
    assert not ((result.samples >= start) & (result.samples < start + 2_000)).any()
    assert (log.n_pending, log.n_not_classified) == (0, (log.classes == NOT_CLASSIFIED).sum())
    figures = summarise(in_memory(ecg), Beats.of(log), result)
    assert figures.complete
    assert figures.n_not_classified == log.n_beats - sum(figures.counts)
    assert figures.readable_s < figures.recorded_s - 5


def test_a_single_lead_is_flagged_and_a_second_that_is_flat_all_along_is_none(ensemble):
    log, _ = logged(in_memory(demo_ecg()[:, :20_000]), ensemble)
    assert all("one_lead" in flag_words(int(f)) for f in log.flags)
    flat = np.concatenate([demo_ecg()[:, :20_000], np.full((1, 20_000), 0.3, np.float32)])
    dead, _ = logged(in_memory(flat), ensemble)
    assert np.array_equal(dead.flags, log.flags)
    assert np.array_equal(dead.probabilities, log.probabilities, equal_nan=True)


def test_noisy_beats_are_those_within_a_stretch_of_a_lead_in_use(ensemble):
    record, result = demo(), scanned(demo())
    # one within another, two that touch, and two that do not count
    spans = [(5_000, 40_000), (9_000, 11_000), (50_000, 60_000), (60_000, 70_000)]
    others = (Stretch("flat", 75_000, 80_000, 0), Stretch("noisy", 75_000, 80_000, 1))
    stretches = (*others, *(Stretch("noisy", start, stop, 0) for start, stop in spans[::-1]))
    marked = replace(result, stretches=stretches)
    inside = [any(a <= sample < b for a, b in spans) for sample in result.samples.tolist()]
    found = np.zeros(result.n_beats, np.bool_)
    for part in analyze(
        record, marked, ensemble, inputs=default_inputs(record, prep=ensemble.prep)
    ):
        found[part.indices] = (part.flags & flag_bits("noisy")) > 0
    assert found.tolist() == inside
    assert 0 < sum(inside) < result.n_beats


@pytest.mark.parametrize("n", [1, 2, 50, 399, 400])
def test_records_shorter_than_a_window_go_through(ensemble, n):
    record = in_memory(demo_ecg()[:, :n])
    log, result = logged(record, ensemble)
    assert log.n_pending == 0
    assert summarise(record, Beats.of(log), result).complete


def test_a_flat_record_has_no_beats_and_is_complete(ensemble):
    record = in_memory(np.zeros((2, 100_000), np.float32))
    log, result = logged(record, ensemble)
    assert log.n_beats == 0
    figures = summarise(record, Beats.of(log), result)
    assert figures.complete
    assert figures.burden is None
    assert figures.heart_rate.mean is None


def test_below_100_hz_beats_are_marked_and_not_classified(ensemble):
    record = in_memory(demo_ecg()[:, ::5].copy(), fs=72.0)
    log, _ = logged(record, ensemble)
    assert log.n_beats > 400
    assert log.n_classified == 0
    assert "72 Hz is below the 100 Hz" in why_not_classified(record, prep=PAPER)


def test_a_record_without_ecg_has_no_beats(ensemble):
    ecg = demo_ecg()
    record = in_memory(ecg)
    object.__setattr__(record, "leads", (Lead("ABP", "mmHg", is_ecg=False),))
    log, _ = logged(record, ensemble)
    assert log.n_beats == 0
    assert why_not_classified(record, prep=PAPER) == "The recording has no ECG lead."


def test_frames_cover_the_record_and_hold_every_beat_once(reference):
    record = demo()
    cleaned = CleanedSignal(TimeGrid(record), record.ecg_leads, prep=PAPER)
    log = reference[0]
    numbers = []
    for i in range(n_frames(cleaned)):
        shown = frame(cleaned, Beats.of(log), i)
        assert shown.ecg.shape == (1, 400)
        assert shown.stop_s - shown.start_s == pytest.approx(400 / 360)
        numbers += [b.number for b in shown.beats]
    assert numbers == list(range(1, log.n_beats + 1))


def test_burden_counts_classified_beats_in_readable_time(reference):
    log, result = reference
    figures = summarise(demo(), Beats.of(log), result)
    assert figures.burden is not None
    assert sum(figures.burden) == pytest.approx(1)
    base = time_base(demo(), log.samples, result)
    assert base.owned.sum() / 360 == pytest.approx(figures.readable_s)
    assert figures.analysed_s == pytest.approx(base.owned[log.classes >= 0].sum() / 360)
    assert figures.counts == tuple(log.counts())


def test_it_stops_within_a_batch_when_asked_to(ensemble):
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 3

    record = demo()
    batches = list(
        analyze(
            record,
            scanned(record),
            ensemble,
            batch=64,
            stop=stop,
            inputs=default_inputs(record, prep=ensemble.prep),
        )
    )
    assert len(batches) <= 3
    assert len(asked) < 10


def test_a_batch_that_is_put_off_is_made_later(ensemble, reference):
    record = demo()
    result = scanned(record)
    asked, orders = [], []

    def order(pending):
        orders.append(1)
        return np.flatnonzero(pending)

    def hurried():
        asked.append(1)
        return len(asked) in (1, 5, 9)

    log = BeatLog(n_members=len(ensemble.members))
    log.extend(result.samples)
    batches = 0
    for batch in analyze(
        record,
        result,
        ensemble,
        order=order,
        hurried=hurried,
        inputs=default_inputs(record, prep=ensemble.prep),
    ):
        log.apply(batch)  # raises where a beat comes twice
        batches += 1
    assert log.n_pending == 0
    assert len(orders) > batches
    np.testing.assert_array_equal(log.classes, reference[0].classes)
