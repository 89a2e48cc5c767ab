"""The clock of playback: which frame it is."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

FRAME_SAMPLES = 400  # at 360 Hz, paper section 3.4
FRAME_S = FRAME_SAMPLES / 360
_SHORTEST_TICK_MS = 66  # 15 repaints a second: beyond, several frames share one


@dataclass(frozen=True)
class Speed:
    """A speed of playback and what to call it."""

    label: str
    frames_per_s: float

    @property
    def times_real(self) -> float:
        """Seconds of recording per second."""
        return self.frames_per_s * FRAME_S


def _times(factor: float, label: str = "") -> Speed:
    return Speed(label or f"{factor:g} x real time", factor / FRAME_S)


SPEEDS = (
    _times(0.5, "½ x real time"),
    _times(1, "real time"),
    Speed("2 frames/s = 2.2 x real time", 2.0),  # the paper's pace
    *(_times(factor) for factor in (4, 8, 16, 32, 64)),
)
PAPER_SPEED = 2  # place in SPEEDS


class Player(QObject):
    """Says which frame is wanted, when it is due; a late frame is skipped, never waited for.

    Parameters
    ----------
    parent : QObject
        Owner.

    Attributes
    ----------
    n_frames, index : int
        Frames of the recording, and the one shown.
    clock : QElapsedTimer
        Runs since playback began at the speed it has.
    timer : QTimer
        Wakes it when the next frame is due.
    """

    frame_wanted = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.n_frames = 0
        self.index = 0
        self._speed = SPEEDS[PAPER_SPEED]
        self._origin = 0  # frame at which the clock was set to zero
        self._playing = False
        self.clock = QElapsedTimer()
        # set anew for every frame's own time; Qt's usual timers may be a twentieth late
        self.timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.on_ticked)

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._playing

    @property
    def speed(self) -> Speed:
        """How fast."""
        return self._speed

    @property
    def look_ahead_s(self) -> float:
        """Seconds of recording of which the classes will soon be needed."""
        return FRAME_S + (self._speed.times_real if self.playing else 0.0)

    def load(self, duration_s: float) -> None:
        """Take another recording, from its start."""
        self.pause()
        self.n_frames = max(0, -int(-duration_s // FRAME_S))
        self.index = 0

    def set_speed(self, speed: Speed) -> None:
        """Change the speed; the frame stays."""
        self._speed = speed
        if self.playing:
            self._start_clock()

    def toggle(self) -> None:
        """Play, or pause; at the end, play from the start."""
        if self.playing:
            self.pause()
        elif self.n_frames:
            if self.index >= self.n_frames - 1:
                self.index = 0
            self._start_clock()
            self.playing_changed.emit(True)
            self.frame_wanted.emit(self.index)

    def pause(self) -> None:
        """Stop the clock where it is."""
        if self._playing:
            self._playing = False
            self.timer.stop()
            self.playing_changed.emit(False)

    def step(self, n: int) -> None:
        """Pause and go n frames on."""
        self.pause()
        self._show(self.index + n)

    def seek(self, t_s: float) -> None:
        """Go to the frame that holds a time; playback goes on from there."""
        self._show(int(t_s // FRAME_S))
        if self.playing:
            self._start_clock()

    def on_ticked(self) -> None:
        """The timer: go to the frame whose time it is, and wait for the next one's."""
        index = self._origin + int(self.clock.elapsed() / 1000 * self._speed.frames_per_s)
        if index != self.index:
            self._show(index)
        if self.index >= self.n_frames - 1:
            self.pause()
        elif self._playing:
            self._await_next()

    def _show(self, index: int) -> None:
        if self.n_frames:
            self.index = min(max(0, index), self.n_frames - 1)
            self.frame_wanted.emit(self.index)

    def _start_clock(self) -> None:
        self._origin = self.index
        self.clock.start()
        self._playing = True
        self._await_next()

    def _await_next(self) -> None:
        """Set the timer for the frame after this one; for a later one where that is too soon."""
        elapsed, per_s = self.clock.elapsed(), self._speed.frames_per_s
        frame = self.index + 1 - self._origin
        if 1000 / per_s < _SHORTEST_TICK_MS:
            frame = max(frame, math.ceil((elapsed + _SHORTEST_TICK_MS) * per_s / 1000))
        self.timer.start(max(1, math.ceil(frame * 1000 / per_s - elapsed)))
