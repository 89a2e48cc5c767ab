"""Texts as a hostile file has them, and what of them is to be seen."""

from hypothesis import strategies as st

from ecgviewer.document.blocks import Table

MARKUP = (
    "<>&|\"'`*_~#[]()\\!+-=.:;/ 1aN\n\r\t\xa0\x00\x1b\x7f\x85\u200e\u200f\u202e\u2066\u2028\ud800"
)
WORDS = (
    *("<b>", "</td>", "<br>", "&amp;", "&#60;", "\\|", "**", "__", "---", "1. ", "- "),
    *("[bold]", ":eyes:"),
)
TEXTS = st.lists(
    st.sampled_from(MARKUP) | st.sampled_from(WORDS) | st.characters(), max_size=8
).map("".join)


@st.composite
def tables(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> Table:
    """Tables of hostile cells, every row as long as the others."""
    n = draw(st.integers(1, 4))
    row = st.tuples(*[texts] * n)
    rows = draw(st.lists(row, min_size=2, max_size=4))
    return Table(
        draw(texts),
        tuple(rows),
        head=draw(st.booleans()),
        figures=draw(st.booleans()),
        totals=draw(st.integers(0, len(rows) - 1)),
    )
