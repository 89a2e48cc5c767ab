import math

import msgspec
import numpy as np
import pytest
import torch
from safetensors.torch import save

from ecgviewer.model.bundle import narrow, sha256
from tests.data import REPOSITORY
from tests.train.campaign.small import RESNET, SLAP, SmallStore, items
from train.campaign import compact
from train.campaign.compact import Kept
from train.campaign.outbox import MAX_TOTAL
from train.config import ConfigError
from train.fit.checkpoint import State
from train.fit.trainer import Trainer, build
from train.scoring.learners import from_bundle

CONFIG = {"name": "t"}
RESNET_ITEM, SLAP_ITEM, _ = items()


def trainer(item, folder):
    lesson = SmallStore().lesson(item)
    return Trainer(lesson.config, lesson.cutter, lesson.split, folder, report=lambda _: None)


def after(item, batches, folder):
    """A run that was left after some batches."""
    run, done = trainer(item, folder), [0]

    def stop(_):
        done[0] += 1
        return done[0] == batches

    while done[0] < batches:
        run.advance(stop)
    return run


def gone_on(item, left, folder, *, exact):
    kept = Kept(left.position, None, -1)
    data = compact.pack(left.state, kept, config=CONFIG, best=True, exact=exact)
    run = trainer(item, folder)
    run.go_on(compact.restore(data, run.state, config=CONFIG, where="t").position)
    run.run()
    return run


@pytest.mark.parametrize("item", [RESNET_ITEM, SLAP_ITEM], ids=lambda item: item.name)
@pytest.mark.parametrize("batches", [2, 5, 7])  # in an epoch, before validation, in the next
def test_a_small_network_goes_on_as_if_it_had_not_stopped(item, batches, tmp_path):
    whole = trainer(item, tmp_path / "whole")
    whole.run()
    parts = gone_on(item, after(item, batches, tmp_path), tmp_path / "parts", exact=10**9)
    for name, value in whole.state.network.state_dict().items():
        assert torch.equal(value, parts.state.network.state_dict()[name]), name
    timeless = [{k: v for k, v in h.items() if k != "seconds"} for h in whole.state.history]
    assert timeless == [{k: v for k, v in h.items() if k != "seconds"} for h in parts.state.history]


def test_a_rounded_network_goes_on_nearly_so(tmp_path):
    whole = trainer(RESNET_ITEM, tmp_path / "whole")
    whole.run()
    left = after(RESNET_ITEM, 5, tmp_path)
    parts = gone_on(RESNET_ITEM, left, tmp_path / "parts", exact=0)
    for mine, theirs in zip(parts.state.history, whole.state.history, strict=True):
        assert mine["loss"] == pytest.approx(theirs["loss"], rel=0.02)
        assert mine["accuracy"] == pytest.approx(theirs["accuracy"], abs=0.05)
    assert not all(
        torch.equal(v, parts.state.network.state_dict()[k])
        for k, v in whole.state.network.state_dict().items()
    )


def test_what_is_rounded_is_as_exact_as_stated(tmp_path):
    left = after(RESNET_ITEM, 5, tmp_path)
    data = compact.pack(left.state, Kept(None, None, -1), config=CONFIG, best=False, exact=0)
    run = trainer(RESNET_ITEM, tmp_path)
    compact.restore(data, run.state, config=CONFIG, where="t")
    for name, value in left.state.network.state_dict().items():
        found = run.state.network.state_dict()[name]
        rounded = value.dtype == torch.float32 and value.numel() >= compact.SMALL
        assert torch.allclose(found, value, rtol=2**-16 if rounded else 0, atol=0), name
    theirs, mine = left.state.optimizer.state_dict(), run.state.optimizer.state_dict()
    for k, moments in theirs["state"].items():
        root, found = moments["exp_avg_sq"].sqrt(), mine["state"][k]["exp_avg_sq"].sqrt()
        seen = root > root.max() * 2**-12
        assert torch.allclose(found[seen], root[seen], rtol=0.025, atol=0)
        ratio = moments["exp_avg"] / root.clamp_min(1e-12)
        again = mine["state"][k]["exp_avg"] / found.clamp_min(1e-12)
        assert (again - ratio)[seen].abs().max() <= 0.03 * ratio.abs().max()
        assert mine["state"][k]["step"] == moments["step"]


