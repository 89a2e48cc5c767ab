"""The Model page: every figure of a card, however nested, with its intervals; nothing invented."""

import pytest
from PySide6.QtGui import QGuiApplication

from ecgviewer.aami import BeatClass
from ecgviewer.document.blocks import Table, cell_of
from ecgviewer.document.html import as_html
from ecgviewer.document.plain import as_text
from ecgviewer.gui.dialogs.card_blocks import figure_blocks, value_text
from ecgviewer.gui.dialogs.card_pages import as_blocks, model_pages
from ecgviewer.gui.dialogs.model_card import ModelDialog
from ecgviewer.model.ensemble import load_ensemble
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


def test_intervals_over_patients_stand_behind_the_figures_of_their_class():
    both = {
        "accuracy_nsv": 0.96224,
        "per_class": {"N": {"f1": 0.97}, "S": {"f1": 0.345, "mean_f1_over_records": 0.516}},
        "intervals_95_over_patients": {"accuracy": [0.89, 0.99], "S_f1": [0.24, 0.584]},
    }
    plain, alone, per_class = tables({"both": both})
    assert plain.rows == (("accuracy (N S V)", "96.2 %"),)  # the interval is of another accuracy
    assert alone.caption == "both, 95 % intervals of figures not given here"
    assert alone.rows == (("accuracy", "89.0-99.0"),)
    assert per_class.rows[1] == ("N", "97.0 %", "")
    assert per_class.rows[2] == ("S", "34.5 % (24.0-58.4)", "51.6 %")


@pytest.mark.parametrize(
    "key",
    [
        *("accuracy_nsv", "macro_f1_nsv", "macro_f1_nsvf", "mean_f1_over_records", "s_f1", "v_f1"),
        *("called_as_at_own_rate", "S_sensitivity", "s_f1 without 232", "s_mean_f1_over_records"),
    ],
)
def test_shares_are_shown_in_percent(key):
    assert value_text(key, 0.95255) == "95.3 %"
    assert value_text(key, [0.95255, 0.00041]) == "95.3 %, 0.041 %"
    assert value_text(key, [0.95255, None]) == "95.3 %, –"
    assert value_text(key, 98.6) == "98.6"  # in percent already


def test_of_confusion_matrices_by_record_one_table_is_made_and_comes_last():
    matrix = [[2239, 1, 0, 0, 0], [3, 30, 0, 0, 0], *[[0] * 5] * 3]
    one = {"per_record": {"100": matrix, "232": matrix}, "without 232": {"beats": 5}}
    found = tables({"both": one, "lead 1": {"beats": 6}})
    captions = ["both, without 232", "lead 1", "both, per record"]
    assert [table.caption for table in found] == captions
    assert found[-1].rows[0] == ("found right / of", *"NSVFQ")
    assert found[-1].rows[2] == ("232", "2,239 / 2,240", "30 / 33", "–", "–", "–")


@pytest.mark.parametrize("odd", [{"100": [[1, 2], [3, 4]]}, {"100": 3}, [[1, 2]], {}])
def test_other_things_by_record_are_shown_as_they_are(odd):
    assert "found right" not in text_of({"per_record": odd})


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
    html, text = "".join(as_html(page.blocks) for page in pages), as_text(as_blocks(pages))
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


def test_the_shipped_clinical_card_shows_its_intervals_and_ends_with_its_records():
    pages = {page.name: page.blocks for page in model_pages(load_ensemble("clinical"))}
    never_seen = pages["Patients never seen"]
    both = next(b for b in never_seen if isinstance(b, Table) and b.caption == "both, per class")
    assert all("(" in cell_of(both.rows[row][1]).text for row in (2, 3))
    last = [block.caption for block in never_seen if isinstance(block, Table)][-3:]
    assert last == [f"{part}, per record" for part in ("both", "lead 1", "lead 2")]


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


@pytest.mark.parametrize(
    "interval", [[0.1, 0.2, 0.3], [0.1], 5, "ab", {"low": 1}, [None, 1], ["a", "b"]]
)
@pytest.mark.parametrize("beside", ["accuracy", "recall"])
def test_an_interval_that_is_none_is_left_out(interval, beside):
    data = {"accuracy": 0.9, "per_class": 3, "intervals_95": {beside: interval}}
    shown = list(figure_blocks(data))
    assert shown[0].rows[0] == ("accuracy", "90.0 %")
