import json

import numpy as np
import pytest
from typer.testing import CliRunner

from ecgviewer.model.bundle import load_bundle
from ecgviewer.signal.params import PAPER
from tests.data import REPOSITORY
from tests.train.synthetic import packed_beats
from train.__main__ import app
from train.config import ConfigError
from train.data import load, packed, splits
from train.pages.results_page import page
from train.protocols import Protocol
from train.scoring import ledger
from train.shipping import paper
from train.shipping.bundle import licence

PATIENTS = ("100", "101")
RUNS = ("paper-resnet", "paper-slap", "ds1-resnet", "ds1-slap")


def invoke(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def fit(place, name, *options):
    folders = ["--cache", place, "--runs", place / "runs", "--device", "cpu"]
    return invoke("fit", place / f"{name}.toml", *folders, *options)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Four finished runs on two short records: one is DS1, the other DS2."""
    monkeypatch.setattr(load, "MITDB", PATIENTS)
    monkeypatch.setattr(load, "PROTOCOLS", {"ds1": Protocol({"mitdb": ("100",)}, {})})
    monkeypatch.setattr(paper, "MITDB", PATIENTS)
    monkeypatch.setattr(paper, "DS2", ("101",))
    monkeypatch.setattr(splits, "FOLDER", tmp_path / "splits")
    records = packed.beats(packed.load(packed_beats(tmp_path, PATIENTS)), prep=PAPER)
    split = splits.stratified(np.concatenate([r.label for r in records]))
    splits.write_lists(records, split, tmp_path / "splits" / "paper")
    for name in RUNS:
        protocol = name.split("-")[0]
        text = f'name = "{name}"\narchitecture = "slap-over-leads"\nprotocol = "{protocol}"\n'
        more = "arguments = { n_cells = 8 }\nepochs = 1\nbatch = 16\n"
        (tmp_path / f"{name}.toml").write_text(text + more)
        done = fit(tmp_path, name)
        assert done.exit_code == 0, done.output
    return tmp_path


def test_finished_runs_are_scored_once_and_become_a_bundle(place):
    folders = ["--runs", place / "runs", "--results", place / "results"]
    cached = ["--cache", place]
    early = invoke("ship", "--target", place / "paper", *folders)
    assert "no such scoring" in str(early.exception)
    for what in ("paper", "unseen"):
        done = invoke("score", what, *folders, *cached)
        assert done.exit_code == 0, done.output
    done = invoke("ship", "--target", place / "paper", *folders)
    assert done.exit_code == 0, done.output
    bundle = load_bundle(place / "paper")
    assert [m.card.name for m in bundle.members] == ["resnet34", "slap"]
    assert bundle.card.unseen_sentence.startswith("Trained on beats of the very patients")
    found = json.loads((place / "results" / "paper.json").read_text())
    assert found["test"]["both"]["beats"] == 5  # a tenth of 12 beats of each of five classes
    logged = ledger.read(place / "results")
    assert [line.rows for line in logged] == ["test", "ds2"]
    assert logged[0].networks == [m.card.weights_sha256 for m in bundle.members]
    text = page(place / "results")
    assert "Ours: paper, test." in text
    assert "ds1-on-ds2, ds2" in text
    again = invoke("score", "paper", *folders, *cached)
    assert isinstance(again.exception, ConfigError)
    assert "needs --reason" in str(again.exception)
    assert invoke("score", "paper", *folders, *cached, "--reason", "lost").exit_code == 0


def test_the_licence_names_the_databases_that_were_used():
    card = REPOSITORY / "model_weights" / "clinical" / "slap-1" / "card.json"
    shipped = json.loads(card.read_text())
    without = licence(shipped["training"]["patients"])
    assert without == shipped["licence"]
    assert "INCART" not in without
    assert "INCART" in licence(["mitdb/101", "incart/I01"])
    assert "Supraventricular" not in licence(["mitdb/101", "incart/I01"])


def test_a_run_is_not_trained_over(place):
    done = fit(place, "ds1-slap")
    assert "holds a checkpoint; give --resume" in str(done.exception)
    done = fit(place, "ds1-slap", "--resume")
    assert done.exit_code == 0
    assert "after 1 of at most 1 epochs" in done.output
