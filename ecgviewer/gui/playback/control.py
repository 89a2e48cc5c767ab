"""Playback on the trace: asks for frames, marks them, turns the page.

A frame is fetched before it is due, and marked when it is due whether its samples are there or not.
"""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from ecgviewer.analysis.frames import frame as frame_of
from ecgviewer.analysis.frames import frame_beats
from ecgviewer.beats.beat import Frame
from ecgviewer.beats.columns import beat_id
from ecgviewer.gui.playback.clock import FRAME_S, FRAME_SAMPLES, PAPER_SPEED, SPEEDS, Player
from ecgviewer.gui.session.current_beat import CurrentBeat
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.session.viewport import Viewport
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid

_LEAST_AHEAD = 3  # frames fetched before they are due, at any speed
_REST_MS = 200  # once the page has rested so long, what would play first is fetched
_BLOCK_AHEAD_S = 40.0  # of recording: a block takes longer to be cleaned than a frame may be late


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
        canvas: Viewport,
        navigator: CurrentBeat,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._canvas, self._navigator = session, canvas, navigator
        self.player = Player(self)
        self.player.frame_wanted.connect(self.on_frame_wanted)
        session.answer_ready.connect(self.on_answer_ready)
        self._rest = QTimer(self, interval=_REST_MS, singleShot=True)
        self._rest.timeout.connect(self.on_rested)
        canvas.view_changed.connect(lambda *_: self._rest.start())
        self._speed = PAPER_SPEED
        self._last: int | None = None  # frame shown before, if playback has not jumped since
        self._grid: TimeGrid | None = None
        self._fetched: dict[int, Frame] = {}  # frames to come

    def load(self) -> None:
        """Another recording: from its start, no frame marked."""
        opened = self._session.opened
        self.player.load(opened.record.duration_s if opened else 0.0)
        self._grid, self._fetched = TimeGrid(opened.record) if opened else None, {}
        self._canvas.set_frame(None, None)
        self._session.show_frame(None)
        self._rest.start()

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
        elsewhere = self._next() != self.player.index
        self.player.index = self._next()
        return elsewhere

    def _next(self) -> int:
        """The present frame, or the first whole one on screen where that is elsewhere."""
        start, stop = self._canvas.visible_range_s()
        at = self.player.index * FRAME_S
        return self.player.index if start - FRAME_S < at < stop else -int(-start // FRAME_S)

    def on_rested(self) -> None:
        if not self.player.playing:
            self._fetch_ahead(self._next() - 1, cleaned_s=0.0)

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
        opened, grid = self._session.opened, self._grid
        if opened is None or grid is None:
            return
        start = index * FRAME_S
        self._session.show_frame((start, start + self.player.look_ahead_s))
        if (frame := self._fetched.get(index)) is not None:
            self._show(frame, opened, grid)
        else:
            beats = opened.beats
            self._mark(index)
            self._session.ask("frame", lambda cleaned: frame_of(cleaned, beats, index))

    def on_answer_ready(self, kind: str, answer: object) -> None:
        opened, grid = self._session.opened, self._grid
        if opened is None or grid is None:
            return
        if kind == "frame" and isinstance(answer, Frame):
            if answer.index == self.player.index:
                self._show(answer, opened, grid)
            elif self.player.playing:  # too late: those to come shall be earlier
                self._fetch_ahead(self.player.index)
        elif kind == "ahead" and isinstance(answer, list):
            self._fetched.update((frame.index, frame) for frame in answer)

    def _mark(self, index: int) -> None:
        """Mark a frame on the trace and turn the page where it leaves it."""
        start_s, stop_s = index * FRAME_S, (index + 1) * FRAME_S
        self._canvas.set_frame(start_s, stop_s)
        self._turn_page(index, start_s, stop_s)

    def _show(self, frame: Frame, opened: OpenRecord, grid: TimeGrid) -> None:
        """Show a frame with its beats as they are now: it was cut some time ago."""
        now = frame_beats(grid, opened.beats, frame.index, prep=opened.prep)
        frame = replace(frame, beats=now)
        self._mark(frame.index)
        if frame.beats:
            self._navigator.choose(beat_id(frame.beats[-1].number), show=False)
        self.frame_ready.emit(frame)
        self._fetched[frame.index] = frame  # it is the first again where playback pauses
        if self.player.playing:
            self._fetch_ahead(frame.index)

    def _fetch_ahead(self, index: int, *, cleaned_s: float = _BLOCK_AHEAD_S) -> None:
        """Have the frames of the next second fetched, and what plays later cleaned."""
        opened = self._session.opened
        if opened is None:
            return
        last = index + _LEAST_AHEAD + round(self.player.speed.frames_per_s)
        following = range(max(0, index), min(last, self.player.n_frames - 1) + 1)
        self._fetched = {i: f for i, f in self._fetched.items() if i in following}
        missing = [i for i in following if i not in self._fetched]
        if not missing and not cleaned_s:
            return
        beats, later = opened.beats, round((index + 1) * FRAME_SAMPLES + cleaned_s * 360)

        def fetch(cleaned: CleanedSignal) -> list[Frame]:
            frames = [frame_of(cleaned, beats, i) for i in missing]
            if later < cleaned.grid.n_samples:
                cleaned.between(later, later + 1)
            return frames

        self._session.ask("ahead", fetch)

    def _turn_page(self, index: int, start_s: float, stop_s: float) -> None:
        """Follow the frame off the page, but not a user who has scrolled elsewhere."""
        start, stop = self._canvas.visible_range_s()
        last, self._last = self._last, index
        followed = last is None or ((last + 1) * FRAME_S > start and last * FRAME_S < stop)
        if followed and not (start <= start_s and stop_s <= stop):
            self._canvas.go_to(start_s)
