"""Panels by themselves: what they write, in both themes."""

from datetime import time

import numpy as np
import pytest

from ecgviewer.aami import BeatClass
from ecgviewer.beats.beat import Beat
from ecgviewer.findings.rate import HeartRate
from ecgviewer.findings.summary import Summary
from ecgviewer.formats.readers import open_record
from ecgviewer.gui.dialogs.text import integrity_dialog
from ecgviewer.gui.panels.inspector.network_input import NetworkInput
from ecgviewer.gui.panels.inspector.panel import Inspection, Inspector, describe
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.start.request import Request, UsageError, parse_size
from ecgviewer.gui.style.patient import identify
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.record import Finding, Verdict


@pytest.fixture(params=THEMES)
def theme(request):
    return THEMES[request.param]


def test_the_inspector_tells_class_confidence_flags_and_every_vote(qtbot, theme):
    panel = Inspector(theme)
    qtbot.addWidget(panel)
    votes = ((0.9, 0.1, 0.0, 0.0, 0.0), (0.2, 0.7, 0.1, 0.0, 0.0))
    beat = Beat(1240, 1, BeatClass.N, (0.7, 0.2, 0.1, 0.0, 0.0), votes, ("edge", "disagree"))
    panel.show_beat(Inspection(beat, 751.204, ("resnet34", "slap")))
    panel.show_input(NetworkInput(1239, np.zeros((2, 400), np.float32), ("MLII", ""), 80))
    assert panel.title.whole == "Beat 1,240   12:31.204   N  0.700"
    assert "[disagree]" in panel.flags.whole
    assert [bars._caption for bars in panel._bars] == ["resnet34", "slap"]
    assert [bars._values for bars in panel._bars] == list(votes)
    panel.resize(400, 300)
    panel.grab()


def test_a_late_input_of_another_beat_is_not_drawn(qtbot, theme):
    panel = Inspector(theme)
    qtbot.addWidget(panel)
    panel.show_beat(Inspection(Beat(5, 1, None), 1.0))
    panel.show_input(NetworkInput(9, np.ones((2, 400), np.float32), ("a", "b"), 80))
    assert panel.trace.values is None


def test_a_pending_beat_awaits_its_class():
    assert describe(Inspection(Beat(1, 0, None), 0.0)) == "Beat 1   00:00.000   awaits its class"


def test_the_summary_shows_counts_burden_rate_and_times(qtbot, theme):
    panel = SummaryPanel(theme)
    qtbot.addWidget(panel)
    rate = HeartRate(72.4, 48.0, 3600, 131.6, 7200)
    summary = Summary(
        2000,
        2000,
        (1500, 0, 490, 8, 2),
        (0.75, 0.0, 0.245, 0.004, 0.001),
        rate,
        1805,
        1800,
        1800,
        True,
    )
    panel.show_summary(summary, 360.0)
    assert panel.counts[BeatClass.N].text() == "1,500"
    assert panel.burdens[BeatClass.V].text() == "24.5 %"
    assert panel.burdens[BeatClass.F].text() == "0.40 %"
    assert "<b>72</b>/min" in panel.rate.text()
    assert 'href="7200"' in panel.rate.text()
    assert panel.times.text() == "Recorded 30:05, readable 30:00, analysed 30:00"
    with qtbot.waitSignal(panel.time_clicked) as clicked:
        panel.rate.linkActivated.emit("7200")
    assert clicked.args == [7200]


def test_a_summary_speaks_of_the_clock_and_says_when_shares_leave_beats_out(qtbot, theme):
    panel = SummaryPanel(theme)
    qtbot.addWidget(panel)
    rate = HeartRate(72.4, 48.0, 3600, 131.6, 7200)
    burden = (0.8, 0.0, 0.2, 0.0, 0.0)  # the gap's 10 Q have no share
    summary = Summary(60, 60, (40, 0, 10, 0, 10), burden, rate, 60, 50, 50, True)
    panel.show_summary(summary, 360.0, start=time(23, 59, 45))
    assert ">23:59:55<" in panel.rate.text()
    assert ">00:00:05 +1 d<" in panel.rate.text()
    assert panel.times.text().endswith("Shares are of the beats that could be read and classified.")


def test_a_summary_without_figures_shows_none(qtbot, theme):
    panel = SummaryPanel(theme)
    qtbot.addWidget(panel)
    panel.show_summary(Summary(0, 0, (0,) * 5, None, HeartRate(), 10, 0, 0, False), 360.0)
    assert panel.burdens[BeatClass.V].text() == "–"
    assert panel.rate.text() == "Heart rate –"
    assert panel.times.text() == "Recorded 00:10"


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
