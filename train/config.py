"""One run's configuration, read from TOML."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ecgviewer.signal.params import CLINICAL, PAPER, Preprocessing
from train.protocols import PROTOCOLS

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Fold = Annotated[int, msgspec.Meta(ge=0, le=4)]
ClassWeights = tuple[NotNegative, NotNegative, NotNegative, NotNegative, NotNegative]


class ConfigError(Exception):
    """A configuration or checkpoint that cannot be read or does not fit; one clear sentence."""


class Augment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How training windows are varied, beyond jitter and lead dropout; zeros change nothing.

    Never applied to a validation or test window.

    Attributes
    ----------
    noise_share : float
        Share of the windows that get electrode motion, muscle artefact or baseline wander.
    noise_snr_db : (float, float)
        Least and greatest signal-to-noise ratio of such a window, drawn evenly, dB.
    amplitude : float
        A lead's gain drifts along the window by up to this share up or down. (A gain that stays
        the same would be undone by the z-score.)
    shift_ms : float
        The whole window moves by up to this, R peak and all.
    time_warp : float
        Time runs faster or slower by up to this share, evenly and in a wave over the window.
    """

    noise_share: Share = 0.0
    noise_snr_db: tuple[float, float] = (6.0, 24.0)
    amplitude: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    shift_ms: NotNegative = 0.0
    time_warp: Annotated[float, msgspec.Meta(ge=0, lt=0.4)] = 0.0

    @property
    def any(self) -> bool:
        """Whether a window is changed at all."""
        return max(self.noise_share, self.amplitude, self.shift_ms, self.time_warp) > 0


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to train, on what, how long.

    `weight_decay` is the paper's L2, 0.04 in (lambda / 2m) sum w^2, whose gradient is (0.04 / m) w:
    2e-4 with m the batch of 200, 5e-7 with m the training set of 78,836. Either is a choice on
    validation; both are logged. It holds for weights only, not for biases or normalisation.

    `keep_normal` draws that share of the N beats anew each epoch and gives each the inverse weight:
    the same expected loss in fewer steps. An epoch of a card is one such pass.

    `class_weights` are w of the paper's eq. 10: all terms of a beat's loss count w times, w that of
    its class: "one" (the paper's ensemble), "balanced" (beats / (5 x beats of the class)), or five
    numbers N S V F Q.

    `balance_records` m: each of the n beats that a record has of a class other than N counts m / n,
    held within 0.1 and 3, so that a patient with a thousand S beats does not drown those with ten;
    0: all count one.

    `bagging` draws the rows a learner sees, once: "bootstrap" as many as there are, with
    replacement; "halves" one half, even `learner` numbers one and odd ones the other. Learners of
    one ensemble share the seed and differ in `learner`.
    """

    name: str
    architecture: str
    arguments: dict[str, Any] = {}
    protocol: str = "paper"
    fold: Fold = 0  # of the paper's protocol; 0 is the committed lists
    validation_records: tuple[str, ...] = ()  # whole records kept from training, other protocols
    preprocessing: Literal["paper", "clinical"] = "paper"
    context: bool = False  # the network takes the columns of `features.context` too
    seed: Annotated[int, msgspec.Meta(ge=0)] = 1
    epochs: Count = 240
    batch: Count = 200
    learning_rate: Positive = 1e-3
    schedule: Literal["step", "one-cycle"] = "step"
    step_factor: Positive = 0.9  # learning rate x this every `step_epochs`
    step_epochs: Count = 5
    weight_decay: NotNegative = 2e-4
    clip_norm: NotNegative = 0.0
    patience: Count = 15
    min_delta: float = 1e-5
    take: Literal["best", "last"] = "best"  # "last": nothing is chosen on validation
    keep_normal: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    class_weights: Literal["one", "balanced"] | ClassWeights = "one"
    bagging: Literal["none", "bootstrap", "halves"] = "none"
    learner: Annotated[int, msgspec.Meta(ge=0)] = 0
    augment: Augment = Augment()
    noisy_copies: Annotated[int, msgspec.Meta(ge=0)] = 0  # of every training record
    noisy_share: Share = 0.0  # of the beats of an epoch come from them
    fibrillating_copies: Annotated[int, msgspec.Meta(ge=0)] = 0  # of every training record
    fibrillating_share: Share = 0.0
    balance_records: Annotated[int, msgspec.Meta(ge=0)] = 0
    lead_dropout: Annotated[float, msgspec.Meta(ge=0, le=0.5)] = 0.15
    jitter_ms: NotNegative = 8.0
    validate_beats: Annotated[int, msgspec.Meta(ge=0)] = 0  # a fixed random part; 0: all

    @property
    def copies(self) -> int:
        """Copies of every training record that follow the records, the noisy ones first."""
        return self.noisy_copies + self.fibrillating_copies

    @property
    def prep(self) -> Preprocessing:
        """Cleaning and windows."""
        return CLINICAL if self.preprocessing == "clinical" else PAPER

    def __post_init__(self) -> None:
        """Refuse what no single field's bounds can."""
        if self.protocol not in PROTOCOLS:
            raise ValueError(f"protocol {self.protocol!r} is none of {', '.join(PROTOCOLS)}")
        if self.fold and self.protocol != "paper":
            raise ValueError(f"only the paper's protocol has folds, {self.protocol!r} has none")
        if self.validation_records and self.protocol == "paper":
            raise ValueError("validation_records: the paper's protocol splits by beat")
        if Path(self.name).name != self.name:
            raise ValueError(f"name {self.name!r} is not that of a folder")
        for kind in ("noisy", "fibrillating"):
            if bool(getattr(self, f"{kind}_share")) != bool(getattr(self, f"{kind}_copies")):
                raise ValueError(f"{kind}_share and {kind}_copies: neither is of use alone")
        if self.noisy_share + self.fibrillating_share > 1:
            raise ValueError("noisy_share and fibrillating_share: more than 1 together")
        if self.augment.noise_snr_db[0] > self.augment.noise_snr_db[1]:
            raise ValueError("noise_snr_db: the least ratio comes first")


def read(path: Path) -> Config:
    """Read a TOML file; ConfigError with one sentence where it does not fit."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ConfigError(f"{path}: no such configuration") from error
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def stored(text: str, *, where: Path) -> Config:
    """A configuration as a checkpoint keeps it (JSON); fields it does not name get their defaults.

    So a checkpoint of an earlier version equals the configuration it was made by.
    """
    try:
        return msgspec.convert(json.loads(text), Config)
    except (ValueError, msgspec.ValidationError) as error:
        raise ConfigError(f"{where}: made by a configuration unknown here ({error})") from error


def differences(ours: Config, theirs: Config) -> str:
    """The fields in which two configurations differ, with both values; empty where equal."""
    mine, other = msgspec.to_builtins(ours), msgspec.to_builtins(theirs)
    return ", ".join(
        f"{k} {other[k]!r} there, {mine[k]!r} here" for k in mine if mine[k] != other[k]
    )
