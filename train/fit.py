"""Training of one member network: seeded, resumable, the same path on CPU and CUDA."""

import copy
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ecgviewer.model.architectures import ARCHITECTURES
from train.config import Config, ConfigError
from train.metrics import confusion, macro_f1, overall_accuracy
from train.splits import Split
from train.windows import WindowCutter, drop_leads

Rows = NDArray[np.int64]
Report = Callable[[dict[str, Any]], None]


@dataclass
class State:
    """Everything a run needs to go on as if it had not stopped."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    epoch: int = 0
    best_score: float = -math.inf
    best_epoch: int = -1
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0


def _parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Decay for weights only: biases and normalisation have one dimension."""
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others}]


def learning_rate(config: Config, epoch: int, progress: float) -> float:
    """Learning rate at an epoch and the share of it that is done.

    One-cycle: linear from a tenth over the first fifth, then half a cosine to a thousandth.
    """
    if config.schedule == "step":
        return config.learning_rate * config.step_factor ** (epoch // config.step_epochs)
    t = (epoch + progress) / config.epochs
    if t < 0.2:
        return config.learning_rate * (0.1 + 0.9 * t / 0.2)
    return config.learning_rate * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * (t - 0.2) / 0.8)))


def _epoch_rows(split: Split, labels: Tensor, config: Config, rng: np.random.Generator) -> Rows:
    rows = split.train
    if config.keep_normal < 1:
        normal = labels[torch.from_numpy(rows)].cpu().numpy() == 0
        n_keep = round(config.keep_normal * normal.sum())
        kept = rng.permutation(rows[normal])[:n_keep]
        rows = np.concatenate([kept, rows[~normal]])
    return rng.permutation(rows)


