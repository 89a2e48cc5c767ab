"""Foreign text: nothing in it acts, nothing is read as markup, and it ends somewhere."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt

from ecgviewer.gui.style.elided_label import ElidedLabel
from ecgviewer.gui.style.plain import (
    LINE,
    PlainLabel,
    RichLabel,
    caption,
    one_line,
    shown,
    tip,
    title,
)


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x07", "\u202e", "\u2066", "\u200f", "\x9b"])
def test_characters_that_act_are_shown_as_a_stand_in(character: str):
    assert shown(f"a{character}b") == "a?b"


def test_line_ends_stay_where_there_are_lines():
    assert shown("a\r\nb") == "a\nb"
    assert one_line("a\nb") == "a b"


def test_a_long_text_is_cut_and_says_so():
    assert shown("x" * 10_000, 40) == "x" * 39 + "…"
    assert len(one_line("x" * 10_000_000)) == LINE


@pytest.mark.parametrize(
    ("text", "seen"),
    [("RR < 3", "RR < 3"), ("<img src='a'>", "<span>&lt;img src=&#x27;a&#x27;&gt;</span>")],
)
def test_a_tip_is_escaped_where_qt_would_take_it_for_rich(text: str, seen: str):
    assert tip(text) == seen
    assert GuiQt.mightBeRichText(tip(text)) == (text != seen)


def test_marks_of_menus_and_titles_are_shown():
    assert caption("A & B\tCtrl+Q") == "A && B Ctrl+Q"
    assert title("p1 [*]") == "p1 [*][*]"


def test_labels_do_not_guess(qtbot):
    for label in (PlainLabel("<b>a</b>"), ElidedLabel()):
        qtbot.addWidget(label)
        assert label.textFormat() == Qt.TextFormat.PlainText
    rich = RichLabel()
    qtbot.addWidget(rich)
    assert rich.textFormat() == Qt.TextFormat.RichText
