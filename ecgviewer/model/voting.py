"""What the members of an ensemble say in one place, and close calls settled.

The answer by definition is fp32 on the processor. Faster ways may round otherwise, so where the two
largest fused probabilities are close, a beat is asked of a more exact way: bf16's of fp32 in the
same place, a card's fp32 of the processor.
"""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecgviewer.model.bundle import Bundle
from ecgviewer.model.place import Place, PlaceFailed
from ecgviewer.model.runner import Call, Precision, Runner
from ecgviewer.runtime.pool import Stop
from ecgviewer.signal.params import CONTEXT

# A card's fp32 answers whose two largest fused probabilities differ by less are asked of the
# processor. Two orders of summing differ by far less: fp32 on a processor lies within 5e-7 of
# float64 on mitdb 100, 104, 207, 208, 213 and 232, for either ensemble; 3 of 14,403 beats are
# this close (2026-11-26, AVX-512).
FP32_DELTA = 1e-3


class Answers(NamedTuple):
    """Sigmoids (n, n_members, 5) float32 and their weighted sums (n, 5) float64."""

    votes: NDArray[np.float32]
    fused: NDArray[np.float64]


class Voting:
    """Members in one place and one precision.

    Parameters
    ----------
    bundle : Bundle
        Members and their weights.
    place : Place
        Where they are computed; PlaceFailed where it cannot be.
    precision : str
        "fp32" or "bf16".
    delta : float or None
        Margin below which bf16 is not the last word.
    """

    def __init__(
        self, bundle: Bundle, *, place: Place, precision: Precision, delta: float | None
    ) -> None:
        self._bundle, self._place = bundle, place
        self._precision, self._delta = precision, delta or 0.0
        self._here: list[Runner] = []  # in the place, of either precision
        with place.watched():
            self._runners = self._ready(place, precision)
        weights = torch.tensor(bundle.card.weights, dtype=torch.float64)
        self._weights = weights[:, None]  # (n_members, 1)

    def _ready(self, place: Place, precision: Precision) -> tuple[Runner, ...]:
        runners = tuple(
            Runner(
                member.network,
                n_columns=CONTEXT.columns if member.card.context else 0,
                place=place,
                precision=precision,
            )
            for member in self._bundle.members
        )
        if place is self._place:
            self._here += runners
        return runners

    @cached_property
    def _exact(self) -> tuple[Runner, ...]:
        """fp32 in the place."""
        return self._runners if self._precision == "fp32" else self._ready(self._place, "fp32")

    @cached_property
    def _defining(self) -> tuple[Runner, ...]:
        """fp32 on the processor."""
        return self._ready(Place(), "fp32")

    def ask(
        self, windows: NDArray[np.float32] | Tensor, context: NDArray[np.float32], *, stop: Stop
    ) -> Answers:
        """Answers on windows; parameters and errors are those of `Ensemble.predict`."""
        with self._place.watched():
            where = self._place.torch_device
            x, beside = torch.as_tensor(windows).to(where), torch.from_numpy(context).to(where)
            answers = self._answers(self._runners, x, beside, stop)
            if self._precision == "bf16":
                self._settle(answers, self._delta, self._exact, x, beside, stop)
            if self._place.name != "cpu":
                self._settle(answers, FP32_DELTA, self._defining, x, beside, stop)
        return answers

    def _answers(
        self, runners: Sequence[Runner], windows: Tensor, context: Tensor, stop: Stop
    ) -> Answers:
        votes = self._votes(runners, windows, context, stop)
        fused = (torch.from_numpy(votes).double() * self._weights).sum(dim=1).numpy()
        return Answers(votes, fused)

    def _settle(
        self,
        answers: Answers,
        delta: float,
        runners: Sequence[Runner],
        windows: Tensor,
        context: Tensor,
        stop: Stop,
    ) -> None:
        """Ask others about the beats whose two largest differ by less than delta, in place."""
        ordered = np.sort(answers.fused, axis=1)
        # what is no number is a close call, too: bf16 may overflow where fp32 does not
        close = np.flatnonzero(~(ordered[:, -1] - ordered[:, -2] >= delta))
        if len(close) == 0:
            return
        rows = torch.from_numpy(close).to(windows.device)
        settled = self._answers(runners, windows[rows], context[rows], stop)
        answers.votes[close], answers.fused[close] = settled

    def _votes(
        self, runners: Sequence[Runner], windows: Tensor, context: Tensor, stop: Stop
    ) -> NDArray[np.float32]:
        """Sigmoids (n, n_members, 5), in fewer windows a call where a card has no room for more."""
        place = runners[0].place
        while True:
            try:
                with place.watched():
                    return _all_votes(runners, windows, context, stop)
            except PlaceFailed as failure:
                if not failure.out_of_memory or not self._shrink():
                    raise
            place.release()  # what the failed call held is free only now that its frames are gone

    def _shrink(self) -> bool:
        """Compute fewer windows a call, in either precision; False where they are the fewest."""
        with self._place.lock:
            smaller = [runner.shrink() for runner in self._here]  # every one, not the first alone
        return any(smaller)


def _all_votes(
    runners: Sequence[Runner], windows: Tensor, context: Tensor, stop: Stop
) -> NDArray[np.float32]:
    place = runners[0].place
    windows, context = windows.to(place.torch_device), context.to(place.torch_device)
    votes = torch.empty((len(windows), len(runners), 5), device=place.torch_device)

    def job(i: int, call: Call) -> None:
        part = call.part
        votes[part, i] = runners[i].votes(windows[part], context[part], rows=call.rows)

    # small batches are those of large networks: they begin, and the rest fills the gaps
    jobs = [
        partial(job, i, call)
        for i in sorted(range(len(runners)), key=lambda i: runners[i].rows[-1])
        for call in runners[i].calls(len(windows))
    ]
    place.carry_out(jobs, stop=stop)
    found: NDArray[np.float32] = votes.cpu().numpy()
    return found
