"""Convolutions, then an LSTM over what they found, to compare with."""

from torch import Tensor, nn

from ecgviewer.model.slap import remember
from train.compare.networks.layers import as_image, channels_last, conv_block, scaled


class CnnLstm(nn.Module):
    """CNN and LSTM in series over one beat's window.

    Three convolutions (64, 128, 128 channels, kernel 5), each halving the length to 50 steps; an
    LSTM of 64 cells over these; last hidden state, dropout, linear.

    Parameters
    ----------
    width : float
        Factor on channels and cells.
    n_leads, n_classes : int
        Input leads, output logits.
    dropout : float
        Before the linear layer, while training.
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
        for channels in (64, 128, 128):
            n_out = scaled(channels, width)
            layers += [conv_block(n, n_out, 5), nn.MaxPool2d((1, 2))]
            n = n_out
        self.features = nn.Sequential(*layers)
        n_cells = scaled(64, width)
        self.lstm = nn.LSTM(n, n_cells, batch_first=True)
        remember(self.lstm, 50)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(n_cells, n_classes)
        channels_last(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n, n_classes) of windows (n, n_leads, 400) float32, each lead z-scored."""
        features = self.features(as_image(x)).squeeze(2)  # (n, 128, 50)
        steps, _ = self.lstm(features.transpose(1, 2).contiguous())
        logits: Tensor = self.head(self.dropout(steps[:, -1]))
        return logits
