"""Runs that fail, and a device that is lost."""

from dataclasses import replace

import msgspec
import pytest
import torch

from ecgviewer.model.bundle import BundleError
from tests.train.campaign.campaigns import FewLooks, campaign
from tests.train.campaign.small import RESNET, SETTINGS, SLAP, SmallStore, items
from train.campaign import work
from train.campaign.failures import sentence, why_lost
from train.campaign.outbox import Outbox
from train.campaign.work import RUN
from train.config import ConfigError
from train.data.database import DatabaseError


class Failing(SmallStore):
    """Fails at one training, once its lesson is asked for."""

    def __init__(self, error, name=RESNET.name):
        super().__init__()
        self.error, self.name = error, name

    def lesson(self, item):
        if item.name == self.name:
            raise self.error
        return super().lesson(item)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied\nmore"), "mat1 and mat2 shapes"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), "out of memory"),
        (MemoryError(), "MemoryError: no reason given"),
        (ValueError("wrong"), "ValueError: wrong"),
        (KeyError("x"), "KeyError: 'x'"),
        (BundleError("this card has none"), "this card has none"),
        (ConfigError("t: arguments"), "t: arguments"),
    ],
)
def test_one_run_that_fails_is_noted_and_the_next_one_is_done(tmp_path, error, words):
    made, said = campaign(tmp_path / "out", store=Failing(error), plan=items()[:2])
    assert made.run() == [RESNET.name]
    assert SLAP.name in made.book
    assert words in made.failed[RESNET.name]
    assert any(line.startswith(f"{RESNET.name}: failed (") for line in said)
    again, _ = campaign(tmp_path / "out", plan=items()[:2])
    assert again.failed == made.failed
    assert again.left == []
    assert "1 of 2 done, 1 failed" in again.groups()[0]


def test_what_failed_is_done_again_when_asked_to(tmp_path):
    campaign(tmp_path / "out", store=Failing(ValueError("wrong")))[0].run()
    made, _ = campaign(tmp_path / "out", retry=True)
    assert [item.name for item in made.left] == [RESNET.name]
    assert made.run() == []
    assert made.failed == {}
    assert "failed" not in Outbox(tmp_path / "out").note


def test_a_run_that_was_left_and_fails_makes_room_for_the_others(tmp_path):
    campaign(tmp_path / "out", clock=FewLooks(5))[0].run()
    other = [replace(items()[0], work=msgspec.structs.replace(RESNET, seed=2)), *items()[1:]]
    made, _ = campaign(tmp_path / "out", plan=other)
    assert made.unfinished["name"] == RESNET.name
    assert made.run() == [RESNET.name]
    assert "another configuration (seed)" in made.failed[RESNET.name]
    assert RUN not in made.outbox
    assert SLAP.name in made.book


def test_a_run_that_the_plan_lost_does_not_keep_others_from_beginning(tmp_path):
    campaign(tmp_path / "out", clock=FewLooks(5))[0].run()
    made, _ = campaign(tmp_path / "out", plan=items()[1:2])
    assert made.run() == []
    assert SLAP.name in made.book


def test_a_comparison_that_fails_is_one_like_any_other(tmp_path, monkeypatch):
    def compute(*_, **__):
        raise RuntimeError("no kernel")

    monkeypatch.setattr(work, "compute", compute)
    made, _ = campaign(tmp_path / "out", plan=[items()[2], items()[1]])
    assert made.run() == [SETTINGS.run]
    assert SLAP.name in made.book


def test_a_save_that_does_not_fit_leaves_no_half_result(tmp_path, monkeypatch):
    commit = Outbox.commit

    def full(self, changes, note):
        if any(name.startswith("weights-") and data for name, data in changes.items()):
            raise ConfigError("it would hold 70 MB of at most 60")
        commit(self, changes, note)

    monkeypatch.setattr(work, "SMALL", 0)  # as if the networks were large
    monkeypatch.setattr(Outbox, "commit", full)
    made, _ = campaign(tmp_path / "out", plan=items()[:1])
    assert made.run() == [RESNET.name]
    assert RESNET.name not in campaign(tmp_path / "out")[0].book
    assert RUN not in Outbox(tmp_path / "out")


def test_a_loss_that_is_no_number_is_a_failure_and_is_never_saved(tmp_path, monkeypatch):
    class Spoilt(SmallStore):
        def lesson(self, item):
            found = super().lesson(item)
            if item.name == RESNET.name:
                found.cutter.ecg.fill_(torch.nan)
            return found

    saved, save = [], Outbox.commit

    def commit(self, changes, note):
        saved.extend(name for name, data in changes.items() if name == RUN and data)
        save(self, changes, note)

    monkeypatch.setattr(Outbox, "commit", commit)
    made, _ = campaign(tmp_path / "out", store=Spoilt(), plan=items()[:1])
    assert made.run() == [RESNET.name]
    assert "the loss is nan" in made.failed[RESNET.name]
    assert saved == []


def test_a_device_that_is_lost_is_one_sentence_and_what_was_saved_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(work, "why_lost", lambda device: "RuntimeError: CUDA error: launch failure")
    store = Failing(RuntimeError("CUDA error: launch failure"), SLAP.name)
    made, _ = campaign(tmp_path / "out", store=store)
    with pytest.raises(ConfigError, match=r"small-slap: .*the device gave up \(RuntimeError: CUDA"):
        made.run()
    kept, _ = campaign(tmp_path / "out")
    assert RESNET.name in kept.book
    assert kept.failed == {}
    assert kept.left[0].name == SLAP.name


def test_a_damaged_cache_is_no_run_s_fault(tmp_path):
    made, _ = campaign(tmp_path / "out", store=Failing(DatabaseError("mitdb.cache: damaged")))
    with pytest.raises(DatabaseError, match="damaged"):
        made.run()
    assert campaign(tmp_path / "out")[0].failed == {}


def test_a_device_is_asked_whether_it_is_there():
    assert why_lost("cpu") == ""
    assert why_lost("meta") != ""
    assert sentence(ConfigError("")) == "ConfigError: no reason given"
