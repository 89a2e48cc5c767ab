"""Columns as sealed bytes: what goes in comes out, and nothing that was touched comes out."""

import hashlib
import json
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgviewer.analysis.cache import packing
from ecgviewer.analysis.cache.packing import PackingError, StoppedError, pack, unpack

KINDS = ["|i1", "|u1", "<u2", "<i8", "<f4", "<f8"]
CURRENT = pack({}, seal="")[32:46]  # magic and version


def columns() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    return {
        "samples": np.cumsum(rng.integers(200, 400, 500)),
        "probabilities": rng.random((500, 5)),
        "votes": rng.random((500, 2, 5)).astype(np.float32),
        "classes": rng.integers(0, 5, 500).astype(np.int8),
        "none": np.zeros((0, 5)),
    }


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return (
        one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    )


@given(
    st.sampled_from(KINDS).flatmap(
        lambda kind: hnp.arrays(
            np.dtype(kind), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)
        )
    )
)
def test_every_bit_comes_back(column: np.ndarray):
    assert same(unpack(pack({"x": column}, seal="s"), seal="s")["x"], column)


def test_the_widest_numbers_come_back():
    ends = np.array([np.iinfo(np.int64).min, np.iinfo(np.int64).max, -1, 0], np.int64)
    assert same(unpack(pack({"x": ends}, seal=""), seal="")["x"], ends)


def test_a_column_seen_through_a_step_comes_back():
    square = np.arange(20.0).reshape(4, 5)
    columns = {"step": np.arange(20)[::2], "back": np.arange(20)[::-1], "turned": square.T}
    found = unpack(pack(columns, seal=""), seal="")
    assert all(same(found[name], column) for name, column in columns.items())


def test_no_columns_come_back():
    assert unpack(pack({}, seal=""), seal="") == {}


def test_beats_take_little():
    packed = pack(columns(), seal="")
    assert len(packed) < 0.9 * sum(column.nbytes for column in columns().values())
    samples = pack({"samples": columns()["samples"]}, seal="")
    assert len(samples) < 0.4 * columns()["samples"].nbytes


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_is_seen(seed: int):
    piece = bytearray(pack(columns(), seal="s"))
    piece[int(np.random.default_rng(seed).integers(len(piece)))] ^= 1 << seed % 8
    with pytest.raises(PackingError):
        unpack(bytes(piece), seal="s")


@pytest.mark.parametrize("cut", [0, 10, 32, 60, -1])
def test_a_piece_cut_short_is_seen(cut: int):
    with pytest.raises(PackingError):
        unpack(pack(columns(), seal="s")[:cut], seal="s")


def test_another_seal_opens_nothing():
    with pytest.raises(PackingError, match="checksum"):
        unpack(pack(columns(), seal="one"), seal="two")


@pytest.mark.parametrize("kind", ["O", "<i4", ">f8", "<U3", "<c16"])
def test_other_types_are_refused(kind: str):
    with pytest.raises(PackingError, match="cannot be packed"):
        pack({"x": np.zeros(3, kind)}, seal="")


def test_packing_can_be_given_up():
    with pytest.raises(StoppedError):
        pack(columns(), seal="", stop=lambda: True)


def test_a_long_packing_can_be_given_up_on_the_way():
    answers = iter([False, False, True])
    with pytest.raises(StoppedError):
        pack({"x": np.zeros(1 << 20)}, seal="", stop=lambda: next(answers))


def test_columns_beyond_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(packing, "MOST_BYTES", 1000)
    with pytest.raises(PackingError, match="more than 1000"):
        pack({"x": np.zeros(1000, np.uint8)}, seal="")


# -- sealed, and yet not what this version packs ---------------------------------------------


def sealed(content: bytes) -> bytes:
    """Content with the checksum that fits, so that only the content can tell."""
    return hashlib.sha256(b"\0" + content).digest() + content


def with_header(tensors: object, data: bytes = b"") -> bytes:
    """The content of a piece that holds a safetensors header as given."""
    head = json.dumps(tensors).encode()
    return CURRENT + zlib.compress(len(head).to_bytes(8, "little") + head + data)


def test_a_piece_of_the_first_version_is_refused():
    body = zlib.compress(b"\1")
    head = json.dumps([["x", "|i1", [1], len(body)]]).encode()
    content = b"ECGV-RESULT-1\n" + len(head).to_bytes(4, "little") + head + body
    with pytest.raises(PackingError, match="version"):
        unpack(sealed(content), seal="")


@pytest.mark.parametrize(
    ("kind", "shape", "n_bytes"),
    [
        ("F16", [1], 2),
        ("BF16", [1], 2),
        ("BOOL", [1], 1),
        ("U32", [1], 4),
        ("NONE", [1], 1),
        ("U8", [1] * 70, 1),
        ("U8", [-1], 1),
        ("U8", [2], 1),
        ("U8", [1 << 50], 1 << 50),
        ("U8", [1 << 63, 1 << 63], 0),
    ],
)
def test_headers_that_are_off_are_refused(kind: str, shape: list[int], n_bytes: int):
    tensors = {"x": {"dtype": kind, "shape": shape, "data_offsets": [0, n_bytes]}}
    with pytest.raises(PackingError):
        unpack(sealed(with_header(tensors, bytes(min(n_bytes, 8)))), seal="")


def test_anything_but_one_whole_stream_is_refused():
    content = pack(columns(), seal="")[32:]
    for off in (content[:-1], content + b"x", content[: len(CURRENT)], CURRENT + b"text"):
        with pytest.raises(PackingError):
            unpack(sealed(off), seal="")


def test_a_small_piece_that_unpacks_to_much_is_refused(monkeypatch):
    monkeypatch.setattr(packing, "MOST_BYTES", 1 << 20)
    content = CURRENT + zlib.compress(bytes(1 << 26), 1)
    tracemalloc.start()
    try:
        with pytest.raises(PackingError, match="too large"):
            unpack(sealed(content), seal="")
        assert tracemalloc.get_traced_memory()[1] < 1 << 22
    finally:
        tracemalloc.stop()
