"""Noisy copies of training records, and how beats are drawn from them and weighed."""

import dataclasses

import msgspec
import numpy as np
import pytest
import torch

from ecgviewer.signal.params import CONTEXT, PAPER
from tests.train.synthetic import packed_noise, record_beats
from train.config import Config
from train.data.augment import load_noise
from train.data.database import contexts
from train.data.noisy import SNR_DB, noisy_copy
from train.data.sampling import row_weights, some_from_copies

CONFIG = Config(name="t", architecture="slap", noisy_copies=2, noisy_share=0.5)


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    return load_noise(packed_noise(tmp_path_factory.mktemp("noise")), device="cpu", prep=PAPER)


@pytest.fixture(scope="module")
def record():
    plain = record_beats(n=20_000)
    tables = contexts(plain.ecg, plain.position, plain.before, plain.after)
    return dataclasses.replace(plain, context=tables)


def test_a_copy_has_the_same_beats_and_noise_within_its_ratio(record, noise):
    swapped = []
    for seed in range(12):
        copy = noisy_copy(record, noise, seed=seed)
        assert np.array_equal(copy.position, record.position)
        assert np.array_equal(copy.label, record.label)
        assert copy.ecg.shape == record.ecg.shape
        assert copy.context.shape == (3, len(record.label), CONTEXT.columns)
        added = [copy.ecg - record.ecg, copy.ecg[::-1] - record.ecg]
        straight, exchanged = (a.std() for a in added)
        swapped.append(exchanged < straight)
        signal = np.ptp(np.median(record.ecg[:, record.position[:, None] + np.arange(-30, 50)], 1))
        ratio = 10 * np.log10(signal**2 / 8 / min(straight, exchanged) ** 2)
        assert SNR_DB[0] - 2 < ratio < SNR_DB[1] + 2
    assert 0 < sum(swapped) < 12


def test_a_copy_depends_on_seed_and_record_alone(record, noise):
    one, again = (noisy_copy(record, noise, seed=3) for _ in range(2))
    assert np.array_equal(one.ecg, again.ecg)
    assert not np.array_equal(one.ecg, noisy_copy(record, noise, seed=4).ecg)


def test_an_absent_lead_stays_absent(record, noise):
    ecg = record.ecg * np.array([[1], [0]], np.float32)
    copy = noisy_copy(dataclasses.replace(record, ecg=ecg), noise, seed=1)
    assert sorted(copy.ecg.any(axis=1).tolist()) == [False, True]


def test_half_of_an_epoch_comes_from_copies_of_the_same_beats():
    rows = np.arange(1_000)
    labels = np.tile(np.arange(1_000) % 2, 3)
    drawn = some_from_copies(rows, labels, CONFIG, np.random.default_rng(0))
    assert np.array_equal(drawn % 1_000, rows)
    shares = np.bincount(drawn // 1_000) / 1_000
    assert shares == pytest.approx([0.5, 0.25, 0.25], abs=0.05)
    none = msgspec.structs.replace(CONFIG, noisy_copies=0, noisy_share=0.0)
    assert np.array_equal(some_from_copies(rows, labels, none, np.random.default_rng(0)), rows)


def test_a_patient_of_many_beats_of_a_class_does_not_drown_the_others():
    config = msgspec.structs.replace(CONFIG, balance_records=100, keep_normal=0.5)
    labels = np.array([0] * 500 + [1] * 1_000 + [1] * 200 + [2] * 10)
    records = np.array([0] * 1_500 + [1] * 210)
    weights = row_weights(config, labels, records, np.arange(len(labels))).numpy()
    assert weights[:500] == pytest.approx(2)  # N beats: only what `keep_normal` makes up for
    assert weights[500:1_500].sum() == pytest.approx(100)
    assert weights[1_500:1_700].sum() == pytest.approx(100)
    assert weights[1_700:] == pytest.approx(3)  # held: ten beats are not a hundred
    plain = msgspec.structs.replace(config, balance_records=0)
    assert torch.equal(
        row_weights(plain, labels, records, np.arange(len(labels)))[:1], torch.tensor([2.0])
    )


@pytest.mark.parametrize(
    "wrong", [{"noisy_copies": 1}, {"noisy_share": 0.5}, {"fibrillating_copies": 1}]
)
def test_copies_without_a_share_and_the_reverse_are_refused(wrong):
    with pytest.raises(msgspec.ValidationError, match="neither is of use"):
        msgspec.convert({"name": "t", "architecture": "slap", **wrong}, Config)
