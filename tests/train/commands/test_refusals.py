"""What is refused before any work: one sentence, status 2, nothing replaced."""

import json

import msgspec
import numpy as np
import pytest

from ecgviewer.signal.params import PAPER
from tests.train.synthetic import one_epoch, packed_beats, record_beats
from train.__main__ import main
from train.config import Config, ConfigError
from train.data import splits
from train.data.database import DatabaseError
from train.data.load import choose_device, load_data
from train.data.splits import Split
from train.data.windows import WindowCutter
from train.fit.trainer import Trainer, build
from train.scoring import ledger, results
from train.scoring.learners import from_runs

CONFIG = Config(
    name="t", architecture="slap-over-leads", arguments={"n_cells": 8}, epochs=2, batch=32
)


@pytest.fixture
def run(tmp_path):
    """A run of which one of two epochs is done."""
    cutter = WindowCutter([record_beats(n=9_000)], device="cpu", prep=PAPER)
    n = len(cutter)
    split = Split(np.arange(n - 4), np.arange(n - 4, n), np.empty(0, np.int64))
    folder = tmp_path / "runs" / "t"
    one_epoch(Trainer(CONFIG, cutter, split, folder, report=lambda event: None))
    return folder


def said_by(arguments, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["train", *(str(a) for a in arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return said.out.strip()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, capsys, monkeypatch):
    (tmp_path / "file").write_text("kept")
    out = tmp_path / "file" / "results.md"
    said = said_by(["tables", "--results", tmp_path, "--out", out], capsys, monkeypatch)
    assert said == f"{tmp_path / 'file'}: File exists"
    assert (tmp_path / "file").read_text() == "kept"


def test_a_run_without_a_folder_ends_before_its_first_epoch(tmp_path, capsys, monkeypatch):
    packed_beats(tmp_path, ("100",))
    monkeypatch.setattr("train.data.load.MITDB", ("100",))
    monkeypatch.setattr(splits, "FOLDER", tmp_path / "splits")
    records = load_records(tmp_path)
    split = splits.stratified(np.concatenate([r.label for r in records]))
    splits.write_lists(records, split, tmp_path / "splits" / "paper")
    (tmp_path / "t.toml").write_text(
        'name = "t"\narchitecture = "slap-over-leads"\narguments = { n_cells = 8 }\nepochs = 1\n'
    )
    monkeypatch.setattr(Trainer, "run", lambda *_, **__: pytest.fail("trained"))
    (tmp_path / "runs").write_text("")
    folders = ["--cache", tmp_path, "--runs", tmp_path / "runs", "--device", "cpu"]
    said = said_by(["fit", tmp_path / "t.toml", *folders], capsys, monkeypatch)
    assert said.splitlines()[-1] == f"{tmp_path / 'runs' / 't'}: Not a directory"


def load_records(folder):
    from train.data import packed

    return packed.beats(packed.load(folder / "mitdb.cache"), prep=PAPER)


def test_rows_scored_once_are_not_read_where_it_cannot_be_logged(tmp_path):
    (tmp_path / "results").write_text("")
    with pytest.raises(OSError, match="exists"):
        ledger.allow(tmp_path / "results", "test", ["1"], reason="")


def test_an_unfinished_run_is_not_scored_where_that_is_done_once(run):
    with pytest.raises(ConfigError, match="1 of 2 epochs done; rows that are scored once wait"):
        from_runs([run]).check_finished()


@pytest.mark.parametrize("weights", [[-1.0], [0.0], [float("nan")], [float("inf")]])
def test_weights_that_weigh_nothing(run, weights):
    with pytest.raises(ConfigError, match="none below 0"):
        from_runs([run], weights=weights)


def test_a_result_of_another_kind_is_not_replaced(tmp_path):
    made = {"config": {}, "seeds": [1], "minutes": 2.0}
    results.write(tmp_path / "paper.json", {}, kind="ship", **made)
    with pytest.raises(ConfigError, match="holds a result of 'ship'; give another --name"):
        results.target(tmp_path, "paper", kind="evaluate")
    assert results.target(tmp_path, "paper", kind="ship") == tmp_path / "paper.json"
    (tmp_path / "paper.json").write_text("{")
    with pytest.raises(ConfigError, match="damaged result"):
        results.target(tmp_path, "paper", kind="ship")
    with pytest.raises(ConfigError, match="not that of a file"):
        results.target(tmp_path, "../paper", kind="ship")
    assert results.target(tmp_path / "new", "a", kind="ship").parent == tmp_path / "new"
    assert not (tmp_path / "new").exists()


def test_threads_below_nothing():
    with pytest.raises(ConfigError, match="threads -1"):
        choose_device("cpu", threads=-1)


@pytest.mark.parametrize("wrong", [{"preprocessing": "clinical"}, {"context": True}])
def test_the_papers_rows_are_for_the_papers_windows(tmp_path, wrong):
    config = msgspec.structs.replace(CONFIG, **wrong)
    with pytest.raises(ConfigError, match="the paper's windows alone"):
        load_data(config, tmp_path)


def test_records_to_validate_on_must_be_there():
    with pytest.raises(DatabaseError, match="records 999: to validate on, but not in the data"):
        splits.by_record([record_beats("a")], ["a", "999"])


@pytest.mark.parametrize("arguments", [{"width": -8}, {"width": "wide"}])
def test_arguments_that_make_no_network(arguments):
    config = msgspec.structs.replace(CONFIG, architecture="resnet1d", arguments=arguments)
    with pytest.raises(ConfigError, match="arguments of resnet1d"):
        build(config)


def test_a_checkpoint_without_its_history_is_none(run):
    import torch

    path = run / "checkpoint.pt"
    saved = torch.load(path, weights_only=True)
    torch.save({k: v for k, v in saved.items() if k != "history"}, path)
    with pytest.raises(ConfigError, match="lacks history"):
        from_runs([run])
    assert json.loads((run / "history.json").read_text())
