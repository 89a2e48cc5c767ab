"""Convolutions shared by the compared networks, written as height-1 images as in `resnet1d`."""

import torch
from torch import Tensor, nn


def conv(n_in: int, n_out: int, kernel: int, *, stride: int = 1) -> nn.Conv2d:
    """A one-dimensional convolution over (n, channels, 1, length), same padding, no bias."""
    return nn.Conv2d(n_in, n_out, (1, kernel), (1, stride), (0, kernel // 2), bias=False)


def conv_block(n_in: int, n_out: int, kernel: int, *, stride: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU."""
    return nn.Sequential(conv(n_in, n_out, kernel, stride=stride), nn.BatchNorm2d(n_out), nn.ReLU())


def as_image(x: Tensor) -> Tensor:
    """(n, n_leads, length) to (n, n_leads, 1, length), channels last."""
    return x.unsqueeze(2).contiguous(memory_format=torch.channels_last)


def channels_last(network: nn.Module) -> None:
    """Lay out every convolution's weights channels last: 1.2 to 1.5 times the speed on a CPU."""
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def scaled(n: int, width: float, *, multiple: int = 1) -> int:
    """`n` channels times the width factor, a positive multiple of `multiple`."""
    return max(multiple, round(n * width / multiple) * multiple)
