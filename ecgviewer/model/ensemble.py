"""An ensemble in use: device, precision, fused probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from ecgviewer import paths
from ecgviewer.model import capability
from ecgviewer.model.bundle import (
    Bundle,
    BundleError,
    load_bundle,
    read_preprocessing,
    set_deterministic,
)
from ecgviewer.model.runner import Precision, Runner
from ecgviewer.runtime.pool import Stop, Stopped, carry_out
from ecgviewer.signal.params import Preprocessing


@dataclass(frozen=True)
class Prediction:
    """What the ensemble says of some windows.

    Attributes
    ----------
    probabilities : (n, 5) float64
        Fused sigmoids divided by their sum, order N S V F Q.
    votes : (n, n_members, 5) float32
        Each member's sigmoids.
    """

    probabilities: NDArray[np.float64]
    votes: NDArray[np.float32]


class Ensemble:
    """Members on one device.

    Parameters
    ----------
    bundle : Bundle
        As loaded and checked.
    device : str
        "auto", "cpu" or "cuda".
    precision : str
        "auto", "fp32" or "bf16". "auto" takes bf16 where the device is faster in it and every
        member can be computed in it; BundleError where "bf16" is asked for and one cannot. A card
        that names no delta allows fp32 alone. In bf16, beats whose two largest fused probabilities
        differ by less than delta are computed again in fp32, which is the answer by definition.
    """

    def __init__(self, bundle: Bundle, *, device: str = "auto", precision: str = "auto") -> None:
        set_deterministic()
        _no_tf32()
        self._bundle = bundle
        self.device = _device(device)
        self.wish = precision  # as asked for: another machine may make something else of it
        self.precision = self._precision()
        self._runners = self._ready(self.precision)
        # what settles close calls
        self._exact = self._runners if self.precision == "fp32" else self._ready("fp32")
        weights = torch.tensor(bundle.card.weights, dtype=torch.float64)
        self._weights = weights[:, None]  # (n_members, 1)

    def _precision(self) -> Precision:
        networks = [member.network for member in self._bundle.members]
        wish = self.wish
        if wish in ("auto", "bf16") and self.delta is None:
            wish = "fp32"  # the card does not allow bf16
        return capability.choose(wish, networks, self.device)

    def _ready(self, precision: Precision) -> tuple[Runner, ...]:
        return tuple(
            Runner(
                member.network,
                takes_context=bool(member.card.context),
                device=self.device,
                precision=precision,
            )
            for member in self._bundle.members
        )

    @property
    def name(self) -> str:
        """Name of the ensemble, e.g. "paper"."""
        return self._bundle.card.name

    @property
    def title(self) -> str:
        """One line that says what it is."""
        return self._bundle.card.title

    @property
    def hash(self) -> str:
        """sha256 over the ensemble's card, and through it over all members' cards and weights."""
        return self._bundle.sha256

    @property
    def members(self) -> tuple[str, ...]:
        """Members' names."""
        return tuple(self._bundle.card.members)

    @property
    def weights(self) -> tuple[float, ...]:
        """Fusion weight of each member."""
        return tuple(self._bundle.card.weights)

    @property
    def prep(self) -> Preprocessing:
        """The preprocessing all members share."""
        return self._bundle.members[0].preprocessing

    @property
    def takes_context(self) -> bool:
        """Whether any member wants the columns of `features.context` beside the window."""
        return any(m.card.context for m in self._bundle.members)

    @property
    def temperature(self) -> float:
        """Fused probabilities are raised to its inverse: 1 leaves them; no class changes."""
        return float(self._bundle.card.calibration.get("temperature", 1.0))

    @property
    def review_below(self) -> float:
        """Confidence below which a beat is flagged `uncertain`; 0: none is."""
        return float(self._bundle.card.calibration.get("review_below", 0.0))

    @property
    def delta(self) -> float | None:
        """Margin below which a bf16 answer is computed again in fp32; None: bf16 not allowed."""
        value = self._bundle.card.precision.get("bf16_delta")
        return None if value is None else float(value)

    @property
    def unseen_sentence(self) -> str:
        """The sentence on patients never seen; empty where none is needed."""
        return self._bundle.card.unseen_sentence

    @property
    def intended_use(self) -> str:
        """What the program is for, in a sentence."""
        return self._bundle.card.intended_use

    @property
    def card(self) -> dict[str, Any]:
        """The ensemble's card as plain data, with its members' cards under `member_cards`."""
        card: dict[str, Any] = msgspec.to_builtins(self._bundle.card)
        members = self._bundle.members
        card["member_cards"] = {m.card.name: msgspec.to_builtins(m.card) for m in members}
        return card

    def predict(
        self,
        windows: NDArray[np.float32],
        context: NDArray[np.float32] | None = None,
        *,
        stop: Stop = lambda: False,
    ) -> Prediction:
        """Classify windows.

        Parameters
        ----------
        windows : (n, 2, 400) float32
            As `signal.windows` cuts them.
        context : (n, n_columns) float32, optional
            As `features.context` gives it; wanted where `takes_context`.
        stop : callable
            Asked now and then, on any thread, whether the answer is still wanted.

        Returns
        -------
        Prediction

        Raises
        ------
        Stopped
            When `stop` said so.
        """
        n = len(windows)
        if not self.takes_context:
            context = np.zeros((n, 0), np.float32)
        elif context is None:
            raise BundleError(f"{self.name}: its networks need the context of the beats")
        votes = self._votes(self._runners, windows, context, stop)
        fused = self._fuse(votes)
        if self.precision == "bf16":
            self._settle(windows, context, votes, fused, stop)
        sharp = fused ** (1 / self.temperature)
        return Prediction(sharp / sharp.sum(axis=1, keepdims=True), votes)

    def _settle(
        self,
        windows: NDArray[np.float32],
        context: NDArray[np.float32],
        votes: NDArray[np.float32],
        fused: NDArray[np.float64],
        stop: Stop,
    ) -> None:
        """Compute close calls again in fp32, in place."""
        ordered = np.sort(fused, axis=1)
        close = np.flatnonzero(ordered[:, -1] - ordered[:, -2] < (self.delta or 0.0))
        votes[close] = self._votes(self._exact, windows[close], context[close], stop)
        fused[close] = self._fuse(votes[close])

    def _fuse(self, votes: NDArray[np.float32]) -> NDArray[np.float64]:
        return (torch.from_numpy(votes).double() * self._weights).sum(dim=1).numpy()

    def _votes(
        self,
        runners: Sequence[Runner],
        windows: NDArray[np.float32],
        context: NDArray[np.float32],
        stop: Stop,
    ) -> NDArray[np.float32]:
        """Sigmoids (n, n_members, 5)."""
        n = len(windows)
        votes = np.empty((n, len(runners), 5), np.float32)

        def job(i: int, part: slice) -> None:
            votes[part, i] = runners[i].votes(windows[part], context[part])

        jobs = []
        # small batches are those of large networks: they begin, and the rest fills the gaps
        for i in sorted(range(len(runners)), key=lambda i: runners[i].rows):
            step = runners[i].rows
            jobs += [partial(job, i, slice(k, k + step)) for k in range(0, n, step)]
        if self.device == "cpu":
            carry_out(jobs, stop=stop)
            return votes
        for each in jobs:
            if stop():
                raise Stopped
            each()
        return votes


