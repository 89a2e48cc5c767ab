"""Text of a file or a folder in the window: shown as it is written, never read as markup.

Qt guesses whether a label, a tooltip or a message is rich text, and rich text loads pictures. Here
nothing is left to guess; `tests/house/test_plain_text.py` holds the window to it.
"""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel, QWidget

from ecgviewer.document.blocks import clean

NAME, LINE, TEXT, PAGE = 40, 300, 2_000, 20_000  # characters shown at most, by where it stands


def shown(text: str, most: int = TEXT) -> str:
    """A text from anywhere without control characters and marks of direction, cut at `most`."""
    if len(text) <= most:
        return clean(text)
    return f"{clean(text[: most - 1])}…"


def one_line(text: str, most: int = LINE) -> str:
    """The same on one line."""
    return " ".join(shown(text, most).split("\n"))


def tip(text: str) -> str:
    """A tooltip, or another text that Qt takes for rich where it looks so: then it is escaped."""
    text = shown(text)
    if not GuiQt.mightBeRichText(text):
        return text
    lines = escape(text).replace("\n", "<br>")
    return f"<span>{lines}</span>"


def caption(text: str, most: int = LINE) -> str:
    """Text of a menu, button or tab: "&" marks a key there, a tab what stands on the right."""
    return one_line(text, most).replace("&", "&&")


def title(text: str) -> str:
    """A window's title: "[*]" is Qt's place for the mark of unsaved changes."""
    return one_line(text).replace("[*]", "[*][*]")


class PlainLabel(QLabel):
    """A label that shows its text as it is written.

    Parameters
    ----------
    text : str
        What it says first.
    parent : QWidget, optional
        Owner.
    most : int
        Characters that are shown.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None, *, most: int = TEXT) -> None:
        super().__init__(parent)
        self._most = most
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(shown(text, self._most))


class RichLabel(QLabel):
    """A label for HTML that this program wrote; what is not its own has to be escaped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
