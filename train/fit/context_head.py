"""First stage of a network with context: its context layers alone; sees no waveform.

Trained together with the waveform, in the few epochs that a waveform takes, they find fewer S
beats of unseen patients than trained alone (train/LOG.md).
"""

import numpy as np
import torch
from torch import Tensor, nn

from ecgviewer.model.context_head import ContextHead
from train.config import Config
from train.data.sampling import Rows, epoch_rows, some_from_copies
from train.data.windows import WindowCutter, lead_tables

EPOCHS, BATCH, RATE, DECAY = 10, 512, 3e-3, 1e-3
_APART = 31  # keeps these draws apart from those of the waveform's epochs


def fit_context(
    head: ContextHead, cutter: WindowCutter, rows: Rows, weights: Tensor, config: Config
) -> None:
    """Train the context layers on rows, and freeze them; seeded by the configuration.

    `weights` (n,) are those of all beats of the cutter.
    """
    labels = cutter.label.cpu().numpy()
    rng = np.random.default_rng([config.seed, _APART])
    generator = torch.Generator(cutter.device).manual_seed(config.seed * 100_003 + _APART)
    optimizer = torch.optim.AdamW(head.context.parameters(), RATE, weight_decay=DECAY)
    n_batches = max(1, len(epoch_rows(rows, labels, config, rng)) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * n_batches)
    head.train()
    for _ in range(EPOCHS):
        drawn = some_from_copies(epoch_rows(rows, labels, config, rng), labels, config, rng)
        order = torch.from_numpy(drawn).to(cutter.device)
        for i in range(n_batches):
            part = order[i * BATCH : (i + 1) * BATCH]
            table = lead_tables(len(part), config.lead_dropout, generator)
            columns = cutter.columns(part, table)
            assert columns is not None
            label = cutter.label[part]
            loss = nn.functional.binary_cross_entropy_with_logits(
                head.context(head.normalised(columns)),
                nn.functional.one_hot(label, 5).float(),
                weights[part][:, None],
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    freeze(head)


def freeze(head: ContextHead) -> None:
    """Keep the context layers as they are."""
    for parameter in head.context.parameters():
        parameter.requires_grad_(False)
