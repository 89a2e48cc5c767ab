"""Results between runs: the same to the last bit, and only complete and believable ones."""

import dataclasses
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecgviewer.analysis.cache.cache import FileHashes, ResultCache, hash_files, result_key
from ecgviewer.analysis.cache.codec import pack_results
from ecgviewer.analysis.cache.database import Store
from ecgviewer.analysis.cache.packing import pack, unpack
from ecgviewer.analysis.classify import analyze
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.log import BeatLog
from ecgviewer.beats.results import Results
from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from ecgviewer.record import Record
from ecgviewer.signal.params import DETECTION, PAPER
from tests.excerpt import an_excerpt
from tests.formats.records import ecg_like, write_record
from tests.tiny_ensemble import make_ensemble


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    return load_ensemble(make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny"), device="cpu")


@pytest.fixture
def keeper(tmp_path: Path) -> ResultCache:
    return ResultCache(Store(tmp_path / "cache"))


@pytest.fixture
def record(tmp_path: Path) -> Record:
    header = an_excerpt(tmp_path / "in")
    header.with_suffix(".atr").write_bytes(b"\0\0")
    return open_record(header)


def hashed(record: Record) -> FileHashes:
    found = hash_files(record)
    assert found is not None
    return found


def analysed(record: Record, ensemble: Ensemble) -> Results:
    log, result = BeatLog(n_members=len(ensemble.members)), None
    for step in scan(record, detection=DETECTION):
        log.extend(step.samples)
        result = step.scan
    for batch in analyze(
        record, result, ensemble, inputs=default_inputs(record, prep=ensemble.prep)
    ):
        log.apply(batch)
    return Results(result, log)


def rewrite(path: Path) -> None:
    """One bit of a file, its time as before."""
    data, times = bytearray(path.read_bytes()), path.stat()
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


# -- to the store and back -------------------------------------------------------------------


def equal(one: Any, another: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == another.dtype and one.tobytes() == another.tobytes()
    return one == another


def same(one: Results, another: Results) -> bool:
    """Whether every number of two analyses is the same, to the bit."""
    pairs = [
        (getattr(one.scan, f.name), getattr(another.scan, f.name))
        for f in dataclasses.fields(one.scan)
    ]
    logged = ("samples", "classes", "probabilities", "votes", "flags")
    pairs += [(getattr(one.log, name), getattr(another.log, name)) for name in logged]
    return all(equal(a, b) for a, b in pairs) and (one.log.counts() == another.log.counts()).all()


def test_what_is_kept_comes_back_to_the_bit(
    record: Record, ensemble: Ensemble, keeper: ResultCache
):
    inputs = default_inputs(record, prep=PAPER)
    files, results = hashed(record), analysed(record, ensemble)
    assert not keeper.knows(files)
    assert keeper.find(record, files, ensemble, inputs, detection=DETECTION) is None
    assert keeper.keep(record, files, ensemble, inputs, results)
    assert keeper.knows(files)
    again = open_record(record.path)
    kept = keeper.find(again, hashed(again), ensemble, inputs, detection=DETECTION)
    assert same(kept.results, results)
    assert kept.results.log.n_pending == 0
    assert results.scan.n_beats > 10
    assert keeper.find(again, hashed(again), ensemble, (None, 0), detection=DETECTION) is None


def test_a_recording_with_gaps_and_two_leads(
    ensemble: Ensemble, keeper: ResultCache, tmp_path: Path
):
    """Stretches of every kind and NaN probabilities survive."""
    adc = ecg_like(360 * 40)
    adc[360 * 8 : 360 * 12] = -2048  # what format 212 calls no sample
    adc[360 * 20 : 360 * 24, 1] = 1024
    record = open_record(write_record(tmp_path, adc, fmt=212, names=("MLII", "V1")))
    inputs, results = default_inputs(record, prep=PAPER), analysed(record, ensemble)
    assert {s.kind for s in results.scan.stretches} >= {"gap", "flat"}
    assert {s.lead for s in results.scan.stretches} >= {0, 1}
    assert keeper.keep(record, hashed(record), ensemble, inputs, results)
    kept = keeper.find(record, hashed(record), ensemble, inputs, detection=DETECTION)
    assert same(kept.results, results)


def test_a_recording_without_beats(ensemble: Ensemble, keeper: ResultCache, tmp_path: Path):
    flat = np.full((7200, 2), 1024)
    record = open_record(write_record(tmp_path, flat, names=("MLII", "V1")))
    results = analysed(record, ensemble)
    assert results.scan.n_beats == 0
    assert keeper.keep(record, hashed(record), ensemble, (0, 1), results)
    assert same(
        keeper.find(record, hashed(record), ensemble, (0, 1), detection=DETECTION).results, results
    )


# -- what is not kept ------------------------------------------------------------------------


def test_an_analysis_that_is_not_complete_is_not_kept(
    record: Record, ensemble: Ensemble, keeper: ResultCache
):
    whole = analysed(record, ensemble)
    log = BeatLog(n_members=2)
    log.extend(whole.scan.samples)
    part = Results(whole.scan, log)
    assert not keeper.keep(record, hashed(record), ensemble, (0, None), part)
    short = BeatLog(n_members=2)
    assert not keeper.keep(record, hashed(record), ensemble, (0, None), Results(whole.scan, short))
    assert keeper.store.size() == (0, 0)


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_that_changes_while_it_is_analysed_is_not_kept(
    record: Record, ensemble: Ensemble, keeper: ResultCache, which: int
):
    files, results = hashed(record), analysed(record, ensemble)
    rewrite(record.files[which])
    assert not keeper.keep(record, files, ensemble, (0, None), results)
    assert keeper.store.size() == (0, 0)


def test_a_file_that_is_gone_has_no_hash(record: Record, ensemble: Ensemble, keeper: ResultCache):
    files, results = hashed(record), analysed(record, ensemble)
    record.files[1].unlink()
    assert hash_files(record) is None
    assert not keeper.keep(record, files, ensemble, (0, None), results)


def test_hashing_and_keeping_can_be_given_up(
    record: Record, ensemble: Ensemble, keeper: ResultCache
):
    assert hash_files(record, stop=lambda: True) is None
    files, results = hashed(record), analysed(record, ensemble)
    stop = lambda: True
    assert not keeper.keep(record, files, ensemble, (0, None), results, stop=stop)
    assert keeper.store.size() == (0, 0)


def test_a_store_that_fails_is_a_miss(record: Record, ensemble: Ensemble, tmp_path: Path):
    (tmp_path / "in_the_way").touch()
    keeper = ResultCache(Store(tmp_path / "in_the_way"))
    files, results = hashed(record), analysed(record, ensemble)
    assert not keeper.keep(record, files, ensemble, (0, None), results)
    assert keeper.find(record, files, ensemble, (0, None), detection=DETECTION) is None


# -- what is not believed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("classes", np.full(3, 1, np.int8)),
        ("classes", np.full(3, 1, np.int64)),
        ("samples", None),
        ("extra", np.zeros(3)),
        ("about", np.frombuffer(b"{}", np.uint8)),
        ("about", np.frombuffer(b"no json", np.uint8)),
        ("stretches", np.array([[7, 0, 1, -1]])),
        ("votes", np.zeros((3, 3, 5), np.float32)),
        ("class", 5),
        ("class", -1),
        ("flag", 1 << 15),
        ("order", None),
        ("beyond", None),
    ],
)
def test_columns_that_do_not_fit_are_a_miss_and_removed(
    record: Record, ensemble: Ensemble, keeper: ResultCache, column: str, value: object
):
    """Sealed as they should be, so that only their content can tell."""
    files, results = hashed(record), analysed(record, ensemble)
    key = result_key(
        files, ensemble, (0, None), searched=record.ecg_leads, detection=DETECTION
    ).digest()
    packed = pack_results(results)
    columns = {n: c.copy() for n, c in unpack(pack(packed, seal=""), seal="").items()}
    if column == "class":
        columns["classes"][2] = value
    elif column == "flag":
        columns["flags"][2] = value
    elif column == "order":
        columns["samples"][2] = columns["samples"][1]
    elif column == "beyond":
        columns["samples"][-1] = record.n_samples
    elif value is None:
        del columns[column]
    else:
        columns[column] = value
    keeper.store.put(key, columns, recording=files.recording)
    assert keeper.find(record, files, ensemble, (0, None), detection=DETECTION) is None
    assert keeper.store.size()[0] == 0


def test_results_of_another_recording_under_this_key_do_not_fit(
    record: Record, ensemble: Ensemble, keeper: ResultCache
):
    files, results = hashed(record), analysed(record, ensemble)
    keeper.keep(record, files, ensemble, (0, None), results)
    shorter = replace(record, n_samples=100)
    assert keeper.find(shorter, files, ensemble, (0, None), detection=DETECTION) is None
