"""Panels by themselves: what they write of the patient and of integrity, and start requests."""

import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.gui.dialogs.text import integrity_dialog
from ecgviewer.gui.start.request import Request, UsageError, parse_size
from ecgviewer.gui.style.patient import identify
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.record import Finding, Verdict


@pytest.fixture(params=THEMES)
def theme(request):
    return THEMES[request.param]


def test_integrity_findings_name_no_hidden_patient(qtbot, window, record):
    opened = open_record(record)
    findings = (
        Finding("checksum", "error", "p01.dat: sum is 3, the header says 4"),
        Finding("syntax", "ok", "the header reads well"),
    )
    for hide in (False, True):
        dialog = integrity_dialog(opened, Verdict(findings, True), hide=hide, parent=window)
        text = dialog.browsers[0].toPlainText()
        assert ("p01" in text) is not hide
        assert text.index("sum is 3") < text.index("reads well")
        dialog.deleteLater()


def test_identity_is_shown_or_hidden_as_a_whole(record):
    opened = open_record(record)
    shown, hidden = identify(opened, hide=False), identify(opened, hide=True)
    assert shown.title.startswith("p01 (")
    assert shown.comments == ("69 M", "Digoxin")
    assert "1990-03-02" in shown.line
    for text in (hidden.title, hidden.line, hidden.name, hidden.folder, *hidden.comments):
        assert not {"p01", "69 M", "Digoxin", "1990", "ward7"} & set(text.split())


@pytest.mark.parametrize("text", ["", "1600", "10x10", "axb", "1600x900x2", "99999x99999"])
def test_a_size_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="--size"):
        parse_size(text)


def test_requests_are_checked():
    assert parse_size("1366x768") == (1366, 768)
    for wrong in ({"at_s": -1.0}, {"at_s": float("nan")}, {"width_s": 0.0}, {"theme": "blue"}):
        with pytest.raises(UsageError):
            Request(**wrong)
