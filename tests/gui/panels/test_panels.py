"""Panels by themselves: what they write of the patient and of integrity, and start requests."""

import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.gui.dialogs.text import integrity_dialog
from ecgviewer.gui.start.request import Request, UsageError, parse_size
from ecgviewer.gui.style.patient import identify
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.record import Finding, Verdict
from tests.formats.records import ecg_like, write_record


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


def said_of_header(qtbot, window, header, *, hide):
    """What the integrity dialog says of a record."""
    opened = open_record(header)
    dialog = integrity_dialog(opened, opened.verdict, hide=hide, parent=window)
    qtbot.addWidget(dialog)
    return dialog.browsers[0].toPlainText()


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("09:49:17 02-Mar-1990", ("02-Mar-1990", "1990-03-02")),
        ("09:49 02.03.1990", ("09:49", "02.03.1990", "1990-03-02")),
        ("03:49:17 PM 02/03/1990", ("15:49:17",)),
        ("09:49:17+02:00 02/03/1990", ("+02:00",)),
        ("09:49:17 31/31/1990 O'Brien", ("31/31/1990", "Brien")),
    ],
)
def test_integrity_quotes_no_name_and_no_start_of_a_header_while_hidden(
    qtbot, window, tmp_path, start, told
):
    header = write_record(tmp_path, ecg_like(3600, 1), name="h1", names=["II"], start=start)
    text = header.read_text(encoding="utf-8")
    header.write_text(f"Smith_Anna{text[2:]}", encoding="utf-8")
    shown = said_of_header(qtbot, window, header, hide=False)
    assert all(part in shown for part in ("Smith_Anna", "h1", *told))
    hidden = said_of_header(qtbot, window, header, hide=True)
    assert not [part for part in ("Smith", "Anna", "h1", "1990", *told) if part in hidden]
    assert "it calls the record '…', its file is 'recording'" in hidden


def test_a_unit_is_quoted_while_hidden(qtbot, window, tmp_path):
    leads = {"names": ["II", "V1"], "gain": "200(1024)/adu"}
    opened = open_record(write_record(tmp_path, ecg_like(3600, 2), **leads))
    findings = (Finding("gain", "warning", "II: its unit 'adu' and the gain 'Smith' are odd"),)
    dialog = integrity_dialog(opened, Verdict(findings, True), hide=True, parent=window)
    qtbot.addWidget(dialog)
    assert "its unit 'adu' and the gain '…' are odd" in dialog.browsers[0].toPlainText()


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
