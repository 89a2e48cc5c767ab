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
from train.campaign.reserve import Reserve
from train.fit.precision import of_history
from train.fit.trainer import Trainer
from train.fit.validation import validated_on
from train.scoring.learners import shipped_network
from train.scoring.results import machine
from train.scoring.score import score

SAVE_EVERY_S = 40.0


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
        self._saved, self._over = time.monotonic(), False
        self._validates = self._saved  # when the last batch of an epoch had ended
        self._reserve = self._reserved()
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
        """Train until it is done or the minutes are; whether it is done. Saved if it is not.

        LossError where a loss is no number; the save before stays as it is.
        """
        self.trainer.prepare()
        self._reserve = self._reserved()
        while not self.trainer.is_done:
            if self._advance():
                self._over = self._is_over(validating=False)
            if self._over:
                break
            if self._is_due:
                self._keep()
        done = self.trainer.is_done
        if not done:
            self._keep()
        return done

    def _advance(self) -> bool:
        """Train on; whether an epoch ended, whose validation is timed."""
        self._validates = time.monotonic()
        ended = self.trainer.advance(self._stops)
        if ended:
            self._reserve.validated(time.monotonic() - self._validates)
        self._reserve.pause()
        return ended

    def _keep(self) -> None:
        """Save; LossError where there is nothing worth it."""
        self.trainer.check()
        self._save(self)
        self._saved = time.monotonic()

    @property
    def answers(self) -> Tensor | None:
        """(n, 5) sigmoids of the best network so far, its weights in fp16 as it would ship."""
        if self._is_unanswered:
            state = self.trainer.state
            began = time.monotonic()
            network = shipped_network(self.lesson.config, state.best_weights)
            found = score([network], self.lesson.cutter, self.lesson.split.validation)
            self._answers, self._answered = torch.from_numpy(found.votes[:, 0]), state.best_epoch
            self._reserve.answers(time.monotonic() - began)
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
            # None: neither kept for their worth nor since the last save
            "weights_sha256": sha256(self.weights()) if state.best_weights else None,
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
    def _is_unanswered(self) -> bool:
        """Whether the best network so far is still to be asked; the last one, once it is."""
        state = self.trainer.state
        waits = self.lesson.config.take == "last" and not self.trainer.is_done
        asked = self._answered == state.best_epoch
        return self._wanted and not waits and bool(state.best_weights) and not asked

    @property
    def _is_due(self) -> bool:
        return time.monotonic() - self._saved > SAVE_EVERY_S

    def _is_over(self, *, validating: bool) -> bool:
        """Whether the next step would leave no time to answer and to save after it."""
        needs = self._reserve.validation_s if validating else 0.0
        if validating or self._is_unanswered:
            needs += self._reserve.answering_s
        return self._clock.left_s < needs

    def _stops(self, left: int) -> bool:
        self._reserve.batch()
        self._over = self._is_over(validating=not left)
        if not left:
            self._validates = time.monotonic()
        return self._over or self._is_due

    def _reserved(self) -> Reserve:
        config, rows = self.lesson.config, len(self.lesson.split.validation)
        watched = min(rows, config.validate_beats or rows)
        return Reserve(
            watched=watched / config.batch,
            answered=rows / config.batch if self._wanted else 0.0,
            left_s=self._clock.left_s,
            settle=self._settle,
            now=time.monotonic,
        )

    def _settle(self) -> None:
        if self.lesson.cutter.device.type == "cuda":
            torch.cuda.synchronize(self.lesson.cutter.device)


def machine_name(device: str) -> str:
    """The card's name, or "cpu"."""
    return torch.cuda.get_device_name() if device == "cuda" else "cpu"
