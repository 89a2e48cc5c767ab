"""A member or ensemble on disk: safetensors, cards and their checks."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import torch
from torch import Tensor, nn

from ecgviewer.aami import BeatClass
from ecgviewer.files.regular import read_regular
from ecgviewer.model.card_checks import (
    CardError,
    check_arguments,
    check_depth,
    check_figures,
    check_members,
    check_training,
    preprocessing_from,
)
from ecgviewer.model.weights import MAX_WEIGHTS_BYTES, build
from ecgviewer.signal.params import CONTEXT, Context, ParameterError, Preprocessing

_T = TypeVar("_T")
MAX_CARD_BYTES = 4 * 2**20  # the largest shipped has 0.2 MB
CLASS_ORDER = tuple(c.name for c in BeatClass)


class BundleError(Exception):
    """Weights or a card that do not fit; names both values."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """`card.json` of one member: what it is, how it was made, what it can do."""

    name: str
    architecture: str
    arguments: dict[str, Any]
    class_order: list[str]
    preprocessing: dict[str, Any]
    preprocessing_fingerprint: str
    context: dict[str, Any] = {}  # parameters of `features.context`; empty: the network takes none
    context_fingerprint: str = ""
    weights_sha256: str
    training: dict[str, Any]  # config, split, seed, data, commit, library versions, minutes
    metrics: dict[str, Any]
    intended_use: str
    limits: str
    licence: str


class EnsembleCard(msgspec.Struct, frozen=True, kw_only=True):
    """`ensemble.json`: which members, how they are weighed, honest figures."""

    name: str
    title: str
    members: list[str]
    weights: list[float]
    member_cards_sha256: dict[str, str]
    metrics: dict[str, Any]
    unseen: dict[str, Any]  # figures on patients never seen: protocol, S and V sensitivity
    unseen_sentence: str  # shown everywhere while there is no better figure; empty: none needed
    leaks: str  # what the protocol lets through
    precision: dict[str, Any]  # fp32 rule: delta chosen on training patients
    calibration: dict[str, Any] = {}  # temperature, review_below; how and on whom they were chosen
    intended_use: str


@dataclass(frozen=True)
class Member:
    """One network with its card."""

    card: Card
    network: nn.Module
    preprocessing: Preprocessing


@dataclass(frozen=True)
class Bundle:
    """An ensemble as loaded: its card, its members, and a hash over all of their files."""

    card: EnsembleCard
    members: tuple[Member, ...]
    sha256: str


def sha256(data: bytes) -> str:
    """Hexadecimal sha256."""
    return hashlib.sha256(data).hexdigest()


def _same(what: str, path: Path, found: object, wanted: object) -> None:
    if found != wanted:
        raise BundleError(f"{path}: {what} is {found!r}, expected {wanted!r}; not loaded")


def _read(path: Path, most: int = MAX_CARD_BYTES) -> bytes:
    try:
        data = read_regular(path, most + 1)
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > most:
        raise BundleError(f"{path}: has more than {most // 2**20} MB, which are the most read")
    return data


def _decode(path: Path, data: bytes, kind: type[_T]) -> _T:
    try:
        card = msgspec.json.decode(data, type=kind)
        check_depth(msgspec.to_builtins(card))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:  # ValueError: not UTF-8
        raise BundleError(f"{path}: not a card of this version ({error})") from error
    return card


def _card(path: Path, card_sha256: str) -> tuple[Card, Preprocessing]:
    """A member's card and the preprocessing it names, both as they should be."""
    data = _read(path)
    _same("sha256", path, sha256(data), card_sha256)
    card = _decode(path, data, Card)
    _same("class order", path, tuple(card.class_order), CLASS_ORDER)
    try:
        preprocessing = preprocessing_from(card.preprocessing)
        check_training(card.training)
    except CardError as error:
        raise BundleError(f"{path}: {error}") from error
    found = preprocessing.fingerprint()
    _same("preprocessing fingerprint", path, card.preprocessing_fingerprint, found)
    return card, preprocessing


