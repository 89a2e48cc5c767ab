"""From finished runs to a bundle in model_weights: fp16 weights, cards, hashes."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
from safetensors.torch import save as save_safetensors
from torch import Tensor

from ecgviewer.model.bundle import CLASS_ORDER, Card, EnsembleCard, narrow, sha256
from ecgviewer.signal.params import CONTEXT
from train.config import Config
from train.fit.trainer import arguments

INTENDED_USE = (
    "Supports, does not replace, a clinician's reading; not a medical device. Research and"
    " teaching."
)
LICENCE = (
    "MIT for the program; weights trained on the MIT-BIH Arrhythmia Database (Moody & Mark 2001,"
    " PhysioNet, Goldberger 2000; Open Data Commons Attribution License 1.0)"
)
# databases under the same licence, by their names in a card's list of patients
_FURTHER: Mapping[str, str] = MappingProxyType(
    {
        "svdb": "MIT-BIH Supraventricular Arrhythmia Database, Greenwald 1990",
        "incart": "St Petersburg INCART 12-lead Arrhythmia Database, Tihonenko, Khaustov, Ivanov,"
        " Rivin & Yakushenko 2008",
        "nstdb": "MIT-BIH Noise Stress Test Database, Moody, Muldrow & Mark 1984",
    }
)


def licence(patients: Iterable[str]) -> str:
    """The licence of a network trained on these records, as "svdb/800", with noise of nstdb."""
    seen = {patient.partition("/")[0] for patient in patients} | {"nstdb"}
    *more, last = (words for database, words in _FURTHER.items() if database in seen)
    named = f"{', '.join(more)}, and {last}" if more else last
    return f"{LICENCE[:-1]}; the same licence: {named})"


def write_member(
    folder: Path,
    config: Config,
    weights: Mapping[str, Tensor],
    *,
    training: dict[str, Any],
    metrics: dict[str, Any],
    limits: str,
    licence: str = LICENCE,
) -> str:
    """Write weights and card of one member; returns the card's sha256."""
    folder.mkdir(parents=True, exist_ok=True)
    data = save_safetensors(narrow(dict(weights)))
    (folder / "weights.safetensors").write_bytes(data)
    card = Card(
        name=folder.name,
        architecture=config.architecture,
        arguments=arguments(config),
        class_order=list(CLASS_ORDER),
        preprocessing=config.prep.to_dict(),
        preprocessing_fingerprint=config.prep.fingerprint(),
        context=CONTEXT.to_dict() if config.context else {},
        context_fingerprint=CONTEXT.fingerprint() if config.context else "",
        weights_sha256=sha256(data),
        training=training,
        metrics=metrics,
        intended_use=INTENDED_USE,
        limits=limits,
        licence=licence,
    )
    return _write(folder / "card.json", card)


def write_ensemble(
    folder: Path,
    *,
    title: str,
    members: Sequence[str],
    weights: Sequence[float],
    hashes: Mapping[str, str],
    figures: Mapping[str, Any],
    leaks: str,
    bf16_delta: float | None,
    calibration: Mapping[str, Any] | None = None,
    sentence: str = "",
) -> None:
    """Write `ensemble.json` last, so that a half-written bundle does not load.

    `sentence` on unseen patients stands in place of that for networks that know their patients.
    """
    unseen = figures["unseen"]
    card = EnsembleCard(
        name=folder.name,
        title=title,
        members=list(members),
        weights=list(weights),
        member_cards_sha256=dict(hashes),
        metrics=dict(figures["metrics"]),
        unseen=unseen,
        unseen_sentence=sentence or unseen_sentence(unseen),
        leaks=leaks,
        precision={"reference": "fp32", "bf16_delta": bf16_delta},
        calibration=dict(calibration or {}),
        intended_use=INTENDED_USE,
    )
    _write(folder / "ensemble.json", card)


def unseen_sentence(unseen: Mapping[str, Any]) -> str:
    """The sentence of an ensemble whose figures come from its own training patients."""
    s, v = (round(100 * unseen["both"]["per_class"][c]["sensitivity"]) for c in "SV")
    return (
        "Trained on beats of the very patients it was tested on; on new patients it finds"
        f" {s} of 100 S and {v} of 100 V beats."
    )


def _write(path: Path, card: msgspec.Struct) -> str:
    data = msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n"
    path.write_bytes(data)
    return sha256(data)
