"""Which beat is the current one, and the way to the next."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import Change
from ecgviewer.beats.scan import Episode
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
        self._stop: int | None = None  # own sample of the episode last gone to, while it is there
        session.beats_changed.connect(self.on_beats_changed)

    def clear(self) -> None:
        """No beat is current."""
        self.choose(None)

    def choose(self, beat_id: int | None, *, show: bool = True) -> None:
        """Make a beat the current one; with `show`, bring it on screen."""
        self.current, self._stop = beat_id, None
        time_s = self._time_s(beat_id)
        if time_s is not None and show:
            self._bring_on_screen(time_s)
        self.beat_changed.emit(beat_id)

    def on_beats_changed(self, change: Change) -> None:
        if change.what == "positions" and self.current is not None and self._row() is None:
            self.clear()

    def on_beat_clicked(self, beat_id: int) -> None:
        self._move_to(beat_id, show=False)

    def on_place_chosen(self, t_s: float) -> None:
        """The beat nearest to a place on the page; none where the page shows none."""
        opened = self._session.opened
        if opened is None:
            return
        sample, fs = opened.beats.sample, opened.record.fs
        start, stop = self._canvas.visible_range_s()
        first, beyond = np.searchsorted(sample, (start * fs, stop * fs)).tolist()
        if first == beyond:
            self.clear()
        else:
            near = first + int(np.argmin(np.abs(sample[first:beyond] - t_s * fs)))
            self._move_to(int(opened.beats.id[near]), show=False)

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

    def go_to_span(self, first: int, last: int) -> None:
        """Show the trace from one beat to another, own samples, and make the first current."""
        opened = self._session.opened
        if opened is None:
            return
        start, stop = self._canvas.visible_range_s()
        begin, end = first / opened.record.fs, last / opened.record.fs
        # a page too narrow for the whole begins with it
        width, margin = stop - start, _MARGIN * (stop - start)
        wanted = (begin + end - width) / 2 if end - begin < width - 2 * margin else begin - margin
        self._canvas.go_to(max(0.0, wanted))
        self._choose_at(first)

    def go_to_place(self, sample: int) -> None:
        """Centre the trace on an own sample where there is no beat."""
        opened = self._session.opened
        if opened is not None:
            self.clear()
            self._canvas.center_on(sample / opened.record.fs)
            self.user_moved.emit(sample / opened.record.fs)

    def _choose_at(self, sample: int) -> None:
        opened = self._session.opened
        if opened is not None and opened.beats.n:
            row = min(int(np.searchsorted(opened.beats.sample, sample)), opened.beats.n - 1)
            self._move_to(int(opened.beats.id[row]), show=False)

    def _move_to(self, beat_id: int, *, show: bool = True) -> None:
        self.choose(beat_id, show=show)
        time_s = self._time_s(beat_id)
        if time_s is not None:
            self.user_moved.emit(time_s)

    def _go(self, step: int, *, abnormal: bool) -> None:
        opened = self._session.opened
        if opened is None:
            return
        beats, episodes = opened.beats, episodes_by_start(opened) if abnormal else {}
        places = beats.sample
        if abnormal:
            places = np.union1d(places[beats.beat_class > BeatClass.N], np.array([*episodes], int))
        at = following(places, self._from(step, self._stop if abnormal else None), step)
        if at is None:
            what = "abnormal beat or episode" if abnormal else "beat"
            where = "after" if step > 0 else "before"
            self.nothing_found.emit(f"There is no {what} {where} this place.")
        elif at in episodes:
            self._go_to_episode(at, standing_for(episodes[at], beats.sample))
        else:
            self._move_to(int(beats.id[np.searchsorted(beats.sample, at)]))

    def _go_to_episode(self, start: int, row: int | None) -> None:
        """Centre the trace where an episode begins; the beat that stands for it is current."""
        opened = self._session.opened
        assert opened is not None
        self._canvas.center_on(start / opened.record.fs)
        if row is None:
            self.clear()
            self.user_moved.emit(start / opened.record.fs)
        else:
            self._move_to(int(opened.beats.id[row]), show=False)
        self._stop = start

    def _from(self, step: int, episode: int | None) -> float:
        """Own sample to search from: the stop or the current beat on screen, or the edge's."""
        opened = self._session.opened
        assert opened is not None
        fs = opened.record.fs
        start, stop = self._canvas.visible_range_s()
        row = self._row()
        beat = None if row is None else int(opened.beats.sample[row])
        for place in (episode, beat):
            if place is not None and start <= place / fs <= stop:
                return place
        # what lies on the edge is still to be seen
        return start * fs - 0.5 if step > 0 else stop * fs + 0.5

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


def episodes_by_start(opened: OpenRecord) -> dict[int, Episode]:
    """Episodes by the own sample at which each begins; none while beats are being found."""
    return {e.start: e for e in opened.scan.episodes} if opened.scan is not None else {}


def standing_for(episode: Episode, samples: NDArray[np.int64]) -> int | None:
    """Row of the beat that is current at an episode, of R peaks (n,); None where there is none.

    Of suspected flutter its first beat, where it has any; of silences the beat before them, or
    after where there is none.
    """
    first, beyond = np.searchsorted(samples, (episode.start, episode.stop)).tolist()
    if episode.kind == "flutter" and first < beyond:
        return int(first)
    before = int(np.searchsorted(samples, episode.start, side="right")) - 1
    return max(0, before) if len(samples) else None


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
