"""Records as if in atrial fibrillation, and who may be drawn from them."""

import dataclasses

import msgspec
import numpy as np
import pytest

from ecgviewer.features.context import names
from ecgviewer.signal.params import CONTEXT
from tests.train.synthetic import record_beats
from train.config import Config
from train.data.database import contexts
from train.data.fibrillation import fibrillating_copy
from train.data.sampling import some_from_copies


@pytest.fixture(scope="module")
def record():
    plain = record_beats(n=60_000)
    tables = contexts(plain.ecg, plain.position, plain.before, plain.after)
    return dataclasses.replace(plain, context=tables)


def columns(beats):
    return dict(zip(names(), beats.context[0].T, strict=True))


def test_the_rhythm_loses_its_order_and_the_signal_stays(record):
    copy = fibrillating_copy(record, seed=1)
    assert copy.context is not None
    assert copy.context.shape == (3, len(record.label), CONTEXT.columns)
    assert np.isfinite(copy.context).all()
    assert columns(record)["steps_share"].max() == 0
    assert np.median(columns(copy)["steps_share"]) > 0.4
    assert np.array_equal(copy.ecg, record.ecg)
    assert np.array_equal(copy.label, record.label)
    again = fibrillating_copy(record, seed=1)
    assert again.context is not None
    assert np.array_equal(copy.context, again.context)


def test_a_ventricular_beat_comes_early_in_it(record):
    early = columns(fibrillating_copy(record, seed=2))["rr_to_wide"]
    assert np.median(early[record.label == 2]) < np.median(early[record.label == 0]) - 0.1


def test_no_s_beat_is_drawn_from_fibrillation():
    config = Config(
        name="t",
        architecture="slap",
        noisy_copies=1,
        noisy_share=0.2,
        fibrillating_copies=2,
        fibrillating_share=0.6,
    )
    labels = np.tile(np.arange(2_000) % 2, 4)
    rows = np.arange(2_000)
    drawn = some_from_copies(rows, labels, config, np.random.default_rng(0))
    assert np.array_equal(drawn % 2_000, rows)
    copy = drawn // 2_000
    assert set(copy[labels[rows] == 1]) == {0, 1}
    shares = np.bincount(copy[labels[rows] == 0], minlength=4) / 1_000
    assert shares == pytest.approx([0.2, 0.2, 0.3, 0.3], abs=0.05)


def test_shares_of_more_than_all_are_refused():
    wrong = {
        "noisy_copies": 1,
        "noisy_share": 0.7,
        "fibrillating_copies": 1,
        "fibrillating_share": 0.7,
    }
    with pytest.raises(msgspec.ValidationError, match="more than 1"):
        msgspec.convert({"name": "t", "architecture": "slap", **wrong}, Config)
