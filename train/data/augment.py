"""Variation of training windows, whole batches on the device; knows no validation or test row.

What it does is said in `train.config.Augment`; how much, by a run's TOML.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import PAPER, Preprocessing
from train.config import Augment
from train.data import packed as cache
from train.protocols import NSTDB

_EM_TRAINING = 0.5  # of `em`: its last 15 minutes are kept for noise stress tests


@dataclass(frozen=True)
class Noise:
    """The noise of nstdb, cleaned as a recording would be, on one device.

    Attributes
    ----------
    ecg : (2, n) float32
        All pieces one after the other, 360 Hz, mV.
    first, length : (k,) int64
        Where each piece starts and how long it is.
    raw_sd : (k, 2) float32
        Standard deviation of each piece's channels before cleaning, mV.
    """

    ecg: Tensor
    first: Tensor
    length: Tensor
    raw_sd: Tensor


def load_noise(path: Path, *, device: str, prep: Preprocessing) -> Noise:
    """Read the noise cache; DatabaseError where it is absent, partial or damaged."""
    pieces, sds = [], []
    for packed in cache.chosen(cache.load(path), NSTDB):
        record = cache.unpack(packed)
        n = round(record.n_samples * (_EM_TRAINING if record.name == "em" else 1.0))
        n = n * prep.grid_fs_hz // round(record.fs)
        grid = TimeGrid(record)
        raw, _ = grid.read(0, n)
        sds.append(raw[:2].std(axis=1))
        pieces.append(np.nan_to_num(CleanedSignal(grid, (0, 1), prep=prep).between(0, n)))
    length = np.array([p.shape[1] for p in pieces])
    first = np.cumsum(length) - length
    return Noise(
        torch.from_numpy(np.concatenate(pieces, axis=1)).to(device),
        torch.from_numpy(first).to(device),
        torch.from_numpy(length).to(device),
        torch.from_numpy(np.stack(sds).astype(np.float32)).to(device),
    )


class Variation:
    """What one batch of windows goes through: drawn once, then applied.

    Parameters
    ----------
    augment : Augment
        How much of what.
    n : int
        Windows in the batch.
    generator : torch.Generator
        On the device of the data; the same state gives the same variation.
    noise : Noise, optional
        Needed where `noise_share` is not 0.
    fs_hz : int
        Of the grid.
    """

    def __init__(
        self,
        augment: Augment,
        n: int,
        *,
        generator: torch.Generator,
        noise: Noise | None = None,
        fs_hz: int = PAPER.grid_fs_hz,
    ) -> None:
        # always the same number of draws, whatever is switched on
        u = torch.rand(n, 10, generator=generator, device=generator.device)
        even = 2 * u - 1
        self.augment, self.noise = augment, noise
        self.shift = even[:, 0] * augment.shift_ms * fs_hz / 1000  # samples
        self.pace = 1 + even[:, 1] * augment.time_warp
        self.wave = even[:, 2] * augment.time_warp
        self.drift = even[:, 3:5] * augment.amplitude  # (n, 2)
        self.noisy = u[:, 5] < augment.noise_share
        least, most = augment.noise_snr_db
        self.snr_db = least + u[:, 6] * (most - least)
        self.piece, self.place, self.swap = u[:, 7], u[:, 8], u[:, 9] < 0.5

    def places(self, start: Tensor, stop: Tensor, window: int) -> tuple[Tensor, Tensor]:
        """Where the samples of windows come from.

        Parameters
        ----------
        start, stop : (n,) int64
            The windows as they would be cut.
        window : int
            Samples of a network input, 400.

        Returns
        -------
        places : (n, window) float64
            Places on the grid, between samples.
        inside : (n, window) bool
            Which belong to the window; the rest is padding.
        """
        k = torch.arange(window, device=start.device, dtype=torch.float64)
        length = (stop - start).double()[:, None] / self.pace[:, None]  # samples it takes now
        turn = 2 * math.pi * k / length
        wave = self.wave[:, None] * length / (2 * math.pi) * torch.sin(turn)
        places = start[:, None] + self.shift[:, None] + self.pace[:, None] * (k + wave)
        return places, k < length

    def disturb(self, raw: Tensor, inside: Tensor) -> Tensor:
        """Drift of the gain and noise on windows (n, 2, window), mV; nothing in the padding."""
        window = raw.shape[2]
        along = torch.linspace(-1, 1, window, device=raw.device)
        raw = raw * (1 + self.drift[:, :, None] * along)
        if self.noise is None or self.augment.noise_share == 0:
            return raw
        return raw + self._noise_like(raw, inside, self.noise) * inside[:, None, :]

    def _noise_like(self, raw: Tensor, inside: Tensor, noise: Noise) -> Tensor:
        """Noise (n, 2, window) at each window's ratio to the signal, zeros where none is due.

        The gain follows the noise as recorded, before cleaning: of baseline wander, the cleaning
        leaves little, and no more than that little is added.
        """
        window = raw.shape[2]
        count = inside.sum(1, keepdim=True)[:, :, None].clamp_min(1)
        mean = raw.sum(2, keepdim=True) / count
        power = (((raw - mean) * inside[:, None, :]) ** 2).sum(2, keepdim=True) / count
        piece = (self.piece * len(noise.first)).long().clamp_max(len(noise.first) - 1)
        room = (noise.length[piece] - window).clamp_min(1)
        first = noise.first[piece] + (self.place.double() * room).long()
        index = first[:, None] + torch.arange(window, device=raw.device)
        found = noise.ecg[:, index].transpose(0, 1)  # (n, 2, window)
        sd = noise.raw_sd[piece]
        found = torch.where(self.swap[:, None, None], found.flip(1), found)
        sd = torch.where(self.swap[:, None], sd.flip(1), sd)
        gain = power.sqrt() / sd[:, :, None].clamp_min(1e-9)
        gain = gain * 10 ** (-self.snr_db / 20)[:, None, None]
        return torch.where(self.noisy[:, None, None], gain * found, 0.0)
