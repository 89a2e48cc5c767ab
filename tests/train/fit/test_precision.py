import logging

import pytest

from ecgviewer.model import capability
from train.compare.networks.cnn_lstm import CnnLstm
from train.config import Config
from train.fit import precision
from train.fit.precision import for_training, of_history
from train.fit.trainer import build


@pytest.fixture
def fast(monkeypatch):
    """A card, or processor, that gains from bf16 and has every layer in it."""
    monkeypatch.setattr(capability, "choose", lambda wanted, networks, device, training: "bf16")


def network(architecture):
    return build(Config(name="t", architecture=architecture))


@pytest.mark.parametrize("architecture", ["slap", "slap-over-leads"])
def test_on_a_card_what_remembers_is_trained_in_fp32_and_says_so_once(fast, caplog, architecture):
    caplog.set_level(logging.WARNING, precision.__name__)
    assert for_training(network(architecture), "cuda") == "fp32"
    assert for_training(CnnLstm(0.1), "cuda") == "fp32"
    assert for_training(network(architecture), "cpu") == "bf16"
    assert all("training in fp32: on a card" in m for m in caplog.messages)
    assert len(caplog.messages) <= 1


def test_what_does_not_remember_is_left_to_the_device(fast):
    assert for_training(network("resnet1d"), "cuda") == "bf16"


def test_a_run_says_in_what_it_was_trained():
    epochs = [{"epoch": 0}, {"epoch": 1, "precision": "fp32"}, {"epoch": 2, "precision": "bf16"}]
    assert of_history(epochs) == "bf16 and fp32"
    assert of_history(epochs[:2]) == "fp32"
    assert of_history(epochs[:1]) == ""