def read_preprocessing(folder: Path) -> Preprocessing:
    """The preprocessing of an ensemble, from its cards; no weights are read.

    Raises
    ------
    BundleError
        At any mismatch, with both values.
    """
    path = folder / "ensemble.json"
    card = _ensemble_card(path, _read(path))
    name = card.members[0]
    return _card(folder / name / "card.json", card.member_cards_sha256[name])[1]


def load_member(folder: Path, *, card_sha256: str) -> Member:
    """Load one member; refuses a card, weights or parameters that are not what they should be.

    Parameters
    ----------
    folder : Path
        Holds `card.json` and `weights.safetensors` (fp16).
    card_sha256 : str
        Hash of the card, as the ensemble has it.

    Returns
    -------
    Member
        Network in float32, evaluation mode, on the CPU.

    Raises
    ------
    BundleError
        At any mismatch, with both values.
    """
    path = folder / "card.json"
    card, preprocessing = _card(path, card_sha256)
    try:
        check_arguments(card.architecture, card.arguments)
    except CardError as error:
        raise BundleError(f"{path}: {error}") from error
    _check_context(path, card)
    weights_path = folder / "weights.safetensors"
    weights = _read(weights_path, MAX_WEIGHTS_BYTES)
    _same("sha256", weights_path, sha256(weights), card.weights_sha256)
    try:
        network = build(card.architecture, card.arguments, weights)
    except CardError as error:
        reason = f"does not fit its architecture ({error})"
        raise BundleError(f"{weights_path}: {reason}") from error
    return Member(card, network.eval(), preprocessing)


def _check_context(path: Path, card: Card) -> None:
    """Refuse a network whose context this version would compute otherwise."""
    if not card.context:
        _same("context columns", path, card.arguments.get("n_context", 0), 0)
        return
    try:
        found = Context.from_dict(card.context).fingerprint()
    except (ParameterError, TypeError) as error:
        raise BundleError(f"{path}: {error}") from error
    _same("context fingerprint", path, card.context_fingerprint, found)
    _same("context fingerprint", path, found, CONTEXT.fingerprint())
    _same("context columns", path, card.arguments.get("n_context"), CONTEXT.columns)


def narrow(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights as shipped: fp16, except BatchNorm's variances, which may exceed its range."""
    return {
        k: (v.half() if v.is_floating_point() and "running_var" not in k else v).contiguous()
        for k, v in weights.items()
    }


def _ensemble_card(path: Path, data: bytes) -> EnsembleCard:
    card = _decode(path, data, EnsembleCard)
    try:
        check_members(card.members, card.weights)
        check_figures(card.precision, card.calibration)
    except CardError as error:
        raise BundleError(f"{path}: {error}") from error
    _same("members with a hash", path, set(card.member_cards_sha256), set(card.members))
    return card


def load_bundle(folder: Path) -> Bundle:
    """Load an ensemble and all its members; members must share one preprocessing."""
    path = folder / "ensemble.json"
    data = _read(path)
    card = _ensemble_card(path, data)
    hashes = card.member_cards_sha256
    _check_size(folder, card.members)
    members = [load_member(folder / name, card_sha256=hashes[name]) for name in card.members]
    first = members[0].preprocessing.fingerprint()
    for name, member in zip(card.members, members, strict=True):
        found = member.preprocessing.fingerprint()
        _same("preprocessing fingerprint", folder / name, found, first)
    # member cards carry the hashes of their weights, so this hash covers every byte of the bundle
    return Bundle(card, tuple(members), sha256(data))


def _check_size(folder: Path, members: list[str]) -> None:
    """Refuse members that are too large together, before the first is read."""
    try:
        size = sum((folder / name / "weights.safetensors").stat().st_size for name in members)
    except OSError as error:
        raise BundleError(f"{error.filename}: cannot be read ({error.strerror})") from error
    if size > MAX_WEIGHTS_BYTES:
        raise BundleError(
            f"{folder}: its weights have {size:,} bytes, at most {MAX_WEIGHTS_BYTES:,} are read"
        )


def set_deterministic() -> None:
    """Ask torch for the same bits at every run on one machine, and for fp32 that is fp32.

    By itself a card's cuDNN would round fp32 to 10 bits of mantissa (TF32).
    """
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
