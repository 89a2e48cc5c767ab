import msgspec
import numpy as np
import pytest
import torch

from train.config import Config
from train.data.sampling import bag, beat_weights, epoch_rows

CONFIG = Config(name="t", architecture="slap")
ROWS = np.arange(1_000, 2_000)


def learner(kind, number, seed=1):
    return msgspec.structs.replace(CONFIG, bagging=kind, learner=number, seed=seed)


def test_without_bagging_a_learner_sees_all():
    assert np.array_equal(bag(ROWS, CONFIG), ROWS)


def test_a_bootstrap_is_as_large_and_holds_two_thirds_of_the_rows():
    first = bag(ROWS, learner("bootstrap", 0))
    assert len(first) == len(ROWS)
    assert np.isin(first, ROWS).all()
    assert len(np.unique(first)) / len(ROWS) == pytest.approx(1 - np.exp(-1), abs=0.04)
    assert np.array_equal(first, bag(ROWS, learner("bootstrap", 0)))
    assert not np.array_equal(first, bag(ROWS, learner("bootstrap", 1)))
    assert not np.array_equal(first, bag(ROWS, learner("bootstrap", 0, seed=2)))


def test_two_learners_of_halves_share_the_rows_between_them():
    first, second, third = (bag(ROWS, learner("halves", i)) for i in range(3))
    assert np.array_equal(np.sort(np.concatenate([first, second])), ROWS)
    assert not np.array_equal(first, third)


def test_balanced_weights_give_every_class_the_same_say():
    labels = np.repeat([0, 1, 2, 3, 4], [800, 100, 50, 30, 20])
    weights = beat_weights(msgspec.structs.replace(CONFIG, class_weights="balanced"), labels)
    shares = weights.numpy() * np.bincount(labels)
    assert shares == pytest.approx(np.full(5, 200), rel=1e-6)


def test_given_weights_are_taken_and_dropped_normal_beats_made_up_for():
    given = msgspec.structs.replace(CONFIG, class_weights=(1, 2, 3, 4, 5), keep_normal=0.5)
    assert torch.equal(beat_weights(given, ROWS), torch.tensor([2.0, 2, 3, 4, 5]))


def test_one_is_the_default():
    assert torch.equal(beat_weights(CONFIG, ROWS), torch.ones(5))


def test_an_epoch_keeps_every_abnormal_beat():
    labels = np.zeros(3_000, np.int64)
    labels[1_000:1_100] = 2
    rows = epoch_rows(
        ROWS,
        labels,
        msgspec.structs.replace(CONFIG, keep_normal=0.25),
        np.random.default_rng(0),
    )
    assert np.isin(np.arange(1_000, 1_100), rows).all()
    assert len(rows) == 100 + 225
