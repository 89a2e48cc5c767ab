"""VGG-16 in one dimension, a classifier to compare with."""

from torch import Tensor, nn

from train.compare.networks.layers import as_image, channels_last, conv_block, scaled

# channels of the convolutions between poolings (Simonyan & Zisserman 2015, configuration D)
STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


class Vgg1d(nn.Module):
    """VGG-16 with batch normalisation over one beat's window.

    Thirteen convolutions of kernel 3, five max-poolings (400 samples to 12), two hidden linear
    layers. These have 1,024 units, not 4,096: a quarter of the image network's features reach them.

    Parameters
    ----------
    width : float
        Factor on all channels and hidden units.
    n_leads, n_classes : int
        Input leads, output logits.
    dropout : float
        After each hidden linear layer, while training.
    """

    def __init__(
        self,
        width: float = 1.0,
        *,
        n_leads: int = 2,
        n_classes: int = 5,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        n = n_leads
        for stage in STAGES:
            for channels in stage:
                n_out = scaled(channels, width)
                layers.append(conv_block(n, n_out, 3))
                n = n_out
            layers.append(nn.MaxPool2d((1, 2)))
        self.features = nn.Sequential(*layers)
        hidden = scaled(1024, width)
        self.head = nn.Sequential(
            nn.Linear(n * 12, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, n_classes),
        )
        channels_last(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n, n_classes) of windows (n, n_leads, 400) float32, each lead z-scored."""
        logits: Tensor = self.head(self.features(as_image(x)).flatten(1))  # (n, 512 * 12)
        return logits
