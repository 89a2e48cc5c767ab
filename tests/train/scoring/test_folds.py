import json

import numpy as np
import pytest
from typer.testing import CliRunner

from ecgviewer.signal.params import PAPER
from tests.train.synthetic import packed_beats
from train.__main__ import app, main
from train.config import Config, ConfigError
from train.data import load, packed, splits
from train.data.database import DatabaseError
from train.scoring import folds, ledger

NAMES = ("100", "101")
TOML = """
name = "{name}"
architecture = "slap-over-leads"
arguments = {{ n_cells = 8 }}
epochs = {epochs}
batch = 16
protocol = "{protocol}"
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a packed database of 60 beats, their committed lists and two configurations."""
    monkeypatch.setattr(load, "MITDB", NAMES)
    monkeypatch.setattr(splits, "FOLDER", tmp_path / "splits")
    records = packed.beats(packed.load(packed_beats(tmp_path, NAMES)), prep=PAPER)
    split = splits.stratified(np.concatenate([r.label for r in records]))
    splits.write_lists(records, split, tmp_path / "splits" / "paper")
    for name in ("first", "second"):
        (tmp_path / f"{name}.toml").write_text(TOML.format(name=name, epochs=1, protocol="paper"))
    return tmp_path


def call(place, *arguments):
    options = ["--cache", place, "--device", "cpu"]
    return CliRunner().invoke(app, [str(a) for a in [*arguments, *options]])


def cross_validate(place, *options):
    configs = [place / "first.toml", place / "second.toml"]
    folders = ["--runs", place / "runs", "--results", place / "results"]
    return call(place, "cross-validate", *configs, *folders, *options)


def read(place, name):
    return json.loads((place / "results" / f"{name}.json").read_text())


def test_folds_are_trained_scored_and_resumed(place):
    done = cross_validate(place, "--folds", "0,3")
    assert done.exit_code == 0, done.output
    found = read(place, "cross-validate")
    assert list(found["folds"]) == ["0", "3"]
    fold = found["folds"]["3"]
    assert fold["fused"]["beats"] == len(validation(place, 3))
    assert fold["fusion_weights"] == [0.792, 0.208]
    assert fold["refitted_on_others_weights"] == found["folds"]["0"]["refitted_weights"]
    assert fold["members"]["first"]["training"]["config"]["fold"] == 3
    mean, sd = found["mean_sd"]["fused"]["accuracy"]
    each = [found["folds"][k]["fused"]["accuracy"] for k in "03"]
    assert mean == pytest.approx(np.mean(each), abs=1e-5)
    assert sd == pytest.approx(np.std(each, ddof=1), abs=1e-5)
    assert found["machine"]["commit"]
    assert any(path.endswith("mitdb.cache") for path in found["sha256"])
    runs = {p.name: p.stat().st_mtime_ns for p in (place / "runs").iterdir()}
    assert set(runs) == {"first", "second", "first-fold3", "second-fold3"}
    assert cross_validate(place, "--folds", "0,3").exit_code == 0
    assert read(place, "cross-validate")["folds"] == found["folds"]


def validation(place, fold):
    records = packed.beats(packed.load(place / "mitdb.cache"), prep=PAPER)
    return splits.paper_fold(records, fold).validation


def test_every_fold_leaves_the_same_tenth_alone(place):
    records = packed.beats(packed.load(place / "mitdb.cache"), prep=PAPER)
    found = [splits.paper_fold(records, k) for k in range(5)]
    assert all(np.array_equal(s.test, found[0].test) for s in found)
    together = np.concatenate([s.validation for s in found])
    assert np.array_equal(np.sort(together), np.sort(np.r_[found[0].train, found[0].validation]))


def test_a_committed_tenth_that_is_another_is_refused(place):
    path = place / "splits" / "paper" / "test.json"
    path.write_text(path.read_text().replace('"100":[', '"100":[150,', 1))
    records = packed.beats(packed.load(place / "mitdb.cache"), prep=PAPER)
    with pytest.raises(DatabaseError, match="would not set these beats aside"):
        splits.paper_fold(records, 1)
    path.write_text("{")
    with pytest.raises(DatabaseError, match="damaged list"):
        splits.paper_fold(records, 0)


def test_out_of_time_says_so_and_goes_on_later(place):
    done = cross_validate(place, "--folds", "1", "--max-minutes", "0")
    assert done.exit_code == 0
    assert "fold 1 is not finished" in done.output
    assert not (place / "results").exists()


@pytest.mark.parametrize("text", ["", "5", "-1", "a", "0;1"])
def test_folds_that_are_none(text):
    with pytest.raises(ConfigError, match="folds"):
        folds.parse_folds(text)


def test_only_the_papers_protocol_has_folds():
    config = Config(name="t", architecture="slap", protocol="ds1")
    with pytest.raises(ConfigError, match="paper's protocol"):
        folds.of_fold(config, 1)


def test_evaluate_scores_the_tenth_once_and_logs_it(place):
    assert cross_validate(place, "--folds", "0").exit_code == 0
    runs = [v for name in ("first", "second") for v in ("--run", place / "runs" / name)]
    command = ["evaluate", *runs, "--results", place / "results"]
    assert call(place, *command).exit_code == 0
    assert read(place, "first-second-on-validation")["both"] == {
        **read(place, "cross-validate")["folds"]["0"]["fused"],
    }
    assert not ledger.read(place / "results")
    assert call(place, *command, "--rows", "test").exit_code == 0
    (line,) = ledger.read(place / "results")
    found = read(place, "first-second-on-test")
    assert (line.rows, line.accuracy) == ("test", found["both"]["accuracy"])
    assert set(found) >= {"both", "lead 1", "lead 2", "members", "config", "seeds", "minutes"}
    again = call(place, *command, "--rows", "test")
    assert isinstance(again.exception, ConfigError)
    assert "a second time needs --reason" in str(again.exception)
    assert call(place, *command, "--rows", "test", "--reason", "a card was lost").exit_code == 0
    assert [s.reason for s in ledger.read(place / "results")] == ["", "a card was lost"]


def test_rows_a_network_was_trained_on_are_refused(place):
    assert cross_validate(place, "--folds", "0,1").exit_code == 0
    first = ["evaluate", "--results", place / "results", "--run", place / "runs" / "first"]
    assert "never saw its patients" in str(call(place, *first, "--rows", "ds2").exception)
    mixed = [*first, "--run", place / "runs" / "second-fold1"]
    assert "of one fold" in str(call(place, *mixed).exception)
    assert "none of validation" in str(call(place, *first, "--rows", "train").exception)
    neither = ["evaluate", "--results", place / "results"]
    assert "either --bundle or" in str(call(place, *neither).exception)


@pytest.mark.parametrize(
    "command",
    [
        ["fit", "none.toml"],
        ["cross-validate", "none.toml"],
        ["evaluate", "--bundle", "none"],
        ["evaluate", "--run", "none"],
        ["prepare", "--data", "none"],
        ["prepare", "--data", "none", "--protocol", "ds3"],
        ["ship", "--runs", "none"],
    ],
)
def test_errors_are_one_sentence_and_status_2(command, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["train", *command])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert len(said.out.strip().splitlines()) == 1
    assert not any(tmp_path.iterdir())
