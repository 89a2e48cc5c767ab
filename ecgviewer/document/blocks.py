"""What a page, a dialog or a report says, as blocks that every renderer knows."""

from dataclasses import dataclass
from unicodedata import category

STAND_IN = "?"


@dataclass(frozen=True)
class Heading:
    """The title of what follows; level 1 is the outermost."""

    text: str
    level: int = 3


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; `strong` where it must not be missed."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of a table that is more than its text.

    Attributes
    ----------
    text : str
        What it says.
    note : str
        Said after it, more quietly: the counts of a share.
    strong : bool
        Whether it stands out, as the names of the rows may.
    """

    text: str
    note: str = ""
    strong: bool = False


Row = tuple[str | Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells under a caption; a row may be shorter than the others.

    Attributes
    ----------
    caption : str
        Its title; none where empty.
    rows : tuple of Row
        From top to bottom.
    head : bool
        Whether the first row is of headings.
    figures : bool
        Whether all columns but the first hold figures, which stand at the right.
    totals : int
        How many of the last rows sum up the others, and are set apart from them.
    """

    caption: str
    rows: tuple[Row, ...]
    head: bool = False
    figures: bool = False
    totals: int = 0

    @property
    def n_columns(self) -> int:
        return max(map(len, self.rows), default=0)


@dataclass(frozen=True)
class Strip:
    """A stretch of ECG to draw; a renderer that cannot draw gives the caption alone.

    Attributes
    ----------
    span : (int, int)
        Own samples of the record, half-open.
    leads : tuple of int
        Indices of the record's leads, from top to bottom.
    caption : str
        What there is to see.
    """

    span: tuple[int, int]
    leads: tuple[int, ...]
    caption: str


Block = Heading | Paragraph | Table | Strip


def cell_of(cell: str | Cell) -> Cell:
    """A cell of a row with all its attributes."""
    return Cell(cell) if isinstance(cell, str) else cell


def clean(text: str) -> str:
    """A text from anywhere, safe to show: line breaks stay, a tab is a space.

    Control characters, which a terminal obeys, marks of direction, which reorder what stands
    beside them, and lone surrogates, which no file takes, become `STAND_IN`.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(c if c == "\n" or _is_shown(c) else STAND_IN for c in text)


def _is_shown(character: str) -> bool:
    return character.isprintable() or category(character) == "Zs"  # all kinds of spaces
