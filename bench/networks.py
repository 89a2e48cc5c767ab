"""A record's beats as the networks take them, and a plain loop over the networks: the peer."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ecgviewer.analysis.classify import BATCHES
from ecgviewer.analysis.context import ContextSource
from ecgviewer.analysis.inputs import bounds_of, default_inputs, rows_of
from ecgviewer.analysis.leads import Reading
from ecgviewer.beats.scan import Scan
from ecgviewer.model.bundle import Bundle
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.windows import cut_windows

_PLAIN_BATCH = 256


@dataclass(frozen=True)
class Ready:
    """Windows (n, 2, 400) and context (n, n_columns) of a record's first beats."""

    windows: Tensor
    context: Tensor

    def __len__(self) -> int:
        return len(self.windows)


def ready(record: Record, beats: Scan, prep: Preprocessing, *, n: int | None = None) -> Ready:
    """Inputs of the first `n` beats, or of all: noise would be close calls, computed twice."""
    inputs = default_inputs(record, prep=prep)
    channels = tuple(i for i in inputs if i is not None)
    cleaned = CleanedSignal(TimeGrid(record), channels, prep=prep)
    rows = rows_of(inputs, channels)
    first = np.arange(beats.n_beats)[:n]
    windows = cut_windows(cleaned, bounds_of(beats, first, prep), inputs=rows).values
    context = ContextSource(beats, cleaned, (Reading.whole(inputs, beats.n_beats),)).of(first)
    return Ready(torch.from_numpy(windows), torch.from_numpy(context))


def as_asked(ensemble: Ensemble, inputs: Ready) -> None:
    """The ensemble's answers, batch by batch, as an analysis asks for them."""
    batch = BATCHES[ensemble.device]
    for start in range(0, len(inputs), batch):
        part = slice(start, start + batch)
        ensemble.predict(inputs.windows[part].numpy(), inputs.context[part].numpy())


@torch.inference_mode()
def plain_loop(bundle: Bundle, inputs: Ready) -> Tensor:
    """Weighted sigmoids (n, 5): every network in fp32, batch by batch, one after the other."""
    weights = torch.tensor(bundle.card.weights, dtype=torch.float64)
    parts = []
    for start in range(0, len(inputs), _PLAIN_BATCH):
        part = slice(start, start + _PLAIN_BATCH)
        x, c = inputs.windows[part], inputs.context[part]
        fused = torch.zeros(len(x), 5, dtype=torch.float64)
        for weight, member in zip(weights, bundle.members, strict=True):
            logits = member.network(x, c) if member.card.context else member.network(x)
            fused += weight * torch.sigmoid(logits).double()
        parts.append(fused)
    return torch.cat(parts)
