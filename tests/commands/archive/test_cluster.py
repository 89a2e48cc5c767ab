"""Records on a real dask scheduler with two worker processes, one of them killed on the way."""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ecgviewer.commands.archive import cluster
from tests.commands.archive.runs import a_long_archive, an_archive, analyze, process, reports
from tests.data import REPOSITORY
from tests.tiny_ensemble import make_ensemble

N_RECORDS = 8


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")


@contextlib.contextmanager
def started(
    *words: object, environment: Mapping[str, str] = os.environ
) -> "Iterator[subprocess.Popen[bytes]]":
    """A process that is ended when the block ends."""
    running = subprocess.Popen(
        [sys.executable, "-m", *map(str, words)],
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="dask.distributed is not installed (the extra `cluster`)",
)
def test_a_cluster_that_loses_a_worker_writes_what_one_process_does(tmp_path: Path, ensemble: Path):
    records, contact = a_long_archive(tmp_path / "in", N_RECORDS), tmp_path / "scheduler.json"
    (records / "broken.hea").write_text("nothing of sense")
    alone = analyze(records, "-o", tmp_path / "one", "--no-cache", ensemble=ensemble)
    worker = ("distributed.cli.dask_worker", "--scheduler-file", contact, "--no-nanny")
    worker += ("--nthreads", 1, "--no-dashboard", "--local-directory", tmp_path / "dask")
    scheduler = ("distributed.cli.dask_scheduler", "--scheduler-file", contact, "--no-dashboard")
    scheduler += ("--port", 0, "--host", "127.0.0.1")
    with started(*scheduler), started(*worker) as first, started(*worker):
        address = await_address(contact)
        out = tmp_path / "two"
        with process(records, "-o", out, "--dask", address, ensemble=ensemble) as running:
            until = time.monotonic() + 120
            while len(list(out.rglob("*.csv"))) < 3 and time.monotonic() < until:
                time.sleep(0.005)
            n_written = len(list(out.rglob("*.csv")))
            first.kill()
            said, complaint = running.communicate(timeout=240)
    assert running.returncode == alone.exit_code == 1, complaint
    assert 3 <= n_written < N_RECORDS
    assert reports(out) == reports(tmp_path / "one")
    assert len(reports(out)) == 2 * N_RECORDS
    # what the lost worker had written is found by the one that takes over, and said
    for mine, theirs in zip(said.splitlines(), alone.stdout.splitlines(), strict=True):
        name = theirs.split(":")[0]
        before = f"{name}: done before, of the same files: {name}.csv is left as it is"
        assert mine in (theirs, before)
    assert "Traceback" not in complaint
    assert "broken.hea" in complaint


def await_address(contact: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError):
            return str(json.loads(contact.read_text())["address"])
        time.sleep(0.05)
    raise AssertionError("no scheduler came up")


def test_no_scheduler_is_one_sentence(tmp_path: Path, ensemble: Path, monkeypatch):
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    records = an_archive(tmp_path / "in", 2)
    ran = analyze(records, "-o", tmp_path, "--dask", "tcp://127.0.0.1:9", ensemble=ensemble)
    assert ran.exit_code == 1
    assert "no scheduler answers there" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_without_dask_the_sentence_says_what_to_install(tmp_path: Path, ensemble, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    records = an_archive(tmp_path / "in", 2)
    ran = analyze(records, "-o", tmp_path, "--dask", "tcp://127.0.0.1:9", ensemble=ensemble)
    assert ran.exit_code == 1
    assert "ecgviewer[cluster]" in ran.stderr


def test_another_ensemble_on_a_worker_is_refused(tmp_path: Path, ensemble: Path):
    """What a worker of another installation would say of every record."""
    from dataclasses import replace

    from ecgviewer.commands.archive.job import Job
    from ecgviewer.commands.archive.work import carry_out, networks_of
    from ecgviewer.model.ensemble import load_ensemble

    record = an_archive(tmp_path / "in", 1) / "ward0" / "r00.hea"
    networks = networks_of(load_ensemble(ensemble, device="cpu"), ensemble)
    order = Job(record, tmp_path / "r.csv", replace(networks, sha256="0" * 64))
    outcome = carry_out(order)
    assert not outcome.ok
    assert "this machine has ensemble" in outcome.complaint
    versions = tuple((n, "0.1" if n == "torch" else v) for n, v in networks.versions)
    outcome = carry_out(replace(order, networks=replace(networks, versions=versions)))
    assert "the one that asks 0.1" in outcome.complaint
    assert not (tmp_path / "r.csv").exists()
