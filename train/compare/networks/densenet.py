"""DenseNet-121 in one dimension, a classifier to compare with."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from train.compare.networks.layers import as_image, channels_last, conv, conv_block, scaled


class DenseLayer(nn.Module):
    """Bottleneck of 4 x growth, convolution of kernel 3; its output joins its input."""

    def __init__(self, n_in: int, growth: int) -> None:
        super().__init__()
        self.norm_1 = nn.BatchNorm2d(n_in)
        self.reduce = conv(n_in, 4 * growth, 1)
        self.norm_2 = nn.BatchNorm2d(4 * growth)
        self.conv = conv(4 * growth, growth, 3)

    def forward(self, x: Tensor) -> Tensor:
        y = self.reduce(torch.relu(self.norm_1(x)))
        return torch.cat([x, self.conv(torch.relu(self.norm_2(y)))], dim=1)


class DenseNet1d(nn.Module):
    """DenseNet-121 (Huang 2017) over one beat's window.

    The stem of :class:`ecgviewer.model.resnet1d.ResNet1d` (conv 15, stride 2, max-pool 3/2), four
    dense blocks, between them transitions that halve channels and length.

    Parameters
    ----------
    width : float
        Factor on growth (32) and stem (64 channels).
    n_leads, n_classes : int
        Input leads, output logits.
    blocks : sequence of int
        Layers per dense block; (6, 12, 24, 16) is DenseNet-121.
    """

    def __init__(
        self,
        width: float = 1.0,
        *,
        n_leads: int = 2,
        n_classes: int = 5,
        blocks: Sequence[int] = (6, 12, 24, 16),
    ) -> None:
        super().__init__()
        growth, n = scaled(32, width), scaled(64, width)
        stages: list[nn.Module] = [
            conv_block(n_leads, n, 15, stride=2),
            nn.MaxPool2d((1, 3), (1, 2), (0, 1)),
        ]
        for i, n_layers in enumerate(blocks):
            if i:
                halve = [nn.BatchNorm2d(n), nn.ReLU(), conv(n, n // 2, 1)]
                stages += [*halve, nn.AvgPool2d((1, 2))]
                n //= 2
            for _ in range(n_layers):
                stages.append(DenseLayer(n, growth))
                n += growth
        self.features = nn.Sequential(*stages, nn.BatchNorm2d(n), nn.ReLU())
        self.head = nn.Linear(n, n_classes)
        channels_last(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n, n_classes) of windows (n, n_leads, 400) float32, each lead z-scored."""
        logits: Tensor = self.head(self.features(as_image(x)).mean(dim=(2, 3)))
        return logits
