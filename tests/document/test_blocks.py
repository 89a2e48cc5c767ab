from unicodedata import category

import pytest
from hypothesis import given

from ecgviewer.document.blocks import STAND_IN, Cell, Table, cell_of, clean
from tests.document.texts import TEXTS


@given(TEXTS)
def test_a_clean_text_can_be_shown_and_written_anywhere(text: str) -> None:
    found = clean(text)
    found.encode("utf-8")
    assert len(found) == len(text.replace("\r\n", "\n"))
    assert all(category(c) == "Zs" or c.isprintable() or c == "\n" for c in found)
    assert not set(found) & set("\x00\x1b\x7f\x85\r\t\u200e\u200f\u202e\u2066\u2028")
    assert clean(found) == found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller 12 µV ±3", "Müller 12 µV ±3"),
        ("a\r\nb\tc", "a\nb c"),
        ("1\u202f234\xa0ms", "1\u202f234\xa0ms"),
        ("\x1b[2Jgone", f"{STAND_IN}[2Jgone"),
        ("txt.\u202eexe", f"txt.{STAND_IN}exe"),
        ("\u05d0\u05d1\u200f", f"\u05d0\u05d1{STAND_IN}"),
    ],
)
def test_what_is_shown_of_a_text(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_table_is_as_wide_as_its_longest_row() -> None:
    assert Table("", (("a",), ("b", Cell("c")), ())).n_columns == 2
    assert Table("", ()).n_columns == 0
    assert cell_of("a") == Cell("a")
