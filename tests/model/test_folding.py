"""The folded ResNet against the one that was trained."""

import pytest
import torch
from torch import nn

from ecgviewer.model.folding import FoldedResnet
from ecgviewer.model.place import Place
from ecgviewer.model.resnet1d import ResNet1d
from ecgviewer.model.runner import Runner


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    network = ResNet1d(width=8, blocks=[1, 2, 1, 1], n_context=4)
    for module in network.modules():  # as training would leave it, not at its neutral start
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 2)
            module.bias.data.normal_(0, 0.3)
    return network.eval()


@pytest.fixture(scope="module")
def beats():
    torch.manual_seed(2)
    return torch.randn(40, 2, 400), torch.randn(40, 4)


@torch.inference_mode()
def test_it_is_the_same_function(network, beats):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    exact = network(*beats)
    torch.testing.assert_close(FoldedResnet(network)(*beats), exact, rtol=1e-4, atol=1e-4)
    half = FoldedResnet(network, dtype=torch.bfloat16)(*beats)
    assert half.dtype == torch.float32
    assert (half - exact).abs().max() < 0.05 * exact.abs().max()
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_a_runner_pads_and_gives_each_window_its_own_bits(network, beats):
    windows, context = beats
    for precision in ("fp32", "bf16"):
        runner = Runner(network, n_columns=context.shape[1], place=Place(), precision=precision)
        whole = runner.votes(windows, context, rows=64)
        assert whole.shape == (40, 5)
        assert (runner.votes(windows[7:9], context[7:9], rows=64) == whole[7:9]).all()
