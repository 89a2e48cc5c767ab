"""The Model page: every figure of a card, however nested, with its intervals; nothing invented."""

import pytest
from PySide6.QtGui import QGuiApplication

from ecgviewer.beat import BeatClass
from ecgviewer.gui.card_blocks import Table, figure_blocks
from ecgviewer.gui.card_text import as_html, as_text, model_pages
from ecgviewer.gui.dialogs.model import ModelDialog
from ecgviewer.pipeline import load_ensemble
from tests.gui.fakes import FakeEnsemble

FIGURES = {
    "beats": 10949,
    "accuracy": 0.9897,
    "macro_f1": 0.9312,
    "intervals_95": {"accuracy": [0.987, 0.992], "macro_f1": [0.91, 0.95]},
    "per_class": {
        c.name: {"sensitivity": 0.9, "ppv": 0.8, "intervals_95": {"ppv": [0.7, 0.85]}}
        for c in BeatClass
    },
    "confusion": [[9, 1, 0, 0, 0], *[[0, 0, 5, 0, 0]] * 4],
}


def text_of(data) -> str:
    return as_html(tuple(figure_blocks(data)))


def tables(data) -> list[Table]:
    return [block for block in figure_blocks(data) if isinstance(block, Table)]


def test_figures_have_their_intervals_beside_them():
    plain, per_class, confusion = tables({"both": FIGURES})
    assert ("accuracy", "99.0 % (98.7-99.2)") in plain.rows
    assert ("macro-F1", "93.1 % (91.0-95.0)") in plain.rows
    assert ("beats", "10,949") in plain.rows
    assert per_class.caption == "both, per class"
    assert per_class.rows[0] == ("", "sensitivity", "pos. predictivity")
    assert per_class.rows[1] == ("N", "90.0 %", "80.0 % (70.0-85.0)")
    assert confusion.rows[0] == ("reference \\ class", *"NSVFQ")
    assert confusion.rows[2] == ("S", "0", "0", "5", "0", "0")


def test_sets_that_are_alike_are_the_rows_of_one_table():
    noise = {"12 dB": {"f1": 98.6, "f1_interval_95": [98.1, 99.0]}, "6 dB": {"f1": 93.25}}
    (table,) = tables({"noise stress": noise})
    assert table.rows == (("", "F1"), ("12 dB", "98.6 (98.1-99)"), ("6 dB", "93.25"))


def test_nothing_of_a_deep_card_is_lost():
    leaf = {"QRS Se": 99.9, "records": {"100": {"Se": 99.8}, "232": {"Se": 97.1, "note": "S"}}}
    deep = {"A": {"DS2": {"EC57": leaf, "seeds": [1, 2]}, "list": [{"x": 1}, {"x": 2, "y": 3}]}}
    html = text_of(deep)
    for wanted in ("QRS Se", "99.9", "97.1", "note", "1, 2", "A, DS2, EC57, records", "3"):
        assert wanted in html


@pytest.mark.parametrize("odd", [{}, {"a": None, "b": [], "c": True}, {"a": {}}, {"a": [[1], []]}])
def test_odd_values_do_no_harm(odd):
    text_of(odd)


def test_the_pages_say_what_the_card_says():
    ensemble = FakeEnsemble()
    limits = "no children"
    ensemble.card = {
        "leaks": "beats of each patient are on <both> sides",
        "metrics": {"both": FIGURES},
        "unseen": {"protocol": "DS1 to DS2", "lead 1": FIGURES},
        "calibration": {"temperature": 1.5},
        "member_cards": {
            "first": {
                "architecture": "resnet1d",
                "arguments": {"width": 16},
                "limits": limits,
                "training": {"patients": ["101", "106"], "config": {"seed": 7}},
            },
            "second": {"limits": limits},
        },
        "added_later": {"figure": 12.5},
    }
    pages = model_pages(ensemble)
    assert [page.name for page in pages][-1] == "More"
    html, text = "".join(as_html(page.blocks) for page in pages), as_text(pages)
    assert "on &lt;both&gt; sides" in html
    assert html.count(limits) == 1
    for wanted in (
        *(ensemble.unseen_sentence, ensemble.hash, ensemble.prep.fingerprint(), "width 16"),
        *("101, 106", "DS1 to DS2", "temperature", "12.5", "99.0 % (98.7-99.2)"),
    ):
        assert wanted in html
        assert wanted in text


def test_no_sentence_no_paragraph():
    ensemble = FakeEnsemble()
    ensemble.unseen_sentence = ""
    assert "<b>" not in as_html(model_pages(ensemble)[0].blocks)


def test_the_shipped_card_can_be_read_and_copied(qtbot, window):
    ensemble = load_ensemble("paper")
    dialog = ModelDialog(ensemble, window)
    shown = "\n".join(browser.toPlainText() for browser in dialog.browsers)
    for member in ensemble.members:
        assert member in shown
    assert ensemble.card["leaks"] in shown
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert ensemble.hash in copied
    assert "In brackets: 95 % intervals." in copied
    dialog.deleteLater()
