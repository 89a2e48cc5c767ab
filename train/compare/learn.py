"""Training of a compared network against the clock; watches and chooses nothing on validation.

`train.fit.trainer` trains what ships: checkpoints, early stop. Here a run is minutes long and is
begun anew when it is cut short, its inputs need not be windows, and its schedule ends with its
minutes.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ecgviewer.model.runner import Precision
from train.compare.classifier import Rows, Say, Settings
from train.data.sampling import parameter_groups
from train.fit.finite import check_loss
from train.fit.precision import for_training

# (rows on the device, a generator while training and None afterwards) -> network inputs
Inputs = Callable[[Tensor, torch.Generator | None], Tensor]
TAIL_S = 2.0  # kept from the minutes for the last step and the bookkeeping


@dataclass(frozen=True)
class Learnt:
    """How far a training came.

    Attributes
    ----------
    epochs : float
        Passes over the training beats (with `keep_normal`, over the share of N drawn).
    steps : int
        Batches.
    minutes : float
        Wall clock.
    stopped : bool
        Whether the clock ended it before its epochs.
    precision : str
        It was trained in.
    """

    epochs: float
    steps: int
    minutes: float
    stopped: bool
    precision: Precision


def one_cycle(progress: float) -> float:
    """Share of the full learning rate: from a tenth up over a fifth, then half a cosine down."""
    if progress < 0.2:
        return 0.1 + 0.9 * progress / 0.2
    return 0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * (progress - 0.2) / 0.8))


class _Passes:
    """Batches of rows without end; each pass draws its share of the N beats anew.

    A pass is brought to the device as a whole.
    """

    def __init__(self, rows: Rows, labels: Rows, settings: Settings, device: torch.device) -> None:
        self._device = device
        self._normal, self._others = rows[labels == 0], rows[labels != 0]
        self._n_kept = round(settings.keep_normal * len(self._normal))
        self._batch = min(settings.batch, self._n_kept + len(self._others))
        self._rng = np.random.default_rng([settings.seed, settings.fold])
        self._left: list[Tensor] = []

    @property
    def steps(self) -> int:
        """Batches of a pass; the odd beats at its end are left out."""
        return max(1, (self._n_kept + len(self._others)) // self._batch)

    def next(self) -> Tensor:
        if not self._left:
            kept = self._rng.permutation(self._normal)[: self._n_kept]
            order = self._rng.permutation(np.concatenate([kept, self._others]))
            whole = order[: self.steps * self._batch]
            there = torch.from_numpy(whole).to(self._device)
            self._left = list(there.reshape(self.steps, self._batch))
        return self._left.pop()


class _Clock:
    """Steps, and how far the schedule is: at its end with the last step or with the minutes."""

    def __init__(self, n_steps: int, minutes: float) -> None:
        self._n_steps, self._limit = n_steps, 60 * minutes - TAIL_S
        self._started, self._told = time.monotonic(), 0.0
        self.step, self.spent, self.progress = 0, 0.0, 0.0

    @property
    def is_done(self) -> bool:
        """Whether all steps are made."""
        return self.step >= self._n_steps

    @property
    def goes_on(self) -> bool:
        """Whether another step is due; the first always is."""
        return self.step == 0 or (not self.is_done and self.spent < self._limit)

    def tick(self) -> bool:
        """Count a step; whether it is time to say something."""
        self.step += 1
        self.spent = time.monotonic() - self._started
        # the machine may slow down: what is left of the schedule goes over the steps that fit now
        fitting = (self._limit - self.spent) * self.step / max(self.spent, 1e-6)
        self.progress += (1 - self.progress) / max(1.0, min(self._n_steps - self.step, fitting))
        is_due = self.spent - self._told > 10
        if is_due:
            self._told = self.spent
        return is_due


def learn(
    network: nn.Module,
    inputs: Inputs,
    labels: Tensor,
    rows: Rows,
    settings: Settings,
    *,
    rate: float,
    minutes: float,
    say: Say,
) -> Learnt:
    """Train a network in place; LossError where the loss is no number, looked at now and then.

    Parameters
    ----------
    network : nn.Module
        On the device of the labels.
    inputs : callable
        Makes a batch.
    labels : (n,) int64
        Classes of all beats.
    rows : (m,) int64
        Training beats, drawn as often as they are listed.
    settings : Settings
        Batch, epochs, share of N, decay, seed.
    rate : float
        Largest learning rate, Adam.
    minutes : float
        Wall clock that may be used; the schedule is stretched so that it ends by then.
    say : callable
        Told now and then.

    Returns
    -------
    Learnt
    """
    device = labels.device
    passes = _Passes(rows, labels.cpu().numpy()[rows], settings, device)
    optimizer = torch.optim.Adam(parameter_groups(network, settings.weight_decay), lr=rate)
    precision = for_training(network, device.type)
    generator = torch.Generator(device).manual_seed(settings.seed)
    clock = _Clock(max(1, round(settings.epochs * passes.steps)), minutes)
    network.train()
    while clock.goes_on:
        for group in optimizer.param_groups:
            group["lr"] = rate * one_cycle(clock.progress)
        batch = passes.next()
        loss = _step(
            network, optimizer, inputs(batch, generator), labels[batch], settings, precision
        )
        is_due = clock.tick()
        if is_due or not clock.goes_on:
            seen = float(loss)
            check_loss(seen, where=f"{settings.run}: batch {clock.step}")
        if is_due:
            say(f"{100 * clock.progress:.0f} % trained, loss {seen:.4f}")
    minutes = clock.spent / 60
    return Learnt(clock.step / passes.steps, clock.step, minutes, not clock.is_done, precision)


def _step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    x: Tensor,
    label: Tensor,
    settings: Settings,
    precision: Precision,
) -> Tensor:
    """One step of the optimizer; its loss, not waited for."""
    with torch.autocast(x.device.type, torch.bfloat16, enabled=precision == "bf16"):
        logits = network(x)
    loss = _loss(logits.float(), label, settings)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss.detach()


def _loss(logits: Tensor, label: Tensor, settings: Settings) -> Tensor:
    """Binary cross-entropy on one-hot; an N beat stands for those not drawn this time."""
    weight = torch.where(label == 0, 1 / settings.keep_normal, 1.0)[:, None]
    target = nn.functional.one_hot(label, 5).float()
    return nn.functional.binary_cross_entropy_with_logits(logits, target, weight)


@torch.inference_mode()
def sigmoids(network: nn.Module, inputs: Inputs, rows: Rows, *, device: torch.device) -> Tensor:
    """(n, 5) float32 of rows, in fp32."""
    network.eval()
    out = []
    for start in range(0, len(rows), 512):
        batch = torch.from_numpy(rows[start : start + 512]).to(device)
        out.append(torch.sigmoid(network(inputs(batch, None)).float()).cpu())
    return torch.cat(out)
