"""Data of a configuration: a database whose cache is absent is left out, said and accounted for."""

import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.train.synthetic import packed_beats
from train.__main__ import app
from train.config import Config, ConfigError
from train.data import load
from train.data.database import DatabaseError
from train.data.load import load_data
from train.protocols import Protocol
from train.scoring.learners import load_run

DS1, SVDB = ("101", "106"), ("800", "802")
SMALL = Protocol({"mitdb": DS1, "svdb": SVDB}, {"mitdb": ("100",)})
CONFIG = Config(name="t", architecture="slap-over-leads", protocol="ds1+svdb")
TOML = """
name = "t"
architecture = "slap-over-leads"
arguments = { n_cells = 8 }
epochs = 1
batch = 16
protocol = "ds1+svdb"
"""


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Both caches of a protocol of two databases."""
    packed_beats(tmp_path, SVDB).rename(tmp_path / "svdb.cache")
    packed_beats(tmp_path, ("100", *DS1))
    monkeypatch.setattr(load, "PROTOCOLS", {"ds1+svdb": SMALL})
    return tmp_path


def fit(folder: Path, *options: str) -> Exception | None:
    """`fit`'s error, if any; its run lies in "runs" beside the caches."""
    (folder / "t.toml").write_text(TOML)
    where = ["--cache", str(folder), "--runs", str(folder / "runs"), "--device", "cpu"]
    done = CliRunner().invoke(app, ["fit", str(folder / "t.toml"), *where, *options])
    assert done.exception is None or isinstance(done.exception, Exception)
    return done.exception


def test_with_both_caches_nothing_is_said(caches, caplog):
    data = load_data(CONFIG, caches)
    assert [r.name for r in data.records] == [*DS1, *SVDB]
    assert data.trained_on == ("mitdb/101", "mitdb/106", "svdb/800", "svdb/802")
    assert not caplog.records


def test_an_absent_cache_is_left_out_in_a_sentence(caches, caplog):
    (caches / "svdb.cache").unlink()
    with caplog.at_level(logging.WARNING):
        data = load_data(CONFIG, caches)
    assert [r.name for r in data.records] == list(DS1)
    assert data.trained_on == ("mitdb/101", "mitdb/106")
    (said,) = caplog.messages
    assert said == f"ds1+svdb: trained without svdb, for {caches} has no such cache"


def test_without_mitdb_or_with_a_damaged_cache_nothing_is_trained(caches):
    (caches / "svdb.cache").write_bytes(b"ECGVIEWER CACHE 2\n")
    with pytest.raises(DatabaseError, match="damaged cache"):
        load_data(CONFIG, caches)
    (caches / "mitdb.cache").unlink()
    with pytest.raises(DatabaseError, match=r"mitdb\.cache: no such cache"):
        load_data(CONFIG, caches)


def test_records_kept_for_validation_are_not_trained_on(caches):
    config = Config(
        name="t",
        architecture="slap-over-leads",
        protocol="ds1+svdb",
        validation_records=("106", "800"),
    )
    assert load_data(config, caches).trained_on == ("mitdb/101", "svdb/802")


def test_a_run_tells_what_it_was_given_and_goes_on_with_nothing_else(caches, monkeypatch):
    svdb = (caches / "svdb.cache").read_bytes()
    (caches / "svdb.cache").unlink()
    assert fit(caches) is None
    account = load_run(caches / "runs" / "t")[2]
    assert account["patients"] == ["mitdb/101", "mitdb/106"]
    (caches / "svdb.cache").write_bytes(svdb)
    refused = fit(caches, "--resume")
    assert isinstance(refused, ConfigError)
    assert "was trained on 2 records, there are 4 now; not resumed" in str(refused)
    (caches / "svdb.cache").unlink()
    assert fit(caches, "--resume") is None


def test_a_run_of_before_was_given_all_of_its_protocol(caches, monkeypatch):
    import torch

    monkeypatch.setattr("train.scoring.learners.PROTOCOLS", {"ds1+svdb": SMALL})
    assert fit(caches) is None
    path = caches / "runs" / "t" / "checkpoint.pt"
    saved = torch.load(path, weights_only=True)
    assert saved.pop("trained_on") == ["mitdb/101", "mitdb/106", "svdb/800", "svdb/802"]
    torch.save(saved, path)
    told = load_run(path.parent)[2]["patients"]
    assert told == ["mitdb/101", "mitdb/106", "svdb/800", "svdb/802"]
    assert fit(caches, "--resume") is None
