import pytest
import torch

from ecgviewer.model.architectures import ARCHITECTURES
from ecgviewer.model.resnet1d import ResNet1d
from ecgviewer.model.slap import Slap


def test_resnet_has_the_parameters_and_lengths_of_the_reading():
    network = ResNet1d()
    assert sum(p.numel() for p in network.parameters()) == 7_222_277
    lengths = []
    x = torch.zeros(1, 2, 400).unsqueeze(2)
    x = network.stem[0](x)
    lengths.append(x.shape[-1])
    x = torch.nn.Sequential(*list(network.stem)[1:])(x)
    lengths.append(x.shape[-1])
    for block in network.stages.children():
        x = block(x)
        if x.shape[-1] != lengths[-1]:
            lengths.append(x.shape[-1])
    assert lengths == [200, 100, 50, 25, 13]


def test_slap_is_two_stacked_lstm_layers_of_64_cells():
    network = Slap()
    assert network.lstm.num_layers == 2
    assert network.lstm.hidden_size == 64
    assert network.head.in_features == 64


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_every_architecture_gives_five_logits_and_learns(name):
    torch.manual_seed(0)
    network = ARCHITECTURES[name]()
    x = torch.randn(8, 2, 400)
    logits = network(x)
    assert logits.shape == (8, 5)
    logits.sum().backward()
    assert all(p.grad is not None for p in network.parameters())


def test_one_dimensional_convolutions_are_what_conv1d_computes():
    torch.manual_seed(0)
    network = ResNet1d().eval()
    conv = next(network.stem.children())
    assert isinstance(conv, torch.nn.Conv2d)
    x = torch.randn(3, 2, 400)
    ours = conv(x.unsqueeze(2)).squeeze(2)
    theirs = torch.nn.functional.conv1d(x, conv.weight.squeeze(2), stride=2, padding=7)
    torch.testing.assert_close(ours, theirs)
