import json

import numpy as np
import pytest
from typer.testing import CliRunner

from train.__main__ import app
from train.config import ConfigError
from train.pages.results_page import page
from train.scoring import ledger, results
from train.scoring.folds import summary
from train.scoring.learners import Learners
from train.scoring.score import Scores, figures


def scored(seed=0, n=400):
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 5, n)
    votes = rng.random((n, 2, 5)).astype(np.float32)
    votes[np.arange(n), :, label] += 0.6
    return Scores(np.arange(n), label, np.zeros(n, np.int64), votes)


ACCOUNT = {"config": {"epochs": 14, "seed": 1}, "epochs_run": 9, "best_epoch": 3, "minutes": 80.0}
LEARNERS = Learners(("a", "b"), (), (0.792, 0.208), ("1", "2"), (ACCOUNT, ACCOUNT))


@pytest.fixture
def folder(tmp_path):
    answers = scored()
    found = figures(answers.label, answers.called((0.792, 0.208)))
    made = {"config": {}, "seeds": [1], "minutes": 2.0}
    ship = {rows: {"both": found} for rows in ("validation", "test")}
    results.write(tmp_path / "paper.json", ship, kind="ship", **made)
    unseen = figures(answers.label, answers.called((1, 0)), patient=answers.label)
    results.write(tmp_path / "ds1-on-ds2.json", {"both": unseen}, kind="ds1-on-ds2", **made)
    folds = summary({0: answers, 2: scored(1)}, {0: LEARNERS, 2: LEARNERS}, ["a", "b"])
    results.write(tmp_path / "cross-validate.json", folds, kind="cross-validate", **made)
    ledger.log(tmp_path, "test", ["1"], names=["a"], figures=found, reason="")
    return tmp_path


def test_the_page_has_every_part_with_our_figures_beside_the_papers(folder):
    text = page(folder)
    for title in (
        "## Table 5",
        "### Tianchi",
        "## All scorings",
        "## Cross-validation",
        "## Table 6",
        "## Table 7",
        "## Arithmetic faults",
        "## Scorings of the rows that are scored once",
        "## Where they come from",
    ):
        assert title in text, title
    found = json.loads((folder / "paper.json").read_text())["test"]["both"]
    ours = f"{100 * found['per_class']['N']['accuracy']:.1f}"
    assert f"| Acc | 99.3 / {ours} |" in text
    assert "| PPV | 95.2 / not run |" in text
    assert "2 of 5 folds (0, 2)" in text
    assert "9 of 14, best 4" in text
    assert "each patient is on both sides" in text
    assert "The epoch kept of each network is the best on these validation beats" in text
    over = {
        row.split("|")[1].strip(): row.split("|")[-3].strip()
        for row in text.splitlines()
        if row.startswith(("| paper, test", "| ds1-on-ds2, ds2"))
    }
    assert over == {"paper, test": "beats", "ds1-on-ds2, ds2": "patients"}


def test_the_page_of_nothing_says_not_run(tmp_path):
    text = page(tmp_path)
    assert "Not run yet." in text
    assert "None yet." in text
    assert "99.3 / not run" in text


def test_one_fold_has_no_standard_deviation():
    found = summary({0: scored()}, {0: LEARNERS}, ["a", "b"])
    assert found["mean_sd"]["fused"]["accuracy"][1] is None
    assert "fused_refitted_on_others" not in found["folds"]["0"]


def test_the_command_writes_the_page(folder, tmp_path):
    out = tmp_path / "docs" / "results.md"
    done = CliRunner().invoke(app, ["tables", "--results", str(folder), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_text() == page(folder)


def test_a_damaged_result_is_one_sentence(folder):
    (folder / "paper.json").write_text("{")
    with pytest.raises(ConfigError, match=r"paper\.json: damaged result"):
        page(folder)
    (folder / "paper.json").unlink()
    (folder / ledger.LOG).write_text("nonsense\n")
    with pytest.raises(ConfigError, match="damaged log"):
        page(folder)


def test_a_result_says_how_it_was_made(folder):
    found = json.loads((folder / "paper.json").read_text())
    assert {"kind", "date", "config", "seeds", "minutes", "sha256", "machine"} <= set(found)
    made = found["machine"]
    assert {"commit", "python", "libraries", "processor", "gpu"} <= set(made)


def test_without_a_commit_the_hash_of_the_sources_stands_for_it(folder):
    path = folder / "paper.json"
    found = json.loads(path.read_text())
    unknown = {"commit": "unknown", "changed_since_commit": None, "code_sha256": "abcdef" * 11}
    path.write_text(json.dumps(found | {"machine": found["machine"] | unknown}))
    assert "| unknown, code abcdefabcd |" in page(folder)


def test_a_fold_says_in_what_it_was_trained(folder):
    path = folder / "cross-validate.json"
    found = json.loads(path.read_text())
    told = found["folds"]["0"]["members"]["a"]["training"]
    told |= {"card": "Card 100", "precision": "fp32"}
    path.write_text(json.dumps(found))
    assert "| Card 100, fp32 |" in page(folder)


def test_figures_are_drawn_of_all_there_is(folder, tmp_path):
    pytest.importorskip("matplotlib", reason="figures need the extra train")
    run = tmp_path / "runs" / "a"
    run.mkdir(parents=True)
    line = {"loss": 0.5, "accuracy": 0.9, "macro_f1": 0.5, "seconds": 1.0}
    old = [{"epoch": k, **line} for k in range(3)]  # a history of the first version
    (run / "history.json").write_text(json.dumps(old))
    command = ["figures", "--results", str(folder), "--runs", str(tmp_path / "runs")]
    out = tmp_path / "drawn"
    folders = ["--cache", str(tmp_path / "none"), "--out", str(out)]
    done = CliRunner().invoke(app, [*command, *folders])
    assert done.exit_code == 0, done.output
    assert {p.stem for p in out.iterdir()} == {
        "confusion-paper-test",
        "confusion-paper-validation",
        "confusion-ds1-on-ds2",
        "confusion-cross-validate",
        "folds-cross-validate",
        "curves-a",
    }
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in out.iterdir())


def test_the_distribution_of_classes_is_drawn():
    draw = pytest.importorskip("train.pages.pictures", reason="figures need the extra train")
    figure = draw.class_distribution({"train": [9, 8, 7, 6, 5], "test": [1, 1, 1, 1, 0]})
    assert len(figure.axes[0].patches) == 10


def test_colours_are_capped_at_a_hundred_beats():
    draw = pytest.importorskip("train.pages.pictures", reason="figures need the extra train")
    figure = draw.confusion(np.diag([90_000, 150, 100, 50, 0]).tolist(), "t")
    image = figure.axes[0].images[0]
    assert image.get_clim() == (0, 100)
    shares = figure.axes[1].images[0].get_array()
    assert np.allclose(np.diag(shares)[:4], 1)
