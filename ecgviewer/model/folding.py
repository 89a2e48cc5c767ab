"""ResNet-34 made ready to answer: BatchNorm within its convolutions.

The same function as `resnet1d.ResNet1d` but for rounding, in three quarters of the time in float32
and half of it in bfloat16, where the waveform's part is bfloat16 throughout and the head float32.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ecgviewer.model.resnet1d import BasicBlock, ResNet1d


def _folded(pair: nn.Sequential) -> nn.Module:
    """A convolution and the BatchNorm after it, the first two of a sequence, as one convolution."""
    conv, norm = pair[0], pair[1]
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    return fuse_conv_bn_eval(conv, norm)


class _Block(nn.Module):
    """A basic block of three convolutions with bias at most, and nothing else to compute."""

    def __init__(self, block: BasicBlock) -> None:
        super().__init__()
        self.conv1 = fuse_conv_bn_eval(block.conv1, block.bn1)
        self.conv2 = fuse_conv_bn_eval(block.conv2, block.bn2)
        self.shortcut = block.shortcut
        if isinstance(block.shortcut, nn.Sequential):
            self.shortcut = _folded(block.shortcut)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(torch.relu_(self.conv1(x)))
        return torch.relu_(y.add_(self.shortcut(x)))


class FoldedResnet(nn.Module):
    """A trained `ResNet1d`, for answers alone.

    Parameters
    ----------
    network : ResNet1d
        In evaluation mode; stays as it is.
    dtype : torch.dtype
        Of the convolutions.
    """

    def __init__(self, network: ResNet1d, *, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.stem = _folded(network.stem)
        self.pool = copy.deepcopy(network.stem[3])
        blocks = (block for block in network.stages if isinstance(block, BasicBlock))
        self.stages = nn.Sequential(*(_Block(block) for block in blocks))
        self.to(dtype)
        self.head = copy.deepcopy(network.head)
        self.takes_context, self._dtype = network.takes_context, dtype
        for parameter in self.parameters():
            if parameter.dim() == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        self.eval()

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """Logits (n, n_classes) float32 of windows (n, n_leads, 400) and context, both float32."""
        image = x.to(self._dtype).unsqueeze(2).contiguous(memory_format=torch.channels_last)
        image = self.pool(torch.relu_(self.stem(image)))
        features = self.stages(image).mean(dim=(2, 3)).float()
        logits: Tensor = self.head(features, context) if self.takes_context else self.head(features)
        return logits
