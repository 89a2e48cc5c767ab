"""Blocks as GitHub's Markdown; every text is escaped where it would mean something."""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from ecgviewer.document.blocks import Block, Cell, Heading, Paragraph, Strip, Table, cell_of, clean

# Escapes only what would be read as markup, so that the source can be read, too
_MARKUP = re.compile(
    r"""
    [`*\[\]|~]                      # code, emphasis, links, cells, struck out
    | \\(?=[!-/:-@\[-`{-~\n]|\Z)    # a backslash before what it would escape
    | (?<![^\W_])_ | _(?![^\W_])    # an underscore, but for one within a word
    """,
    re.VERBOSE,
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=[#A-Za-z0-9])")
# At the start of a paragraph: items of lists, headings, quotations, rules
_START = re.compile(r"\A(\d{1,9}(?=[.)](?:\s|\Z))|(?=[+-](?:\s|\Z)|---|[#>]))")
_CLOSING = re.compile(r"(?=#+\Z)(?<!#)")  # of a heading


def as_markdown(blocks: Iterable[Block], *, tight_rule: bool = False) -> str:
    """Blocks as Markdown, an empty line between them and none at the end.

    Parameters
    ----------
    blocks : iterable of Block
        What to say.
    tight_rule : bool
        Whether the line below a table's head has no spaces.

    Returns
    -------
    str
        A table without headings gets empty ones, for Markdown has no table without.
    """
    return "\n\n".join(part for block in blocks for part in _parts(block, tight_rule) if part)


def _parts(block: Block, tight_rule: bool) -> Iterator[str]:
    match block:
        case Heading():
            title = _CLOSING.sub(r"\\", _text(block.text))
            yield f"{'#' * block.level} {title}"
        case Paragraph():
            text = _text(block.text)
            yield _strong(text) if block.strong else _START.sub(r"\1\\", text)
        case Table():
            yield _strong(_text(block.caption))
            yield _table(block, tight_rule)
        case Strip():
            yield _START.sub(r"\1\\", _text(block.caption))
        case _:
            assert_never(block)


def _table(table: Table, tight_rule: bool) -> str:
    n = table.n_columns
    if not n:
        return ""
    lines = [[_cell(cell_of(cell)) for cell in row] for row in table.rows]
    if not table.head:
        lines.insert(0, [])
    padded = ["| " + " | ".join(line + [""] * (n - len(line))) + " |" for line in lines]
    figures = "---:" if table.figures else "---"
    rule = ["---", *[figures] * (n - 1)]
    padded.insert(1, f"|{'|'.join(rule)}|" if tight_rule else f"| {' | '.join(rule)} |")
    return "\n".join(padded)


def _cell(cell: Cell) -> str:
    text, note = _text(cell.text), _text(cell.note)
    if cell.strong:
        text = _strong(text)
    return f"{text} {note}" if note else text


def _strong(text: str) -> str:
    return f"**{text}**" if text else ""


def _text(text: str) -> str:
    text = _MARKUP.sub(r"\\\g<0>", clean(text).strip())
    return _TAG.sub("&lt;", _ENTITY.sub("&amp;", text)).replace("\n", "<br>")
