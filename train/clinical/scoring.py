"""Scorings of the `clinical` ensemble: grouped validation, and DS2 once."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from train.clinical.choices import Choices, choose
from train.clinical.configurations import grouped_folds, runs_of
from train.clinical.figures import over_seeds, unseen_figures
from train.clinical.runs import Patients, learners_of
from train.config import Config, ConfigError
from train.data.load import cache_file
from train.protocols import INCART, PACED, SVDB
from train.scoring.learners import Learners
from train.scoring.ledger import allow, log
from train.scoring.results import write
from train.scoring.score import LEADS, Scores, figures, score

WITHOUT = ("232", "202")  # 232: three quarters of DS2's S beats; 202: the patient of 201 in DS1


def validation_file(results: Path, configuration: str) -> Path:
    """Where the figures of the grouped validation lie."""
    return results / f"clinical-{configuration}-validation.json"


def unseen_file(results: Path, configuration: str) -> Path:
    """Where the figures on DS2 lie."""
    return results / f"clinical-{configuration}-on-ds2.json"


def rates_file(results: Path, configuration: str) -> Path:
    """Where the figures at other rates lie."""
    return results / f"clinical-{configuration}-rates.json"


def validation_figures(
    each: Sequence[Scores], members: Sequence[Config], record: NDArray[np.str_]
) -> tuple[Choices, dict[str, Any]]:
    """What is chosen on the answers about left-out training patients, and their figures.

    Parameters
    ----------
    each : sequence of Scores
        One a seed, of the same rows in the same order.
    members : sequence of Config
        The networks, ResNet first.
    record : (n,) str
        Record of every row.
    """
    votes = np.mean([s.votes for s in each], axis=0)
    scored = Scores(each[0].rows, each[0].label, each[0].patient, votes.astype(np.float32))
    chosen = choose(scored)
    is_paced, is_svdb = np.isin(record, PACED), np.isin(record, SVDB)
    is_incart = np.isin(record, INCART)
    # INCART stands beside: the others' figures are compared with those of versions without it
    others = ~is_paced & ~is_incart
    groups = {"all but paced": others, "DS1": others & ~is_svdb}
    groups |= {"svdb": is_svdb} if is_svdb.any() else {}
    groups |= {"incart": is_incart} if is_incart.any() else {}

    def judged(answers: Scores, rows: np.ndarray) -> dict[str, Any]:
        called = answers.called(chosen.weights)[rows]
        return unseen_figures(answers.label[rows], called, record[rows], without=("865",))

    found: dict[str, Any] = {name: judged(scored, rows) for name, rows in groups.items()}
    found["single_seeds"] = {
        name: over_seeds([judged(s, rows) for s in each]) for name, rows in groups.items()
    }
    for i, member in enumerate(members):
        alone = scored.called(np.eye(len(members))[i].tolist())[others]
        found[f"{member.architecture} alone"] = unseen_figures(
            scored.label[others], alone, record[others]
        )
    if is_paced.any():
        called = scored.called(chosen.weights)[is_paced]
        found["paced"] = unseen_figures(scored.label[is_paced], called, record[is_paced])
    return chosen, found


def validated(
    chosen: Choices,
    found: Mapping[str, Any],
    configuration: str,
    folds: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """The content of a grouped validation's result."""
    return {
        "protocol": "training patients in five folds, grouped by patient; reference positions",
        "configuration": configuration,
        "folds": [list(f) for f in folds],
        "choices": msgspec.to_builtins(chosen),
        **found,
    }


