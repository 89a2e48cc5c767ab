import json
from dataclasses import replace

import numpy as np
import pytest

from ecgviewer.analysis import context
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.context import ContextSource
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.leads import Reading
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.log import BeatLog, flag_words
from ecgviewer.features.context import RecordContext, stretch_bounds
from ecgviewer.features.morphology import cut_snippets
from ecgviewer.model.bundle import BundleError, load_bundle, sha256
from ecgviewer.model.ensemble import load_ensemble
from ecgviewer.runtime.pool import Stopped
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import CLINICAL, CONTEXT, DETECTION
from tests.model.bundles import small_bundle
from tests.signals import demo


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory):
    folder = small_bundle(tmp_path_factory.mktemp("weights") / "small", context=True)
    return load_ensemble(folder, device="cpu")


@pytest.fixture(scope="module")
def scanned():
    *_, last = scan(demo(), detection=DETECTION)
    return last.scan


def logged(ensemble, scanned, **arguments):
    log = BeatLog(n_members=len(ensemble.members))
    log.extend(scanned.samples)
    inputs = default_inputs(demo(), prep=ensemble.prep)
    for batch in analyze(demo(), scanned, ensemble, inputs=inputs, **arguments):
        log.apply(batch)
    return log


def test_the_ensemble_says_what_it_takes(ensemble, tmp_path):
    assert ensemble.takes_context
    assert ensemble.prep == CLINICAL
    assert not load_ensemble(small_bundle(tmp_path / "plain"), device="cpu").takes_context


def test_any_order_and_batch_give_the_same_answers_to_the_bit(ensemble, scanned):
    reference = logged(ensemble, scanned)
    assert not np.isnan(reference.probabilities).all()
    backwards = logged(
        ensemble, scanned, order=lambda pending: np.flatnonzero(pending)[::-1], batch=37
    )
    assert np.array_equal(reference.classes, backwards.classes)
    assert np.array_equal(reference.probabilities, backwards.probabilities, equal_nan=True)


def test_context_changes_the_answer(ensemble, scanned):
    moved = replace(scanned, before=scanned.before - 60)
    assert not np.array_equal(
        logged(ensemble, scanned).probabilities, logged(ensemble, moved).probabilities
    )


def test_temperature_changes_no_class_and_doubt_is_flagged(ensemble, scanned):
    log = logged(ensemble, scanned)
    fused = np.tensordot(log.votes, np.array(ensemble.weights), axes=(1, 0))
    asked = ~np.isnan(log.probabilities[:, 0])
    assert np.array_equal(fused[asked].argmax(axis=1), log.classes[asked])
    doubtful = log.probabilities[asked].max(axis=1) < ensemble.review_below
    flagged = ["uncertain" in flag_words(int(f)) for f in log.flags[asked]]
    assert np.array_equal(doubtful, flagged)


def test_without_context_the_ensemble_does_not_answer(ensemble):
    with pytest.raises(BundleError, match="context"):
        ensemble.predict(np.zeros((1, 2, 400), np.float32))


def test_other_context_than_this_version_computes_is_refused(tmp_path):
    folder = small_bundle(tmp_path / "small", context=True)
    path = folder / "a" / "card.json"
    card = json.loads(path.read_text())
    other = replace(CONTEXT, n_alike=17)
    card["context"], card["context_fingerprint"] = other.to_dict(), other.fingerprint()
    path.write_text(json.dumps(card))
    top = json.loads((folder / "ensemble.json").read_text())
    top["member_cards_sha256"]["a"] = sha256(path.read_bytes())
    (folder / "ensemble.json").write_text(json.dumps(top))
    with pytest.raises(BundleError, match="context fingerprint"):
        load_bundle(folder)


def test_stretches_are_the_same_alone_in_turn_and_beside_the_whole_record(monkeypatch):
    monkeypatch.setattr(context, "cores", lambda: 2)
    params = replace(CONTEXT, stretch_blocks=1)  # so that the demo has two
    *_, last = scan(demo(), detection=DETECTION)
    found, grid = last.scan, TimeGrid(demo())
    beats = np.arange(found.n_beats)

    alone = (Reading.whole((0, None), found.n_beats),)

    def source(**more):
        return ContextSource(found, CleanedSignal(grid, (0,)), alone, params=params, **more)

    one, other = source(), source(in_turn=True)
    expected = np.concatenate([one.of(beats[300:]), one.of(beats[:300])])
    other.of(beats[:1])
    assert sorted(other.in_memory) == [0, 1]
    assert np.array_equal(other.of(np.roll(beats, -300)), expected)
    whole = RecordContext(found.positions, found.before, found.after, grid.n_samples, params)
    ecg = np.zeros((2, grid.n_samples), np.float32)  # the second lead is not there
    ecg[0] = np.nan_to_num(CleanedSignal(grid, (0,)).between(0, grid.n_samples))[0]
    snippets = cut_snippets(ecg, found.positions, params)
    ends = [*stretch_bounds(found.positions, grid.n_samples, params)]
    parts = [whole.columns(k, snippets[ends[k] : ends[k + 1]]) for k in range(whole.n_stretches)]
    assert len(parts) == 2
    assert np.array_equal(np.concatenate(parts), one.of(beats))


def test_a_stretch_gives_up_when_asked_to():
    *_, last = scan(demo(), detection=DETECTION)
    alone = (Reading.whole((0, None), last.scan.n_beats),)
    source = ContextSource(last.scan, CleanedSignal(TimeGrid(demo()), (0,)), alone)
    with pytest.raises(Stopped):
        source.of(np.arange(3), stop=lambda: True)


def test_of_many_stretches_a_few_are_kept(scanned):
    short = replace(CONTEXT, grid_block=8192, stretch_blocks=1)
    cleaned = CleanedSignal(TimeGrid(demo()), (0,))
    alone = (Reading.whole((0, None), scanned.n_beats),)
    whole = ContextSource(scanned, cleaned, alone, in_turn=True, params=short)
    table = whole.of(np.arange(scanned.n_beats))
    n_stretches = len(stretch_bounds(scanned.positions, cleaned.grid.n_samples, short)) - 1
    assert n_stretches > context.KEPT
    assert len(whole.in_memory) == context.KEPT
    piecewise = ContextSource(scanned, cleaned, alone, params=short)
    for k in range(0, scanned.n_beats, 50)[::-1]:  # and what was let go is made again
        part = np.arange(k, min(k + 50, scanned.n_beats))
        assert np.array_equal(piecewise.of(part), table[part])
    assert np.array_equal(whole.of(np.arange(20)), table[:20])
