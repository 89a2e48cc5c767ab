"""Scores an ensemble and writes its bundle: every number of a card comes from here."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from torch import nn

from ecgviewer.signal.params import PAPER
from train.config import ConfigError
from train.data import packed, splits
from train.data.windows import WindowCutter
from train.protocols import DS1, DS2, MITDB
from train.scoring.learners import WEIGHTS, Learners, from_runs, load_run
from train.scoring.ledger import allow, log
from train.scoring.results import machine, write
from train.scoring.score import (
    LEADS,
    Scores,
    choose_delta,
    figures,
    fit_weights,
    measures_bf16,
    score,
)
from train.shipping.bundle import write_ensemble, write_member

SEEN, UNSEEN = "paper.json", "ds1-on-ds2.json"
N_DELTA = 10_000  # training beats, beside the validation beats, on which delta is chosen
LEAKS = (
    "The split is by beat: beats of every patient of the test part are in the training part too."
    " Its figures say how well the networks know these 48 recordings, not how well they do on a"
    " new patient."
)
LIMITS = (
    "Trained on two-lead ambulatory ECG of 47 adults at 360 Hz. F and Q rest on few patients (F"
    " mostly 208 and 213, Q on four paced records). One beat's window, no rhythm beyond the"
    " neighbouring RR intervals."
)


@dataclass(frozen=True)
class Runs:
    """Folders of four finished runs: the two that ship and their twins on DS1."""

    resnet: Path
    slap: Path
    ds1_resnet: Path
    ds1_slap: Path


def _all_leads(
    networks: Sequence[nn.Module],
    cutter: WindowCutter,
    rows: NDArray[np.int64],
    *,
    by_patient: bool,
    leads: Sequence[str] = tuple(LEADS),
) -> tuple[dict[str, Any], Scores]:
    """Figures of the ensemble by leads given, of its members with both."""
    out: dict[str, Any] = {}
    both = None
    for name in leads:
        scored = score(networks, cutter, rows, leads=LEADS[name])
        both = both or scored
        patient = scored.patient if by_patient else None
        out[name] = figures(scored.label, scored.called(WEIGHTS), patient=patient)
        if name == "both":
            for member, weights in (("resnet34", (1.0, 0.0)), ("slap", (0.0, 1.0))):
                alone = figures(scored.label, scored.called(weights), patient=patient)
                out[f"{member} alone"] = alone
    assert both is not None
    return out, both


def score_unseen(cache_file: Path, runs: Runs, *, results: Path, reason: str = "") -> None:
    """Score the networks trained on DS1 on DS2: once per configuration; predictions kept."""
    learners = from_runs((runs.ds1_resnet, runs.ds1_slap))
    learners.check_finished()
    allow(results, "ds2", learners.hashes, reason=reason)
    started = time.monotonic()
    records = packed.beats(packed.load(cache_file), names=DS2, prep=PAPER)
    cutter = WindowCutter(records, device="cpu", prep=PAPER)
    rows = np.arange(len(cutter))
    found, both = _all_leads(learners.networks, cutter, rows, by_patient=True, leads=("both",))
    called = both.called(WEIGHTS)
    predictions = {
        record.name: "".join("NSVFQ"[c] for c in called[both.patient == i])
        for i, record in enumerate(records)
    }
    log(results, "ds2", learners.hashes, names=learners.names, figures=found["both"], reason=reason)
    _keep(
        results / UNSEEN,
        {
            **found,
            "protocol": "trained on DS1, scored on DS2 (de Chazal 2004), reference positions",
            "train_records": list(DS1),
            "test_records": list(DS2),
            "predictions": predictions,
        },
        learners,
        started=started,
        cache_file=cache_file,
    )


def score_seen(
    cache_file: Path, runs: Runs, *, results: Path, say: Callable[[str], None], reason: str = ""
) -> None:
    """Score the networks that ship on validation and, once, on the 10 %; choose bf16's delta."""
    learners = from_runs((runs.resnet, runs.slap))
    learners.check_finished()
    allow(results, "test", learners.hashes, reason=reason)
    started = time.monotonic()
    records = packed.beats(packed.load(cache_file), names=MITDB, prep=PAPER)
    split = splits.read_lists(records, splits.FOLDER / "paper")
    cutter = WindowCutter(records, device="cpu", prep=PAPER)
    say("validation beats")
    validation, exact = _all_leads(
        learners.networks, cutter, split.validation, by_patient=False, leads=("both",)
    )
    refitted = fit_weights(exact)
    say("delta")
    delta = _delta(learners.networks, cutter, split, exact)
    say("test beats")
    test, _ = _all_leads(learners.networks, cutter, split.test, by_patient=False)
    log(results, "test", learners.hashes, names=learners.names, figures=test["both"], reason=reason)
    _keep(
        results / SEEN,
        {
            "protocol": "paper: 10 % of beats held out, 72/18/10, stratified by class, by beat",
            "positions": "reference, refined",
            "validation": validation,
            "test": test,
            "weights_refitted_on_validation": list(refitted),
            "validation_accuracy_with_refitted_weights": figures(
                exact.label, exact.called(refitted)
            )["accuracy"],
            "bf16_delta": delta,
        },
        learners,
        started=started,
        cache_file=cache_file,
    )


