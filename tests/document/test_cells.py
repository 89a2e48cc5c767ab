"""Cells that a spreadsheet would run as a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.document.cells import neutral


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_formulas_are_neutralised(start: str) -> None:
    assert neutral(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@given(st.text())
def test_other_text_is_left_alone(text: str) -> None:
    assert neutral(text) in (text, "'" + text)
    assert neutral(f"a{text}") == f"a{text}"
