from html.parser import HTMLParser

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from ecgviewer.document.blocks import Block, Cell, Heading, Paragraph, Strip, Table, clean
from ecgviewer.document.markdown import as_markdown
from tests.document.texts import TEXTS, tables

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TAGS = {"h3", "p", "strong", "table", "thead", "tbody", "tr", "td", "th", "br"}


class Read(HTMLParser):
    """What a reader of GitHub's Markdown makes of blocks: tags, and texts of cells and the rest."""

    def __init__(self, *blocks: Block) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self._inside = False
        self.feed(READER.render(as_markdown(blocks)))
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag == "br":
            self.texts[-1] += "\n"
        elif tag in ("h3", "p", "td", "th"):
            self.texts.append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in ("h3", "p", "td", "th")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def shown(text: object) -> str:
    return clean(str(text)).strip()


@given(tables())
def test_any_cell_comes_back_out_of_its_table(table: Table) -> None:
    read = Read(table)
    assert set(read.tags) <= TAGS
    assert read.tags.count("table") == 1
    n_rows = len(table.rows) + (not table.head)
    assert read.tags.count("tr") == n_rows
    assert read.tags.count("td") + read.tags.count("th") == n_rows * table.n_columns
    captions = [table.caption] if shown(table.caption) else []
    empty = [] if table.head else [""] * table.n_columns
    cells = [cell for row in table.rows for cell in row]
    assert read.texts == [*map(shown, captions), *empty, *map(shown, cells)]


@given(TEXTS)
def test_any_heading_or_paragraph_stays_one(text: str) -> None:
    for block in (Paragraph(text), Paragraph(text, strong=True), Strip((0, 9), (0,), text)):
        read = Read(block)
        assert set(read.tags) <= {"p", "br", "strong"}
        assert read.texts == ([shown(text)] if shown(text) else [])
    read = Read(Heading(text))
    assert set(read.tags) <= {"h3", "br"}
    assert read.texts == [shown(text)]


@given(TEXTS)
def test_a_strong_cell_and_a_note_are_escaped(text: str) -> None:
    read = Read(Table("", (("a", "b"), (Cell(text, strong=True), Cell("1", note=text))), head=True))
    assert set(read.tags) <= TAGS
    assert read.texts[2] == shown(text)
    assert read.texts[3] == f"1 {shown(text)}".strip()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("fused_refitted (0.76 / 0.24), P < 0.05, R & D", None),
        ("reference \\ called", None),
        ("97.5 % of 12", None),
        ("-3 mV", None),
        ("- no item", "\\- no item"),
        ("1. none", "1\\. none"),
        ("<b> & &amp;", "&lt;b> & &amp;amp;"),
        ("a|b\\|c", "a\\|b\\\\\\|c"),
    ],
)
def test_only_what_would_be_markup_is_escaped(text: str, source: str | None) -> None:
    assert as_markdown([Paragraph(text)]) == (source or text)


def test_how_a_table_is_written() -> None:
    table = Table("", (("", "n"), (Cell("N", strong=True), "1"), ("S",)), head=True)
    assert as_markdown([table]) == "|  | n |\n| --- | --- |\n| **N** | 1 |\n| S |  |"
    assert as_markdown([table], tight_rule=True).splitlines()[1] == "|---|---|"
    figures = Table("", (("a", "b"), ("c", "1")), head=True, figures=True)
    assert as_markdown([figures]).splitlines()[1] == "| --- | ---: |"
    assert as_markdown([Table("", ()), Heading("a", 2)]) == "## a"
