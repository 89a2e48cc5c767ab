from html.parser import HTMLParser

from hypothesis import given

from ecgviewer.document.blocks import Block, Cell, Heading, Paragraph, Strip, Table, clean
from ecgviewer.document.html import as_html
from tests.document.texts import TEXTS, tables

TAGS = {"h3", "p", "b", "i", "table", "tr", "td", "th", "tfoot", "br"}


class Read(HTMLParser):
    """The tags of a page, and the text within each cell, heading or paragraph."""

    def __init__(self, blocks: list[Block], *, compact: bool = False) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(as_html(blocks, compact=compact))
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag == "br":
            self.texts[-1] += "\n"
        elif tag in ("h3", "p", "td", "th"):
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data


@given(tables(), TEXTS, TEXTS)
def test_any_text_comes_back_out_of_the_page(table: Table, title: str, text: str) -> None:
    blocks = [Heading(title), Paragraph(text, strong=True), table]
    read = Read(blocks)
    assert set(read.tags) <= TAGS
    captions = [table.caption] if table.caption else []
    cells = [cell for row in table.rows for cell in row]
    assert read.texts == [clean(str(t)) for t in (title, text, *captions, *cells)]
    n_cells = read.tags.count("td") + read.tags.count("th")
    assert read.tags.count("tr") == len(table.rows)
    assert n_cells == len(table.rows) * table.n_columns


@given(TEXTS)
def test_a_note_is_escaped_and_has_its_colour(text: str) -> None:
    html = as_html([Table("", ((Cell("1", note=f"x{text}"),),))], compact=True, muted="#808080")
    assert html.count("<span style='color:#808080'>x") == 1
    assert html.count("<") == 8 + clean(text).count("\n")  # table, tr, td, span and breaks


def test_a_compact_page_has_narrow_tables_with_a_gap_between() -> None:
    table = Table("", (("a", "b"), ("1\xa0%", "2")), head=True)
    html = as_html([table, table], compact=True)
    assert html.count("<div style='font-size: 5px'>") == 1
    assert "<th align='left'>a&nbsp;&nbsp;</th>" in html
    assert "1&nbsp;%&nbsp;&nbsp;</td>" in html
    assert "<td>1&nbsp;%</td>" in as_html([table])


def test_figures_and_totals_are_told_from_the_rest() -> None:
    html = as_html([Table("", (("r", "1"), ("all", "2")), figures=True, totals=1)])
    assert "<td>r</td><td align='right'>1</td>" in html
    assert html.endswith("<tfoot><tr><td>all</td><td align='right'>2</td></tr></tfoot></table>")


def test_of_a_strip_the_caption_is_given() -> None:
    assert as_html([Strip((0, 720), (0,), "VEB & more")]) == "<p><i>VEB &amp; more</i></p>"
    assert as_html([Strip((0, 720), (0,), "")]) == ""
