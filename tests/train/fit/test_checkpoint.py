import json

import msgspec
import numpy as np
import pytest
import torch

from ecgviewer.signal.params import PAPER
from tests.train.synthetic import one_epoch, record_beats
from train.config import Config, ConfigError, differences, stored
from train.data.sampling import parameter_groups
from train.data.splits import Split
from train.data.windows import WindowCutter
from train.fit import checkpoint
from train.fit.checkpoint import State
from train.fit.trainer import Trainer, build
from train.scoring.learners import load_run

CONFIG = Config(
    name="t", architecture="slap-over-leads", arguments={"n_cells": 8}, epochs=2, batch=32
)
# fields of the first version, as its checkpoints hold them
FIRST = (
    "name architecture arguments protocol seed epochs batch learning_rate schedule step_factor"
    " step_epochs weight_decay clip_norm patience min_delta take keep_normal lead_dropout"
    " jitter_ms validate_beats"
).split()


def trainer(folder, config=CONFIG):
    cutter = WindowCutter([record_beats(n=20_000)], device="cpu", prep=PAPER)
    n = len(cutter)
    split = Split(np.arange(n - 10), np.arange(n - 10, n), np.empty(0, np.int64))
    return Trainer(config, cutter, split, folder, report=lambda event: None)


@pytest.fixture
def run(tmp_path):
    one_epoch(trainer(tmp_path))
    return tmp_path


def rewrite(folder, **changes):
    saved = torch.load(folder / "checkpoint.pt", weights_only=True)
    torch.save(saved | changes, folder / "checkpoint.pt")


def test_a_checkpoint_of_the_first_version_equals_the_configuration_it_was_made_by(run):
    plain = msgspec.to_builtins(CONFIG)
    rewrite(run, config=json.dumps({name: plain[name] for name in FIRST}))
    resumed = trainer(run)
    resumed.resume()
    assert resumed.state.epoch == 1
    config, weights, account = load_run(run)
    assert config == CONFIG
    assert weights
    assert account["epochs_run"] == 1


@pytest.mark.filterwarnings("ignore:.*copying from a non-meta parameter")
def test_adams_steps_stay_on_the_cpu_wherever_the_network_is(run):
    """A device of shapes alone stands for a card."""
    network = build(CONFIG).to("meta")
    state = State(network, torch.optim.Adam(parameter_groups(network, CONFIG.weight_decay)))
    checkpoint.restore(state, CONFIG, run)
    moments = list(state.optimizer.state.values())
    assert moments
    assert {m["step"].device.type for m in moments} == {"cpu"}
    assert {m["exp_avg"].device.type for m in moments} == {"meta"}
    assert {v.device.type for v in state.best_weights.values()} == {"cpu"}


def test_every_epoch_logs_what_the_curves_and_the_paper_ask_for(run):
    line = json.loads((run / "history.json").read_text())[0]
    for key in ("loss", "train_accuracy", "validation_loss", "accuracy", "macro_f1", "f0.15"):
        assert 0 <= line[key] < 2, key


def test_another_configuration_is_refused_with_both_values(run):
    other = trainer(run, msgspec.structs.replace(CONFIG, batch=16))
    with pytest.raises(ConfigError, match="batch 32 there, 16 here"):
        other.resume()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-500]), "damaged checkpoint"),
        (lambda path: path.write_bytes(b""), "damaged checkpoint"),
        (lambda path: torch.save({"epoch": 1}, path), "no checkpoint of a run"),
        (lambda path: torch.save([1], path), "no checkpoint of a run"),
        (lambda path: path.unlink(), "no such checkpoint"),
    ],
)
def test_damage_is_one_sentence(run, harm, words):
    harm(run / "checkpoint.pt")
    with pytest.raises(ConfigError, match=words):
        checkpoint.read(run)


def test_a_configuration_of_a_later_version_is_refused(run):
    rewrite(run, config=json.dumps(msgspec.to_builtins(CONFIG) | {"colour": 1}))
    with pytest.raises(ConfigError, match="unknown here"):
        trainer(run).resume()


def test_stored_fills_in_defaults(tmp_path):
    found = stored('{"name": "t", "architecture": "slap"}', where=tmp_path)
    assert found == Config(name="t", architecture="slap")
    assert differences(found, found) == ""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"protocol": "ds3"}, "protocol 'ds3' is none of"),
        ({"protocol": "ds1", "fold": 2}, "has none"),
        ({"name": "../x"}, "not that of a folder"),
        ({"fold": 5}, "<= 4"),
        ({"class_weights": [1, 2]}, "length 5"),
        ({"epochs": 0}, ">= 1"),
    ],
)
def test_impossible_configurations_are_refused(wrong, words):
    plain = {"name": "t", "architecture": "slap"} | wrong
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(plain, Config)


@pytest.mark.parametrize(
    ("architecture", "arguments", "words"),
    [("unet", {}, "'unet' is none of"), ("slap", {"colour": 1}, "arguments of slap")],
)
def test_an_unknown_network_is_one_sentence(tmp_path, architecture, arguments, words):
    wrong = msgspec.structs.replace(CONFIG, architecture=architecture, arguments=arguments)
    with pytest.raises(ConfigError, match=words):
        trainer(tmp_path, wrong)
