"""Playback on the trace: asks for frames, marks them, turns the page; keeps no time itself."""

from PySide6.QtCore import QObject, Signal

from ecgviewer import pipeline
from ecgviewer.beat import Frame
from ecgviewer.gui.canvas import Canvas
from ecgviewer.gui.navigator import Navigator
from ecgviewer.gui.playback import FRAME_S, FRAME_SAMPLES, PAPER_SPEED, SPEEDS, Player
from ecgviewer.gui.session import Session
from ecgviewer.signal.denoise import CleanedSignal


class PlayControl(QObject):
    """Connects the player's clock with the thread that cuts frames and with the trace.

    Parameters
    ----------
    session, canvas, navigator
        Where frames come from, where they are marked, who keeps the current beat.
    parent : QObject
        Owner.
    """

    frame_ready = Signal(object)  # Frame
    speed_changed = Signal(int)  # place in SPEEDS

    def __init__(
        self,
        session: Session,
        canvas: Canvas,
        navigator: Navigator,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._canvas, self._navigator = session, canvas, navigator
        self.player = Player(self)
        self.player.frame_wanted.connect(self.on_frame_wanted)
        session.answer_ready.connect(self.on_answer_ready)
        self._speed = PAPER_SPEED
        self._last: Frame | None = None  # frame shown before, if playback has not jumped since

    def load(self) -> None:
        """Another recording: from its start, no frame marked."""
        opened = self._session.opened
        self.player.load(opened.record.duration_s if opened else 0.0)
        self._canvas.set_frame(None, None)
        self._session.show_frame(None)

    def toggle(self) -> None:
        """Play from what is on screen, or pause."""
        if not self.player.playing:
            self._start_on_screen()
            self._last = None
        self.player.toggle()

    def step_frame(self, n: int) -> None:
        """One frame on or back; the first whole one on screen, where the frame is elsewhere."""
        self._last = None
        self.player.step(0 if self._start_on_screen() else n)

    def _start_on_screen(self) -> bool:
        """Make a frame on screen the next one, if the present one is not; whether that was so."""
        start, stop = self._canvas.visible_range_s()
        at = self.player.index * FRAME_S
        if start - FRAME_S < at < stop:
            return False
        self.player.index = -int(-start // FRAME_S)
        return True

    def seek(self, t_s: float) -> None:
        """Playback goes on from there; what is paused will begin there."""
        if self.player.playing:
            self._last = None
            self.player.seek(t_s)
        else:
            self.player.index = int(t_s // FRAME_S)

    def faster(self) -> None:
        self.choose_speed(self._speed + 1)

    def slower(self) -> None:
        self.choose_speed(self._speed - 1)

    def choose_speed(self, place: int) -> None:
        """Play at another of SPEEDS."""
        self._speed = min(max(0, place), len(SPEEDS) - 1)
        self.player.set_speed(SPEEDS[self._speed])
        self.speed_changed.emit(self._speed)

    def on_frame_wanted(self, index: int) -> None:
        opened = self._session.opened
        if opened is None:
            return
        start = index * FRAME_S
        self._session.show_frame((start, start + self.player.look_ahead_s))
        log = opened.log
        self._session.ask("frame", lambda cleaned: pipeline.frame(cleaned, log, index))

    def on_answer_ready(self, kind: str, answer: object) -> None:
        if kind != "frame" or not isinstance(answer, Frame):
            return
        self._canvas.set_frame(answer.start_s, answer.stop_s)
        self._turn_page(answer)
        if answer.beats:
            self._navigator.choose(answer.beats[-1].number - 1, show=False)
        self.frame_ready.emit(answer)
        if self.player.playing:
            self._clean_ahead(answer.index)

    def _clean_ahead(self, index: int) -> None:
        """Have what plays a second from now cleaned: a block takes longer than a frame may."""
        soon = index + 2 + round(self.player.speed.frames_per_s)
        self._session.ask("ahead", lambda cleaned: _touch(cleaned, soon * FRAME_SAMPLES))

    def _turn_page(self, frame: Frame) -> None:
        """Follow the frame off the page, but not a person who has scrolled elsewhere."""
        start, stop = self._canvas.visible_range_s()
        last, self._last = self._last, frame
        followed = last is None or (last.stop_s > start and last.start_s < stop)
        if followed and not (start <= frame.start_s and frame.stop_s <= stop):
            self._canvas.go_to(frame.start_s)


def _touch(cleaned: CleanedSignal, place: int) -> None:
    """Have the block around a grid sample cleaned and kept."""
    if place < cleaned.grid.n_samples:
        cleaned.between(place, place + 1)
