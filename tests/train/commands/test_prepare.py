import hashlib
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from ecgviewer.formats.annotations import Annotations, write_annotations
from tests.formats.records import ecg_like, write_record
from train.__main__ import app
from train.commands import prepare
from train.data import packed
from train.data.database import DatabaseError
from train.protocols import DATABASES, PROTOCOLS, Protocol

NAMES = ("100", "101")
COUNTS = (2, 2, 2, 2, 2)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Two records of five beats each, a protocol of their own, and noise."""

    (tmp_path / "data" / "mitdb").mkdir(parents=True)
    (tmp_path / "data" / "nstdb").mkdir()
    for i, name in enumerate(NAMES):
        folder = tmp_path / "data" / "mitdb"
        write_record(folder, ecg_like(2_000, seed=i), name=name, names=("MLII", "V1"))
        zeros = np.zeros(6, np.int16)
        annotations = Annotations(
            sample=np.arange(150, 1_800, 300),
            symbol=tuple("NSV!FQ"),
            aux=("",) * 6,
            subtype=zeros,
            channel=zeros,
            number=zeros,
            fs=360.0,
        )
        write_annotations(folder / f"{name}.atr", annotations)
    for name in DATABASES["nstdb"]:
        write_record(tmp_path / "data" / "nstdb", ecg_like(2_000), name=name)
    monkeypatch.setattr(prepare, "DATABASES", {"mitdb": NAMES, "nstdb": DATABASES["nstdb"]})
    table = {"paper": Protocol({"mitdb": NAMES}, {}, COUNTS)}
    monkeypatch.setattr(prepare, "PROTOCOLS", table)
    return tmp_path


def run(folder, *options):
    base = ["prepare", "--data", str(folder / "data"), "--out", str(folder / "cache")]
    return CliRunner().invoke(app, [*base, *options])


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_packs_counts_and_noise(data):
    done = run(data, "--noise")
    assert done.exit_code == 0, done.output
    assert "10 beats, N 2 S 2 V 2 F 2 Q 2" in done.output
    assert len(packed.load(data / "cache" / "mitdb.cache").records) == 2
    noise = packed.load(data / "cache" / "nstdb.cache")
    assert [r.name for r in noise.records] == list(DATABASES["nstdb"])


def test_other_counts_leave_nothing_behind(data, monkeypatch):
    wrong = {"paper": Protocol({"mitdb": NAMES}, {}, (90_631, 2_781, 7_236, 803, 8_043))}
    monkeypatch.setattr(prepare, "PROTOCOLS", wrong)
    done = run(data)
    assert isinstance(done.exception, DatabaseError)
    assert "N 2 S 2 V 2 F 2 Q 2 are not the published N 90,631" in str(done.exception)
    assert not list((data / "cache").glob("*"))


def test_a_good_cache_outlives_a_bad_call(data, monkeypatch):
    run(data)
    path = data / "cache" / "mitdb.cache"
    before = digest(path)
    wrong = {"paper": Protocol({"mitdb": NAMES}, {}, (1, 2, 2, 2, 2))}
    monkeypatch.setattr(prepare, "PROTOCOLS", wrong)
    assert isinstance(run(data, "--force").exception, DatabaseError)
    (data / "data" / "mitdb" / "101.atr").unlink()
    assert isinstance(run(data, "--force").exception, DatabaseError)
    assert digest(path) == before
    assert [p.name for p in (data / "cache").iterdir()] == ["mitdb.cache"]


def test_what_is_there_is_kept_unless_forced(data):
    run(data)
    path = data / "cache" / "mitdb.cache"
    made = path.stat().st_mtime_ns
    assert "is there already" in run(data).output
    assert path.stat().st_mtime_ns == made
    run(data, "--force")
    assert path.stat().st_mtime_ns > made


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda f: (f / "100.hea").unlink(), r"1 of 2 records absent \(100\)"),
        (lambda f: (f / "101.dat").unlink(), "101"),
        (lambda f: (f / "101.dat").write_bytes(b"\0" * 100), "101"),
        (lambda f: (f / "101.atr").write_bytes(b"\x01"), "101"),
    ],
)
def test_a_partial_database_is_one_sentence(data, harm, words):
    harm(data / "data" / "mitdb")
    done = run(data)
    assert isinstance(done.exception, DatabaseError)
    assert done.exception.args[0].count("\n") == 0
    assert re.search(words, str(done.exception))
    assert not (data / "cache").exists()


def test_the_published_lists_hold_together():
    mitdb = DATABASES["mitdb"]
    assert len(mitdb) == 48
    assert len(DATABASES["svdb"]) == 39
    for protocol in PROTOCOLS.values():
        for database, names in (*protocol.train.items(), *protocol.unseen.items()):
            assert set(names) <= set(DATABASES[database])
            assert len(set(names)) == len(names)
        for database, names in protocol.unseen.items():
            assert not set(names) & set(protocol.train.get(database, ()))
