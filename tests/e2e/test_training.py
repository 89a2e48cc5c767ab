"""Tables 5 to 7 and Tianchi, from a folder of recordings to the printed page, by commands alone.

Two short invented recordings stand for the 48 of the database, so the figures mean nothing; that
every command takes what the one before it wrote, and that the page has a figure of ours in every
table, is what is held here.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from tests.data import REPOSITORY
from tests.evaluation.flat_record import annotate
from tests.formats.records import ecg_like, write_record
from tests.train.data.test_tianchi import write_tianchi
from train import protocols
from train.__main__ import app

NAMES = ("100", "101")
BEATS = 60  # of each recording, 12 of each class
TOML = """
name = "{name}"
architecture = "slap-over-leads"
arguments = {{ n_cells = 8 }}
epochs = 1
batch = 16
protocol = "paper"
"""


def replace(old: object, new: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put one object in the place of another in every module of `train` that knows it."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "train":
            for attribute, value in list(vars(module).items()):
                if value is old:
                    monkeypatch.setattr(module, attribute, new)


def committed_lists() -> Path:
    """The object that says where the lists of beats lie, wherever it is."""
    for name, module in list(sys.modules.items()):
        folder = getattr(module, "FOLDER", None)
        if name.split(".")[0] != "train" or not isinstance(folder, Path):
            continue
        if (folder / "paper" / "test.json").is_file():
            return folder
    raise AssertionError("no module of train has the folder of the lists")


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    """Patches of a whole module; small networks take one thread, for a second one costs more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def invoke(tmp_path_factory: pytest.TempPathFactory, patched) -> Callable[..., str]:
    """`python -m train`, on a small database of five classes; what it printed."""
    place = tmp_path_factory.mktemp("train")
    database = place / "data" / "mitdb"
    database.mkdir(parents=True)
    for i, name in enumerate(NAMES):
        path = write_record(
            database, ecg_like(300 * BEATS, seed=i), name=name, names=("MLII", "V1")
        )
        marks = [((150 + 300 * k) / 360, "NSVFQ"[(i + k) % 5]) for k in range(BEATS)]
        annotate(path, "atr", marks, fs=360)
    patched.chdir(place)
    replace(protocols.MITDB, NAMES, patched)
    replace(protocols.DATABASES, {"mitdb": NAMES}, patched)
    counts = tuple(2 * BEATS // 5 for _ in range(5))
    paper = protocols.Protocol({"mitdb": NAMES}, {}, counts)
    replace(protocols.PROTOCOLS, {"paper": paper}, patched)
    replace(committed_lists(), place / "splits", patched)

    def run(*arguments: object) -> str:
        done = CliRunner().invoke(app, [str(a) for a in arguments])
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    run("prepare", "--data", "data", "--out", "cache", "--write-splits")
    for name in ("first", "second"):
        Path(f"{name}.toml").write_text(TOML.format(name=name))
    return run


COMMON = ("--cache", "cache", "--device", "cpu")
KEPT = ("--results", "results")
RUNS = ("--run", "runs/first", "--run", "runs/second", "--weights", "0.792,0.208")


@pytest.fixture(scope="module")
def page(invoke) -> str:
    """The page of `tables` once every table has something to show."""
    folders = (*COMMON, "--runs", "runs")
    for name in ("first", "second"):
        invoke("fit", f"{name}.toml", *folders)
    invoke("cross-validate", "first.toml", "second.toml", "--folds", "0,1", *folders, *KEPT)
    scored = invoke("evaluate", *RUNS, *COMMON, *KEPT, "--rows", "test", "--name", "paper-test")
    assert "Overall accuracy" in scored
    write_tianchi(Path("tianchi"), [["窦性心律"], ["室性早搏"], ["房性早搏"]])
    scored = invoke("evaluate", *RUNS, *COMMON, *KEPT, "--tianchi", "tianchi", "--name", "tianchi")
    assert "Overall accuracy" in scored
    quick = ("--epochs", "0.5", "--batch", "32", "--keep-normal", "1", "--width", "0.1")
    only = ("--only", "lstm", "--only", "rr-hos-lstm", "--augmentation", "without")
    printed = invoke("compare", *only, *quick, *COMMON, "--results", "results/compare")
    assert "## Table 6" in printed
    assert "## Table 7" in printed
    printed = invoke("tables", *KEPT, "--out", "docs/results.md")
    written = Path("docs/results.md").read_text(encoding="utf-8")
    assert written in printed
    return written


def part(page: str, title: str) -> str:
    """One section, from its title to the next of its kind."""
    found = re.search(rf"^(#+) {title}.*?(?=^\1 |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[0]


def ours(line: str) -> bool:
    return "not run" not in line and bool(re.search(r"\d", line))


def test_every_table_has_figures_of_ours(page: str):
    five = part(page, "Table 5")
    tianchi = part(page, "Tianchi")
    for section in (five, tianchi):
        lines = [line for line in section.splitlines() if line.startswith("| Acc |")]
        assert lines
        assert all(re.search(r"\d+\.\d / \d", line) for line in lines), lines
    six = [row for row in part(page, "Table 6").splitlines() if row.startswith("| LSTM | without")]
    assert any("| here |" in row and ours(row) for row in six)
    seven = part(page, "Table 7")
    assert "1 (1 seed, 1 fold)" in seven
    assert "2 of 5 folds (0, 1)" in part(page, "Cross-validation")


def test_the_shipped_ensemble_is_scored_on_tianchi(invoke, tmp_path: Path):
    data = write_tianchi(tmp_path / "t", [["窦性心律"], ["室性早搏"]])
    bundle = REPOSITORY / "model_weights" / "paper"
    options: tuple[Any, ...] = ("--tianchi", data, "--device", "cpu", "--results", tmp_path / "r")
    printed = invoke("evaluate", "--bundle", bundle, *options)
    assert "Overall accuracy" in printed
