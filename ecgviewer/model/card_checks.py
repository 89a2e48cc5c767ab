"""What a card of an ensemble or a member may hold: checked before anything is built from it."""

import inspect
import math
import re
from collections.abc import Mapping
from typing import Any, cast

from ecgviewer.model.architectures import ARCHITECTURES
from ecgviewer.signal.params import CONTEXT, GRID, ParameterError, Preprocessing

MAX_MEMBERS = 64
MAX_DEPTH = 32  # of lists and objects in a card; those shipped have 9
_NAME = re.compile(r"\w[\w .+-]{0,99}")
# The range of every argument that a network may be made with. What the windows and the classes fix
# has one value. A list has as many items as the last pair says.
_ARGUMENTS: Mapping[str, tuple[type, float, float]] = {
    "n_leads": (int, 2, 2),
    "n_samples": (int, 400, 400),
    "n_classes": (int, 5, 5),
    "n_cells": (int, 1, 1024),
    "n_layers": (int, 1, 8),
    "width": (int, 1, 256),
    "dropout": (float, 0, 0.99),
    "n_context": (int, 0, CONTEXT.columns),
    "blocks": (list, 1, 16),
}
_MOST_STAGES = 6
# The range of every number of the preprocessing; a pair's second is not below its first where the
# two are limits.
_RANGES: Mapping[str, tuple[float, float]] = {
    "grid_fs_hz": (GRID.fs_hz, GRID.fs_hz),
    "grid_block": (GRID.block, GRID.block),
    "grid_margin": (GRID.margin, GRID.margin),
    "baseline_ms": (20, 5_000),
    "mains_hz": (10, 170),
    "mains_window_s": (0.1, 10),
    "band_hz": (0.01, 179),
    "band_order": (1, 8),
    "wavelet_levels": (1, 6),
    "window": (400, 400),
    "before": (0, 100),
    "after": (0, 100),
    "cap_before": (0, 400),
    "cap_after": (0, 400),
    "lone_rr_s": (0.1, 10),
    "pause_sample": (0, 400),
    "flat_uv": (0, 10_000),
    "min_fs_hz": (1, 10_000),
}
_WAVELET = re.compile(r"db([1-9]|[12]\d|3[0-8])|sym([2-9]|1\d|20)|coif([1-9]|1[0-7])")
_MOST_NAMES = 64


class CardError(ValueError):
    """A card that cannot be used; says which value, and what it may be."""


def check_depth(value: object) -> None:
    """Refuse plain data that is nested too deep to be shown."""
    layer = [value]
    for _ in range(MAX_DEPTH):
        layer = [
            inner
            for outer in layer
            for inner in (
                outer.values()
                if isinstance(outer, dict)
                else outer
                if isinstance(outer, list)
                else ()
            )
        ]
        if not layer:
            return
    raise CardError(f"it is nested more than {MAX_DEPTH} deep")


def check_members(members: list[str], weights: list[float]) -> None:
    """Refuse names that are no folders beside the card, and weights that no vote can have."""
    if not members:
        raise CardError("names no member")
    if len(members) > MAX_MEMBERS:
        raise CardError(f"names {len(members):,} members, at most {MAX_MEMBERS} are read")
    for name in members:
        if not _NAME.fullmatch(name):
            raise CardError(f"member {name[:80]!r} is not the name of a folder beside it")
    if len(set(members)) < len(members):
        raise CardError("names a member twice")
    if len(weights) != len(members):
        raise CardError(f"number of weights is {len(weights)}, expected {len(members)}")
    for weight in weights:
        number_within("a weight", weight, 0, 1e6)
    if not sum(weights) > 0:
        raise CardError("its weights add up to 0")


def number_within(what: str, value: object, low: float, high: float) -> None:
    """Refuse what is no number, or one outside [low, high]."""
    real = isinstance(value, int | float) and not isinstance(value, bool)
    if not (real and low <= cast("float", value) <= high):
        raise CardError(f"{what} is {_shown(value)}, it has to be a number of {low:g} to {high:g}")


def check_figures(precision: Mapping[str, Any], calibration: Mapping[str, Any]) -> None:
    """Refuse margins and temperatures that cannot be computed with."""
    if precision.get("bf16_delta") is not None:
        number_within("bf16_delta", precision["bf16_delta"], 0, 1)
    number_within("the temperature", calibration.get("temperature", 1.0), 0.01, 100)
    number_within("review_below", calibration.get("review_below", 0.0), 0, 1)


def check_arguments(architecture: str, arguments: Mapping[str, Any]) -> None:
    """Refuse an architecture that there is not, and arguments that it does not take."""
    if architecture not in ARCHITECTURES:
        known = ", ".join(sorted(ARCHITECTURES))
        raise CardError(f"architecture {architecture[:80]!r} is none of {known}")
    taken = inspect.signature(ARCHITECTURES[architecture]).parameters
    for name, value in arguments.items():
        if name not in taken or name not in _ARGUMENTS:
            raise CardError(f"{architecture} takes no argument {name[:80]!r}")
        kind, low, high = _ARGUMENTS[name]
        items = value if kind is list else [value]
        if not isinstance(items, list) or not 1 <= len(items) <= _MOST_STAGES:
            raise CardError(f"{name} is {_shown(value)}, not a list of 1 to {_MOST_STAGES} numbers")
        for item in items:
            number_within(name, item, low, high)
            if kind is not float and not isinstance(item, int):
                raise CardError(f"{name} is {_shown(value)}, it has to be a whole number")


def preprocessing_from(data: dict[str, Any]) -> Preprocessing:
    """The preprocessing a card names; CardError where it cannot be computed with."""
    try:
        found = Preprocessing.from_dict(data)
    except ParameterError as error:
        raise CardError(str(error)) from error
    for name, (low, high) in _RANGES.items():
        value = getattr(found, name)
        for number in value if isinstance(value, tuple) else (value,):
            number_within(name, number, low, high)
    if found.band_hz[0] >= found.band_hz[1]:
        raise CardError(f"band_hz is {_shown(found.band_hz)}, its first limit is the lower one")
    if not (found.before[1] and found.after[1]):
        raise CardError("before and after are shares, their second number cannot be 0")
    if not _WAVELET.fullmatch(found.wavelet):
        raise CardError(f"wavelet {_shown(found.wavelet)} is not known")
    for names in (found.input_1, found.input_2):
        if len(names) > _MOST_NAMES:
            raise CardError(f"an input has {len(names):,} names, at most {_MOST_NAMES} are read")
    return found


def check_training(training: Mapping[str, Any]) -> None:
    """Refuse an account of the training whose settings are no table."""
    if not isinstance(training.get("config", {}), dict):
        raise CardError("the config of its training is no table")


def _shown(value: object) -> str:
    """A value in a sentence; a number too large for its digits, and a long text, are cut."""
    if isinstance(value, int) and not -(10**18) < value < 10**18:
        return "a number of more than 18 digits"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return repr(value)[:80]


assert {n for a in ARCHITECTURES.values() for n in inspect.signature(a).parameters} <= set(
    _ARGUMENTS
)
