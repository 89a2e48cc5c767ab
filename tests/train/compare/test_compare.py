import json

import msgspec
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from tests.train.compare.records import FakeData, cutter, record, task
from train import paper_figures
from train.commands import compare
from train.compare.classical import boosted_trees, nearest, random_forest, svm
from train.compare.classifier import Settings
from train.compare.registry import CLASSIFIERS
from train.compare.results import read, read_all
from train.compare.runner import Data, Wanted, due, plan, run_one
from train.config import ConfigError
from train.data.database import DatabaseError
from train.data.splits import stratified, write_lists

CLASSICAL = {
    "random-forest": lambda: random_forest(20),
    "boosted-trees": lambda: boosted_trees(10),
    "svm": svm,
    "nearest": nearest,
}


@pytest.fixture(scope="module")
def beats():
    return cutter(n_beats=120)


@pytest.mark.parametrize("name", CLASSICAL)
def test_a_classical_classifier_tells_invented_beats_apart(beats, name):
    pytest.importorskip("sklearn", reason="scikit-learn comes with the extra `train`")
    of = task(Settings(classifier=name), beats)
    outcome = CLASSICAL[name]()(of)
    assert (outcome.called == of.labels(of.validation)).mean() > 0.9
    assert outcome.n_training == len(of.train)
    if name in ("svm", "nearest"):
        assert outcome.account["searched_on"] == len(of.train)  # fewer than 8,000 are there
        assert set(outcome.account["chosen"]) == set(outcome.account["searched"])


def test_without_scikit_learn_it_says_how_to_get_it(beats, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="extra `train`"):
        nearest()(task(Settings(classifier="nearest"), beats))


def test_the_plan_runs_every_classifier_once_before_a_second_seed():
    runs = plan(Wanted(seeds=2, folds=2))
    once = len(CLASSIFIERS) + len(paper_figures.TABLE_6)
    assert len(runs) == 4 * once
    assert len({s.run for s in runs}) == len(runs)
    assert [(s.seed, s.fold) for s in runs[::once]] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    by_name = {s.run: s for s in runs[:once]}
    plain, varied = (by_name[f"vgg-{k}-w0.25-fold0-seed1"] for k in ("plain", "augmented"))
    assert plain.max_minutes == 6
    assert (plain.augmented, plain.lead_dropout, plain.jitter_ms) == (False, 0, 0)
    assert varied.augment.noise_share > 0
    assert by_name["cnn-lstm-plain-w1-fold0-seed1"].width == 1


def test_the_plan_takes_what_is_asked_for():
    wanted = Wanted(only=("vit", "svm"), variants="with", width=1.0, minutes=2.0)
    vit, svm_ = plan(wanted)
    assert (vit.augmented, vit.width, vit.max_minutes) == (True, 1.0, 2.0)
    assert svm_.run == "svm-plain-w1-fold0-seed1"
    with pytest.raises(ConfigError, match="no classifier 'resnet50'; there are densenet"):
        plan(Wanted(only=("resnet50",)))
    with pytest.raises(ConfigError, match="folds are 1 to 5"):
        plan(Wanted(folds=6))


def test_tables_and_registry_name_the_same_classifiers():
    assert set(paper_figures.TABLE_6) == {n for n, row in CLASSIFIERS.items() if row.table == 6}
    assert set(paper_figures.TABLE_7) - {"proposed"} == {
        n for n, row in CLASSIFIERS.items() if row.table == 7
    }


SETTINGS = Settings(
    classifier="rr-hos-lstm", width=0.5, epochs=0.5, batch=32, max_minutes=1.0, keep_normal=1.0
)