def keep_validation(
    each: Sequence[Scores],
    members: Sequence[Config],
    configuration: str,
    seeds: Sequence[int],
    patients: Patients,
    results: Path,
    *,
    minutes: float,
    cache_folder: Path,
) -> Choices:
    """Choose on the answers about left-out training patients, and write their figures."""
    record = np.array([r.name for r in patients.records])[each[0].patient]
    chosen, found = validation_figures(each, members, record)
    write(
        validation_file(results, configuration),
        validated(chosen, found, configuration, grouped_folds(patients.s_beats())),
        kind="clinical-validation",
        config=[msgspec.to_builtins(member) for member in members],
        seeds=list(seeds),
        minutes=minutes,
        files=[cache_file(cache_folder, database) for database in patients.protocol.databases],
    )
    return chosen


def read_choices(results: Path, configuration: str = "C") -> Choices:
    """What the grouped validation chose; ConfigError where it was not made."""
    path = validation_file(results, configuration)
    if not path.is_file():
        raise ConfigError(f"{path}: no such validation; make it with `clinical validate`")
    found = msgspec.json.decode(path.read_bytes())["choices"]
    return msgspec.convert({**found, "weights": tuple(found["weights"])}, Choices)


def fused_weights(chosen: Choices, n_seeds: int) -> tuple[float, ...]:
    """Weights of all members, seed by seed, ResNet first."""
    return tuple(w / n_seeds for _ in range(n_seeds) for w in chosen.weights)


def ensemble_of(
    members: Sequence[Config], configuration: str, seeds: Sequence[int], runs: Path
) -> Learners:
    """All seeds' networks in one, seed by seed."""
    configs = [c for seed in seeds for c in runs_of(members, configuration, seed)]
    return learners_of(configs, runs)


def score_unseen(
    members: Sequence[Config],
    configuration: str,
    seeds: Sequence[int],
    patients: Patients,
    runs: Path,
    results: Path,
    *,
    cache_folder: Path,
    reason: str = "",
) -> dict[str, Any]:
    """Score a configuration on DS2, once; predictions are kept."""
    learners = ensemble_of(members, configuration, seeds, runs)
    allow(results, "ds2", learners.hashes, reason=reason)
    chosen, started = read_choices(results), time.monotonic()
    weights = fused_weights(chosen, len(seeds))
    record = patients.names
    rows = np.arange(len(record))
    found: dict[str, Any] = {}
    # either lead alone is asked of the configuration that ships
    answers = {
        name: score(learners.networks, patients.cutter, rows, leads=LEADS[name])
        for name in (LEADS if configuration == "C" else ("both",))
    }
    for name, scored in answers.items():
        called = scored.called(weights)
        found[name] = unseen_figures(scored.label, called, record, without=WITHOUT)
    both = answers["both"]
    singles = []
    for i in range(len(seeds)):
        pair = both.votes[:, 2 * i : 2 * i + 2]
        scored = Scores(both.rows, both.label, both.patient, pair)
        called = scored.called(chosen.weights)
        singles.append(unseen_figures(scored.label, called, record, without=WITHOUT))
    found["single_seeds"] = over_seeds(singles)
    called = both.called(weights)
    overall = figures(both.label, called)
    log(results, "ds2", learners.hashes, names=learners.names, figures=overall, reason=reason)
    write(
        unseen_file(results, configuration),
        {
            "protocol": f"configuration {configuration}, scored on DS2, reference positions",
            "train_records": trained_on(learners.accounts),
            "test_records": sorted({str(r) for r in record}),
            **found,
            "predictions": {
                str(r): "".join("NSVFQ"[c] for c in called[record == r]) for r in np.unique(record)
            },
            "weights": list(weights),
            "weights_sha256": list(learners.hashes),
        },
        kind="clinical-on-ds2",
        config=list(learners.accounts),
        seeds=list(seeds),
        minutes=(time.monotonic() - started) / 60,
        files=[cache_file(cache_folder, "mitdb")],
    )
    return found


def trained_on(accounts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Training records of some runs, as "mitdb/101", each once: what they were given, by their own.

    So a database that was absent when they were trained is not among them.
    """
    return list(
        dict.fromkeys(str(each) for account in accounts for each in account.get("patients", ()))
    )
