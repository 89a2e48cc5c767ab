"""Records as training sees them: one lead or two, and what their context is made from."""

import dataclasses

import numpy as np
import pytest

from ecgviewer.features.context import names
from ecgviewer.signal.params import CLINICAL, PAPER
from tests.formats.records import ecg_like, write_record
from tests.train.synthetic import packed_noise, record_beats
from train.data import packed as cache
from train.data.augment import load_noise
from train.data.database import RecordBeats, contexts
from train.data.database import record_beats as read_beats
from train.data.fibrillation import fibrillating_copy
from train.data.noisy import noisy_copy

LEADS = ([True, False], [False, True])


def one_lead(there: list[bool]) -> RecordBeats:
    """A record whose other lead is absent, with its context."""
    plain = record_beats(n=20_000)
    ecg = plain.ecg * np.array(there, np.float32)[:, None]
    return with_context(dataclasses.replace(plain, ecg=ecg))


def with_context(plain: RecordBeats) -> RecordBeats:
    tables = contexts(plain.ecg, plain.position, plain.before, plain.after)
    return dataclasses.replace(plain, context=tables)


def test_a_record_of_two_leads_has_three_tables():
    context = with_context(record_beats(n=20_000)).context
    assert context is not None
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert not np.array_equal(context[one], context[other])


@pytest.mark.parametrize("there", LEADS)
def test_every_table_of_a_record_of_one_lead_is_made_from_it(there):
    record = one_lead(there)
    assert record.context is not None
    for table in record.context[1:]:
        assert np.array_equal(table, record.context[0])
    # as much as of two leads, not what is left where there are none
    silent = contexts(np.zeros_like(record.ecg), record.position, record.before, record.after)
    varied = record.context[2].std(axis=0) > 0
    assert varied.sum() > (silent[2].std(axis=0) > 0).sum() + 10
    assert len(varied) == len(names())


@pytest.mark.parametrize("there", LEADS)
def test_a_copy_of_a_record_of_one_lead_has_one_lead_too(there, tmp_path):
    noise = load_noise(packed_noise(tmp_path), device="cpu", prep=PAPER)
    record = one_lead(there)
    for seed in range(6):
        copies = [noisy_copy(record, noise, seed=seed), fibrillating_copy(record, seed=seed)]
        assert sum(copies[0].ecg.any(axis=1)) == 1  # the leads may have changed places
        for copy in copies:
            assert copy.context is not None
            assert np.array_equal(copy.context[1], copy.context[0])
            assert np.array_equal(copy.context[2], copy.context[0])


def test_a_recording_of_lead_ii_alone_is_read_as_input_1(tmp_path):
    path = write_record(tmp_path, ecg_like(9_000)[:, :1], name="I01", names=("II",))
    record = cache.unpack(cache.pack_record(path, annotator=None))
    samples = np.arange(150, 9_000, 300)
    found = read_beats(record, samples, np.full(30, "N"), prep=CLINICAL, context=True)
    assert found.ecg.any(axis=1).tolist() == [True, False]
    assert found.context is not None
    assert np.array_equal(found.context[2], found.context[0])