def test_a_finished_run_is_skipped_and_other_settings_are_refused(tmp_path):
    done = run_one(SETTINGS, FakeData(), tmp_path, say=lambda line: None)
    (path,) = tmp_path.iterdir()
    assert path.name == "rr-hos-lstm-plain-w0.5-fold0-seed1.json"
    assert read(path) == done
    assert due([SETTINGS], tmp_path) == []
    second = msgspec.structs.replace(SETTINGS, seed=2)
    assert due([SETTINGS, second], tmp_path) == [second]
    with pytest.raises(ConfigError, match=r"made with epochs 0\.5, asked for is 9"):
        due([msgspec.structs.replace(SETTINGS, epochs=9.0)], tmp_path)


def test_a_result_holds_what_it_takes_to_find_it_again(tmp_path):
    run_one(SETTINGS, FakeData(), tmp_path, say=lambda line: None)
    (path,) = tmp_path.iterdir()
    kept = json.loads(path.read_text())
    assert kept["kind"] == "compare"
    assert kept["settings"]["seed"] == 1
    assert np.sum(kept["confusion"]) == kept["validation_beats"]
    assert kept["account"]["epochs"] == [0.57]  # 4 batches of 7
    assert {"commit", "libraries", "processor", "device"} <= set(kept["machine"])
    assert "mitdb.cache" in kept["hashes"]
    assert "test part was not read" in kept["scored_on"]


def test_a_damaged_result_is_one_sentence(tmp_path):
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(ConfigError, match=r"x\.json: no result of this version"):
        read_all(tmp_path)


def test_a_task_holds_no_row_of_the_test_part(tmp_path, monkeypatch):
    records = [record("a", 0), record("b", 1)]
    split = stratified(np.concatenate([r.label for r in records]))
    write_lists(records, split, tmp_path / "paper")
    monkeypatch.setattr("train.data.splits.FOLDER", tmp_path)
    monkeypatch.setattr("train.data.packed.load", lambda path: None)
    monkeypatch.setattr("train.data.packed.beats", lambda packed, names, prep: records)
    data = Data(tmp_path, device="cpu")
    scored = set()
    for fold in range(5):
        of = data.task(msgspec.structs.replace(SETTINGS, fold=fold), lambda line: None)
        assert not set(of.train) & set(of.validation)
        assert not set(split.test) & (set(of.train) | set(of.validation))
        scored |= set(of.validation)
    assert scored == set(range(320)) - set(split.test)
    assert set(data.hashes()) == {"train.json", "validation.json", "test.json", "preprocessing"}


def test_an_absent_cache_is_one_sentence_before_the_first_run(tmp_path):
    data = Data(tmp_path, device="cpu")
    with pytest.raises(DatabaseError, match=r"mitdb\.cache: no such cache"):
        data.check(plan(Wanted()))
    (tmp_path / "mitdb.cache").touch()
    with pytest.raises(DatabaseError, match=r"nstdb\.cache: no such cache"):
        data.check(plan(Wanted()))
    data.check(plan(Wanted(variants="without")))
    data.check([])


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setattr(compare, "Data", FakeData)
    app = typer.Typer()
    app.command()(compare.compare)
    return app


def test_the_command_runs_what_is_due_then_prints_the_tables(app, tmp_path):
    arguments = ["--only", "rr-hos-lstm", "--epochs", "0.5", "--results", str(tmp_path)]
    first = CliRunner().invoke(app, arguments)
    assert first.exit_code == 0, first.output
    assert "1 runs, 0 finished before" in first.output
    assert "rr-hos-lstm-plain-w1-fold0-seed1: accuracy" in first.output
    assert "## Table 7" in first.output
    again = CliRunner().invoke(app, arguments)
    assert "1 runs, 1 finished before" in again.output
    assert "seed1: accuracy" not in again.output


def test_no_run_begins_that_the_budget_does_not_hold(app, tmp_path):
    arguments = ["--budget-minutes", "5", "--results", str(tmp_path)]
    done = CliRunner().invoke(app, arguments)
    assert "19 runs left: the budget of 5 min is used" in done.output
    assert list(tmp_path.iterdir()) == []
