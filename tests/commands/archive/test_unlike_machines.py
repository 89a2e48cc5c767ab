"""One record on two machines, one with AVX-512 and one without: what differs, and what does not."""

import csv
import importlib.util
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgviewer import paths
from ecgviewer.commands.archive.job import Job, Networks, Outcome
from ecgviewer.commands.archive.work import carry_out, ensemble_of, networks_of
from ecgviewer.model.ensemble import load_ensemble
from ecgviewer.report.beats_csv import metadata_path
from tests.commands.archive.runs import process
from tests.commands.archive.test_cluster import await_address, started
from tests.data import REPOSITORY
from tests.tiny_ensemble import make_ensemble
from tests.without_avx512 import IS_X86, environment

CARRY_OUT = (
    "import pickle, sys; from ecgviewer.commands.archive.work import carry_out_alone;"
    " sys.stdout.buffer.write(pickle.dumps(carry_out_alone(pickle.load(sys.stdin.buffer))))"
)
FIGURES = ("confidence", "p_N", "p_S", "p_V", "p_F", "p_Q")


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # a margin as wide as the error in bf16 of networks that learnt nothing
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny", bf16_delta=0.1)


@pytest.fixture(scope="module")
def networks(ensemble: Path) -> Networks:
    return networks_of(load_ensemble(ensemble, device="cpu"), ensemble)


@pytest.fixture
def order(tmp_path: Path, networks: Networks) -> Job:
    return Job(paths.demo_record(), tmp_path / "r.csv", networks)


def carried_out(order: Job, *, avx512: bool) -> Outcome:
    """What comes of an order in a process of its own, as on a worker of a cluster."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", CARRY_OUT],
        cwd=REPOSITORY,
        env=environment(avx512=avx512),
        input=pickle.dumps(order),
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    return pickle.loads(ran.stdout)


def table(report: Path) -> list[dict[str, str]]:
    with report.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def figures(rows: list[dict[str, str]]) -> "np.ndarray":
    return np.array([[float(row[name] or "nan") for name in FIGURES] for row in rows])


def precision(report: Path) -> str:
    return str(json.loads(metadata_path(report).read_bytes())["ecgviewer:report"]["precision"])


def assert_same_classes(first: Path, second: Path) -> None:
    one, two = table(first), table(second)
    rest = [name for name in one[0] if name not in FIGURES]
    assert "class" in rest
    assert [[row[n] for n in rest] for row in one] == [[row[n] for n in rest] for row in two]
    assert len({row["class"] for row in one}) > 1
    np.testing.assert_allclose(figures(one), figures(two), rtol=0, atol=0.05)


def test_a_wish_is_sent_and_each_machine_makes_its_own_of_it(order: Job, tmp_path: Path):
    assert order.networks.precision == "auto"
    made = {}
    for avx512 in (True, False):
        made[avx512] = tmp_path / f"avx512-{avx512}.csv"
        outcome = carried_out(replace(order, report=made[avx512]), avx512=avx512)
        assert outcome.ok, outcome.complaint
    assert_same_classes(made[True], made[False])
    if IS_X86:
        assert precision(made[False]) == "fp32"


@pytest.mark.skipif(not IS_X86, reason="not x86: there is no AVX-512 to do without")
def test_bf16_by_name_where_it_cannot_be_is_one_sentence_of_that_record(order: Job):
    by_name = replace(order.networks, precision="bf16")
    outcome = carried_out(replace(order, networks=by_name), avx512=False)
    assert not outcome.ok
    assert outcome.complaint == (
        f"{order.record}: precision 'bf16' asked for, but this processor does not compute LSTM"
        " layers in bf16; use auto or fp32"
    )
    assert not order.report.exists()


def test_a_report_of_another_machine_counts_as_done_unless_a_precision_was_asked_for(order: Job):
    order = replace(order, resume=True)
    assert carry_out(order).ok
    path = metadata_path(order.report)
    there = json.loads(path.read_bytes())
    facts = there["ecgviewer:report"]
    # as a processor of the other kind would have said
    facts["precision"] = "fp32" if facts["precision"] == "bf16" else "bf16"
    path.write_text(json.dumps(there))
    again = carry_out(order)
    assert again.ok, again.complaint
    assert "done before" in again.line
    here = ensemble_of(order.networks).precision
    refused = carry_out(replace(order, networks=replace(order.networks, precision=here)))
    assert not refused.ok
    assert "is there already" in refused.complaint


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="dask.distributed is not installed (the extra `cluster`)",
)
def test_workers_with_and_without_avx512_write_the_same_classes(tmp_path: Path, ensemble: Path):
    contact = tmp_path / "scheduler.json"
    worker = ("distributed.cli.dask_worker", "--scheduler-file", contact, "--no-nanny")
    worker += ("--nthreads", 1, "--no-dashboard", "--local-directory", tmp_path / "dask")
    scheduler = ("distributed.cli.dask_scheduler", "--scheduler-file", contact, "--no-dashboard")
    scheduler += ("--port", 0, "--host", "127.0.0.1")
    made = {}
    with started(*scheduler):
        address = await_address(contact)
        for avx512 in (True, False):  # one at a time: each has the record
            made[avx512] = tmp_path / f"avx512-{avx512}.csv"
            words = (paths.demo_record(), "-o", made[avx512], "--dask", address)
            with (
                started(*worker, environment=environment(avx512=avx512)),
                process(*words, ensemble=ensemble) as running,
            ):
                _, complaint = running.communicate(timeout=240)
            assert running.returncode == 0, complaint
    assert_same_classes(made[True], made[False])
    if IS_X86:
        assert precision(made[False]) == "fp32"
