"""An ensemble in use: device, precision, fused probabilities."""

import contextlib
import copy
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ecgviewer import paths
from ecgviewer.model import capability
from ecgviewer.model.bundle import (
    Bundle,
    BundleError,
    load_bundle,
    read_preprocessing,
    set_deterministic,
)
from ecgviewer.model.place import Place, PlaceFailed, find_place
from ecgviewer.model.runner import Precision
from ecgviewer.model.voting import Voting
from ecgviewer.runtime.pool import Stop
from ecgviewer.signal.params import Preprocessing

_LOG = logging.getLogger(__name__)


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
    """Members in one place.

    Parameters
    ----------
    bundle : Bundle
        As loaded and checked.
    place : Place
        Where they are computed.
    precision : str
        "auto", "fp32" or "bf16". "auto" takes bf16 where the device is faster in it and every
        member can be computed in it; BundleError where "bf16" is asked for and one cannot. A card
        that names no delta allows fp32 alone. In bf16, beats whose two largest fused probabilities
        differ by less than delta are computed again in fp32; on a graphics card, those that differ
        by less than `voting.FP32_DELTA` on the processor, whose fp32 is the answer by definition.
    notice : str
        What a user should know of the place, in a sentence; empty: nothing.
    before : str
        Where an earlier part of the same record was answered; empty: nowhere.

    Attributes
    ----------
    wish : str
        The precision as asked for: another machine may make something else of it.
    wished_device : str
        Likewise the device.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        place: Place,
        precision: str = "auto",
        wished_device: str = "auto",
        notice: str = "",
        before: str = "",
    ) -> None:
        set_deterministic()
        self._bundle, self.place = bundle, place
        self.wish, self.wished_device = precision, wished_device
        self.notice, self._before = notice, before
        with place.watched():
            self.precision = self._precision()
        self._voting = Voting(bundle, place=place, precision=self.precision, delta=self.delta)

    def _precision(self) -> Precision:
        networks = [member.network for member in self._bundle.members]
        wish = self.wish
        if wish in ("auto", "bf16") and self.delta is None:
            wish = "fp32"  # the card does not allow bf16
        return capability.choose(wish, networks, self.place.torch_device.type)

    def on_processor(self, failure: PlaceFailed, *, answered: bool) -> "Ensemble":
        """The same networks on the processor, for what a card that failed has not answered.

        `answered` says whether it had answered some of the record.
        """
        notice = f"The graphics card failed ({failure}); the processor goes on. No class changes."
        _LOG.error("%s", notice)
        return Ensemble(
            self._bundle,
            place=Place(),
            # a wish for bf16 by name was for the card
            precision="auto" if self.wish == "bf16" else self.wish,
            wished_device=self.wished_device,
            notice=notice,
            before=self.computed_on if answered else self._before,
        )

    def after(self, computed_on: str) -> "Ensemble":
        """The same for the rest of a record whose first part was answered there."""
        other = copy.copy(self)
        other._before = computed_on
        return other

    def release(self) -> None:
        """Give back memory that is kept for a next record."""
        with contextlib.suppress(PlaceFailed), self.place.watched():
            self.place.release()

    @property
    def device(self) -> str:
        """Where it computes: "cpu" or "cuda"."""
        return self.place.name

    @property
    def mixed(self) -> bool:
        """Whether the record's answers come from more than one place."""
        return self._before not in ("", self.device)

    @property
    def computed_on(self) -> str:
        """Where the record's answers come from, for reports: "cuda, then cpu"."""
        return f"{self._before}, then {self.device}" if self.mixed else self.device

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
        windows: NDArray[np.float32] | Tensor,
        context: NDArray[np.float32] | None = None,
        *,
        stop: Stop = lambda: False,
    ) -> Prediction:
        """Classify windows.

        Parameters
        ----------
        windows : (n, 2, 400) float32
            As `signal.windows` cuts them; or a tensor in the place, as `DeviceSignal` does.
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
        PlaceFailed
            Where a graphics card cannot go on: `on_processor` can.
        """
        if not self.takes_context:
            context = np.zeros((len(windows), 0), np.float32)
        elif context is None:
            raise BundleError(f"{self.name}: its networks need the context of the beats")
        votes, fused = self._voting.ask(windows, context, stop=stop)
        sharp = fused ** (1 / self.temperature)
        return Prediction(sharp / sharp.sum(axis=1, keepdims=True), votes)


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
    """Load an ensemble by its name or folder.

    Parameters
    ----------
    name : str or Path
        Of an installed ensemble, or its folder.
    device : str
        "auto", "cpu" or "cuda". "auto" takes a card where there is one that answers.
    precision : str
        "auto", "fp32" or "bf16".

    Raises
    ------
    BundleError
        Says what does not fit: files, cards, device or precision.
    """
    bundle = load_bundle(_folder(name))
    try:
        place = find_place(device)
        return Ensemble(bundle, place=place, precision=precision, wished_device=device)
    except ValueError as error:
        raise BundleError(str(error)) from error
    except PlaceFailed as failure:
        if device != "auto":
            raise BundleError(f"device {device!r} does not answer: {failure}") from failure
        notice = f"The graphics card does not answer ({failure}); the processor computes."
        _LOG.error("%s", notice)
        return Ensemble(bundle, place=Place(), precision=precision, notice=notice)
