"""The clock of playback: every frame at its own time, several at once where they come too fast."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from ecgviewer.analysis import frames
from ecgviewer.gui.playback.clock import FRAME_S, SPEEDS, Player, Speed
from ecgviewer.gui.playback.control import PlayControl
from tests.gui.canvases import show
from tests.gui.clocks import MadeClock
from tests.gui.synthetic import synthetic


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
    player._clock, player._timer = MadeClock(), Timer()
    return player


@pytest.mark.parametrize("speed", SPEEDS, ids=lambda s: s.label)
def test_an_hour_of_frames_each_at_its_time(player: Any, speed: Speed) -> None:
    shown: list[tuple[int, float]] = []
    player.frame_wanted.connect(lambda index: shown.append((index, player._clock.ms)))
    player.set_speed(speed)
    player.toggle()
    lags = (0.0, 3.0, 40.0)  # a busy window's
    n = 0
    while player.playing:
        player._clock.ms += player._timer.wait_ms + lags[n % 3]
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
    player._clock.ms = 1_600
    player.on_ticked()
    assert player.index == 3
    assert player._timer.wait_ms == 400  # the fourth is due at 2 s
    player.set_speed(SPEEDS[3])
    assert player.index == 3
    assert player._timer.wait_ms == pytest.approx(1000 * FRAME_S / 4, abs=1)
    player.pause()
    assert not player.playing


class FakeSession(QObject):
    """Answers the questions of playback when it is told to."""

    answer_ready = Signal(str, object)

    def __init__(self, record: Any, log: Any) -> None:
        super().__init__()
        self.opened = SimpleNamespace(record=record, log=log)
        self.asked: dict[str, Any] = {}
        self._cleaned = frames.cleaned_signal(record)

    def show_frame(self, span: Any) -> None:
        pass

    def ask(self, kind: str, job: Any) -> None:
        self.asked[kind] = job

    def answer(self, kind: str) -> None:
        self.answer_ready.emit(kind, self.asked.pop(kind)(self._cleaned))


@pytest.fixture
def control(qtbot, canvas) -> Any:
    record = synthetic(seconds=120)
    show(canvas, record)
    session = FakeSession(record, canvas.beats.machine)
    navigator = SimpleNamespace(choose=lambda index, *, show: None)
    control: Any = PlayControl(session, canvas, navigator)
    control.session = session
    control.load()
    control.player._clock, control.player._timer = MadeClock(), Timer()
    return control


def test_a_frame_fetched_before_is_shown_when_it_is_due(control: Any) -> None:
    shown: list[Any] = []
    control.frame_ready.connect(shown.append)
    control.toggle()
    control.session.answer("frame")
    control.session.answer("ahead")
    control.player._clock.ms = 500
    control.player.on_ticked()  # nobody has answered since
    assert [frame.index for frame in shown] == [0, 1]
    assert "frame" not in control.session.asked
    cleaned, log = control.session._cleaned, control.session.opened.log
    whole = frames.frame(cleaned, log, 1)
    assert shown[1].beats == whole.beats
    assert len(whole.beats) > 0
    np.testing.assert_array_equal(shown[1].ecg, whole.ecg)


def test_a_frame_is_marked_when_it_is_due_though_its_samples_lack(control: Any) -> None:
    control.toggle()
    control.player._clock.ms = 1_000
    control.player.on_ticked()
    assert control._canvas.frame_s == pytest.approx((2 * FRAME_S, 3 * FRAME_S))
    late = control.session.asked.pop("frame")
    session = control.session
    session.answer_ready.emit("frame", frames.frame(session._cleaned, session.opened.log, 0))
    assert control._canvas.frame_s == pytest.approx((2 * FRAME_S, 3 * FRAME_S))  # not back
    assert "ahead" in control.session.asked
    control.session.answer_ready.emit("frame", late(control.session._cleaned))


def test_what_would_play_first_is_fetched_while_the_page_rests(control: Any) -> None:
    control._canvas.go_to(20.0)
    control.on_rested()
    control.session.answer("ahead")
    shown: list[int] = []
    control.frame_ready.connect(lambda frame: shown.append(frame.index))
    control.toggle()
    assert shown == [18]  # the first whole one from 20 s on, at once
