"""A vision transformer over nine patches of a window, to compare with."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from train.compare.networks.layers import scaled

N_PATCHES = 9  # the paper's


class Vit1d(nn.Module):
    """ViT (Dosovitskiy 2021) whose words are nine stretches of one beat's window.

    400 samples, padded with zeros to 9 x 45, both leads in one patch; a class token, learned
    places; the size of ViT-S: 12 layers of 384 units, MLP 4 times as wide, 12 heads of 32.

    Parameters
    ----------
    width : float
        Factor on units and heads.
    n_leads, n_classes, n_samples : int
        Input leads, output logits, window length.
    n_layers : int
        Transformer layers.
    dropout : float
        In every layer, while training.
    """

    def __init__(
        self,
        width: float = 1.0,
        *,
        n_leads: int = 2,
        n_classes: int = 5,
        n_samples: int = 400,
        n_layers: int = 12,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        n_units = scaled(384, width, multiple=32)
        self.n_per_patch = -(-n_samples // N_PATCHES)  # 45
        self.n_padding = self.n_per_patch * N_PATCHES - n_samples
        self.embed = nn.Linear(self.n_per_patch * n_leads, n_units)
        self.token = nn.Parameter(torch.zeros(1, 1, n_units))
        self.place = nn.Parameter(torch.randn(1, N_PATCHES + 1, n_units) * 0.02)
        layer = nn.TransformerEncoderLayer(
            n_units,
            n_units // 32,
            4 * n_units,
            dropout,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        # the nested-tensor path is for padded texts, and warns when it cannot be taken
        self.encoder = nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(n_units)
        self.head = nn.Linear(n_units, n_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n, n_classes) of windows (n, n_leads, 400) float32, each lead z-scored."""
        n, n_leads = x.shape[:2]
        parts = pad(x, (0, self.n_padding)).reshape(n, n_leads, N_PATCHES, self.n_per_patch)
        words = self.embed(parts.transpose(1, 2).flatten(2))  # (n, 9, n_units)
        token = self.token.expand(len(x), -1, -1)
        seen = self.encoder(torch.cat([token, words], dim=1) + self.place)
        logits: Tensor = self.head(self.norm(seen[:, 0]))
        return logits
