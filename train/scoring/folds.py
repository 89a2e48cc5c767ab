"""Figures of an ensemble over the folds of the paper's split."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from train.config import Config, ConfigError
from train.data.splits import N_FOLDS, Split
from train.data.windows import WindowCutter
from train.metrics import mean_sd
from train.scoring.learners import Learners
from train.scoring.score import Scores, figures, fit_weights, score

NOTE = (
    "Re-fitted weights were chosen on the very validation rows they are scored on; with weights"
    " re-fitted on the other folds they were not. The split is by beat: each patient is on both"
    " sides."
)


def parse_folds(text: str) -> list[int]:
    """Fold numbers of "0,1,4"; ConfigError where one is none."""
    try:
        found = sorted({int(part) for part in text.split(",")})
    except ValueError as error:
        raise ConfigError(
            f"folds {text!r}: give numbers from 0 to {N_FOLDS - 1}, as 0,1"
        ) from error
    if not found or found[0] < 0 or found[-1] >= N_FOLDS:
        raise ConfigError(f"folds {text!r}: there are 0 to {N_FOLDS - 1}")
    return found


def of_fold(config: Config, fold: int) -> Config:
    """The configuration on another fold; on fold 0, the committed lists, it is itself."""
    if config.protocol != "paper" or config.fold:
        raise ConfigError(
            f"{config.name}: cross-validation starts from a configuration of the paper's protocol"
            " without a fold of its own"
        )
    if fold == 0:
        return config
    return msgspec.structs.replace(config, name=f"{config.name}-fold{fold}", fold=fold)


def score_fold(learners: Learners, cutter: WindowCutter, split: Split) -> Scores:
    """Every member's answers on all validation rows of a fold."""
    return score(learners.networks, cutter, split.validation)


def summary(
    scored: Mapping[int, Scores], learners: Mapping[int, Learners], names: Sequence[str]
) -> dict[str, Any]:
    """Figures fold by fold, and mean and standard deviation over the folds there are.

    Parameters
    ----------
    scored, learners : mapping of int
        By fold.
    names : sequence of str
        The members' configurations, without their folds.
    """
    folds: dict[str, Any] = {}
    refitted = {k: fit_weights(s) if len(names) == 2 else None for k, s in scored.items()}
    for k, answers in scored.items():
        entry: dict[str, Any] = {
            "fused": figures(answers.label, answers.called(learners[k].weights)),
            "fusion_weights": list(learners[k].weights),
            "members": {},
        }
        for i, name in enumerate(names):
            alone = np.eye(len(names))[i]
            entry["members"][name] = {
                **figures(answers.label, answers.called(alone.tolist())),
                "training": learners[k].accounts[i],
                "weights_sha256": learners[k].hashes[i],
            }
        own = refitted[k]
        if own is not None:
            entry["refitted_weights"] = list(own)
            entry["fused_refitted"] = figures(answers.label, answers.called(own))
            others = [w for j, w in refitted.items() if j != k and w is not None]
            if others:
                mean = tuple(float(v) for v in np.mean(others, axis=0))
                entry["refitted_on_others_weights"] = list(mean)
                entry["fused_refitted_on_others"] = figures(answers.label, answers.called(mean))
        folds[str(k)] = entry
    return {"folds": folds, "mean_sd": _mean_sd(folds, names), "note": NOTE}


def _mean_sd(folds: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """[mean, sd] of each figure over the folds; sd None where there is one fold."""
    out: dict[str, Any] = {}
    for kind in ("fused", "fused_refitted", "fused_refitted_on_others"):
        found = [fold[kind] for fold in folds.values() if kind in fold]
        if len(found) == len(folds) and found:
            out[kind] = _spread(found)
    for name in names:
        out[name] = _spread([fold["members"][name] for fold in folds.values()])
    return out


def _spread(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    keys = ("accuracy", "macro_f1", "accuracy_one_vs_rest")
    out: dict[str, Any] = {key: mean_sd([f[key] for f in found]) for key in keys}
    out["per_class"] = {
        c: {
            name: mean_sd([f["per_class"][c][name] for f in found])
            for name in ("accuracy", "ppv", "sensitivity", "specificity", "f1")
        }
        for c in found[0]["per_class"]
    }
    return out
