"""Which beat is the current one, and the way to the next; draws nothing."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from ecgviewer.aami import BeatClass
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.session.viewport import Viewport


class CurrentBeat(QObject):
    """Keeps the current beat, for trace, table, inspector and playback alike.

    Parameters
    ----------
    session : Session
        The recording.
    canvas : Viewport
        Is moved so that the beat is seen.
    parent : QObject
        Owner.
    """

    beat_changed = Signal(object)  # index, or None
    nothing_found = Signal(str)
    person_moved = Signal(float)  # to a time; not by playback

    def __init__(self, session: Session, canvas: Viewport, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self.current: int | None = None

    def clear(self) -> None:
        """No beat is current."""
        self.choose(None)

    def choose(self, index: int | None, *, show: bool = True) -> None:
        """Make a beat the current one; with `show`, bring it on screen."""
        self.current = index
        self._canvas.show_current(index)
        if index is not None and show:
            self._bring_on_screen(index)
        self.beat_changed.emit(index)

    def on_beat_clicked(self, index: int) -> None:
        self._move_to(index, show=False)

    def on_beat_chosen(self, index: int) -> None:
        self._move_to(index)

    def next_beat(self) -> None:
        self._go(1, abnormal=False)

    def previous_beat(self) -> None:
        self._go(-1, abnormal=False)

    def next_abnormal(self) -> None:
        self._go(1, abnormal=True)

    def previous_abnormal(self) -> None:
        self._go(-1, abnormal=True)

    def go_to_sample(self, sample: int) -> None:
        """Centre the trace on an own sample and make the beat there current."""
        opened = self._session.opened
        if opened is None:
            return
        self._canvas.center_on(sample / opened.record.fs)
        if opened.log.n_beats:
            index = int(np.searchsorted(opened.log.samples, sample))
            self._move_to(min(index, opened.log.n_beats - 1), show=False)

    def go_to_place(self, sample: int) -> None:
        """Centre the trace on an own sample where there is no beat."""
        opened = self._session.opened
        if opened is not None:
            self.clear()
            self._canvas.center_on(sample / opened.record.fs)
            self.person_moved.emit(sample / opened.record.fs)

    def _move_to(self, index: int, *, show: bool = True) -> None:
        self.choose(index, show=show)
        opened = self._session.opened
        if opened is not None:
            self.person_moved.emit(opened.time_s(index))

    def _go(self, step: int, *, abnormal: bool) -> None:
        opened = self._session.opened
        if opened is None:
            return
        classes = opened.log.classes
        wanted = classes > BeatClass.N if abnormal else np.ones(len(classes), np.bool_)
        index = following(np.flatnonzero(wanted), self._from(step), step)
        if index is not None:
            self._move_to(index)
            return
        what = "abnormal beat" if abnormal else "beat"
        where = "after" if step > 0 else "before"
        self.nothing_found.emit(f"There is no {what} {where} this one.")

    def _from(self, step: int) -> float:
        """Where to search from: the current beat while it is on screen, else the screen's edge."""
        opened = self._session.opened
        start, stop = self._canvas.visible_range_s()
        if self.current is not None and opened and start <= opened.time_s(self.current) <= stop:
            return self.current
        edge = start if step > 0 else stop
        found = int(np.searchsorted(opened.times_s(), edge)) if opened else 0
        return found - 0.5

    def _bring_on_screen(self, index: int) -> None:
        opened = self._session.opened
        if opened is None:
            return
        t = opened.time_s(index)
        start, stop = self._canvas.visible_range_s()
        margin = 0.05 * (stop - start)
        if not start + margin <= t <= stop - margin:
            self._canvas.center_on(t)


def following(candidates: np.ndarray, place: float, step: int) -> int | None:
    """The next (step 1) or previous (step -1) of sorted candidates from a place; None at the end.

    Parameters
    ----------
    candidates : (n,) int64
        Ascending.
    place : float
        A candidate's own value, or one between two of them.
    step : int
        1 or -1.
    """
    if step > 0:
        at = int(np.searchsorted(candidates, place, side="right"))
        return int(candidates[at]) if at < len(candidates) else None
    at = int(np.searchsorted(candidates, place, side="left")) - 1
    return int(candidates[at]) if at >= 0 else None
