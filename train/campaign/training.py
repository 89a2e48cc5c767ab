"""One training of a campaign: gone on with, saved within the minute, its answers kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from safetensors.torch import save as save_safetensors
from torch import Tensor

from ecgviewer.model.bundle import narrow, sha256
from train.campaign import compact
from train.campaign.clock import Clock
from train.campaign.compact import Kept
from train.campaign.data import Lesson
from train.campaign.expected import kind_of
from train.fit.precision import of_history
from train.fit.trainer import Trainer
from train.fit.validation import validated_on
from train.scoring.learners import shipped_network
from train.scoring.results import machine
from train.scoring.score import score

SAVE_EVERY_S = 40.0
_GUESS = 0.5  # of a training batch's time, an equal batch of validation


@dataclass(frozen=True)
class Pace:
    """How fast a run goes on this machine; plain data for the index."""

    name: str
    kind: str
    machine: str
    epochs: int
    seconds: float


class Training:
    """A run of the trainer against the clock.

    Parameters
    ----------
    name : str
        Of the item.
    lesson : Lesson
        Configuration and data.
    clock : Clock
        Minutes of the call.
    save : callable
        Given the run whenever a save is due.
    answers : bool
        Whether the sigmoids on the validation rows are kept.
    """

    def __init__(
        self,
        name: str,
        lesson: Lesson,
        clock: Clock,
        *,
        save: Callable[["Training"], None],
        answers: bool,
    ) -> None:
        self.name, self.lesson, self._clock, self._save = name, lesson, clock, save
        self.trainer = Trainer(
            lesson.config,
            lesson.cutter,
            lesson.split,
            Path(name),
            report=lambda _: None,
            noise=lesson.noise,
        )
        self._wanted = answers
        self._answers: Tensor | None = None
        self._answered = -1
        self._saved = self._began = time.monotonic()
        self._batches, self._over = 0, False
        self._seconds_before, self._epochs_before = 0.0, 0

    @property
    def plain_config(self) -> dict[str, Any]:
        """The configuration as it is kept."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self.lesson.config))
        return plain

    def go_on(self, data: bytes) -> None:
        """Continue from a checkpoint; ConfigError where it is of another run."""
        state = self.trainer.state
        kept = compact.restore(data, state, config=self.plain_config, where=self.name)
        self._answers, self._answered = kept.answers, kept.answered
        self._seconds_before, self._epochs_before = state.seconds, state.epoch
        self.trainer.go_on(kept.position)

    def packed(self, *, best: bool) -> bytes:
        """The run as a checkpoint, with its best weights or without."""
        kept = Kept(self.trainer.position, self.answers, self._answered)
        return compact.pack(self.trainer.state, kept, config=self.plain_config, best=best)

    def run(self) -> bool:
        """Train until it is done or the minutes are; whether it is done. Saved either way."""
        self.trainer.prepare()
        self._began = time.monotonic()
        while not self.trainer.is_done:
            if self.trainer.advance(self._stops):
                self._over = self._is_over(0.0)
            if self._over:
                break
            if self._is_due:
                self._save(self)
                self._saved = time.monotonic()
        done = self.trainer.is_done
        if not done:
            self._save(self)
        return done

    @property
    def answers(self) -> Tensor | None:
        """(n, 5) sigmoids of the best network so far, its weights in fp16 as it would ship."""
        state = self.trainer.state
        last = self.lesson.config.take == "last" and not self.trainer.is_done
        if not self._wanted or last or not state.best_weights:
            return self._answers
        if self._answered != state.best_epoch:
            network = shipped_network(self.lesson.config, state.best_weights)
            found = score([network], self.lesson.cutter, self.lesson.split.validation)
            self._answers, self._answered = torch.from_numpy(found.votes[:, 0]), state.best_epoch
        return self._answers

    @property
    def accuracy(self) -> float | None:
        """Share of the validation rows that the best network gives their class, if answered."""
        answers = self.answers
        if answers is None:
            return None
        label = self.lesson.cutter.label.cpu()[self.lesson.split.validation]
        return float((answers.argmax(1) == label).double().mean())

    @property
    def pace(self) -> Pace:
        """How fast it went in this call."""
        state = self.trainer.state
        epochs = state.epoch - self._epochs_before
        ended = state.history[-1]["seconds"] if epochs else self._seconds_before
        seconds = ended - self._seconds_before
        kind = kind_of(self.lesson.config)
        return Pace(self.name, kind, machine_name(self.lesson.cutter.device.type), epochs, seconds)

    def account(self, *, share: float) -> dict[str, Any]:
        """What is told of a finished run."""
        state, found = self.trainer.state, machine()
        config, split, accuracy = self.lesson.config, self.lesson.split, self.accuracy
        return {
            "config": msgspec.to_builtins(config),
            "epochs_run": state.epoch,
            "best_epoch": state.best_epoch,
            "minutes": round(state.seconds / 60, 2),
            "validation_during_training": state.history[state.best_epoch],
            "validation_accuracy": None if accuracy is None else round(accuracy, 6),
            "validated_on": validated_on(config),
            "precision": of_history(state.history),
            "training_beats": len(split.train),
            "card": machine_name(self.lesson.cutter.device.type),
            "weights_sha256": sha256(self.weights()),
            "history": state.history,
            "pace": vars(self.pace),
            "share": share,
            "machine": found,
        }

    def weights(self) -> bytes:
        """The best network's weights, fp16 safetensors, as it would ship."""
        return save_safetensors(narrow(dict(self.trainer.state.best_weights)))

    def kept_answers(self) -> dict[str, Any] | None:
        """What `Book.put_run` keeps of the answers."""
        answers = self.answers
        if answers is None:
            return None
        rows, cutter = self.lesson.split.validation, self.lesson.cutter
        return {
            "sigmoids": compact.pack_sigmoids(answers).numpy(),
            "label": cutter.label.cpu().numpy()[rows].astype(np.uint8),
            "rows": rows.astype(np.int32),
            "record": cutter.record.cpu().numpy()[rows].astype(np.int16),
            "names": np.array(self.lesson.names),
        }

    @property
    def _is_due(self) -> bool:
        return time.monotonic() - self._saved > SAVE_EVERY_S

    def _is_over(self, more_s: float) -> bool:
        """Whether what takes `more_s` would leave no time to save after it."""
        answering = 2 * self._validation() if self._wanted else 0.0
        return self._clock.left_s < more_s + answering

    def _stops(self, left: int) -> bool:
        self._batches += 1
        self._over = self._is_over(0.0 if left else self._validation())
        return self._over or self._is_due

    def _validation(self) -> float:
        """Seconds that a validation takes: as measured, or guessed from the batches so far."""
        watched = len(self.lesson.split.validation) / self.lesson.config.batch
        if self.lesson.config.validate_beats:
            watched = min(watched, self.lesson.config.validate_beats / self.lesson.config.batch)
        a_batch = (time.monotonic() - self._began) / max(1, self._batches)
        return watched * a_batch * _GUESS


def machine_name(device: str) -> str:
    """The card's name, or "cpu"."""
    return torch.cuda.get_device_name() if device == "cuda" else "cpu"
