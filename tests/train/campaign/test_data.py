"""Where a campaign's runs get their rows: small caches in the places of the real ones."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from ecgviewer.signal.params import PAPER
from tests.train.campaign.small import SETTINGS
from tests.train.synthetic import packed_beats
from train.campaign import data as campaign_data
from train.campaign.data import Store
from train.campaign.plan import plan
from train.compare import runner
from train.data import load, packed, splits

NAMES = ("100", "101", "106")
DS1 = ("101", "106")


@pytest.fixture(scope="module")
def items():
    return {item.name: item for item in plan()}


@pytest.fixture
def caches(tmp_path, monkeypatch):
    monkeypatch.setattr(load, "MITDB", NAMES)
    monkeypatch.setattr(runner, "MITDB", NAMES)
    monkeypatch.setattr(campaign_data, "DS1", DS1)
    monkeypatch.setattr(splits, "FOLDER", tmp_path / "splits")
    records = packed.beats(packed.load(packed_beats(tmp_path, NAMES)), prep=PAPER)
    split = splits.stratified(np.concatenate([r.label for r in records]))
    splits.write_lists(records, split, tmp_path / "splits" / "paper")
    return tmp_path


def test_a_fold_has_its_rows_and_never_the_test_part(caches, items):
    store = Store(caches, device="cpu", share=1.0)
    item = items["full-slap-fold2"]
    assert not store.is_read(item)
    lesson = store.lesson(item)
    assert store.is_read(item)
    committed = splits.stratified(lesson.cutter.label.numpy(), 2)
    assert np.array_equal(lesson.split.validation, committed.validation)
    seen = np.concatenate([lesson.split.train, lesson.split.validation])
    assert not set(seen.tolist()) & set(committed.test.tolist())
    assert store.lesson(items["full-resnet"]).cutter is lesson.cutter  # cleaned once


def test_ds1_holds_the_records_of_ds1_alone(caches, items):
    lesson = Store(caches, device="cpu", share=1.0).lesson(items["full-ds1-slap"])
    assert lesson.names == list(DS1)
    assert len(lesson.cutter) == len(lesson.split.train)
    assert not len(lesson.split.test)


def test_a_share_is_drawn_by_class_and_the_same_each_time(caches, items):
    whole = Store(caches, device="cpu", share=1.0).lesson(items["full-resnet"])
    first, second = (
        Store(caches, device="cpu", share=0.2).lesson(items["full-resnet"]).split for _ in range(2)
    )
    assert np.array_equal(first.train, second.train)
    assert set(first.train.tolist()) < set(whole.split.train.tolist())
    label = whole.cutter.label.numpy()
    assert set(label[first.train]) == set(label[whole.split.train])
    assert not len(first.test)


def test_a_comparison_gets_the_same_rows(caches):
    store = Store(caches, device="cpu", share=0.2)
    task = store.compared(SETTINGS).task(SETTINGS, lambda _: None)
    assert len(task.train) < 0.6 * len(task.cutter)
    assert set(store.compared(SETTINGS).hashes()) >= {"mitdb.cache", "preprocessing"}


def test_what_is_not_there_is_named(tmp_path, items):
    store = Store(tmp_path, device="cpu", share=1.0)
    wide = items["clinical-resnet-width-16-C-fold0-seed1"]
    assert store.absent(wide) == ["mitdb", "svdb", "nstdb"]
    plain = replace(wide, work=msgspec.structs.replace(wide.work, name="t"), caches=())
    assert store.absent(plain) == []
