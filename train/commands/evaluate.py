"""`evaluate`: figures of a bundle or of runs on held-out rows, or on the Tianchi records."""

import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from ecgviewer.signal.params import PAPER
from train.commands.options import RESULTS, CacheFolder, Device, ResultsFolder, Threads, console
from train.config import ConfigError
from train.data import packed, tianchi
from train.data.database import RecordBeats
from train.data.load import CACHE, cache_file, choose_device, of_paper_windows, paper_data
from train.data.windows import WindowCutter
from train.pages.page_parts import class_table, markdown_of
from train.protocols import DS2
from train.scoring import ledger, results
from train.scoring.learners import Learners, from_bundle, from_runs
from train.scoring.score import LEADS, figures, score, score_windows

ONCE = ("test", "ds2")


def evaluate(
    bundle: Annotated[Path | None, typer.Option(help="Folder of an ensemble")] = None,
    run: Annotated[list[Path] | None, typer.Option(help="Folder of a run; one a member")] = None,
    weights: Annotated[str, typer.Option(help="Of the runs' fusion, as 0.792,0.208")] = "",
    rows: Annotated[str, typer.Option(help="validation, test or ds2")] = "validation",
    tianchi_folder: Annotated[
        Path | None, typer.Option("--tianchi", help="Folder of the Tianchi / Hefei records")
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="Tianchi's file of labels")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the three beats drawn per record")] = 1,
    name: Annotated[str, typer.Option(help="Of the result; by default what was scored")] = "",
    reason: Annotated[str, typer.Option(help="Why test or ds2 is scored again")] = "",
    cache_folder: CacheFolder = CACHE,
    results_folder: ResultsFolder = RESULTS,
    device: Device = "auto",
    threads: Threads = 0,
) -> None:
    """Print and keep the figures of an ensemble, per class and overall, with 95 % intervals.

    The 10 % test rows and DS2 are scored once per ensemble; every scoring is logged.
    """
    learners = _learners(bundle, run or [], weights)
    rows = "tianchi" if tianchi_folder is not None else rows
    named = name or "-".join([*learners.names, "on", rows])
    target = results.target(results_folder, named, kind="evaluate")
    where = choose_device(device, threads=threads)
    started = time.monotonic()
    if tianchi_folder is not None:
        found, files = _tianchi(learners, tianchi_folder, labels, seed, where)
    else:
        if rows in ONCE:
            learners.check_finished()
            ledger.allow(results_folder, rows, learners.hashes, reason=reason)
        found, files = _held_out(learners, rows, cache_folder, where)
    if rows in ONCE:
        ledger.log(
            results_folder,
            rows,
            learners.hashes,
            names=learners.names,
            figures=found["both"],
            reason=reason,
        )
    results.write(
        target,
        found,
        kind="evaluate",
        config=[dict(account) for account in learners.accounts],
        seeds=learners.seeds,
        minutes=(time.monotonic() - started) / 60,
        files=files,
    )
    text = markdown_of(*class_table(found["both"]))
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    console.print(f"{target}: written", highlight=False)


def _learners(bundle: Path | None, runs: list[Path], weights: str) -> Learners:
    if (bundle is None) == (not runs):
        raise ConfigError("give either --bundle or one or more --run")
    if bundle is not None and weights:
        raise ConfigError("--weights are those of runs; a bundle has its own")
    try:
        wanted = [float(w) for w in weights.split(",") if w.strip()]
    except ValueError as error:
        raise ConfigError(f"weights {weights!r}: give numbers, as 0.792,0.208") from error
    found = from_runs(runs, weights=wanted) if bundle is None else from_bundle(bundle)
    if bundle is not None and any(getattr(n, "takes_context", False) for n in found.networks):
        raise ConfigError(f"{bundle}: its networks take context; `ecgviewer evaluate` scores them")
    of_paper_windows(found.configs if bundle is None else [])
    return found


def _rows(
    learners: Learners, rows: str, cache_folder: Path
) -> tuple[list[RecordBeats], NDArray[np.int64]]:
    """Records and rows to score; ConfigError where the networks were trained on them."""
    if rows == "ds2":
        if not learners.protocols <= {"ds1", "ds1+svdb", "ds1+svdb+paced"}:
            raise ConfigError(
                f"DS2 is for networks that never saw its patients; these were trained under"
                f" {', '.join(sorted(learners.protocols))}"
            )
        records = packed.beats(
            packed.load(cache_file(cache_folder, "mitdb")), names=DS2, prep=PAPER
        )
        return records, np.arange(sum(len(r.label) for r in records))
    if rows not in ("validation", "test"):
        raise ConfigError(f"rows {rows!r} are none of validation, test, ds2")
    if learners.protocols != {"paper"} or len(learners.folds) != 1:
        raise ConfigError(
            f"the {rows} rows are for networks of the paper's protocol and of one fold; these are"
            f" of {', '.join(sorted(learners.protocols))}, folds {sorted(learners.folds)}"
        )
    data = paper_data(cache_folder, fold=next(iter(learners.folds)))
    return data.records, data.split.validation if rows == "validation" else data.split.test


def _held_out(
    learners: Learners, rows: str, cache_folder: Path, device: str
) -> tuple[dict[str, Any], list[Path]]:
    records, wanted = _rows(learners, rows, cache_folder)
    cutter = WindowCutter(records, device=device, prep=PAPER)
    out = _header(learners, rows)
    for name, leads in LEADS.items():
        scored = score(learners.networks, cutter, wanted, leads=leads)
        patient = scored.patient if rows == "ds2" else None
        out[name] = figures(scored.label, scored.called(learners.weights), patient=patient)
        if name == "both":
            for i, member in enumerate(learners.names):
                alone = np.eye(len(learners.names))[i].tolist()
                called = scored.called(alone)
                out["members"][member] = figures(scored.label, called, patient=patient)
            if rows == "ds2":
                called = scored.called(learners.weights)
                out["predictions"] = {
                    record.name: "".join("NSVFQ"[c] for c in called[scored.patient == i])
                    for i, record in enumerate(records)
                }
    return out, [cache_file(cache_folder, "mitdb")]


def _header(learners: Learners, rows: str) -> dict[str, Any]:
    return {
        "rows": rows,
        "positions": "found by the detector" if rows == "tianchi" else "reference, refined",
        "networks": dict(zip(learners.names, learners.hashes, strict=True)),
        "fusion_weights": list(learners.weights),
        "members": {},
    }


def _tianchi(
    learners: Learners, folder: Path, labels: Path | None, seed: int, device: str
) -> tuple[dict[str, Any], list[Path]]:
    table = tianchi.read_table()
    with console.status("finding beats"):
        drawn = tianchi.draw_all(folder, table, seed=seed, labels=labels)
    if len(drawn.label) == 0:
        raise ConfigError(f"{folder}: no beat was found in any record")
    scored = score_windows(
        learners.networks, drawn.windows, drawn.label, drawn.record, device=device
    )
    out = _header(learners, "tianchi")
    out["both"] = figures(scored.label, scored.called(learners.weights), patient=scored.patient)
    out["seed"] = seed
    out["records"] = len(np.unique(drawn.record)) + len(drawn.without_beats)
    out["records_without_beats"] = list(drawn.without_beats)
    out["labels"] = (
        "each beat has the class of its record (train/data/tianchi.toml): structural noise"
    )
    return out, [tianchi.TABLE]
