"""Three small networks over three pictures of a beat, fused, to compare with."""

import torch
from torch import Tensor, nn

from train.compare.networks.layers import channels_last, scaled

N_PICTURES = 3


def _small_cnn(n_leads: int, width: float) -> nn.Sequential:
    """Three convolutions 3 x 3 (16, 32, 64 channels) with pooling; (n, 256) features."""
    layers: list[nn.Module] = []
    n = n_leads
    for channels in (16, 32, 64):
        n_out = scaled(channels, width)
        layers += [nn.Conv2d(n, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
        n = n_out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten())


class ImageFusion(nn.Module):
    """Multimodal image fusion in small: one network a picture, their features joined.

    Parameters
    ----------
    width : float
        Factor on all channels.
    n_leads, n_classes : int
        Channels of each picture, output logits.
    dropout : float
        On the joined features, while training.
    """

    def __init__(
        self,
        width: float = 1.0,
        *,
        n_leads: int = 2,
        n_classes: int = 5,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.branches = nn.ModuleList(_small_cnn(n_leads, width) for _ in range(N_PICTURES))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(N_PICTURES * 4 * scaled(64, width), n_classes)
        channels_last(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n, n_classes) of pictures (n, 3, n_leads, size, size) float32."""
        parts = [
            branch(x[:, i].contiguous(memory_format=torch.channels_last))
            for i, branch in enumerate(self.branches)
        ]
        logits: Tensor = self.head(self.dropout(torch.cat(parts, dim=1)))
        return logits
