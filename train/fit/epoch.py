"""The batches of one epoch and their draws; it can be left and gone on with."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from train.config import Config
from train.data.augment import Noise, Variation
from train.data.windows import WindowCutter, drop_leads
from train.fit.finite import check_loss


@dataclass(frozen=True)
class Position:
    """Where within an epoch a run was left.

    Attributes
    ----------
    batch : int
        Batches done.
    device : str
        Kind of the device whose generators these are.
    tensors : dict of Tensor
        States of the generators, uint8, and the sums so far.
    """

    batch: int
    device: str
    tensors: dict[str, Tensor]


@dataclass(frozen=True)
class Batch:
    """What one step of the optimizer is given, on the device."""

    rows: Tensor  # (n,) int64
    windows: Tensor  # (n, 2, 400)
    table: Tensor  # (n,) int64, of context: see `LeadDrop`


class Epoch:
    """One pass over rows, whose draws follow from the seed and the epoch's number alone.

    Everything is drawn on the device of the data, and the order is brought there once: no batch
    waits for the CPU.

    Parameters
    ----------
    config : Config
        Batch, jitter, variation, lost leads, seed.
    cutter : WindowCutter
        The data.
    rows : (n,) int64 Tensor
        In the order in which they are seen.
    number : int
        Of the epoch.
    noise : Noise, optional
        For variation.
    """

    def __init__(
        self,
        config: Config,
        cutter: WindowCutter,
        rows: Tensor,
        *,
        number: int,
        noise: Noise | None,
    ) -> None:
        self._config, self._cutter, self._noise = config, cutter, noise
        self._rows, self._number = rows.to(cutter.device), number
        self.n_batches = max(1, len(rows) // config.batch)
        self.batch, self.seen = 0, 0
        seed = config.seed * 100_003 + number
        self._generator = torch.Generator(cutter.device).manual_seed(seed)
        self._varying = torch.Generator(cutter.device).manual_seed(seed + 50_021)
        torch.manual_seed(config.seed * 200_003 + number)  # dropout
        self.total = torch.zeros(2, device=cutter.device)  # loss, beats classified rightly

    @property
    def left(self) -> int:
        """Batches to come."""
        return self.n_batches - self.batch

    def next(self) -> Batch:
        """Rows with their windows: jittered, varied, now and then without a lead."""
        config, cutter = self._config, self._cutter
        rows = self._rows[self.batch * config.batch : (self.batch + 1) * config.batch]
        fs = cutter.prep.grid_fs_hz
        reach = round(config.jitter_ms * fs / 1000)
        jitter = torch.randint(
            -reach, reach + 1, (len(rows),), generator=self._generator, device=cutter.device
        )
        variation = None
        if config.augment.any:
            variation = Variation(
                config.augment, len(rows), generator=self._varying, noise=self._noise, fs_hz=fs
            )
        windows = cutter.cut(rows, jitter=jitter, variation=variation)
        dropped = drop_leads(
            windows, config.lead_dropout, self._generator, there=cutter.there[rows]
        )
        self.batch += 1
        self.seen += len(rows)
        return Batch(rows, dropped.windows, dropped.table)

    def report(self) -> dict[str, Any]:
        """What is told of it so far; waits for the device. LossError where the loss is none."""
        loss = float(self.total[0]) / max(1, self.batch)
        name, number = self._config.name, self._number + 1
        check_loss(loss, where=f"{name}: epoch {number}, batch {self.batch}")
        return {"batch": self.batch, "of": self.n_batches, "loss": loss, "beats": self.seen}

    def figures(self) -> dict[str, float]:
        """Of the whole epoch, for the history."""
        loss, hits = self.total.tolist()
        return {
            "loss": round(loss / self.n_batches, 6),
            "train_accuracy": round(hits / self.seen, 6),
        }

    def position(self) -> Position:
        """Where it is now."""
        tensors = {
            "generator": self._generator.get_state(),
            "varying": self._varying.get_state(),
            "dropout": torch.get_rng_state(),
            "total": self.total.cpu(),
        }
        kind = self._cutter.device.type
        if kind == "cuda":
            tensors["dropout-cuda"] = torch.cuda.get_rng_state(self._cutter.device)
        return Position(self.batch, kind, tensors)

    def go_on(self, position: Position) -> None:
        """Continue where an epoch of the same number was left; on another kind of device, begin.

        Generators of a card and of a processor have nothing in common.
        """
        if position.device != self._cutter.device.type:
            return
        self._generator.set_state(position.tensors["generator"])
        self._varying.set_state(position.tensors["varying"])
        torch.set_rng_state(position.tensors["dropout"])
        if "dropout-cuda" in position.tensors:
            torch.cuda.set_rng_state(position.tensors["dropout-cuda"], self._cutter.device)
        self.total = position.tensors["total"].to(self._cutter.device)
        self.batch = position.batch
        self.seen = min(self.batch * self._config.batch, len(self._rows))
