"""Blocks as the HTML that Qt's rich text knows; every text is escaped."""

from collections.abc import Iterable
from html import escape
from typing import assert_never

from ecgviewer.document.blocks import (
    Block,
    Cell,
    Heading,
    Paragraph,
    Row,
    Strip,
    Table,
    cell_of,
    clean,
)

_GAP = "<div style='font-size: 5px'>&nbsp;</div>"
_SPACE = "&nbsp;&nbsp;"  # between columns; Qt knows no other way for one side of a cell


def as_html(blocks: Iterable[Block], *, compact: bool = False, muted: str = "") -> str:
    """Blocks as HTML, without a head.

    Parameters
    ----------
    blocks : iterable of Block
        What to say.
    compact : bool
        Rows close together and columns no wider than they must be, for a panel. Otherwise cells
        have room for lines between them.
    muted : str
        Colour of notes, "#rrggbb"; that of the text where empty.

    Returns
    -------
    str
        Elements of the subset of HTML that Qt's rich text supports.
    """
    parts = (_block(block, compact, muted) for block in blocks)
    return (_GAP if compact else "").join(filter(None, parts))


def _block(block: Block, compact: bool, muted: str) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{_text(block.text)}</h{block.level}>"
        case Paragraph():
            text = _text(block.text)
            return f"<p><b>{text}</b></p>" if block.strong else f"<p>{text}</p>"
        case Table():
            return _table(block, compact, muted)
        case Strip():
            return f"<p><i>{_text(block.caption)}</i></p>" if block.caption else ""
        case _:
            assert_never(block)


def _table(table: Table, compact: bool, muted: str) -> str:
    def line(row: Row, tag: str) -> str:
        cells = []
        for k, cell in enumerate(map(cell_of, row)):
            side = "right" if table.figures and k else "left" if compact else ""
            start = f"<{tag} align='{side}'>" if side else f"<{tag}>"
            cells.append(f"{start}{_cell(cell, muted)}{_SPACE if compact else ''}</{tag}>")
        return f"<tr>{''.join(cells)}</tr>"

    lines = [line(row, "th" if table.head and i == 0 else "td") for i, row in enumerate(table.rows)]
    if table.totals:
        lines[-table.totals :] = ["<tfoot>", *lines[-table.totals :], "</tfoot>"]
    caption = f"<p><b>{_text(table.caption)}</b></p>" if table.caption else ""
    padding = 1 if compact else 3
    return f"{caption}<table cellspacing='0' cellpadding='{padding}'>{''.join(lines)}</table>"


def _cell(cell: Cell, muted: str) -> str:
    text, note = _text(cell.text), _text(cell.note)
    if cell.strong:
        text = f"<b>{text}</b>"
    if note and muted:
        note = f"<span style='color:{muted}'>{note}</span>"
    return f"{text} {note}" if note else text


def _text(text: str) -> str:
    return escape(clean(text)).replace("\xa0", "&nbsp;").replace("\n", "<br>")
