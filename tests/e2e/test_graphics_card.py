"""A graphics card that fails in the middle of a record: everyone says so, and no class changes."""

import pytest

from ecgviewer.analysis import classify
from ecgviewer.analysis.cache.cache import ResultCache, hash_files
from ecgviewer.formats.readers import open_record
from ecgviewer.model import ensemble as ensembles
from ecgviewer.model.place import Place
from tests.e2e.doors import DEMO, call, described, rows, viewer
from tests.model.fake_card import FakeCard

# how it fails, and where the record's classes come from then
CASES = {
    "gone": (lambda: FakeCard(lost_after=20), "cuda, then cpu"),
    "full": (lambda: FakeCard(room=100), "cpu"),
}


@pytest.fixture
def card(monkeypatch):
    """Sets the card that "auto" finds."""

    monkeypatch.setitem(classify.BATCHES, "cuda", 128)  # several a record

    def put(make):
        monkeypatch.setattr(
            ensembles, "find_place", lambda wanted: make() if wanted == "auto" else Place()
        )

    return put


@pytest.fixture
def right(tmp_path):
    report = tmp_path / "right.csv"
    networks = ("--device", "cpu", "--no-cache")
    assert call("analyze", DEMO, "-o", report, *networks).exit_code == 0
    classes = [row["class"] for row in rows(report)]
    assert len(set(classes)) > 2
    return classes


@pytest.mark.parametrize("case", CASES)
def test_the_command_line_says_so(card, right, tmp_path, caplog, case):
    make, computed_on = CASES[case]
    card(make)
    report = tmp_path / "report.csv"
    assert call("analyze", DEMO, "-o", report).exit_code == 0
    assert "The graphics card failed" in caplog.text
    assert [row["class"] for row in rows(report)] == right
    assert described(report)["ecgviewer:report"]["device"] == computed_on
    hashes = hash_files(open_record(DEMO), beats_from="detect", annotation=None)
    assert ResultCache().knows(hashes) == (computed_on == "cpu")


@pytest.mark.parametrize("case", CASES)
def test_the_window_says_so(qtbot, monkeypatch, card, right, tmp_path, case):
    make, computed_on = CASES[case]
    card(make)
    with viewer(qtbot, monkeypatch) as person:
        assert "GPU" in person.text()
        person.open_and_wait(DEMO)
        person.wait_for_text("The graphics card failed")
        person.wait_for_text("CPU")
        report = person.export(tmp_path / "window.csv")
    assert [row["class"] for row in rows(report)] == right
    assert described(report)["ecgviewer:report"]["device"] == computed_on


def test_on_a_card_that_does_not_fail_classes_are_the_same(
    qtbot, monkeypatch, card, right, tmp_path
):
    card(lambda: FakeCard(rounding=4e-4))
    with viewer(qtbot, monkeypatch) as person:
        person.open_and_wait(DEMO)
        report = person.export(tmp_path / "window.csv")
    assert [row["class"] for row in rows(report)] == right
    assert described(report)["ecgviewer:report"]["device"] == "cuda"
