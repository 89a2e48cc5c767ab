"""Training of one member network: seeded, resumable, the same path on CPU and CUDA."""

import copy
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ecgviewer.model import capability
from ecgviewer.model.architectures import ARCHITECTURES
from ecgviewer.model.bundle import set_deterministic
from ecgviewer.model.context_head import ContextHead
from ecgviewer.model.runner import Precision
from ecgviewer.signal.params import CONTEXT
from train.config import Config, ConfigError
from train.data.augment import Noise
from train.data.database import CONTEXT_LEADS
from train.data.sampling import (
    Rows,
    bag,
    epoch_rows,
    parameter_groups,
    row_weights,
    some_from_copies,
)
from train.data.splits import Split
from train.data.windows import WindowCutter, kept_leads
from train.fit import checkpoint
from train.fit.checkpoint import CHECKPOINT, State
from train.fit.context_head import fit_context, freeze
from train.fit.epoch import Epoch, Position
from train.fit.finite import check_weights
from train.fit.precision import for_training
from train.fit.schedule import learning_rate
from train.fit.validation import figures, validated_on, watched

Report = Callable[[dict[str, Any]], None]
Stop = Callable[[int], bool]  # batches left of the epoch -> whether to stop here
_REPORT_EVERY = 20  # batches; each report waits for the device


def arguments(config: Config) -> dict[str, Any]:
    """Arguments of the network, the number of context columns among them where it takes any."""
    return {**config.arguments, **({"n_context": CONTEXT.columns} if config.context else {})}


