"""From scored runs to `model_weights/clinical`: weights, cards, figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from train.clinical.runs import Patients
from train.clinical.scoring import (
    ensemble_of,
    fused_weights,
    rates_file,
    read_choices,
    trained_on,
    unseen_file,
    validation_file,
)
from train.config import Config, ConfigError
from train.scoring.learners import Learners, load_run
from train.scoring.results import machine
from train.scoring.score import choose_delta, measures_bf16, score
from train.shipping.bundle import licence, write_ensemble, write_member

N_DELTA = 30_000  # training beats on which bf16's margin is chosen
LEAKS = (
    "No patient of DS2 was seen in training, but 201 (training) and 202 (DS2) are one person."
    " Record 865 holds a fifth of the training patients' S beats, 232 three quarters of DS2's:"
    " figures are given again without."
)
LIMITS = (
    "Needs minutes of recording: it compares a beat with the record's others. In pieces of 10 s of"
    " training patients it finds 75 of 100 V and 56 of 100 S beats instead of 96 and 78; every beat"
    " of a recording under two minutes is flagged uncertain. Finds S beats by timing and by the P"
    " wave: within atrial fibrillation, flutter or a sustained supraventricular tachycardia, and"
    " where S is the commonest beat, its S calls are not to be trusted. F (fusion) rests on one"
    " training patient; none was found in patients not seen. Flutter waves are not classified."
    " Paced beats: four training patients; each left out, 77 to 99 of 100 of their beats are"
    " found. From lead 2 alone it called 695 normal beats of three patients paced. Not checked on"
    " lead reversal, children or exercise. Two leads are better than one: see the figures of either"
    " alone. Checked at 360 Hz (MIT-BIH, MLII with V1, V2 or V5) and, in grouped validation, at"
    " 128 Hz (svdb); at 100 to 1000 Hz only that beats of training patients are called as at 360 Hz"
    " (figures: rates)."
)
_LEFT_OUT = ("kind", "config", "predictions", "machine", "sha256", "weights_sha256", "weights")


def _figures(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigError(f"{path}: no such result; make it first")
    found: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    return found


def _for_card(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in _LEFT_OUT}


def ship(
    members: Sequence[Config],
    seeds: Sequence[int],
    patients: Patients,
    runs: Path,
    results: Path,
    target: Path,
    *,
    end_to_end: Path | None = None,
) -> None:
    """Write the bundle of configuration C from its runs, its validation and its one scoring."""
    learners = ensemble_of(members, "C", seeds, runs)
    unseen = _unseen(results, learners)
    chosen = read_choices(results)
    weights = fused_weights(chosen, len(seeds))
    delta = _delta(learners, patients, weights)
    hashes = {}
    kinds = ("resnet34", "slap")
    for i, run in enumerate(learners.names):
        name = f"{kinds[i % len(kinds)]}-{seeds[i // len(kinds)]}"
        config, state, account = load_run(runs / run)
        account |= machine()
        # nothing was kept back: what was watched in training are beats of the training
        account["on_training_beats"] = account.pop("validation_during_training")
        hashes[name] = write_member(
            target / name,
            config,
            state,
            training=account,
            metrics={},
            limits=LIMITS,
            licence=licence(trained_on([account])),
        )
    metrics = _metrics(results, end_to_end)
    write_ensemble(
        target,
        title="ResNet-34 and SLAP with rhythm context, for patients never seen",
        members=list(hashes),
        weights=weights,
        hashes=hashes,
        figures={"metrics": metrics, "unseen": unseen},
        leaks=LEAKS,
        bf16_delta=delta,
        calibration={
            "temperature": chosen.temperature,
            "review_below": chosen.review_below,
            **chosen.account,
        },
        sentence=_sentence(unseen),
    )


def _delta(learners: Learners, patients: Patients, weights: Sequence[float]) -> float | None:
    """bf16's margin, from some training beats; None: not allowed."""
    if not measures_bf16(learners.networks, patients.cutter.device.type):
        return None
    rows = np.sort(np.random.default_rng(0).permutation(len(patients.names))[:N_DELTA])
    exact = score(learners.networks, patients.cutter, rows, precision="fp32")
    fast = score(learners.networks, patients.cutter, rows, precision="bf16")
    return choose_delta(exact, fast, weights)


def _metrics(results: Path, end_to_end: Path | None) -> dict[str, Any]:
    """Every figure there is but those of C on DS2."""
    metrics: dict[str, Any] = {
        "grouped_validation": _for_card(_figures(validation_file(results, "C")))
    }
    if rates_file(results, "C").is_file():
        metrics["rates"] = _for_card(_figures(rates_file(results, "C")))
    for other in "AB":
        if unseen_file(results, other).is_file():
            metrics[f"configuration_{other}"] = _for_card(_figures(unseen_file(results, other)))
    if end_to_end is not None:
        metrics["end_to_end_ec57"] = _figures(end_to_end)
    return metrics


def _unseen(results: Path, learners: Learners) -> dict[str, Any]:
    """Figures of C on DS2 where it was scored there, else those of its grouped validation."""
    path = unseen_file(results, "C")
    if path.is_file():
        found = _figures(path)
        if found["weights_sha256"] != list(learners.hashes):
            raise ConfigError(f"{path}: scored other networks than these runs hold")
        return _for_card(found)
    validated = _figures(validation_file(results, "C"))
    return {
        "protocol": "training patients, each asked of networks that did not see its fold (five"
        " folds by record, reference positions); not scored on DS2",
        "patients": "61 records of DS1 and svdb",
        "both": validated["all but paced"],
    }


def _sentence(unseen: Mapping[str, Any]) -> str:
    each = unseen["both"]["per_class"]
    s, v, f = (round(100 * each[c]["sensitivity"]) for c in "SVF")
    right = round(100 * each["S"]["ppv"])
    fusion = f"{f} of 100 F" if f else "no F"
    return (
        f"On patients it was not trained on it finds {s} of 100 S, {v} of 100 V and {fusion} beats,"
        f" and {right} of 100 S calls are right."
    )
