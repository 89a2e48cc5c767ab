from dataclasses import replace

import numpy as np
import pytest

from bench.cuda.cutting import OnHost
from bench.cuda.day import DaySignal, clean, cleaning, lay_out
from ecgviewer.model.ensemble import preprocessing_of
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.windows import cut_windows, window_bounds
from tests.bench.cuda.made import N, made_cache
from train.data import packed as cache


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    return made_cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def made(packed):
    return clean(packed, prep=PAPER, context=True, share=1.0)


def test_a_window_is_that_of_its_record_alone(made):
    day = lay_out(made, prep=PAPER, context=False)
    cut = OnHost(day.signal).cut(day.bounds)
    alone = []
    for each in made:
        beats = each.beats
        bounds = window_bounds(beats.position, beats.before, beats.after, PAPER)
        alone.append(cut_windows(DaySignal(beats.ecg, PAPER), bounds).values)
    np.testing.assert_array_equal(cut.values, np.concatenate(alone))
    assert day.signal.n_samples >= 2 * N
    assert not cut.empty.any()


def test_a_window_that_begins_before_its_record_sees_nothing_of_the_one_before(made):
    early = replace(PAPER, before=(3, 2))  # of the RR: beyond the beginning
    day = lay_out(made, prep=early, context=False)
    first = np.flatnonzero(day.record == "101")[0]
    cut = OnHost(day.signal).cut(day.bounds_of(slice(first, first + 1)))
    beats = made[1].beats
    bounds = window_bounds(beats.position[:1], beats.before[:1], beats.after[:1], early)
    assert bounds.start[0] < 0
    alone = cut_windows(DaySignal(beats.ecg, early), bounds).values
    np.testing.assert_array_equal(cut.values, alone)


def test_context_is_that_of_training(packed, made):
    wanted = cache.beats(packed, prep=PAPER, context=True)
    for mine, theirs in zip(made, wanted, strict=True):
        assert theirs.context is not None
        np.testing.assert_array_equal(mine.context, theirs.context[0])
        np.testing.assert_array_equal(mine.beats.position, theirs.position)


def test_beats_know_their_record_and_sample(packed, made):
    day = lay_out(made, prep=PAPER, context=True)
    assert len(day) == sum(len(r.samples) for r in packed.records) == len(day.context)
    assert set(day.record) == {"100", "101"}
    np.testing.assert_array_equal(day.sample[day.record == "101"], packed.records[1].samples)
    parts = list(day.parts(50))
    assert [p.stop - p.start for p in parts] == [50, 50, len(day) - 100]
    assert day.context_of(parts[0]).shape == (50, day.context.shape[1])


def test_a_share_is_the_beginning_of_every_record(packed):
    part = clean(packed, prep=PAPER, context=False, share=0.25)
    assert [each.beats.ecg.shape[1] for each in part] == [N // 4, N // 4]
    assert part[0].context is None
    least = clean(packed, prep=PAPER, context=False, share=0.001)
    assert least[0].beats.ecg.shape[1] == 3_600  # ten seconds


def test_ensembles_here_share_one_cleaned_signal():
    assert cleaning(preprocessing_of("clinical")) == cleaning(preprocessing_of("paper"))
    assert cleaning(replace(PAPER, band_hz=(0.5, 40.0))) != cleaning(PAPER)


def test_blocks_are_the_signal():
    ecg = np.arange(2 * 150, dtype=np.float32).reshape(2, 150)
    signal = DaySignal(ecg, replace(PAPER, grid_block=64))
    blocks = [signal.block(i) for i in range(3)]
    assert [b.shape[1] for b in blocks] == [64, 64, 22]
    np.testing.assert_array_equal(np.concatenate(blocks, axis=1), ecg)
    np.testing.assert_array_equal(signal.between(-2, 1), [[0, 0, 0], [0, 0, 150]])
