"""The figures of a recording by themselves, in both themes."""

from dataclasses import replace
from datetime import time

import pytest

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW
from ecgviewer.beats.scan import Episode
from ecgviewer.findings.rate import HeartRate
from ecgviewer.findings.summary import Summary
from ecgviewer.gui.panels.summary import SummaryPanel
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.record import Record
from tests.gui.panels.edited import identity, opened
from tests.gui.synthetic import synthetic

RATE = HeartRate(72.4, 48.0, 3900, 131.6, 7500, 3600, 7200)
KNOWN = Summary(
    2000,
    2000,
    (1500, 0, 490, 8, 2),
    (0.75, 0.0, 0.245, 0.004, 0.001),
    RATE,
    recorded_s=1805,
    readable_s=1800,
    analysed_s=1800,
    complete=True,
)


@pytest.fixture(params=THEMES)
def panel(qtbot, request) -> SummaryPanel:
    panel = SummaryPanel(THEMES[request.param])
    qtbot.addWidget(panel)
    return panel


def show(panel: SummaryPanel, summary: Summary, record: Record | None = None) -> OpenRecord:
    """Show a recording with these figures."""
    shown = opened(record=record)
    shown.summary = lambda **_: summary
    panel.show_record(shown, identity(shown))
    panel.show_beats(shown.beats, ANEW)
    return shown


def test_it_shows_counts_burden_rate_and_times(qtbot, panel):
    show(panel, KNOWN)
    assert panel.counts[BeatClass.N].text() == "1,500"
    assert panel.burdens[BeatClass.V].text() == "24.5 %"
    assert panel.burdens[BeatClass.F].text() == "0.40 %"
    assert "<b>72</b>/min" in panel.rate.text()
    assert 'href="7200-7500"' in panel.rate.text()
    assert panel.times.text() == "Recorded 30:05, readable 30:00, analysed 30:00"
    assert "each over 8 N-N intervals" in panel.rate.text()
    with qtbot.waitSignal(panel.span_clicked) as clicked:
        panel.rate.linkActivated.emit("7200-7500")
    assert clicked.args == [7200, 7500]


def test_it_says_what_the_record_holds_beside_beats(panel):
    fs = 360
    episodes = (
        Episode(10 * fs, 20 * fs, "flutter"),
        Episode(30 * fs, 119 * fs, "unexplained"),
        Episode(130 * fs, 134 * fs, "pause"),
        Episode(140 * fs, 160 * fs, "flutter"),
    )
    show(panel, replace(KNOWN, episodes=episodes))
    assert panel.episodes.text() == (
        "Suspected ventricular flutter 2 x, 0:30 in all; silence 1:29, unexplained;"
        " 1 pause, longest 4.0 s, 1 of 3 s or more (asystole)"
    )


def test_where_there_are_no_such_intervals_it_says_so(panel):
    show(panel, replace(KNOWN, heart_rate=HeartRate(72.4)))
    assert "nowhere 8 consecutive N-N intervals" in panel.rate.text()


def test_times_are_of_the_clock_until_it_is_hidden(panel):
    shown = show(panel, KNOWN, synthetic(start=time(23, 59, 45)))
    assert ">23:59:55<" in panel.rate.text()
    assert ">00:00:05 +1 d<" in panel.rate.text()
    panel.show_record(shown, identity(shown, hide=True))
    assert ">00:10<" in panel.rate.text()
    assert panel.counts[BeatClass.N].text() == "1,500"


def test_it_says_when_shares_leave_beats_out(panel):
    burden = (0.8, 0.0, 0.2, 0.0, 0.0)  # the gap's 10 Q have no share
    show(panel, replace(KNOWN, counts=(40, 0, 10, 0, 10), burden=burden))
    said = "Shares are of the beats that could be read and classified"
    assert panel.times.text().endswith(f"{said}.")
    left_out = replace(KNOWN, counts=(40, 0, 10, 0, 10), burden=burden)
    show(panel, replace(left_out, episodes=(Episode(0, 360, "flutter"),)))
    assert panel.times.text().endswith(f"{said}, outside suspected flutter.")


def test_without_figures_it_shows_none(panel):
    show(panel, Summary(0, 0, (0,) * 5, None, HeartRate(), 10, 0, 0, False))
    assert panel.burdens[BeatClass.V].text() == "–"
    assert panel.rate.text() == "Heart rate –"
    assert panel.times.text() == "Recorded 00:10"


def test_another_recording_has_no_figures_yet(panel):
    show(panel, KNOWN)
    other = opened()
    panel.show_record(other, identity(other))
    assert panel.counts[BeatClass.N].text() == "–"
    assert panel.times.text() == ""
