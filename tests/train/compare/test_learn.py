import msgspec
import numpy as np
import pytest
import torch

from tests.train.compare.records import cutter, task
from train import paper_figures
from train.compare.classifier import Settings
from train.compare.learn import learn, one_cycle, sigmoids
from train.compare.networks.cnn_lstm import CnnLstm
from train.compare.neural import Member, fused, network
from train.compare.registry import PROPOSED

SETTINGS = Settings(classifier="cnn-lstm", width=0.1, epochs=3, batch=32, max_minutes=1.0)


@pytest.fixture(scope="module")
def beats():
    return cutter()


def test_a_network_learns_shapes_and_rhythm(beats):
    of = task(msgspec.structs.replace(SETTINGS, epochs=14, keep_normal=1.0), beats)
    outcome = network(CnnLstm, rate=1e-2)(of)
    assert (outcome.called == of.labels(of.validation)).mean() > 0.9
    assert not outcome.stopped
    assert outcome.account["epochs"] == [14.0]
    assert outcome.account["precision"] in ("fp32", "bf16")
    assert outcome.n_training == len(of.train)


def test_a_run_of_the_same_seed_gives_the_same_calls(beats):
    classify = network(CnnLstm, rate=1e-2)
    first, second = (classify(task(SETTINGS, beats)) for _ in range(2))
    assert np.array_equal(first.called, second.called)


def test_training_ends_with_its_minutes_and_says_so(beats, monkeypatch):
    now = iter(np.arange(0, 10_000, 0.5))
    monkeypatch.setattr("train.compare.learn.time.monotonic", lambda: float(next(now)))
    net = CnnLstm(0.1)
    of = task(msgspec.structs.replace(SETTINGS, epochs=100), beats)
    learnt = learn(
        net,
        lambda rows, generator: beats.cut(rows),
        beats.label,
        of.train,
        of.settings,
        rate=1e-3,
        minutes=0.5,
        say=of.say,
    )
    assert learnt.stopped
    assert learnt.steps == 56  # half a second a step, two kept for the end
    assert learnt.minutes == pytest.approx(0.5, abs=0.05)


def test_the_rate_rises_falls_and_ends_near_nothing():
    rates = [one_cycle(p) for p in np.linspace(0, 1, 101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(0.001)
    assert all(np.diff(rates[20:]) < 0)


def test_members_are_fused_with_their_weights(beats):
    class Says(torch.nn.Module):
        """Always the same class, however it is trained."""

        def __init__(self, c: int) -> None:
            super().__init__()
            self.c, self.bias = c, torch.nn.Parameter(torch.zeros(1))

        def forward(self, x):
            logits = torch.full((len(x), 5), -9.0)
            logits[:, self.c] = 9.0
            return logits + 0 * self.bias

    of = task(msgspec.structs.replace(SETTINGS, epochs=0.1), beats)
    for weight, c in ((0.792, 2), (0.208, 1)):
        members = [Member(lambda w: Says(2), 0.0, weight), Member(lambda w: Says(1), 0.0, 0.5)]
        assert (fused(members, bagging=True)(of).called == c).all()
    assert [m.weight for m in PROPOSED] == [0.792, 0.208]


def test_the_papers_rates_are_taken_on_request(beats):
    settings = msgspec.structs.replace(SETTINGS, classifier="vit", epochs=0.05, rates="paper")
    outcome = network(CnnLstm, rate=1e-2)(task(settings, beats))
    assert outcome.account["learning_rates"] == [paper_figures.TABLE_6["vit"][0].rate]


def test_fewer_training_beats_are_drawn_by_class(beats):
    settings = msgspec.structs.replace(SETTINGS, epochs=0.1, beats=50)
    outcome = network(CnnLstm, rate=1e-2, beats=80)(task(settings, beats))
    assert 48 <= outcome.n_training <= 52


def test_sigmoids_come_in_the_order_of_the_rows(beats):
    net = CnnLstm(0.1)
    rows = np.array([40, 3, 17])
    made = sigmoids(net, lambda r, g: beats.cut(r), rows, device=torch.device("cpu"))
    alone = sigmoids(net, lambda r, g: beats.cut(r), rows[1:2], device=torch.device("cpu"))
    assert made.shape == (3, 5)
    torch.testing.assert_close(made[1:2], alone)
