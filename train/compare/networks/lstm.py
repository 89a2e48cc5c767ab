"""One LSTM layer over a window's samples, to compare with."""

from torch import Tensor, nn

from ecgviewer.model.slap import remember
from train.compare.networks.layers import scaled


class Lstm(nn.Module):
    """One LSTM layer of 128 cells over the steps; last hidden state, dropout, linear.

    Parameters
    ----------
    width : float
        Factor on the cells.
    n_inputs, n_classes : int
        Values per step, output logits.
    n_steps : int
        Steps of a sequence: 400 samples of a window.
    n_cells : int
        Cells at width 1.
    dropout : float
        Before the linear layer, while training.
    """

    def __init__(
        self,
        width: float = 1.0,
        *,
        n_inputs: int = 2,
        n_classes: int = 5,
        n_steps: int = 400,
        n_cells: int = 128,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        n_cells = scaled(n_cells, width)
        self.lstm = nn.LSTM(n_inputs, n_cells, batch_first=True)
        remember(self.lstm, n_steps)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(n_cells, n_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n, n_classes) of sequences (n, n_inputs, n_steps) float32."""
        steps, _ = self.lstm(x.transpose(1, 2))  # (n, n_steps, n_cells)
        logits: Tensor = self.head(self.dropout(steps[:, -1]))
        return logits
