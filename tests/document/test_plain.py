from hypothesis import given

from ecgviewer.document.blocks import Cell, Heading, Paragraph, Strip, Table, clean
from ecgviewer.document.plain import as_text
from tests.document.texts import TEXTS, tables


@given(tables())
def test_a_row_is_a_line_and_columns_are_aligned(table: Table) -> None:
    lines = as_text([table]).split("\n")[:-1]
    caption = [clean(table.caption).replace("\n", " ")] if table.caption else []
    rows = [[clean(str(cell)).replace("\n", " ") for cell in row] for row in table.rows]
    assert lines[: len(caption)] == caption
    body = lines[len(caption) :]
    if table.totals:
        assert body.pop(len(rows) - table.totals) == ""
    assert len(body) == len(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for line, row in zip(body, rows, strict=True):
        at = 0
        for k, (cell, width) in enumerate(zip(row, widths, strict=True)):
            wanted = cell.rjust(width) if table.figures and k else cell
            assert line[at : at + width].rstrip() == wanted.rstrip()
            at += width + 2


@given(TEXTS)
def test_a_text_keeps_its_characters_but_those_that_a_terminal_obeys(text: str) -> None:
    if text:
        assert as_text([Paragraph(text)]) == f"{clean(text)}\n"
        title, rule = as_text([Heading(text)])[:-1].split("\n")
        assert title == clean(text).replace("\n", " ")
        assert rule == "-" * len(title)


def test_a_paragraph_is_wrapped_at_the_width_and_a_table_is_not() -> None:
    table = Table("", (("one", "a long cell of a table"),))
    text = as_text([Paragraph("one two three\nfour"), table], width=8)
    assert text == "one two\nthree\nfour\n\none  a long cell of a table\n"


def test_a_heading_of_level_1_a_note_and_a_strip() -> None:
    strip = Strip((0, 720), (0, 1), "Beat 7")
    blocks = [Heading("Overview", 1), Table("", ((Cell("50 %", "1/2"),),)), strip]
    assert as_text(blocks) == "Overview\n========\n\n50 % 1/2\n\nBeat 7\n"
