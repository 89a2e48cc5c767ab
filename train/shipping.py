"""Scores an ensemble and writes its bundle: every number of a card comes from here."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from train import cache, splits
from train.evaluate import LEADS, Scored, choose_delta, figures, fit_weights, score
from train.learners import WEIGHTS, from_runs
from train.protocols import DS1, DS2, MITDB
from train.results import machine, write
from train.scorings import allow, log
from train.ship import load_run, shipped_network, write_ensemble, write_member
from train.windows import WindowCutter

N_DELTA = 20_000  # training beats, beside the validation beats, on which delta is chosen
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


def _networks(folders: Sequence[Path]) -> list[nn.Module]:
    out = []
    for folder in folders:
        config, weights, _ = load_run(folder)
        out.append(shipped_network(config, weights))
    return out


def _all_leads(
    networks: list[nn.Module],
    cutter: WindowCutter,
    rows: NDArray[np.int64],
    *,
    by_patient: bool,
) -> tuple[dict[str, Any], Scored]:
    """Figures of ensemble and members with both leads and with each alone."""
    out: dict[str, Any] = {}
    both = None
    for name, leads in LEADS.items():
        scored = score(networks, cutter, rows, leads=leads)
        both = both or scored
        patient = scored.patient if by_patient else None
        out[name] = figures(scored.label, scored.called(WEIGHTS), patient=patient)
        if name == "both":
            for member, weights in (("resnet34", (1.0, 0.0)), ("slap", (0.0, 1.0))):
                alone = figures(scored.label, scored.called(weights), patient=patient)
                out[f"{member} alone"] = alone
    assert both is not None
    return out, both


def unseen(cache_file: Path, runs: Runs, *, results: Path, reason: str = "") -> dict[str, Any]:
    """Train on DS1, score DS2: once per configuration; predictions kept."""
    hashes = from_runs((runs.ds1_resnet, runs.ds1_slap)).hashes
    allow(results, "ds2", hashes, reason=reason)
    started = time.monotonic()
    records = cache.beats(cache.load(cache_file), names=DS2)
    cutter = WindowCutter(records, device="cpu")
    networks = _networks((runs.ds1_resnet, runs.ds1_slap))
    found, both = _all_leads(networks, cutter, np.arange(len(cutter)), by_patient=True)
    called = both.called(WEIGHTS)
    predictions = {
        record.name: "".join("NSVFQ"[c] for c in called[both.patient == i])
        for i, record in enumerate(records)
    }
    found |= {
        "protocol": "trained on DS1, scored on DS2 (de Chazal 2004), reference positions",
        "train_records": list(DS1),
        "test_records": list(DS2),
        "runs": [load_run(f)[2] for f in (runs.ds1_resnet, runs.ds1_slap)],
    }
    accounts = found["runs"]
    log(
        results,
        "ds2",
        hashes,
        names=[account["config"]["name"] for account in accounts],
        figures=found["both"],
        reason=reason,
    )
    write(
        results / "ds1-on-ds2.json",
        {**found, "predictions": predictions},
        kind="ds1-on-ds2",
        config=accounts,
        seeds=[account["config"]["seed"] for account in accounts],
        minutes=(time.monotonic() - started) / 60,
        files=[cache_file],
    )
    return found


def ship(
    cache_file: Path,
    runs: Runs,
    target: Path,
    *,
    results: Path,
    say: Callable[[str], None],
    reason: str = "",
) -> None:
    """Score the finished runs and write `target`; the 10 % is scored here, once, and logged.

    `reason` says why networks that have been scored are scored again.
    """
    shipped = from_runs((runs.resnet, runs.slap))
    ds1 = from_runs((runs.ds1_resnet, runs.ds1_slap))
    allow(results, "test", shipped.hashes, reason=reason)
    allow(results, "ds2", ds1.hashes, reason=reason)
    started = time.monotonic()
    records = cache.beats(cache.load(cache_file), names=MITDB)
    split = splits.read_lists(records, splits.FOLDER / "paper")
    cutter = WindowCutter(records, device="cpu")
    networks = _networks((runs.resnet, runs.slap))
    say("validation beats")
    validation, scored = _all_leads(networks, cutter, split.validation, by_patient=False)
    refitted = fit_weights(scored)
    say("delta")
    rng = np.random.default_rng(0)
    some = np.sort(rng.permutation(split.train)[:N_DELTA])
    rows = np.concatenate([split.validation, some])
    exact = score(networks, cutter, rows, precision="fp32")
    fast = score(networks, cutter, rows, precision="bf16")
    delta = choose_delta(exact, fast, WEIGHTS)
    say("test beats")
    test, _ = _all_leads(networks, cutter, split.test, by_patient=False)
    say("DS2")
    log(
        results,
        "test",
        shipped.hashes,
        names=shipped.names,
        figures=test["both"],
        reason=reason,
    )
    new_patients = unseen(cache_file, runs, results=results, reason=reason)
    metrics = {
        "protocol": "paper: 10 % of beats held out, 72/18/10, stratified by class, by beat",
        "positions": "reference, refined",
        "validation": validation,
        "test": test,
        "weights_refitted_on_validation": list(refitted),
        "accuracy_with_refitted_weights": figures(scored.label, scored.called(refitted))[
            "accuracy"
        ],
    }
    write(
        results / f"{target.name}.json",
        {**metrics, "bf16_delta": delta},
        kind="ship",
        config=list(shipped.accounts),
        seeds=shipped.seeds,
        minutes=(time.monotonic() - started) / 60,
        files=[cache_file],
    )
    hashes = {}
    for name, folder in (("resnet34", runs.resnet), ("slap", runs.slap)):
        config, weights, account = load_run(folder)
        account |= {"split": "train/splits/paper", "data": "MIT-BIH, 48 records", **machine()}
        hashes[name] = write_member(
            target / name,
            config,
            weights,
            training=account,
            metrics={"test": test[f"{name} alone"], "validation": validation[f"{name} alone"]},
            limits=LIMITS,
        )
    write_ensemble(
        target,
        title="ResNet-34 and SLAP after the paper, 72/18/10 by beat",
        members=list(hashes),
        weights=WEIGHTS,
        hashes=hashes,
        figures={"metrics": metrics, "unseen": new_patients},
        leaks=LEAKS,
        bf16_delta=delta,
    )
