"""The inspector by itself, in both themes: what it writes, and when it asks for an input."""

import numpy as np
import pytest

from ecgviewer.aami import BeatClass
from ecgviewer.beats.beat import Beat
from ecgviewer.beats.columns import ANEW, Change
from ecgviewer.beats.log import BeatBatch, BeatLog, flag_bits
from ecgviewer.gui.panels.inspector.network_input import NetworkInput
from ecgviewer.gui.panels.inspector.panel import Inspector, describe
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.theme import THEMES
from tests.beats.fake_overlay import FakeOverlay
from tests.gui.fakes import FakeEnsemble
from tests.gui.panels.edited import identity, opened

VOTES = ((0.9, 0.1, 0.0, 0.0, 0.0), (0.2, 0.7, 0.1, 0.0, 0.0))


@pytest.fixture(params=THEMES)
def panel(qtbot, request) -> Inspector:
    panel = Inspector(THEMES[request.param])
    qtbot.addWidget(panel)
    return panel


@pytest.fixture
def shown(panel: Inspector) -> OpenRecord:
    """Twenty beats of which the eighth has its class."""
    log = BeatLog()
    log.extend(np.arange(20) * 300 + 100)
    one = np.array([7])
    probabilities, votes = np.array([[0.7, 0.2, 0.1, 0.0, 0.0]]), np.array([VOTES], np.float32)
    flags = np.array([flag_bits("noisy", "disagree")], np.uint16)
    log.apply(BeatBatch(one, np.zeros(1, np.int8), probabilities, votes, flags))
    shown = opened(log)
    panel.show_record(shown, identity(shown))
    panel.show_beats(shown.beats, ANEW)
    return shown


def network_input(beat_id: int) -> NetworkInput:
    return NetworkInput(beat_id, np.ones((2, 400), np.float32), ("MLII", ""), 80)


@pytest.fixture
def wanted(panel: Inspector) -> list[int]:
    """Beats whose input the panel has asked for."""
    wanted: list[int] = []
    panel.input_wanted.connect(wanted.append)
    return wanted


def test_it_tells_class_confidence_flags_and_every_vote(panel, shown):
    panel.show_ensemble(FakeEnsemble())
    panel.show_current(7)
    panel.show_input(network_input(7))
    assert panel.title.whole == "Beat 8   00:06.111   N  0.700"
    assert panel.flags.whole == f"{BeatClass.N.description}   [noisy] [disagree]"
    assert [bars.caption for bars in panel.votes] == ["first", "second"]
    np.testing.assert_allclose([bars.values for bars in panel.votes], VOTES, rtol=1e-6)
    panel.resize(400, 300)
    panel.grab()


def test_it_asks_for_the_input_of_a_beat_until_it_has_it(panel, shown, wanted):
    panel.show_current(7)
    panel.show_beats(shown.beats, Change("classes", (0, 900)))
    assert wanted == [7, 7]
    panel.show_input(network_input(7))
    panel.show_beats(shown.beats, Change("classes", (0, 900)))
    assert wanted == [7, 7]
    panel.show_beats(shown.beats, ANEW)  # other networks may read it otherwise
    assert wanted == [7, 7, 7]
    assert panel.trace.values is None


def test_it_asks_for_nothing_while_playback_runs(panel, shown, wanted):
    panel.show_playing(True)
    panel.show_current(7)
    assert wanted == []
    panel.show_playing(False)
    assert wanted == [7]


def test_a_late_input_of_another_beat_is_not_drawn(panel, shown):
    panel.show_current(5)
    panel.show_input(network_input(9))
    assert panel.trace.values is None


def test_an_inserted_beat_has_no_input_and_no_probabilities(panel, shown, wanted):
    shown.beats, change = FakeOverlay(shown.log).insert(150, BeatClass.V)
    panel.show_beats(shown.beats, change)
    panel.show_current(-1)
    assert panel.title.whole == "Beat -1   00:00.417   V"
    assert panel.flags.whole == BeatClass.V.description
    assert panel.fused.values == ()
    assert wanted == []


def test_a_beat_that_vanishes_is_not_shown_any_more(panel, shown):
    panel.show_current(7)
    shown.beats, change = FakeOverlay(shown.log).delete(7)
    panel.show_beats(shown.beats, change)
    assert panel.title.whole.startswith("Click a beat")
    assert panel.votes == []


def test_a_pending_beat_awaits_its_class():
    waiting = Beat(1, 0, None, flags=("pending",))
    assert describe(waiting, 360.0) == "Beat 1   00:00.000   awaits its class"


def test_a_beat_that_gets_no_class_says_so():
    unreadable = Beat(1, 0, None, flags=("gap", "unreadable"))
    assert describe(unreadable, 360.0) == "Beat 1   00:00.000   not classified"
