"""A run whose network takes context: its own first stage, and going on after an interruption."""

import numpy as np
import pytest
import torch

from ecgviewer.signal.params import CONTEXT, PAPER
from tests.train.synthetic import StoppedError, record_beats
from train.config import Augment, Config
from train.data.splits import Split
from train.data.windows import WindowCutter
from train.fit.trainer import Trainer

CONFIG = Config(
    name="t",
    architecture="resnet1d",
    arguments={"width": 8, "blocks": [1, 1, 1, 1]},
    protocol="ds1",
    preprocessing="clinical",
    context=True,
    epochs=3,
    batch=32,
    take="last",
    clip_norm=1.0,
    augment=Augment(shift_ms=8.0),
)


@pytest.fixture(scope="module")
def cutter():
    record = record_beats()
    n = len(record.label)
    context = np.random.default_rng(1).normal(size=(3, n, CONTEXT.columns)).astype(np.float32)
    context[:, :, 0] += record.label
    values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return WindowCutter([type(record)(**values | {"context": context})], device="cpu", prep=PAPER)


def trainer(cutter, folder, *, stop_at=-1):
    """Stopped after an epoch has run, before its checkpoint is written."""

    def report(event):
        if event.get("epoch") == stop_at:
            raise StoppedError

    n = len(cutter)
    split = Split(np.arange(n - 40), np.arange(n - 40, n), np.empty(0, np.int64))
    return Trainer(CONFIG, cutter, split, folder, report=report)


@pytest.fixture(scope="module")
def whole(cutter, tmp_path_factory):
    return trainer(cutter, tmp_path_factory.mktemp("whole")).run()


def weights(state):
    return state.network.state_dict()


@pytest.mark.parametrize("stop_at", [0, 1])
def test_going_on_gives_what_an_uninterrupted_run_gives(cutter, whole, tmp_path, stop_at):
    with pytest.raises(StoppedError):
        trainer(cutter, tmp_path, stop_at=stop_at).run()
    torch.rand(1000)  # another process has another state of chance
    again = trainer(cutter, tmp_path)
    again.resume()
    assert again.state.epoch == stop_at
    parts = again.run()
    for name, value in weights(whole).items():
        assert torch.equal(value, weights(parts)[name]), name


def test_the_context_layers_stay_as_their_own_training_left_them(cutter, whole, tmp_path):
    first = trainer(cutter, tmp_path, stop_at=0)
    before = {k: v.clone() for k, v in weights(first.state).items()}
    with pytest.raises(StoppedError):
        first.run()
    after = weights(first.state)
    context = [name for name in after if name.startswith("head.context.")]
    assert context
    for name in context:  # two epochs later they are still the same
        assert torch.equal(after[name], weights(whole)[name]), name
        assert not torch.equal(after[name], before[name]), name


def test_a_time_shorter_than_the_first_stage_still_comes_on(cutter, tmp_path):
    for epoch in (1, 2):
        run = trainer(cutter, tmp_path)
        run.resume()
        assert run.run(max_minutes=1e-3).epoch == epoch
    assert trainer(cutter, tmp_path).run(max_minutes=0).epoch == 0
