"""SLAP, the stacked LSTM of the paper, in its two readings."""

import torch
from torch import Tensor, nn

from ecgviewer.model.context_head import ContextHead


def remember(lstm: nn.LSTM, n_steps: int) -> None:
    """Chrono initialisation (Tallec & Ollivier 2018): memories from 1 to `n_steps` steps long.

    Half of a window is padding after the beat; with the usual start the last state forgets the QRS
    and three epochs end at "everything is N" (train/LOG.md).
    """
    n = lstm.hidden_size
    for name, bias in lstm.named_parameters():
        if name.startswith("bias_ih"):
            forget = torch.log(torch.empty(n).uniform_(1.0, n_steps - 1.0))
            bias.data[:n] = -forget  # input gate
            bias.data[n : 2 * n] = forget
        elif name.startswith("bias_hh"):
            bias.data.zero_()


class _StackedLstm(nn.Module):
    """LSTM layers, dropout and a head on the last state; a reading says what its steps are."""

    def __init__(self, lstm: nn.LSTM, *, n_classes: int, n_context: int, dropout: float) -> None:
        super().__init__()
        self.lstm = lstm
        self.dropout = nn.Dropout(dropout)
        self.takes_context = n_context > 0
        self.head: nn.Module = nn.Linear(lstm.hidden_size, n_classes)
        if n_context:
            self.head = ContextHead(lstm.hidden_size, n_context, n_classes)

    def last_state(self, x: Tensor) -> Tensor:
        """State (n, n_cells) after the last step of windows (n, n_leads, 400)."""
        raise NotImplementedError

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """Logits (n, n_classes) of windows (n, n_leads, 400) float32, each lead z-scored.

        `context` (n, n_context) float32 is as `features.context` gives it.
        """
        last = self.dropout(self.last_state(x))
        logits: Tensor = self.head(last, context) if self.takes_context else self.head(last)
        return logits


class Slap(_StackedLstm):
    """Two stacked LSTM layers of 64 cells over the 400 samples; last hidden state, dropout, linear.

    Parameters
    ----------
    n_leads, n_classes : int
        Inputs per step, output logits.
    n_cells : int
        Cells per layer.
    n_layers : int
        Stacked layers.
    dropout : float
        Between layers and before the linear layer, while training.
    n_context : int
        Columns of context beside the window; 0: the paper's network.
    """

    def __init__(
        self,
        *,
        n_leads: int = 2,
        n_classes: int = 5,
        n_cells: int = 64,
        n_layers: int = 2,
        dropout: float = 0.5,
        n_context: int = 0,
    ) -> None:
        lstm = nn.LSTM(n_leads, n_cells, n_layers, batch_first=True, dropout=dropout)
        remember(lstm, 400)
        super().__init__(lstm, n_classes=n_classes, n_context=n_context, dropout=dropout)

    def last_state(self, x: Tensor) -> Tensor:
        steps, _ = self.lstm(x.transpose(1, 2))  # (n, 400, n_cells)
        last: Tensor = steps[:, -1]
        return last


class SlapOverLeads(_StackedLstm):
    """The paper's table read literally, `LSTM(400, 128, 2)`: one step per lead, 400 inputs a step.

    17 to 26 times faster than :class:`Slap`; the sequence it runs along is the leads, not time.
    """

    def __init__(
        self,
        *,
        n_samples: int = 400,
        n_classes: int = 5,
        n_cells: int = 128,
        n_layers: int = 2,
        dropout: float = 0.5,
        n_context: int = 0,
    ) -> None:
        lstm = nn.LSTM(n_samples, n_cells, n_layers, batch_first=True, dropout=dropout)
        super().__init__(lstm, n_classes=n_classes, n_context=n_context, dropout=dropout)

    def last_state(self, x: Tensor) -> Tensor:
        steps, _ = self.lstm(x)  # (n, n_leads, n_cells)
        return torch.relu(steps[:, -1])
