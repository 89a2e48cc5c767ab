import numpy as np
import pytest
import torch

from ecgviewer.signal.params import PAPER
from tests.train.compare.records import cutter as compared
from tests.train.compare.records import task
from tests.train.synthetic import record_beats
from train.compare.classifier import Settings
from train.compare.learn import learn
from train.compare.networks.cnn_lstm import CnnLstm
from train.config import Config
from train.data.splits import Split
from train.data.windows import WindowCutter
from train.fit import checkpoint
from train.fit.finite import LossError
from train.fit.trainer import Trainer

CONFIG = Config(
    name="t",
    architecture="resnet1d",
    arguments={"width": 8, "blocks": [1, 1, 1, 1]},
    epochs=4,
    batch=8,
    schedule="one-cycle",
)


def trainer(folder, report=lambda line: None):
    cutter = WindowCutter([record_beats()], device="cpu", prep=PAPER)
    n = len(cutter)
    split = Split(np.arange(n - 60), np.arange(n - 60, n), np.empty(0, np.int64))
    return Trainer(CONFIG, cutter, split, folder, report=report)


def spoil(network):
    with torch.no_grad():
        next(network.parameters()).fill_(torch.nan)


def test_a_loss_that_is_no_number_ends_a_training_at_the_next_report(tmp_path):
    """The checkpoint of the epoch before stays."""
    told = []

    def report(event):
        if "epoch" in event:
            told.append(event)
        if told and event.get("batch") == 20:
            spoil(run.state.network)

    run = trainer(tmp_path, report)
    with pytest.raises(
        LossError, match=r"t: epoch 2, batch \d+: the loss is nan; the training ends"
    ):
        run.run()
    assert [event["epoch"] for event in told] == [0]
    kept = checkpoint.read(tmp_path)
    assert kept["epoch"] == 1
    assert all(torch.isfinite(v).all() for v in kept["network"].values())


def test_a_weight_that_is_no_number_is_found_before_any_loss_shows_it(tmp_path):
    run = trainer(tmp_path)
    spoil(run.state.network)
    with pytest.raises(LossError, match="t: a weight is no number"):
        run.check()


def test_a_compared_network_ends_so_too():
    beats = compared()
    of = task(Settings(classifier="cnn-lstm", epochs=1, batch=32, max_minutes=1.0), beats)
    network = CnnLstm(0.1)
    spoil(network)
    with pytest.raises(LossError, match=f"{of.settings.run}: batch .*: the loss is nan"):
        learn(
            network,
            lambda rows, generator: beats.cut(rows),
            beats.label,
            of.train,
            of.settings,
            rate=1e-3,
            minutes=1.0,
            say=of.say,
        )
