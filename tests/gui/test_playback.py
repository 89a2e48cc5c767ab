"""The clock of playback: every frame at its own time, several at once where they come too fast."""

from itertools import pairwise
from typing import Any

import pytest

from ecgviewer.gui.playback import FRAME_S, SPEEDS, Player, Speed


class Clock:
    """Says what it was told."""

    def __init__(self) -> None:
        self.ms = 0.0

    def start(self) -> None:
        self.ms = 0.0

    def elapsed(self) -> float:
        return self.ms


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
    player._clock, player._timer = Clock(), Timer()
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
