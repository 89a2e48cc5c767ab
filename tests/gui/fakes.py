"""An ensemble of ten lines for the window's tests: instant, or as slow as a test wants."""

import threading

import numpy as np
from torch import Tensor

from ecgviewer.model.ensemble import Prediction
from ecgviewer.model.place import Place
from ecgviewer.signal.params import PAPER

SENTENCE = "Made for tests; on new patients it finds 1 of 100 S and 2 of 100 V beats."


class FakeEnsemble:
    """Calls one beat in five V, by a number drawn from its window; both members agree."""

    name, title, hash, device, precision = "fake", "Fake", "0123456789abcdef", "cpu", "fp32"
    members, weights, prep = ("first", "second"), (0.5, 0.5), PAPER
    unseen_sentence, intended_use = SENTENCE, "for tests"
    takes_context, review_below = False, 0.0
    place, computed_on, notice, mixed = Place(), "cpu", "", False

    def __init__(self) -> None:
        self.card = {"leaks": "nothing", "metrics": {}, "unseen": {}, "member_cards": {}}
        self.gate = threading.Event()  # a test that clears it holds the networks up
        self.gate.set()
        self.asked = threading.Event()  # once a batch has come as far as the gate
        self.n_batches = 0

    def after(self, _computed_on: str) -> "FakeEnsemble":
        return self

    def release(self) -> None:
        """Nothing is kept."""

    def predict(
        self, windows: Tensor, context: np.ndarray | None = None, *, stop=lambda: False
    ) -> Prediction:
        self.asked.set()
        self.gate.wait(10)
        self.n_batches += 1
        lot = (np.abs(windows.numpy()).sum(axis=(1, 2)) * 1000).astype(np.int64) % 5
        votes = np.full((len(windows), 2, 5), 0.05, np.float32)
        votes[np.arange(len(windows)), :, np.where(lot == 0, 2, 0)] = 0.8
        fused = votes.mean(axis=1).astype(np.float64)
        return Prediction(fused / fused.sum(axis=1, keepdims=True), votes)


class FakePrompts:
    """Answers that a test gives in the user's place, and what was asked."""

    def __init__(self, _window: object = None) -> None:
        self.open_path = self.save_path = self.at = self.count = None
        self.yes = True
        self.questions: list[str] = []
        self.dialogs: list[object] = []

    def record_to_open(self, folder):
        return self.open_path

    def file_to_save(self, title, suggestion, kinds):
        self.suggestion = suggestion
        return self.save_path

    def folder(self, title, start):
        return None

    def agrees(self, title, question, yes):
        self.questions.append(question)
        return self.yes

    def time(self, now_s, duration_s):
        return self.at

    def number(self, title, question, now, most):
        self.questions.append(question)
        return self.count

    def show(self, dialog):
        self.dialogs.append(dialog)
