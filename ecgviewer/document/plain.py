"""Blocks as plain text, the columns of tables aligned."""

import textwrap
from collections.abc import Iterable
from typing import assert_never

from ecgviewer.document.blocks import Block, Cell, Heading, Paragraph, Strip, Table, cell_of, clean


def as_text(blocks: Iterable[Block], *, width: int | None = None) -> str:
    """Blocks as text, an empty line between them.

    Parameters
    ----------
    blocks : iterable of Block
        What to say.
    width : int or None
        Characters after which a paragraph is wrapped; None leaves the lines as they are. Tables
        are never wrapped: a row is a line.

    Returns
    -------
    str
        Ends with a line break.
    """
    return "\n\n".join(filter(None, (_block(block, width) for block in blocks))) + "\n"


def _block(block: Block, width: int | None) -> str:
    match block:
        case Heading():
            text = _line(block.text)
            return f"{text}\n{('=' if block.level == 1 else '-') * len(text)}"
        case Paragraph():
            return _wrapped(clean(block.text), width)
        case Table():
            return _table(block)
        case Strip():
            return _wrapped(clean(block.caption), width)
        case _:
            assert_never(block)


def _wrapped(text: str, width: int | None) -> str:
    if width is None:
        return text
    return "\n".join(textwrap.fill(line, width) for line in text.split("\n"))


def _table(table: Table) -> str:
    rows = [[_cell(cell_of(cell)) for cell in row] for row in table.rows]
    widths = [max(len(row[k]) for row in rows if k < len(row)) for k in range(table.n_columns)]
    lines = [
        "  ".join(
            cell.rjust(width) if table.figures and k else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in rows
    ]
    if table.totals:
        lines.insert(-table.totals, "")
    return "\n".join([_line(table.caption), *lines] if table.caption else lines)


def _cell(cell: Cell) -> str:
    return _line(f"{cell.text} {cell.note}" if cell.note else cell.text)


def _line(text: str) -> str:
    return clean(text).replace("\n", " ")