def test_the_papers_resnet_and_its_best_weights_fit_beside_a_rivals():
    """Moments as spread as those of a training, about an octave and a half in a block."""
    (network, _) = from_bundle(REPOSITORY / "model_weights" / "paper").networks
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(network.parameters())
    for p in network.parameters():
        p.grad = torch.zeros_like(p)
        p.data *= 1 + 1e-3 * torch.randn(p.shape, generator=generator)
    optimizer.step()
    for p, moments in optimizer.state.items():
        root = torch.randn(p.shape, generator=generator).exp()
        moments["exp_avg_sq"] = root**2
        moments["exp_avg"] = root * torch.randn(p.shape, generator=generator)
    state = State(network, optimizer)
    kept = Kept(None, None, -1)
    n = sum(p.numel() for p in network.parameters())
    assert len(compact.pack(state, kept, config=CONFIG, best=False)) / n < 4.5
    state.best_weights = {k: v.clone() for k, v in network.state_dict().items()}
    weights = save(narrow(dict(state.best_weights)))
    finished = 2_400_000  # bytes: accounts and answers of twelve runs, weights of SLAPs
    data = compact.pack(state, kept, config=CONFIG, best=True)
    assert len(data) + len(weights) + finished < MAX_TOTAL
    other = State(build(msgspec.structs.replace(RESNET, arguments={})), optimizer)
    compact.restore(data, other, config=CONFIG, where="t")
    assert sha256(save(narrow(dict(other.best_weights)))) == sha256(weights)


@pytest.mark.parametrize(
    "values",
    [
        [0.0, -0.0, 1.0, -1.0, 1e-30, -3e38, math.pi, 2**-126],
        np.random.default_rng(0).normal(0, 1e-3, 5000).tolist(),
    ],
)
def test_weights_of_24_bits(values, tmp_path):
    network = torch.nn.Linear(len(values), 1, bias=False)
    network.weight.data = torch.tensor([values * 1])
    network.weight.data = network.weight.data.repeat(1, -(-compact.SMALL // len(values)))
    state = State(network, torch.optim.Adam(network.parameters()))
    data = compact.pack(state, Kept(None, None, -1), config=CONFIG, best=False, exact=0)
    want = network.weight.detach().clone()
    compact.restore(data, state, config=CONFIG, where="t")
    assert torch.allclose(network.weight, want, rtol=2**-16, atol=1e-38)
    assert torch.equal(network.weight.sign(), want.sign())


def test_sigmoids_come_back_to_a_step():
    answers = torch.tensor([[0.0, 1.0, 0.5, 1e-6, 0.999999]])
    again = compact.unpack_sigmoids(compact.pack_sigmoids(answers))
    assert again[0, :2].tolist() == [0.0, 1.0]
    assert (again - answers).abs().max() <= 0.5 / 65_535 + 1e-9


def test_what_does_not_fit_is_one_sentence(tmp_path):
    left = after(SLAP_ITEM, 2, tmp_path)
    data = compact.pack(left.state, Kept(None, None, -1), config=CONFIG, best=False)
    run = trainer(SLAP_ITEM, tmp_path)
    with pytest.raises(ConfigError, match="another configuration \\(name\\)"):
        compact.restore(data, run.state, config={"name": "u"}, where="t")
    other = trainer(RESNET_ITEM, tmp_path)
    with pytest.raises(ConfigError, match="does not fit"):
        compact.restore(data, other.state, config=CONFIG, where="t")
    for wrong in (b"", data[:100], b"x" * 100, b"zlib" + b"x" * 100):
        with pytest.raises(ConfigError, match="damaged checkpoint"):
            compact.restore(wrong, run.state, config=CONFIG, where="t")
    assert SLAP.name == "small-slap"
