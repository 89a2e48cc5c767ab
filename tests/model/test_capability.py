"""What a device is said to compute in bf16, beside what it does compute."""

import json
import logging
import subprocess
import sys
from functools import cache

import pytest
import torch
from torch import nn

from ecgviewer.model import capability
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.resnet1d import ResNet1d
from ecgviewer.model.slap import Slap, SlapOverLeads
from tests.data import REPOSITORY
from tests.without_avx512 import IS_X86, environment
from train.compare.networks.cnn_lstm import CnnLstm
from train.compare.networks.densenet import DenseNet1d
from train.compare.networks.lstm import Lstm
from train.compare.networks.vgg import Vgg1d
from train.compare.networks.vit import Vit1d

NETWORKS = {
    "resnet1d": lambda: ResNet1d(width=4, blocks=[1, 1, 1, 1]),
    "slap": lambda: Slap(n_cells=4),
    "slap-over-leads": lambda: SlapOverLeads(n_cells=4),
    "cnn-lstm": lambda: CnnLstm(0.1),
    "densenet": lambda: DenseNet1d(0.125, blocks=(1, 1, 1, 1)),
    "lstm": lambda: Lstm(0.1),
    "vgg": lambda: Vgg1d(0.05),
    "vit": lambda: Vit1d(0.1),
}
# in a process that has tried nothing yet: what it says, and what trying leaves behind
ASK = """
import json, torch
from torch import nn
from ecgviewer.model import capability
from ecgviewer.model.bundle import BundleError
lstm, linear = nn.LSTM(2, 2), nn.Linear(2, 2)
before = torch.get_rng_state()
said = {"why": capability.why_not_bf16([linear, lstm], "cpu", training=True)}
said |= {"auto": capability.choose("auto", [linear, lstm], "cpu")}
try:
    said |= {"named": capability.choose("bf16", [lstm], "cpu")}
except BundleError as error:
    said |= {"named": str(error)}
said |= {"gains": capability.gains_from_bf16("cpu")}
said |= {"linear": capability.why_not_bf16([linear], "cpu", training=True)}
said |= {"drawn": not torch.equal(before, torch.get_rng_state())}
said |= {"autocast": torch.is_autocast_enabled("cpu"), "gradients": torch.is_grad_enabled()}
said |= {"inference": torch.is_inference_mode_enabled(), "made_on": str(torch.empty(1).device)}
print(json.dumps(said))
"""


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_that_nothing_keeps_from_bf16_is_computed_and_trained_in_it(name):
    torch.manual_seed(0)
    network = NETWORKS[name]()
    if reason := capability.why_not_bf16([network], "cpu", training=True):
        assert any(isinstance(module, nn.LSTM) for module in network.modules())
        assert "LSTM" in reason
        return
    x = torch.randn(2, 2, 400)
    with torch.autocast("cpu", torch.bfloat16):
        network.train()(x).float().sum().backward()
    with torch.autocast("cpu", torch.bfloat16), torch.inference_mode():
        assert network.eval()(x).isfinite().all()


@cache
def asked(*, avx512: bool) -> dict[str, object]:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK],
        cwd=REPOSITORY,
        env=environment(avx512=avx512),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


@pytest.mark.parametrize("avx512", [True, False])
def test_trying_leaves_no_trace(avx512: bool):
    said = asked(avx512=avx512)
    left = {key: said[key] for key in ("drawn", "autocast", "gradients", "inference", "made_on")}
    assert left == {
        "drawn": False,
        "autocast": False,
        "gradients": True,
        "inference": False,
        "made_on": "cpu",
    }


def test_a_processor_with_instructions_for_bf16_computes_all_in_it():
    said = asked(avx512=True)
    if said["gains"]:
        assert (said["why"], said["auto"], said["named"]) == ("", "bf16", "bf16")
    else:
        assert said["auto"] == "fp32"


@pytest.mark.skipif(not IS_X86, reason="not x86: there is no AVX-512 to do without")
def test_without_avx512_there_is_no_lstm_in_bf16():
    said = asked(avx512=False)
    assert said["why"] == "this processor does not compute LSTM layers in bf16"
    assert said["auto"] == "fp32"
    assert said["named"] == f"precision 'bf16' asked for, but {said['why']}; use auto or fp32"
    assert said["linear"] == ""


def test_a_device_that_is_not_faster_in_bf16_is_used_in_fp32_unless_told(monkeypatch):
    monkeypatch.setattr(capability, "gains_from_bf16", lambda device: False)
    network = [nn.Linear(2, 2)]
    assert capability.choose("auto", network, "cpu") == "fp32"
    assert capability.choose("bf16", network, "cpu") == "bf16"
    with pytest.raises(BundleError, match="'half' is none of"):
        capability.choose("half", network, "cpu")


def test_training_says_once_that_it_is_in_fp32(monkeypatch, caplog):
    monkeypatch.setattr(capability, "gains_from_bf16", lambda device: True)
    monkeypatch.setattr(capability, "why_not_bf16", lambda *given, **more: "a test forbids it")
    caplog.set_level(logging.WARNING)
    network = [nn.Linear(2, 2)]
    assert capability.choose("auto", network, "cpu") == "fp32"
    assert not caplog.messages
    for _ in range(2):
        assert capability.choose("auto", network, "cpu", training=True) == "fp32"
    assert caplog.messages == ["training in fp32: a test forbids it"]