@torch.inference_mode()
def predict(
    network: nn.Module,
    cutter: WindowCutter,
    rows: Rows,
    *,
    leads: tuple[bool, bool] = (True, True),
    batch: int = 512,
    precision: str = "bf16",
) -> Tensor:
    """Sigmoids (n, 5) float32 of rows; a lead switched off in `leads` is given as zeros."""
    network.eval()
    keep = torch.tensor(leads, dtype=torch.float32, device=cutter.device)[None, :, None]
    out = []
    for part in np.array_split(rows, max(1, -(-len(rows) // batch))):
        windows = cutter.cut(torch.from_numpy(part).to(cutter.device)) * keep
        with torch.autocast(cutter.device.type, torch.bfloat16, enabled=precision == "bf16"):
            logits = network(windows)
        out.append(torch.sigmoid(logits.float()).cpu())
    return torch.cat(out) if out else torch.empty(0, 5)


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
    """

    def __init__(
        self, config: Config, cutter: WindowCutter, split: Split, folder: Path, *, report: Report
    ) -> None:
        self.config, self.cutter, self.split = config, cutter, split
        self.folder, self.report = folder, report
        torch.manual_seed(config.seed)
        network = ARCHITECTURES[config.architecture](**config.arguments).to(cutter.device)
        optimizer = torch.optim.Adam(_parameter_groups(network, config.weight_decay))
        self.state = State(network, optimizer)

    @property
    def checkpoint(self) -> Path:
        """Where the state is kept after every epoch."""
        return self.folder / "checkpoint.pt"

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one of this very configuration."""
        if not self.checkpoint.is_file():
            return
        saved = torch.load(self.checkpoint, map_location=self.cutter.device, weights_only=True)
        ours = msgspec.to_builtins(self.config)
        if json.loads(saved["config"]) != ours:
            raise ConfigError(f"{self.checkpoint}: was made by another configuration; not resumed")
        state = self.state
        state.network.load_state_dict(saved["network"])
        state.optimizer.load_state_dict(saved["optimizer"])
        state.epoch, state.best_epoch = saved["epoch"], saved["best_epoch"]
        state.best_score, state.seconds = saved["best_score"], saved["seconds"]
        state.best_weights = saved["best_weights"]
        state.history = json.loads(saved["history"])

    def _save(self) -> None:
        state = self.state
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.checkpoint.with_suffix(".part")
        torch.save(
            {
                "config": json.dumps(msgspec.to_builtins(self.config)),
                "network": state.network.state_dict(),
                "optimizer": state.optimizer.state_dict(),
                "epoch": state.epoch,
                "best_epoch": state.best_epoch,
                "best_score": state.best_score,
                "best_weights": state.best_weights,
                "seconds": state.seconds,
                "history": json.dumps(state.history),
            },
            part,
        )
        part.replace(self.checkpoint)
        (self.folder / "history.json").write_text(json.dumps(state.history, indent=1) + "\n")

    def run(self, *, max_minutes: float = math.inf) -> State:
        """Train until the epochs are done, the patience is at its end or the time is up."""
        started = time.monotonic()
        state = self.state
        while state.epoch < self.config.epochs:
            if state.epoch - 1 - state.best_epoch >= self.config.patience:
                break
            if (time.monotonic() - started) / 60 >= max_minutes:
                break
            self._one_epoch()
            self._save()
        return state

    def _one_epoch(self) -> None:
        state, config = self.state, self.config
        started = time.monotonic()
        # one generator an epoch: a resumed run draws what an uninterrupted one would
        rng = np.random.default_rng([config.seed, state.epoch])
        generator = torch.Generator().manual_seed(config.seed * 100_003 + state.epoch)
        torch.manual_seed(config.seed * 200_003 + state.epoch)  # dropout
        rows = _epoch_rows(self.split, self.cutter.label, config, rng)
        loss = self._train(rows, generator)
        validation = self._validate()
        state.seconds += time.monotonic() - started
        line = {"epoch": state.epoch, "loss": round(loss, 6), **validation}
        line["seconds"] = round(state.seconds, 1)
        state.history.append(line)
        better = validation["accuracy"] > state.best_score + config.min_delta
        if better or config.take == "last":
            state.best_score, state.best_epoch = validation["accuracy"], state.epoch
            weights = state.network.state_dict()
            state.best_weights = {k: copy.deepcopy(v).cpu() for k, v in weights.items()}
        state.epoch += 1
        self.report(line)

    def _train(self, rows: Rows, generator: torch.Generator) -> float:
        config, cutter, network = self.config, self.cutter, self.state.network
        network.train()
        device = cutter.device
        reach = round(config.jitter_ms * cutter.prep.grid_fs_hz / 1000)
        n_batches = max(1, len(rows) // config.batch)
        total = torch.zeros((), device=device)
        for i in range(n_batches):
            rate = learning_rate(config, self.state.epoch, i / n_batches)
            for group in self.state.optimizer.param_groups:
                group["lr"] = rate
            part = torch.from_numpy(rows[i * config.batch : (i + 1) * config.batch])
            jitter = torch.randint(-reach, reach + 1, (len(part),), generator=generator).to(device)
            windows = cutter.cut(part.to(device), jitter=jitter)
            windows = drop_leads(windows, config.lead_dropout, generator)
            label = cutter.label[part.to(device)]
            weight = torch.where(label == 0, 1 / config.keep_normal, 1.0)[:, None]
            target = nn.functional.one_hot(label, 5).float()
            with torch.autocast(device.type, torch.bfloat16):
                logits = network(windows)
            loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), target, weight)
            self.state.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            if config.clip_norm:
                nn.utils.clip_grad_norm_(network.parameters(), config.clip_norm)
            self.state.optimizer.step()
            total += loss.detach()
            if i % 20 == 19:
                self.report({"batch": i + 1, "of": n_batches, "loss": float(total) / (i + 1)})
        return float(total) / n_batches

    def _validate(self) -> dict[str, float]:
        rows = self.split.validation
        if self.config.validate_beats and self.config.validate_beats < len(rows):
            rng = np.random.default_rng(self.config.seed)
            rows = np.sort(rng.permutation(rows)[: self.config.validate_beats])
        sigmoids = predict(self.state.network, self.cutter, rows)
        label = self.cutter.label[torch.from_numpy(rows).to(self.cutter.device)].cpu().numpy()
        matrix = confusion(label, sigmoids.argmax(1).numpy())
        return {
            "accuracy": round(overall_accuracy(matrix), 6),
            "macro_f1": round(macro_f1(matrix), 6),
        }
