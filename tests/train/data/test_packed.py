import hashlib

import msgspec
import numpy as np
import pytest

from ecgviewer.formats.readers import open_record
from tests.data import data_dir
from tests.formats.records import ecg_like, write_record
from train.data import packed as cache
from train.data.database import DatabaseError
from train.data.packed import Packed, pack_record


@pytest.fixture
def header(tmp_path):
    return write_record(tmp_path, ecg_like(2_000), name="100", names=("MLII", "V1"))


def packed(header):
    return Packed("mitdb", [pack_record(header, annotator=None)])


def test_samples_come_back_exactly(header, tmp_path):
    cache.write(packed(header), tmp_path / "c.cache")
    record = cache.unpack(cache.load(tmp_path / "c.cache").records[0])
    expected = (ecg_like(2_000).T - 1024) / 200
    np.testing.assert_array_equal(record.read(0, 2_000), expected.astype(np.float32))
    assert [lead.name for lead in record.leads] == ["MLII", "V1"]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("per_mv", [100, 200, 400, 1_000, 4_000])
def test_every_known_gain_comes_back_exactly(tmp_path, per_mv):
    """Over all that 16 bits hold: steps between neighbours wrap, and unwrap."""
    adc = np.random.default_rng(0).integers(-32_767, 32_768, (3_000, 1))
    adc[:4, 0] = (-32_767, 32_767, -32_767, 0)
    path = write_record(tmp_path, adc, names=("II",), gain=f"{per_mv}(0)/mV")
    found = pack_record(path, annotator=None)
    assert found.step_mv == 1 / per_mv
    ours = cache.unpack(found).read(0, 3_000)
    np.testing.assert_array_equal(ours, open_record(path).read(0, 3_000))
    np.testing.assert_array_equal(np.rint(ours[0].astype(float) * per_mv), adc[:, 0])


def test_a_gain_between_the_known_ones_is_refused(tmp_path):
    path = write_record(tmp_path, ecg_like(2_000), gain="306(1024)/mV")
    with pytest.raises(DatabaseError, match="no multiples of a known step"):
        pack_record(path, annotator=None)


def test_incart_comes_back_exactly():
    """53 of its records have 4000 steps a mV, two 1000: 4000 would not hold their 18 mV."""
    folder = data_dir("incart")
    steps = []
    for name in ("I26", "I27", "I38", "I68"):
        found = pack_record(folder / f"{name}.hea")
        record = open_record(folder / f"{name}.hea")
        ours = cache.unpack(found)
        np.testing.assert_array_equal(
            ours.read(0, ours.n_samples), record.read(0, record.n_samples)
        )
        stored = np.fromfile(folder / f"{name}.dat", "<i2")
        np.testing.assert_array_equal(
            np.rint(ours.read(0, ours.n_samples)[0] / found.step_mv), stored
        )
        assert (ours.fs, found.leads, found.n_samples) == (128, ["II"], 230_400)
        steps.append(round(1 / found.step_mv))
    assert steps == [4_000, 1_000, 1_000, 4_000]


def test_a_gap_stays_a_gap(tmp_path):
    adc = ecg_like(500)
    adc[100:200, 0] = -32768  # format 16's word for no sample
    record = cache.unpack(pack_record(write_record(tmp_path, adc), annotator=None))
    assert np.isnan(record.read(0, 500)[0, 100:200]).all()
    assert np.isfinite(record.read(0, 500)[1]).all()


def test_a_cache_of_the_first_form_is_read(header, tmp_path):
    body = msgspec.msgpack.encode(packed(header))
    (tmp_path / "c.cache").write_bytes(b"ECGVIEWER CACHE 1\n" + body)
    assert cache.load(tmp_path / "c.cache").records[0].name == "100"


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda d: d[:-10], "damaged cache"),
        (lambda d: d[:200] + bytes([d[200] ^ 1]) + d[201:], "damaged cache"),
        (lambda d: b"PK" + d[2:], "not a cache of this version"),
        (lambda d: b"", "not a cache of this version"),
        (lambda d: d[:30], "damaged cache"),
        (lambda d: b"ECGVIEWER CACHE 1\n" + d[100:150], "damaged cache"),
    ],
)
def test_damage_is_one_sentence(header, tmp_path, harm, words):
    path = tmp_path / "c.cache"
    cache.write(packed(header), path)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(DatabaseError, match=words):
        cache.load(path)


def test_samples_that_are_not_those_packed_are_refused(header):
    record = msgspec.structs.replace(packed(header).records[0], sha256="0" * 64)
    with pytest.raises(DatabaseError, match="differ from their hash"):
        cache.unpack(record)
    with pytest.raises(DatabaseError, match="damaged in the cache"):
        cache.unpack(msgspec.structs.replace(record, signal=record.signal[:-20]))


def test_an_absent_record_is_named_and_nothing_is_packed(header, tmp_path):
    paths = [header, tmp_path / "101.hea", tmp_path / "102.hea"]
    with pytest.raises(DatabaseError, match=r"2 of 3 records absent \(101\.hea, 102\.hea\)"):
        cache.pack("mitdb", paths, annotator=None, progress=lambda name: None)


def test_a_flipped_bit_in_the_source_is_seen(header, tmp_path):
    data = bytearray((tmp_path / "100.dat").read_bytes())
    data[501] ^= 1
    (tmp_path / "100.dat").write_bytes(bytes(data))
    with pytest.raises(DatabaseError, match=r"100\.hea: damaged"):
        pack_record(header, annotator=None)


def test_absent_annotations_are_one_sentence(header):
    with pytest.raises(DatabaseError, match="atr"):
        pack_record(header)


def test_a_cache_that_cannot_be_written_leaves_the_old_one(header, tmp_path, monkeypatch):
    path = tmp_path / "c.cache"
    cache.write(packed(header), path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(DatabaseError, match="No space left"):
        cache.write(packed(header), path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert not list(tmp_path.glob("*.part"))
