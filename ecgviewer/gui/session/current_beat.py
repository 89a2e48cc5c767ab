"""Which beat is the current one, and the way to the next."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import Change
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.session.session import Session
from ecgviewer.gui.session.viewport import Viewport

_MARGIN = 0.05  # of the page


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

    Attributes
    ----------
    current : int or None
        Id of the current beat.
    """

    beat_changed = Signal(object)  # id, or None
    nothing_found = Signal(str)
    user_moved = Signal(float)  # to a time; not by playback

    def __init__(self, session: Session, canvas: Viewport, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self.current: int | None = None
        session.beats_changed.connect(self.on_beats_changed)

    def clear(self) -> None:
        """No beat is current."""
        self.choose(None)

    def choose(self, beat_id: int | None, *, show: bool = True) -> None:
        """Make a beat the current one; with `show`, bring it on screen."""
        self.current = beat_id
        time_s = self._time_s(beat_id)
        if time_s is not None and show:
            self._bring_on_screen(time_s)
        self.beat_changed.emit(beat_id)

    def on_beats_changed(self, change: Change) -> None:
        if change.what == "positions" and self.current is not None and self._row() is None:
            self.clear()

    def on_beat_clicked(self, beat_id: int) -> None:
        self._move_to(beat_id, show=False)

    def on_beat_chosen(self, beat_id: int) -> None:
        self._move_to(beat_id)

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
        beats = opened.beats
        if beats.n:
            row = min(int(np.searchsorted(beats.sample, sample)), beats.n - 1)
            self._move_to(int(beats.id[row]), show=False)

    def go_to_span(self, first: int, last: int) -> None:
        """Show the trace from one beat to another, own samples, and make the first current."""
        opened = self._session.opened
        if opened is None:
            return
        self.go_to_sample(first)
        start, stop = self._canvas.visible_range_s()
        begin, end = first / opened.record.fs, last / opened.record.fs
        # a page too narrow for the whole begins with it
        width, margin = stop - start, _MARGIN * (stop - start)
        wanted = (begin + end - width) / 2 if end - begin < width - 2 * margin else begin - margin
        self._canvas.go_to(max(0.0, wanted))

    def go_to_place(self, sample: int) -> None:
        """Centre the trace on an own sample where there is no beat."""
        opened = self._session.opened
        if opened is not None:
            self.clear()
            self._canvas.center_on(sample / opened.record.fs)
            self.user_moved.emit(sample / opened.record.fs)

    def _move_to(self, beat_id: int, *, show: bool = True) -> None:
        self.choose(beat_id, show=show)
        time_s = self._time_s(beat_id)
        if time_s is not None:
            self.user_moved.emit(time_s)

    def _go(self, step: int, *, abnormal: bool) -> None:
        opened = self._session.opened
        if opened is None:
            return
        beats = opened.beats
        wanted = beats.beat_class > BeatClass.N if abnormal else np.ones(beats.n, np.bool_)
        episodes = episode_rows(beats.sample, opened) if abnormal else {}
        wanted[list(episodes)] = True
        row = following(np.flatnonzero(wanted), self._from(step), step)
        if row is not None:
            self._move_to(int(beats.id[row]))
            if row in episodes:
                self._canvas.center_on(episodes[row])
            return
        what = "abnormal beat" if abnormal else "beat"
        where = "after" if step > 0 else "before"
        self.nothing_found.emit(f"There is no {what} {where} this one.")

    def _from(self, step: int) -> float:
        """Row to search from: the current beat's while it is on screen, else the screen's edge."""
        opened = self._session.opened
        if opened is None:
            return -0.5
        start, stop = self._canvas.visible_range_s()
        row, time_s = self._row(), self._time_s(self.current)
        if row is not None and time_s is not None and start <= time_s <= stop:
            return row
        edge = (start if step > 0 else stop) * opened.record.fs
        return int(np.searchsorted(opened.beats.sample, edge)) - 0.5

    def _row(self) -> int | None:
        opened = self._session.opened
        return opened.beats.row(self.current) if opened is not None else None

    def _time_s(self, beat_id: int | None) -> float | None:
        """R peak of a beat, seconds from the record's start; None where there is no such beat."""
        opened = self._session.opened
        row = opened.beats.row(beat_id) if opened is not None else None
        if opened is None or row is None:
            return None
        return float(opened.beats.sample[row]) / opened.record.fs

    def _bring_on_screen(self, time_s: float) -> None:
        start, stop = self._canvas.visible_range_s()
        margin = _MARGIN * (stop - start)
        if not start + margin <= time_s <= stop - margin:
            self._canvas.center_on(time_s)


def episode_rows(samples: NDArray[np.int64], opened: OpenRecord) -> dict[int, float]:
    """Beats that stand for the episodes of a record, and where each begins, s.

    Of suspected flutter its first beat, where it has any; of silences the beat before them, or
    after where there is none.
    """
    out: dict[int, float] = {}
    for e in opened.scan.episodes if opened.scan is not None and len(samples) else ():
        first, beyond = np.searchsorted(samples, (e.start, e.stop)).tolist()
        before = int(np.searchsorted(samples, e.start, side="right")) - 1
        row = first if e.kind == "flutter" and first < beyond else max(0, before)
        out.setdefault(row, e.start / opened.record.fs)
    return out


def following(candidates: NDArray[np.int64], place: float, step: int) -> int | None:
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
