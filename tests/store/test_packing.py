"""Columns as sealed bytes: what goes in comes out, and nothing that was touched comes out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgviewer.store.packing import PackingError, StoppedError, pack, unpack

KINDS = ["|i1", "|u1", "<u2", "<i8", "<f4", "<f8"]


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
            np.dtype(kind), hnp.array_shapes(min_dims=1, max_dims=3, min_side=0)
        )
    )
)
def test_every_bit_comes_back(column: np.ndarray):
    assert same(unpack(pack({"x": column}, seal="s"), seal="s")["x"], column)


def test_the_widest_numbers_come_back():
    ends = np.array([np.iinfo(np.int64).min, np.iinfo(np.int64).max, -1, 0], np.int64)
    assert same(unpack(pack({"x": ends}, seal=""), seal="")["x"], ends)


def test_a_column_seen_through_a_step_comes_back():
    column = np.arange(20, dtype=np.int64)[::2]
    assert unpack(pack({"x": column}, seal=""), seal="")["x"].tolist() == column.tolist()


def test_beats_take_little():
    packed = pack(columns(), seal="")
    assert len(packed) < 0.85 * sum(column.nbytes for column in columns().values())
    samples = pack({"samples": columns()["samples"]}, seal="")
    assert len(samples) < 2 * 500


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
