"""The head of a network that takes a beat's context."""

import torch
from torch import Tensor, nn

# The waveform speaks for V, F and Q; between N and S the context decides alone.
_FIRST_OF_WAVEFORM = 2


class ContextHead(nn.Module):
    """Logits from a beat's waveform features and its columns of `features.context`.

    N and S differ by timing and by the P wave, which the context measures against the record's
    own. A waveform path that may tell them apart learns the training patients by heart (grouped
    validation, train/LOG.md), so it adds to the logits of V, F and Q only.

    Parameters
    ----------
    n_features : int
        Waveform features.
    n_columns : int
        Columns of the context.
    n_classes : int
        Logits.
    n_hidden : int
        Width of the context's two layers.
    n_narrow : int
        Width of the waveform's one.
    dropout : float
        Of a hidden value, while training.
    noise : float
        Standard deviation added to the normalised columns while training.
    leave_out : float
        Share of the beats whose waveform is left out, while training.
    """

    def __init__(
        self,
        n_features: int,
        n_columns: int,
        n_classes: int,
        *,
        n_hidden: int = 192,
        n_narrow: int = 16,
        dropout: float = 0.5,
        noise: float = 0.3,
        leave_out: float = 0.3,
    ) -> None:
        super().__init__()
        self.noise, self.leave_out = noise, leave_out
        # of the training patients; saved with the weights
        self.register_buffer("centre", torch.zeros(n_columns))
        self.register_buffer("spread", torch.ones(n_columns))
        self.narrow = nn.Sequential(nn.Linear(n_features, n_narrow), nn.GELU(), nn.Dropout(0.3))
        self.waveform = nn.Linear(n_narrow, n_classes - _FIRST_OF_WAVEFORM)
        self.context = nn.Sequential(
            nn.Linear(n_columns, n_hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(n_hidden, n_hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(n_hidden, n_classes),
        )

    def fit(self, columns: Tensor) -> None:
        """Take centre and spread from the training beats' columns (n, n_columns)."""
        self.centre = columns.median(dim=0).values
        self.spread = columns.std(dim=0).clamp_min(1e-3)

    def normalised(self, columns: Tensor) -> Tensor:
        """Columns with the training patients' centre and spread; noisy while training."""
        z = ((columns - self.centre) / self.spread).clamp(-4, 4)
        return z + self.noise * torch.randn_like(z) if self.training else z

    def forward(self, features: Tensor, columns: Tensor | None) -> Tensor:
        """Logits (n, n_classes) of features (n, n_features) and columns (n, n_columns)."""
        if columns is None:
            raise ValueError("this network needs the context of its beats, and none was given")
        ventricular = self.waveform(self.narrow(features))
        if self.training:
            kept = torch.rand(len(features), 1, device=features.device) >= self.leave_out
            ventricular = ventricular * kept
        logits: Tensor = self.context(self.normalised(columns))
        return logits + nn.functional.pad(ventricular, (_FIRST_OF_WAVEFORM, 0))