def _no_tf32() -> None:
    """Keep fp32 what it says: a GPU's cuDNN would round to 10 bits of mantissa by itself."""
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def _device(wanted: str) -> str:
    if wanted not in ("auto", "cpu", "cuda"):
        raise BundleError(f"device {wanted!r} is none of auto, cpu, cuda")
    if wanted == "cuda" and not torch.cuda.is_available():
        raise BundleError("device 'cuda' asked for, but torch finds none; use auto or cpu")
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def available() -> tuple[str, ...]:
    """Names of the ensembles that are installed."""
    folder = paths.model_weights()
    return tuple(sorted(p.parent.name for p in folder.glob("*/ensemble.json")))


def _folder(name: str | Path) -> Path:
    folder = name if isinstance(name, Path) else paths.model_weights() / name
    if not (folder / "ensemble.json").is_file():
        known = ", ".join(available()) or "none"
        raise BundleError(f"there is no ensemble {str(name)!r}; installed: {known}")
    return folder


def preprocessing_of(name: str | Path) -> Preprocessing:
    """The preprocessing of an ensemble by its name or folder, without its networks."""
    return read_preprocessing(_folder(name))


def load_ensemble(name: str | Path, *, device: str = "auto", precision: str = "auto") -> Ensemble:
    """Load an ensemble by its name or folder; BundleError says what does not fit."""
    folder = _folder(name)
    return Ensemble(load_bundle(folder), device=device, precision=precision)
