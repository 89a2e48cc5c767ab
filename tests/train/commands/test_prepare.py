import hashlib
import re
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from ecgviewer.formats.annotations import Annotations, write_annotations
from tests.formats.records import ecg_like, write_record
from tests.train.synthetic import write_table
from train import protocols
from train.__main__ import app
from train.commands import prepare
from train.data import packed, vitaldb
from train.data.database import DatabaseError
from train.protocols import DATABASES, PROTOCOLS, Protocol

NAMES = ("100", "101")
COUNTS = (2, 2, 2, 2, 2)


def write_database(folder, names):
    """Records of two leads and five beats each, one of every class."""
    folder.mkdir(parents=True)
    for i, name in enumerate(names):
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


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Two records of five beats each, a protocol of their own, and noise."""

    (tmp_path / "data" / "nstdb").mkdir(parents=True)
    write_database(tmp_path / "data" / "mitdb", NAMES)
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


SEVERAL = "mitdb+svdb+incart"
TIMES = {"N": 2, "S": 1, "V": 1}


@pytest.fixture
def several(data, monkeypatch):
    """A protocol of three databases and one of beat times, all of whose folders are there."""
    folder = data / "data"
    write_database(folder / "svdb", ("800",))
    write_database(folder / "incart", ("I01", "I02", "I03"))
    rows = ["7,1.000,N,N,0", "7,1.800,S,N,0", "9,0.500,N,N,0", "9,1.000,V,VT,0", "9,1.400,U,VT,1"]
    (folder / "vitaldb").mkdir()
    write_table(folder / "vitaldb", *rows)
    names = {"svdb": ("800",), "incart": ("I01", "I02", "I03")}
    monkeypatch.setattr(prepare, "DATABASES", {"mitdb": NAMES, **names})
    whole = Protocol({"mitdb": ("100",), **names}, {"mitdb": ("101",)}, (5,) * 5, ("vitaldb",))
    monkeypatch.setattr(prepare, "PROTOCOLS", {SEVERAL: whole})
    # of whole databases, as the tables of `train.protocols` have them
    monkeypatch.setattr(protocols, "DATABASES", {"mitdb": NAMES, **names})
    known = {"svdb": (-1, 1, 1, -1, -1), "incart": (3,) * 5}
    monkeypatch.setattr(protocols, "KNOWN_COUNTS", known)
    monkeypatch.setattr(prepare, "VITALDB_CASES", 2)
    monkeypatch.setattr(prepare, "VITALDB_COUNTS", TIMES)
    return data


def caches(folder):
    return sorted(path.stem for path in (folder / "cache").glob("*.cache"))


def prepared(folder, *options):
    done = run(folder, "--protocol", SEVERAL, *options)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_every_database_of_a_protocol_is_packed_and_counted(several):
    said = prepared(several)
    assert "training records (1 of mitdb, 1 of svdb, 3 of incart): 25 beats, N 5 S 5" in said
    assert "incart: 3 records of 2 patients, 15 beats, N 3 S 3 V 3 F 3 Q 3" in said
    assert "vitaldb: 2 cases, 5 rows, N 2 S 1 V 1" in said
    assert "left out" not in said
    assert caches(several) == ["incart", "mitdb", "svdb", "vitaldb"]
    assert vitaldb.load(several / "cache" / "vitaldb.cache").cases == [7, 9]


@pytest.mark.parametrize(
    ("gone", "counted"),
    [
        (["svdb"], "(1 of mitdb, 3 of incart): 20 beats, N 4 S 4 V 4 F 4 Q 4"),
        (["incart"], "(1 of mitdb, 1 of svdb): 10 beats, N 2 S 2 V 2 F 2 Q 2"),
        (["vitaldb"], "(1 of mitdb, 1 of svdb, 3 of incart): 25 beats"),
        (["svdb", "incart", "vitaldb"], "(1 of mitdb): 5 beats, N 1 S 1 V 1 F 1 Q 1"),
    ],
)
def test_a_database_that_is_absent_is_left_out_in_a_sentence(several, gone, counted):
    for name in gone:
        shutil.rmtree(several / "data" / name)
    said = prepared(several)
    first = f"{SEVERAL}: {' and '.join(gone)} left out, for {several / 'data'} has no such folder"
    assert said.startswith(first)
    assert said.count("left out") == 1
    assert counted in said
    assert set(caches(several)) == {"mitdb", "svdb", "incart", "vitaldb"} - set(gone)


def test_what_is_packed_needs_no_folder_any_more(several):
    prepared(several)
    for name in ("svdb", "incart", "vitaldb"):
        shutil.rmtree(several / "data" / name)
    said = prepared(several)
    assert "left out" not in said
    assert said.count("is there already") == 4


def test_without_mitdb_there_is_no_protocol(several):
    shutil.rmtree(several / "data" / "mitdb")
    done = run(several, "--protocol", SEVERAL)
    assert isinstance(done.exception, OSError)  # which `main` says in a sentence
    assert str(several / "data" / "mitdb") in str(done.exception)
    assert not (several / "cache").exists()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda f: (f / "incart" / "I02.dat").unlink(), "I02"),
        (lambda f: (f / "incart" / "I02.hea").unlink(), r"1 of 3 records absent \(I02\)"),
        (lambda f: (f / "vitaldb" / vitaldb.TABLE).unlink(), "no such file"),
        (lambda f: (f / "vitaldb" / vitaldb.TABLE).write_bytes(b"case"), "damaged"),
        (lambda f: write_table(f / "vitaldb", "7,1.000,N,N,0"), "1 cases and counts N 1 S 0 V 0"),
    ],
)
def test_a_part_of_a_further_database_is_an_error_and_nothing_is_written(several, harm, words):
    harm(several / "data")
    done = run(several, "--protocol", SEVERAL)
    assert isinstance(done.exception, DatabaseError)
    assert re.search(words, str(done.exception))
    assert not (several / "cache").exists()


def test_other_counts_of_one_database_leave_nothing_behind(several, monkeypatch):
    """Also where the protocol says nothing of the whole."""
    some = Protocol({"mitdb": ("100",), "incart": ("I01", "I02", "I03")}, {})
    monkeypatch.setattr(prepare, "PROTOCOLS", {SEVERAL: some})
    monkeypatch.setattr(protocols, "KNOWN_COUNTS", {"incart": (3, 3, 4, 3, 3)})
    done = run(several, "--protocol", SEVERAL)
    assert isinstance(done.exception, DatabaseError)
    assert str(done.exception).startswith("incart: counts N 3 S 3 V 3 F 3 Q 3 are not")
    assert not (several / "cache").exists()


def test_the_published_lists_hold_together():
    mitdb = DATABASES["mitdb"]
    assert len(mitdb) == 48
    assert len(DATABASES["svdb"]) == 39
    assert len(DATABASES["incart"]) == 55
    for protocol in PROTOCOLS.values():
        for database, names in (*protocol.train.items(), *protocol.unseen.items()):
            assert set(names) <= set(DATABASES[database])
            assert len(set(names)) == len(names)
        for database, names in protocol.unseen.items():
            assert not set(names) & set(protocol.train.get(database, ()))