def build(config: Config) -> nn.Module:
    """The network of a configuration; ConfigError where it names none or arguments do not fit."""
    if config.architecture not in ARCHITECTURES:
        known = ", ".join(sorted(ARCHITECTURES))
        raise ConfigError(f"{config.name}: architecture {config.architecture!r} is none of {known}")
    try:
        return ARCHITECTURES[config.architecture](**arguments(config))
    except (TypeError, ValueError, RuntimeError, ArithmeticError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{config.name}: arguments of {config.architecture}: {reason}") from error


def ask(network: nn.Module, windows: Tensor, context: Tensor | None) -> Tensor:
    """Logits of windows, with their context where the network takes one."""
    wanted = getattr(network, "takes_context", False)
    logits: Tensor = network(windows, context) if wanted else network(windows)
    return logits


@torch.inference_mode()
def predict(
    network: nn.Module,
    cutter: WindowCutter,
    rows: Rows,
    *,
    leads: tuple[bool, bool] = (True, True),
    batch: int = 512,
    precision: Precision,
) -> Tensor:
    """Sigmoids (n, 5) float32 of rows; a lead switched off in `leads` is given as zeros.

    A record's only lead is never switched off.

    BundleError where the network cannot be computed in bf16 and that is asked for.
    """
    capability.choose(precision, [network], cutter.device.type)
    network.eval()
    table = CONTEXT_LEADS.index((int(leads[0]), int(leads[1])))
    out = []
    for part in np.array_split(rows, max(1, -(-len(rows) // batch))):
        there = torch.from_numpy(part).to(cutter.device)
        keep = kept_leads(torch.full_like(there, table), cutter.there[there])
        windows = cutter.cut(there) * keep[:, :, None]
        with torch.autocast(cutter.device.type, torch.bfloat16, enabled=precision == "bf16"):
            logits = ask(network, windows, cutter.columns(there, table))
        out.append(torch.sigmoid(logits.float()))
    return torch.cat(out).cpu() if out else torch.empty(0, 5)


class Trainer:
    """One run.

    Parameters
    ----------
    config : Config
        What to do.
    cutter : WindowCutter
        The data, on the device to train on.
    split : Split
        Rows; the test part is never read.
    folder : Path
        Where checkpoint and log go.
    report : callable
        Told of every epoch and, now and then, of batches.
    noise : Noise, optional
        For augmentation, on the cutter's device.
    trained_on : sequence of str
        The training records, as "mitdb/101", for the account of it.
    """

    def __init__(
        self,
        config: Config,
        cutter: WindowCutter,
        split: Split,
        folder: Path,
        *,
        report: Report,
        noise: Noise | None = None,
        trained_on: Sequence[str] = (),
    ) -> None:
        if config.augment.noise_share and noise is None:
            raise ConfigError(f"{config.name}: noise_share needs the noise cache; prepare --noise")
        set_deterministic()
        self.config, self.cutter = config, cutter
        self.folder, self.report, self.noise = folder, report, noise
        self._labels: Rows = cutter.label.cpu().numpy()
        self._rows = bag(split.train, config)
        self._validation = watched(split.validation, config)
        records = cutter.record.cpu().numpy()
        self._weights = row_weights(config, self._labels, records, split.train).to(cutter.device)
        torch.manual_seed(config.seed)
        network = build(config).to(cutter.device)
        self.precision = for_training(network, cutter.device.type)
        if config.context:
            columns = cutter.columns(torch.from_numpy(split.train).to(cutter.device))
            if columns is None:
                raise ConfigError(f"{config.name}: the records were read without their context")
            network.head.fit(columns)  # type: ignore[union-attr, operator]
        optimizer = torch.optim.Adam(parameter_groups(network, config.weight_decay))
        self.state = State(network, optimizer, trained_on=tuple(trained_on))
        self._epoch: Epoch | None = None

    @property
    def is_done(self) -> bool:
        """Whether the epochs are run or the patience is at its end."""
        return checkpoint.is_done(self.state.epoch, self.state.best_epoch, self.config)

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one of this very configuration."""
        if (self.folder / CHECKPOINT).is_file():
            checkpoint.restore(self.state, self.config, self.folder)

    def run(self, *, max_minutes: float = math.inf) -> State:
        """Train until the epochs are done, the patience is at its end or the time is up.

        The context layers' own training is not on the clock: it is kept with the first epoch only,
        so a time shorter than it would never come further.
        """
        if not self.is_done and max_minutes > 0:
            self.prepare()
        started = time.monotonic()
        while not self.is_done and (time.monotonic() - started) / 60 < max_minutes:
            self.advance(lambda _: False)
            checkpoint.save(self.state, self.config, self.folder)
        return self.state

    def prepare(self) -> None:
        """Train the context layers, if any, at a run's start; on going on they are as saved."""
        if not self.config.context:
            return
        head = self.state.network.head
        assert isinstance(head, ContextHead)
        if self.state.epoch or self._epoch:
            freeze(head)
            return
        began = time.monotonic()
        fit_context(head, self.cutter, self._rows, self._weights, self.config)
        self.state.seconds += time.monotonic() - began

    def advance(self, stop: Stop) -> bool:
        """Train on to the epoch's end, its validation included, unless told to stop before.

        Parameters
        ----------
        stop : callable
            Asked after every batch how many batches are left, 0: validation is next; no waiting for
            the device goes before it.

        Returns
        -------
        bool
            Whether the epoch ended; if not, the next call goes on within it.

        Raises
        ------
        LossError
            Where the loss is no number; looked at with the reports.
        """
        started = time.monotonic()
        epoch = self._epoch = self._epoch or self._begin()
        self.state.network.train()
        while epoch.left:
            self._batch(epoch)
            if stop(epoch.left):
                self.state.seconds += time.monotonic() - started
                return False
        self.check()
        line = {"epoch": self.state.epoch, **epoch.figures(), **self._validate()}
        self.state.seconds += time.monotonic() - started
        self._epoch = None
        self._end(line)
        return True

    def check(self) -> None:
        """LossError where the loss of the epoch or a weight is no number; waits for the device."""
        if self._epoch:
            self._epoch.report()
        check_weights(self.state.network, where=self.config.name)

    @property
    def position(self) -> Position | None:
        """Where within an epoch it is; None: between two."""
        return self._epoch.position() if self._epoch else None

    def go_on(self, position: Position | None) -> None:
        """Continue within the epoch that is due."""
        if position is not None:
            self._epoch = self._begin()
            self._epoch.go_on(position)

    def _begin(self) -> Epoch:
        state, config = self.state, self.config
        # one generator an epoch: a resumed run draws what an uninterrupted one would
        rng = np.random.default_rng([config.seed, state.epoch])
        rows = epoch_rows(self._rows, self._labels, config, rng)
        rows = some_from_copies(rows, self._labels, config, rng)
        return Epoch(
            config, self.cutter, torch.from_numpy(rows), number=state.epoch, noise=self.noise
        )

    def _end(self, line: dict[str, Any]) -> None:
        """Keep what an epoch brought, and tell."""
        state, config = self.state, self.config
        line["learning_rate"] = learning_rate(config, state.epoch, 0.0)
        line |= {"seconds": round(state.seconds, 1), "precision": self.precision}
        line["validated_on"] = validated_on(config)
        state.history.append(line)
        better = line["accuracy"] > state.best_score + config.min_delta
        if better or config.take == "last":
            state.best_score, state.best_epoch = line["accuracy"], state.epoch
            weights = state.network.state_dict()
            state.best_weights = {k: copy.deepcopy(v).cpu() for k, v in weights.items()}
        state.epoch += 1
        self.report(line)

    def _batch(self, epoch: Epoch) -> None:
        rate = learning_rate(self.config, self.state.epoch, epoch.batch / epoch.n_batches)
        for group in self.state.optimizer.param_groups:
            group["lr"] = rate
        batch = epoch.next()
        context = self.cutter.columns(batch.rows, batch.table)
        epoch.total += self._step(batch.rows, batch.windows, context)
        if epoch.batch % _REPORT_EVERY == 0 or not epoch.left:
            self.report(epoch.report())

    def _step(self, rows: Tensor, windows: Tensor, context: Tensor | None) -> Tensor:
        """One step of the optimizer; loss and number of beats classified rightly, (2,)."""
        network, optimizer = self.state.network, self.state.optimizer
        label = self.cutter.label[rows]
        target = nn.functional.one_hot(label, 5).float()
        half = self.precision == "bf16"
        with torch.autocast(self.cutter.device.type, torch.bfloat16, enabled=half):
            logits = ask(network, windows, context).float()
        loss = nn.functional.binary_cross_entropy_with_logits(
            logits, target, self._weights[rows][:, None]
        )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.config.clip_norm:
            nn.utils.clip_grad_norm_(network.parameters(), self.config.clip_norm)
        optimizer.step()
        return torch.stack([loss.detach(), (logits.argmax(1) == label).sum().float()])

    def _validate(self) -> dict[str, float]:
        network, rows = self.state.network, self._validation
        sigmoids = predict(network, self.cutter, rows, precision=self.precision)
        return figures(sigmoids, self._labels[rows])
