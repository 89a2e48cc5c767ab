import pytest
import torch

from train.compare.networks.cnn_lstm import CnnLstm
from train.compare.networks.densenet import DenseNet1d
from train.compare.networks.image_fusion import ImageFusion
from train.compare.networks.layers import scaled
from train.compare.networks.lstm import Lstm
from train.compare.networks.vgg import Vgg1d
from train.compare.networks.vit import Vit1d
from train.compare.registry import resnet, rr_hos_lstm, slap

WINDOWS = {
    "densenet": DenseNet1d,
    "vgg": Vgg1d,
    "vit": Vit1d,
    "lstm": Lstm,
    "cnn-lstm": CnnLstm,
    "resnet": resnet,
    "slap": slap,
}
OTHERS = {
    "image-fusion": (ImageFusion, (3, 3, 2, 32, 32)),
    "rr-hos-lstm": (rr_hos_lstm, (3, 26, 10)),
}
CASES = [(build, (3, 2, 400)) for build in WINDOWS.values()] + list(OTHERS.values())


def parameters(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(("build", "shape"), CASES, ids=[*WINDOWS, *OTHERS])
def test_a_quarter_of_the_width_answers_and_every_weight_learns(build, shape):
    torch.manual_seed(0)
    network = build(0.25)
    logits = network(torch.randn(shape))
    assert logits.shape == (3, 5)
    assert logits.dtype == torch.float32
    logits.square().sum().backward()
    still = [name for name, p in network.named_parameters() if p.grad is None]
    assert still == []
    assert parameters(network) < parameters(build(0.5))


@pytest.mark.parametrize(
    ("build", "millions"),
    [(DenseNet1d, 5.5), (Vgg1d, 12.5), (Vit1d, 21.3), (Lstm, 0.068), (resnet, 7.222)],
)
def test_at_full_width_it_is_the_network_it_is_named_after(build, millions):
    with torch.device("meta"):
        network = build(1.0)
    assert parameters(network) / 1e6 == pytest.approx(millions, rel=0.05)


def test_the_transformer_sees_nine_patches_up_to_the_last_sample():
    network = Vit1d(0.25, n_layers=1).eval()
    x = torch.zeros(1, 2, 400)
    last = x.clone()
    last[0, 1, 399] = 1.0
    assert network.place.shape[1] == 9 + 1
    assert not torch.equal(network(x), network(last))


def test_channels_are_scaled_to_a_multiple_and_never_to_none():
    assert scaled(64, 0.25) == 16
    assert scaled(384, 0.1, multiple=32) == 32
    assert scaled(8, 0.01) == 1
