"""From OUT to where tables, figures and shipping look: results, histories, networks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from safetensors.torch import load as load_safetensors

from train.campaign.book import FINISHED, Book
from train.campaign.compact import unpack_sigmoids
from train.campaign.outbox import Outbox
from train.campaign.plan import Study, clinical_runs, studies, wider
from train.campaign.work import WEIGHTS
from train.clinical.configurations import N_FOLDS as N_GROUPS
from train.clinical.scoring import validated, validation_figures
from train.config import Config, ConfigError
from train.fit.checkpoint import CHECKPOINT
from train.scoring import folds, learners
from train.scoring.learners import Learners
from train.scoring.results import CAMPAIGN, content, write_content
from train.scoring.score import Scores


def collect(out: Path, results: Path, runs: Path) -> list[Path]:
    """Write what a campaign has finished.

    Parameters
    ----------
    out : Path
        OUT; it stays as it is.
    results : Path
        `train/results`: its folder `campaign` is written, and `compare` in that.
    runs : Path
        Histories, and networks whose weights were kept, as folders `campaign-<name>`.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ConfigError
        Where OUT is damaged, or of a dry run, whose results no table may show.
    """
    box = Outbox(out)
    if FINISHED not in box:
        raise ConfigError(f"{out}: no run of it is finished")
    share = box.note.get("share", 1.0)
    if share != 1:
        raise ConfigError(f"{out}: a dry run on a share of {share:g} of the beats; no result")
    book = Book(box.read(FINISHED))
    written = []
    for name, data in book.compared.items():
        path = results / CAMPAIGN / "compare" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
        written.append(path)
    for name, whole in documents(book).items():
        write_content(results / CAMPAIGN / f"{name}.json", whole)
        written.append(results / CAMPAIGN / f"{name}.json")
    for name, account in book.runs.items():
        blob = f"{WEIGHTS}{name}"
        weights = box.read(blob) if blob in box else book.weights(name)
        written += _run(runs / f"{CAMPAIGN}-{name}", account, weights)
    return written


def documents(book: Book) -> dict[str, dict[str, Any]]:
    """Results that finished runs make, by name, in the form that the other commands write."""
    found = {name: whole for name, study in studies().items() if (whole := _study(book, study))}
    # a pair says all that its ResNet alone would
    for pair, alone in (("full", "full-resnet"), ("paper-l2-set", "paper-resnet-l2-set")):
        if pair in found and found[pair]["folds"].keys() == found[alone]["folds"].keys():
            del found[alone]
    for name, pair_of in wider().items():
        each = _grouped(book, pair_of)
        if each:
            found[name] = each
    return found


def _study(book: Book, study: Study) -> dict[str, Any] | None:
    scored: dict[int, Scores] = {}
    asked: dict[int, Learners] = {}
    for k, names in study.runs.items():
        if all(book.answers(name) for name in names):
            scored[k], asked[k] = _scores(book, names), _learners(book, names)
    if not scored:
        return None
    summary = folds.summary(scored, asked, study.members)
    last = [account for each in asked.values() for account in each.accounts]
    return content(
        {"folds_asked": sorted(study.runs), **summary},
        kind="cross-validate",
        config=[account["config"] for account in asked[min(asked)].accounts],
        seeds=asked[min(asked)].seeds,
        minutes=sum(account["minutes"] for account in last),
        hashes={},
        machine=last[-1]["machine"],
    )


def _scores(book: Book, names: tuple[str, ...]) -> Scores:
    """Answers of several runs on the same rows."""
    each = [found for name in names if (found := book.answers(name))]
    if any(not np.array_equal(found["rows"], each[0]["rows"]) for found in each):
        raise ConfigError(f"{', '.join(names)}: answers on different rows")
    votes = [unpack_sigmoids(torch.from_numpy(found["sigmoids"])).numpy() for found in each]
    rows, label = each[0]["rows"].astype(np.int64), each[0]["label"].astype(np.int64)
    return Scores(rows, label, each[0]["record"].astype(np.int64), np.stack(votes, axis=1))


def _learners(book: Book, names: tuple[str, ...]) -> Learners:
    """The runs' accounts; their networks are not here."""
    accounts = tuple(_brief(account) for name in names if (account := book.run(name)))
    hashes = tuple(str(account["weights_sha256"] or "") for account in accounts)
    return Learners(names, (), learners.default_weights(len(names)), hashes, accounts)


def _brief(account: dict[str, Any]) -> dict[str, Any]:
    """An account without what its run's folder and the index keep."""
    return {k: v for k, v in account.items() if k not in ("history", "pace", "share")}


def _grouped(book: Book, pair: tuple[Config, Config]) -> dict[str, Any] | None:
    """The grouped validation of a pair whose ten runs are finished."""
    names = [tuple(c.name for c in clinical_runs(pair, fold)) for fold in range(N_GROUPS)]
    answers = [book.answers(each[0]) for each in names if all(book.answers(n) for n in each)]
    if len(answers) < N_GROUPS:
        return None
    parts = [_scores(book, each) for each in names]
    scored = Scores(
        np.concatenate([p.rows for p in parts]),
        np.concatenate([p.label for p in parts]),
        np.concatenate([p.patient for p in parts]),
        np.concatenate([p.votes for p in parts]),
    )
    record = np.concatenate([a["names"][a["record"]] for a in answers if a])
    chosen, figures = validation_figures([scored], pair, record)
    accounts = [account for each in names for n in each if (account := book.run(n))]
    kept = [account["config"]["validation_records"] for account in accounts[::2]]
    return content(
        {**validated(chosen, figures, "C", kept), "epochs": accounts[0]["epochs_run"]},
        kind="clinical-validation",
        config=[msgspec.to_builtins(member) for member in pair],
        seeds=[1],
        minutes=sum(account["minutes"] for account in accounts),
        hashes={},
        machine=accounts[-1]["machine"],
    )


def _run(folder: Path, account: dict[str, Any], weights: bytes | None) -> Iterator[Path]:
    """A run's folder: history for the curves, its network as `fit` leaves one, where kept."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.json").write_text(json.dumps(account["history"], indent=1) + "\n")
    yield folder / "history.json"
    if weights is None:
        return
    saved = {
        "config": json.dumps(account["config"]),
        "network": {},
        "optimizer": {},
        "epoch": account["epochs_run"],
        "best_epoch": account["best_epoch"],
        "best_score": account["validation_during_training"]["accuracy"],
        "best_weights": load_safetensors(weights),
        "seconds": 60 * account["minutes"],
        "history": json.dumps(account["history"]),
    }
    part = folder / f"{CHECKPOINT}.part"
    torch.save(saved, part)
    part.replace(folder / CHECKPOINT)
    yield folder / CHECKPOINT
