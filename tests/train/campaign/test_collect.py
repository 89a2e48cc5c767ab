import json

import msgspec
import numpy as np
import pytest
import torch
from safetensors.torch import save

from ecgviewer.model.bundle import narrow, sha256
from tests.train.campaign.small import RESNET
from tests.train.pages.test_compare_tables import line, written
from train.campaign.book import FINISHED, Book
from train.campaign.collect import collect, documents
from train.campaign.compact import pack_sigmoids
from train.campaign.outbox import Outbox
from train.campaign.plan import clinical_runs, plan, wider
from train.commands.figures import figures
from train.config import ConfigError
from train.fit.trainer import build
from train.pages.results_page import page
from train.scoring.learners import load_run
from train.scoring.results import machine

CARD = "Card 100"
N = 400


def account(config):
    best = {"epoch": 1, "accuracy": 0.99, "loss": 0.1, "validation_loss": 0.1, "macro_f1": 0.9}
    history = [{**best, "epoch": e, "learning_rate": 1e-3, "seconds": 5.0 * e} for e in range(3)]
    return {
        "config": msgspec.to_builtins(config),
        "epochs_run": 3,
        "best_epoch": 1,
        "minutes": 4.25,
        "validation_during_training": history[1],
        "validation_accuracy": 0.99,
        "card": CARD,
        "weights_sha256": "0" * 64,
        "history": history,
        "pace": {},
        "share": 1.0,
        "machine": {**machine(), "gpu": CARD},
    }


def answers(seed, *, wrong=0.02, names=("100", "101"), rows=None):
    rng = np.random.default_rng(seed)
    label = np.random.default_rng(0).choice(5, N, p=[0.6, 0.15, 0.15, 0.05, 0.05])
    said = np.where(rng.random(N) < wrong, rng.integers(0, 5, N), label)
    sure = rng.uniform(0.5, 0.9, (N, 1)).astype(np.float32)
    sigmoids = 0.1 + sure * np.eye(5, dtype=np.float32)[said]
    return {
        "sigmoids": pack_sigmoids(torch.from_numpy(sigmoids)).numpy(),
        "label": label.astype(np.uint8),
        "rows": np.arange(N, dtype=np.int32) if rows is None else rows,
        "record": np.arange(N).astype(np.int16) % len(names),
        "names": np.array(names),
    }


@pytest.fixture
def out(tmp_path):
    """OUT with two folds of the pair, a third ResNet, two seeds of a comparison."""
    by_name = {item.name: item.work for item in plan()}
    book = Book()
    for i, name in enumerate(
        ("full-resnet", "full-slap", "full-resnet-fold1", "full-slap-fold1", "full-resnet-fold2")
    ):
        book.put_run(name, account(by_name[name]), answers(i), None)
    for seed, errors in ((1, 0.01), (2, 0.0125)):
        written(tmp_path / "made", "resnet", errors=errors, seed=seed, width=1.0, gpu=CARD)
    for path in (tmp_path / "made").iterdir():
        book.put_compared(path.stem, path.read_bytes())
    box = Outbox(tmp_path / "out")
    box.commit({FINISHED: book.encode()}, {"share": 1.0})
    return tmp_path / "out"


def test_the_page_shows_what_a_campaign_brought(out, tmp_path):
    results = tmp_path / "results"
    written(results / "compare", "resnet", errors=0.05)  # a quarter of the width, of before
    collect(out, results, tmp_path / "runs")
    text = page(results)
    assert "campaign-full: 2 of 5 folds (0, 1)" in text
    assert "campaign-full-resnet: 3 of 5 folds (0, 1, 2)" in text
    row = line(text, "0", "full-slap", "3 of 240, best 2", CARD)
    assert row[-4:] == ["3 of 240, best 2", "4", "1", CARD]
    older, newer = (
        [c.strip() for c in row.split("|")[1:-1]]
        for row in text.splitlines()
        if row.startswith("| ResNet | without | here")
    )
    assert (older[4], older[5], older[-1]) == ("0.25", "1 (1 seed, 1 fold)", "cpu")
    assert (newer[4], newer[5], newer[-1]) == ("1", "2 (2 seeds, 1 fold)", CARD)
    assert "±" in newer[8]


