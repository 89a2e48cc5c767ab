import json

import msgspec
import numpy as np
import pytest
import torch

from ecgviewer.signal.params import PAPER
from ecgviewer.signal.windows import neighbours
from train.config import Config, ConfigError
from train.config import read as read_config
from train.data.database import DatabaseError, RecordBeats
from train.data.splits import Split, read_lists, stratified, write_lists
from train.data.windows import WindowCutter
from train.fit.schedule import learning_rate
from train.fit.trainer import Trainer


@pytest.fixture(scope="module")
def records():
    """Beats of two shapes that a small network can tell apart."""
    rng = np.random.default_rng(0)
    ecg = rng.normal(0, 0.05, (2, 60_000)).astype(np.float32)
    position = np.arange(300, 59_000, 250).astype(np.int64)
    label = rng.integers(0, 2, len(position)).astype(np.int64) * 2  # N and V
    for p, c in zip(position, label, strict=True):
        ecg[:, p - 5 : p + 5] += 1.0
        if c:
            ecg[:, p + 10 : p + 60] -= 0.8
    before, after = neighbours(position, position)
    return [RecordBeats("a", ecg, position, before, after, position, label)]


CONFIG = Config(
    name="t",
    architecture="resnet1d",
    arguments={"width": 8, "blocks": [1, 1, 1, 1]},
    epochs=4,
    batch=32,
    keep_normal=0.5,
    schedule="one-cycle",
    learning_rate=3e-3,
)


def run(records, folder, *, config=CONFIG, stop_after=None):
    cutter = WindowCutter(records, device="cpu", prep=PAPER)
    n = len(cutter)
    split = Split(np.arange(n - 60), np.arange(n - 60, n), np.empty(0, np.int64))
    trainer = Trainer(config, cutter, split, folder, report=lambda line: None)
    trainer.resume()
    return trainer.run(max_minutes=0 if stop_after == 0 else np.inf)


def test_a_small_network_learns_two_shapes(records, tmp_path):
    state = run(records, tmp_path)
    assert state.best_score > 0.95
    assert state.epoch == 4


def test_resume_gives_what_an_uninterrupted_run_gives(records, tmp_path):
    whole = run(records, tmp_path / "whole")

    class StoppedError(Exception):
        pass

    cutter = WindowCutter(records, device="cpu", prep=PAPER)
    n = len(cutter)
    split = Split(np.arange(n - 60), np.arange(n - 60, n), np.empty(0, np.int64))

    def interrupt(line):
        if line.get("epoch") == 2:  # the third epoch ran but its checkpoint was not written
            raise StoppedError

    with pytest.raises(StoppedError):
        Trainer(CONFIG, cutter, split, tmp_path / "parts", report=interrupt).run()
    parts = run(records, tmp_path / "parts")
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, parts.network.state_dict()[name]), name
    timeless = [{k: v for k, v in h.items() if k != "seconds"} for h in whole.history]
    assert timeless == [{k: v for k, v in h.items() if k != "seconds"} for h in parts.history]


def test_a_checkpoint_of_another_configuration_is_refused(records, tmp_path):
    run(records, tmp_path, config=msgspec.structs.replace(CONFIG, epochs=1))
    with pytest.raises(ConfigError, match="another configuration"):
        run(records, tmp_path, config=msgspec.structs.replace(CONFIG, epochs=2))


def test_one_cycle_rises_then_falls():
    rates = [learning_rate(CONFIG, e, p) for e in range(4) for p in (0.0, 0.5)]
    assert max(rates) == pytest.approx(CONFIG.learning_rate, rel=0.1)
    assert rates[0] == pytest.approx(CONFIG.learning_rate / 10)
    assert rates[-1] < CONFIG.learning_rate / 10


def test_step_schedule_is_nine_tenths_every_five_epochs():
    config = msgspec.structs.replace(CONFIG, schedule="step", learning_rate=1e-3)
    assert learning_rate(config, 4, 0.9) == 1e-3
    assert learning_rate(config, 10, 0.0) == pytest.approx(0.81e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [("name = 1", "Expected `str`"), ("colour = 1", "unknown field"), ("=", "Invalid")],
)
def test_a_bad_configuration_is_one_sentence(tmp_path, text, words):
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words):
        read_config(path)
    with pytest.raises(ConfigError, match="no such configuration"):
        read_config(tmp_path / "none.toml")


def test_split_is_72_18_10_in_every_class(records, tmp_path):
    labels = np.repeat([0, 1, 2, 3, 4], [9000, 300, 700, 80, 800])
    split = stratified(labels)
    for c in range(5):
        n = (labels == c).sum()
        for part, share in ((split.train, 0.72), (split.validation, 0.18), (split.test, 0.10)):
            assert abs((labels[part] == c).sum() - share * n) <= 2
    together = np.concatenate([split.train, split.validation, split.test])
    assert np.array_equal(np.sort(together), np.arange(len(labels)))


def test_lists_round_trip_and_unknown_beats_are_refused(records, tmp_path):
    split = stratified(records[0].label)
    write_lists(records, split, tmp_path)
    again = read_lists(records, tmp_path)
    assert np.array_equal(again.train, split.train)
    assert np.array_equal(again.test, split.test)
    path = tmp_path / "test.json"
    path.write_text(json.dumps({"a": [7]}))
    with pytest.raises(DatabaseError, match="beat 7 is not in the data"):
        read_lists(records, tmp_path)
    path.unlink()
    with pytest.raises(DatabaseError, match=r"test\.json: the committed list of beats is absent"):
        read_lists(records, tmp_path)
