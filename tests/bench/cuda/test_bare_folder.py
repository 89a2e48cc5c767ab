"""`python -m bench.cuda` where only the project, a cache and few packages are."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.bench.cuda.made import made_cache
from tests.data import REPOSITORY
from tests.tiny_ensemble import make_ensemble

ABSENT = "wfdb soundfile PySide6 shiboken6 pyqtgraph sleepecg typer distributed"
RUN = """
import runpy, sys

absent = sys.argv[1].split()

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
sys.argv[:] = ["bench.cuda", *sys.argv[2:]]
runpy.run_module("bench.cuda", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The packages alone, beside a cache and an ensemble."""
    folder = tmp_path_factory.mktemp("bare")
    for name in ("bench", "ecgviewer", "train"):
        ignored = shutil.ignore_patterns("__pycache__", "cache", "runs")
        if name == "ecgviewer":  # it has a package `cache`
            ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, folder / name, ignore=ignored)
    made_cache(folder / "data")
    make_ensemble(folder / "tiny", bf16_delta=0.02)
    return folder


def bench(folder, *arguments):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-c", RUN, ABSENT, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help(bare):
    ran = bench(bare, "--help")
    assert ran.returncode == 0, ran.stderr
    assert "--minutes" in ran.stdout


def test_a_dry_run(bare):
    ran = bench(bare, "--data", "data", "--ensemble", "tiny", "--device", "cpu", "--share", "0.5")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    document = json.loads((bare / "out" / "bench-cuda.json").read_text())
    assert [part["ended"] for part in document["parts"].values()] == [""] * len(document["parts"])
    figures = {f["name"]: f for part in document["parts"].values() for f in part["figures"]}
    assert figures["tiny, fp32: classes that differ"]["verdict"] == "met"
    assert figures["tiny, fp32: classes that differ"]["note"] == "66 of 66 beats"
    assert figures["cache of the data"]["verdict"] == "met"
    assert document["commit"] == ""
    assert len(document["machine"]["code"]) == 12