def _delta(
    networks: Sequence[nn.Module], cutter: WindowCutter, split: splits.Split, exact: Scores
) -> float | None:
    """bf16's margin, from the validation beats and some training beats; None: not allowed."""
    if not measures_bf16(networks, cutter.device.type):
        return None
    some = np.sort(np.random.default_rng(0).permutation(split.train)[:N_DELTA])
    more = score(networks, cutter, some, precision="fp32")
    rows = np.concatenate([split.validation, some])
    fast = score(networks, cutter, rows, precision="bf16")
    votes = np.concatenate([exact.votes, more.votes])
    both = Scores(rows, fast.label, fast.patient, votes)
    return choose_delta(both, fast, WEIGHTS)


def _keep(
    path: Path,
    found: dict[str, Any],
    learners: Learners,
    *,
    started: float,
    cache_file: Path,
) -> None:
    write(
        path,
        {**found, "weights_sha256": list(learners.hashes)},
        kind="ship" if path.name == SEEN else path.stem,  # as the page of results knows them
        config=list(learners.accounts),
        seeds=learners.seeds,
        minutes=(time.monotonic() - started) / 60,
        files=[cache_file],
    )


def _found(path: Path, learners: Learners) -> dict[str, Any]:
    """A scoring of these very networks; ConfigError where there is none."""
    if not path.is_file():
        raise ConfigError(f"{path}: no such scoring; make it with `python -m train score`")
    found: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    if found.get("weights_sha256") != list(learners.hashes):
        raise ConfigError(f"{path}: scored other networks than these runs hold; score these")
    # what stands in the members' cards, or is of no use in a card
    left_out = ("kind", "config", "predictions", "machine", "sha256", "weights_sha256")
    return {key: value for key, value in found.items() if key not in left_out}


def ship(runs: Runs, target: Path, *, results: Path) -> None:
    """Write `target` from four finished runs and their two scorings; scores nothing."""
    learners = from_runs((runs.resnet, runs.slap))
    seen = _found(results / SEEN, learners)
    unseen = _found(results / UNSEEN, from_runs((runs.ds1_resnet, runs.ds1_slap)))
    hashes = {}
    for name, folder in (("resnet34", runs.resnet), ("slap", runs.slap)):
        config, weights, account = load_run(folder)
        account |= {"split": "train/splits/paper", "data": "MIT-BIH, 48 records", **machine()}
        metrics = {part: seen[part][f"{name} alone"] for part in ("test", "validation")}
        hashes[name] = write_member(
            target / name, config, weights, training=account, metrics=metrics, limits=LIMITS
        )
    write_ensemble(
        target,
        title="ResNet-34 and SLAP after the paper, 72/18/10 by beat",
        members=list(hashes),
        weights=WEIGHTS,
        hashes=hashes,
        figures={"metrics": seen, "unseen": unseen},
        leaks=LEAKS,
        bf16_delta=seen["bf16_delta"],
    )
