"""The clock of playback: every frame at its own time, several at once where they come too fast."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from ecgviewer.aami import BeatClass
from ecgviewer.analysis import frames
from ecgviewer.beats.columns import Beats
from ecgviewer.gui.playback.clock import FRAME_S, SPEEDS, Player, Speed
from ecgviewer.gui.playback.control import PlayControl
from ecgviewer.record import Record
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import PAPER
from tests.beats.fake_overlay import FakeOverlay
from tests.gui.clocks import MadeClock
from tests.gui.synthetic import heart_log, synthetic
from tests.gui.viewports import FakeViewport


class Timer:
    """Keeps what it was asked for."""

    wait_ms = 0

    def start(self, ms: int) -> None:
        self.wait_ms = ms

    def stop(self) -> None:
        self.wait_ms = 0


@pytest.fixture
def player(qtbot) -> Any:
    player: Any = Player()
    player.load(3_600.0)
    player.clock, player.timer = MadeClock(), Timer()
    return player


@pytest.mark.parametrize("speed", SPEEDS, ids=lambda s: s.label)
def test_an_hour_of_frames_each_at_its_time(player: Any, speed: Speed) -> None:
    shown: list[tuple[int, float]] = []
    player.frame_wanted.connect(lambda index: shown.append((index, player.clock.ms)))
    player.set_speed(speed)
    player.toggle()
    lags = (0.0, 3.0, 40.0)  # a busy window's
    n = 0
    while player.playing:
        player.clock.ms += player.timer.wait_ms + lags[n % 3]
        n += 1
        player.on_ticked()
    late = [ms - index * 1000 / speed.frames_per_s for index, ms in shown]
    assert min(late) >= 0
    assert max(late) <= max(41.0, 1000 / speed.frames_per_s)
    if speed.frames_per_s < 10:
        assert [index for index, _ in shown] == list(range(round(3_600 / FRAME_S)))
        assert n == len(shown) - 1  # no tick for nothing
    assert min(b - a for (_, a), (_, b) in pairwise(shown)) > 25


def test_a_change_of_speed_starts_from_the_frame_shown(player: Any) -> None:
    player.toggle()
    player.clock.ms = 1_600
    player.on_ticked()
    assert player.index == 3
    assert player.timer.wait_ms == 400  # the fourth is due at 2 s
    player.set_speed(SPEEDS[3])
    assert player.index == 3
    assert player.timer.wait_ms == pytest.approx(1000 * FRAME_S / 4, abs=1)
    player.pause()
    assert not player.playing


class FakeSession(QObject):
    """Answers the questions of playback when it is told to."""

    answer_ready = Signal(str, object)

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.opened = SimpleNamespace(record=record, prep=PAPER, beats=Beats.of(heart_log(record)))
        self.asked: dict[str, Any] = {}
        self.cleaned = CleanedSignal(TimeGrid(record), record.ecg_leads, prep=PAPER)

    def show_frame(self, span: Any) -> None:
        pass

    def ask(self, kind: str, job: Any) -> None:
        self.asked[kind] = job

    def answer(self, kind: str) -> None:
        self.answer_ready.emit(kind, self.asked.pop(kind)(self.cleaned))


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(synthetic(seconds=120))


@pytest.fixture
def canvas() -> FakeViewport:
    return FakeViewport()


@pytest.fixture
def chosen() -> list[int]:
    """Beats that playback made the current one."""
    return []


@pytest.fixture
def control(qtbot, session, canvas, chosen) -> Any:
    navigator = SimpleNamespace(choose=lambda beat_id, *, show: chosen.append(beat_id))
    control: Any = PlayControl(session, canvas, navigator)
    control.load()
    control.player.clock, control.player.timer = MadeClock(), Timer()
    return control


def test_a_frame_fetched_before_is_shown_when_it_is_due(
    control: Any, session: FakeSession, canvas: FakeViewport
) -> None:
    shown: list[Any] = []
    control.frame_ready.connect(shown.append)
    control.toggle()
    session.answer("frame")
    session.answer("ahead")
    control.player.clock.ms = 500
    control.player.on_ticked()  # nobody has answered since
    assert [frame.index for frame in shown] == [0, 1]
    assert "frame" not in session.asked
    whole = frames.frame(session.cleaned, session.opened.beats, 1)
    assert shown[1].beats == whole.beats
    assert len(whole.beats) > 0
    np.testing.assert_array_equal(shown[1].ecg, whole.ecg)


def test_a_frame_is_marked_when_it_is_due_though_its_samples_lack(
    control: Any, session: FakeSession, canvas: FakeViewport
) -> None:
    control.toggle()
    control.player.clock.ms = 1_000
    control.player.on_ticked()
    assert canvas.frame_s == pytest.approx((2 * FRAME_S, 3 * FRAME_S))
    late = session.asked.pop("frame")
    session.answer_ready.emit("frame", frames.frame(session.cleaned, session.opened.beats, 0))
    assert canvas.frame_s == pytest.approx((2 * FRAME_S, 3 * FRAME_S))  # not back
    assert "ahead" in session.asked
    session.answer_ready.emit("frame", late(session.cleaned))


def test_what_would_play_first_is_fetched_while_the_page_rests(
    control: Any, session: FakeSession, canvas: FakeViewport
) -> None:
    canvas.go_to(20.0)
    control.on_rested()
    session.answer("ahead")
    shown: list[int] = []
    control.frame_ready.connect(lambda frame: shown.append(frame.index))
    control.toggle()
    assert shown == [18]  # the first whole one from 20 s on, at once


def test_a_frame_that_was_cut_before_an_edit_shows_the_beats_of_after_it(
    control: Any, session: FakeSession, chosen: list[int]
) -> None:
    shown: list[Any] = []
    control.frame_ready.connect(shown.append)
    control.toggle()
    overlay = FakeOverlay(session.opened.beats.machine)
    session.opened.beats, _ = overlay.insert(390, BeatClass.V)  # the last of the first frame
    session.answer("frame")
    assert [beat.number for beat in shown[0].beats] == [1, -1]
    assert chosen == [-1]
