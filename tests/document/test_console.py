import io

from hypothesis import given
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable

from ecgviewer.document.blocks import STAND_IN, Block, Cell, Heading, Paragraph, Strip, Table, clean
from ecgviewer.document.console import renderables
from tests.document.texts import TEXTS, tables


def printed(*blocks: Block, width: int = 500) -> list[str]:
    """Lines on a terminal without colour."""
    console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    for renderable in renderables(blocks):
        console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().split("\n")]


@given(tables())
def test_any_cell_is_printed_as_it_is_and_a_row_is_a_line(table: Table) -> None:
    (rich,) = renderables([table])
    assert isinstance(rich, RichTable)
    body = table.rows[1:] if table.head else table.rows
    assert len(rich.columns) == table.n_columns
    assert rich.row_count == len(body)
    lines = printed(Table("", body, figures=table.figures))
    for row in body:
        wanted = [clean(str(cell)).replace("\n", STAND_IN) for cell in row]
        assert any(all(cell.strip() in line for cell in wanted) for line in lines)
    heights = len(lines) - len(body)
    assert heights <= 3  # a line above, one below, and what follows the last line break


@given(TEXTS)
def test_no_text_is_a_command_to_the_terminal_or_to_rich(text: str) -> None:
    if clean(text).strip():
        for block in (Heading(text), Paragraph(text), Strip((0, 1), (0,), text)):
            lines = printed(block)
            assert not set("".join(lines)) & set("\x1b\x07\r\u202e\u200f")
            if cell_len(clean(text)) < 400:
                assert [line.strip() for line in lines[:-1]] == [
                    line.strip() for line in clean(text).split("\n")
                ]


def test_markup_of_rich_is_text_everywhere() -> None:
    table = Table("[b]t[/b]", (("[red]h[/red]", ":eyes:"), ("[x]", Cell("1", "[2]"))), head=True)
    text = "\n".join(printed(table))
    for wanted in ("[b]t[/b]", "[red]h[/red]", ":eyes:", "[x]", "1 [2]"):
        assert wanted in text


def test_headings_have_their_lines_and_totals_stand_apart() -> None:
    rows = (("record", "QRS\nSe"), ("100", "1"), ("gross", "2"))
    lines = printed(Table("Beats", rows, head=True, figures=True, totals=1))
    assert lines[0] == "Beats"
    assert [line.split() for line in lines[2:]] == [
        ["QRS"],
        ["record", "Se"],
        ["─" * len(lines[4].strip())],
        ["100", "1"],
        [],
        ["gross", "2"],
        [],
        [],
    ]
