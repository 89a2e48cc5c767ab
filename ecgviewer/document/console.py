"""Blocks for a terminal, as what rich prints."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from rich import box
from rich.console import JustifyMethod, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from ecgviewer.document.blocks import (
    STAND_IN,
    Block,
    Cell,
    Heading,
    Paragraph,
    Strip,
    Table,
    cell_of,
    clean,
)


def renderables(blocks: Iterable[Block]) -> Iterator[RenderableType]:
    """Blocks for `rich.console.Console.print`, one after another.

    Texts are never read as rich's own markup. Headings of columns keep their line breaks; a
    row is a line, cut where the terminal is too narrow.

    Parameters
    ----------
    blocks : iterable of Block
        What to say.

    Yields
    ------
    RenderableType
    """
    for block in blocks:
        match block:
            case Heading():
                yield Text(clean(block.text), style="bold")
            case Paragraph():
                yield Text(clean(block.text), style="bold" if block.strong else "")
            case Table():
                yield _table(block)
            case Strip():
                if block.caption:
                    yield Text(clean(block.caption), style="italic")
            case _:
                assert_never(block)


def _table(table: Table) -> RichTable:
    out = RichTable(
        title=Text(clean(table.caption), style="bold") if table.caption else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_header=table.head,
    )
    head = table.rows[0] if table.head and table.rows else ()
    for k in range(table.n_columns):
        heading = clean(cell_of(head[k]).text) if k < len(head) else ""
        side: JustifyMethod = "right" if table.figures and k else "left"
        out.add_column(Text(heading), justify=side, no_wrap=True)
    body = table.rows[1:] if table.head else table.rows
    for i, row in enumerate(body):
        if i == len(body) - table.totals:
            out.add_section()
        out.add_row(*(_cell(cell_of(cell)) for cell in row))
    return out


def _cell(cell: Cell) -> Text:
    text = Text(_line(cell.text), style="bold" if cell.strong else "")
    return text.append(f" {_line(cell.note)}", style="dim") if cell.note else text


def _line(text: str) -> str:
    return clean(text).replace("\n", STAND_IN)
