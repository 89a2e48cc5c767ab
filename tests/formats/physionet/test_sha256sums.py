"""The list of a database's files: as `sha256sum` writes it, cut anywhere, and as nobody should."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.formats.physionet.sha256sums import read_sums
from tests.data import data_dir

A, B = "a" * 64, "0123456789abcdef" * 4
LIST = (
    f"{A}  100.dat\n{B} *100.hea\r\n{A.upper()}  ./ANNOTATORS\n\n{B}  p01/101.hea\n{A}  p01/x/y\n"
)


def test_names_of_the_folders_wanted() -> None:
    assert read_sums([LIST.encode()], {""}) == {"100.dat": A, "100.hea": B, "ANNOTATORS": A}
    assert read_sums([LIST.encode()], {"p01"}) == {"p01/101.hea": B}
    assert read_sums([], {""}) == {}


@given(st.lists(st.integers(0, len(LIST)), max_size=6))
def test_cut_anywhere(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(LIST)]
    pieces = [LIST[a:b].encode() for a, b in itertools.pairwise(edges)]
    assert read_sums(pieces, {"", "p01"}) == read_sums([LIST.encode()], {"", "p01"})


@pytest.mark.parametrize(
    "name",
    [
        "../100.hea", "..", ".", "p01/../../x", "/etc/passwd", "p01//x", "p01/", "a\\b", "..\\x",
        "C:\\x", "a\0b", "a\tb", "a\x7f", "p01/./x", "././x",
    ],
)  # fmt: skip
def test_names_that_are_tricks(name: str) -> None:
    with pytest.raises(ValueError, match="it says"):
        read_sums([f"{A}  100.dat\n{B}  {name}\n".encode()], {""})


@pytest.mark.parametrize(
    "line",
    [
        "<!DOCTYPE html>", "not found", f"{A} 100.dat", f"{A[1:]}  100.dat", f"{A}a  100.dat",
        f"{A}  ", f"{A}", f"\\{A}  a\\\\b", "g" * 64 + "  100.dat", "\0" * 100, f"{A}  a\rb",
    ],
)  # fmt: skip
def test_lines_that_are_none(line: str) -> None:
    with pytest.raises(ValueError, match="it says"):
        read_sums([line.encode()], {""})


def test_one_name_with_two_sums() -> None:
    assert read_sums([f"{A}  x\n{A}  x\n".encode()], {""}) == {"x": A}
    with pytest.raises(ValueError, match="twice"):
        read_sums([f"{A}  x\n{B}  x\n".encode()], {""})


def test_a_line_without_end() -> None:
    with pytest.raises(ValueError, match="too long"):
        read_sums([b"a" * 1_000] * 10, {""})


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_an_error(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        read_sums([data], {""})


@pytest.mark.parametrize("database", ["mitdb", "svdb", "nstdb"])
def test_lists_as_published(database: str) -> None:
    text = (data_dir(database) / "SHA256SUMS.txt").read_bytes()
    assert len(read_sums([text], {""})) == text.count(b"\n")