def test_folds_are_fused_with_the_papers_weights(out):
    book = Book(Outbox(out).read(FINISHED))
    found = documents(book)
    assert set(found) == {"full", "full-resnet"}
    pair = found["full"]
    assert pair["kind"] == "cross-validate"
    assert pair["folds"]["0"]["fusion_weights"] == [0.792, 0.208]
    assert pair["folds"]["0"]["members"]["full-resnet"]["training"]["card"] == CARD
    mean = np.mean([pair["folds"][k]["fused"]["accuracy"] for k in "01"])
    assert pair["mean_sd"]["fused"]["accuracy"][0] == pytest.approx(mean, abs=1e-5)
    assert pair["minutes"] == 17.0
    assert pair["machine"]["gpu"] == CARD


def test_figures_are_drawn_of_it(out, tmp_path):
    pytest.importorskip("matplotlib")
    collect(out, tmp_path / "results", tmp_path / "runs")
    figures(tmp_path / "results", tmp_path / "runs", tmp_path, tmp_path / "figures")
    drawn = {p.name for p in (tmp_path / "figures").iterdir()}
    assert {
        "folds-campaign-full.png",
        "confusion-campaign-full.png",
        "curves-campaign-full-slap-fold1.png",
    } <= drawn


@pytest.mark.parametrize("large", [False, True])
def test_a_network_whose_weights_were_kept_is_a_run_like_any_other(tmp_path, large):
    network = build(RESNET)
    weights = save(narrow(dict(network.state_dict())))
    book = Book()
    book.put_run("full-resnet", account(RESNET), None, None if large else weights)
    blobs = {FINISHED: book.encode()} | ({"weights-full-resnet": weights} if large else {})
    Outbox(tmp_path / "out").commit(blobs, {"share": 1.0})
    collect(tmp_path / "out", tmp_path / "results", tmp_path / "runs")
    config, found, told = load_run(tmp_path / "runs" / "campaign-full-resnet")
    assert config == RESNET
    assert (told["epochs_run"], told["best_epoch"], told["minutes"]) == (3, 1, 4.2)
    assert sha256(save(narrow(dict(found)))) == sha256(weights)


def test_wider_members_are_judged_by_grouped_validation(tmp_path):
    book = Book()
    names = (("101", "106", "800"), ("201", "203", "802"), ("107", "865", "804"))
    pair = wider()["clinical-width-16"]
    for fold in range(5):
        for i, config in enumerate(clinical_runs(pair, fold)):
            told = account(config)
            found = answers(10 * fold + i, names=names[fold % 3])
            book.put_run(config.name, told, found, None)
        if fold < 4:
            assert documents(book) == {}
    (found,) = documents(book).values()
    assert found["kind"] == "clinical-validation"
    assert found["all but paced"]["accuracy_nsv"] > 0.9
    Outbox(tmp_path / "out").commit({FINISHED: book.encode()}, {"share": 1.0})
    collect(tmp_path / "out", tmp_path / "results", tmp_path / "runs")
    text = page(tmp_path / "results")
    assert "Grouped validation of other members: campaign-clinical-width-16" in text
    assert f"3 epochs each, 42.5 minutes in all on {CARD}" in text


def test_a_dry_run_is_no_result(out, tmp_path):
    box = Outbox(out)
    box.commit({}, {"share": 0.01})
    with pytest.raises(ConfigError, match=r"a dry run on a share of 0\.01"):
        collect(out, tmp_path / "results", tmp_path / "runs")
    assert not (tmp_path / "results").exists()


def test_nothing_finished_is_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match="no run of it is finished"):
        collect(tmp_path / "out", tmp_path / "results", tmp_path / "runs")


def test_answers_on_other_rows_are_not_fused(out):
    book = Book(Outbox(out).read(FINISHED))
    other = answers(9, rows=np.arange(1, N + 1, dtype=np.int32))
    book.put_run("full-slap", book.run("full-slap"), other, None)
    with pytest.raises(ConfigError, match="answers on different rows"):
        documents(book)


def test_a_damaged_book_is_a_sentence(out):
    data = Outbox(out).read(FINISHED)
    assert Book(data).encode() == data
    with pytest.raises(ConfigError, match="damaged"):
        Book(data[: len(data) // 2])
    assert json.loads(json.dumps(Book(data).run("full-slap")))["minutes"] == 4.25
