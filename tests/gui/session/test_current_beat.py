"""The current beat: an id that survives edits of other beats, and the way to the next one."""

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal

from ecgviewer.aami import BeatClass
from ecgviewer.beats.scan import Episode
from ecgviewer.gui.session.current_beat import CurrentBeat
from tests.beats.fake_overlay import FakeOverlay
from tests.gui.synthetic import heart_log, synthetic
from tests.gui.viewports import FakeViewport

RECORD = synthetic(seconds=60)
FS = RECORD.fs


class FakeSession(QObject):
    """A recording in which every fifth beat is a V, and its edits."""

    beats_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.overlay = FakeOverlay(heart_log(RECORD, "NNNNV"))
        self.opened = SimpleNamespace(record=RECORD, beats=self.overlay.beats, scan=None)

    def edit(self, verb: str, *arguments: int) -> None:
        self.opened.beats, change = getattr(self.overlay, verb)(*arguments)
        self.beats_changed.emit(change)


@pytest.fixture
def session(qtbot) -> FakeSession:
    return FakeSession()


@pytest.fixture
def canvas() -> FakeViewport:
    return FakeViewport()


@pytest.fixture
def current(session: FakeSession, canvas: FakeViewport) -> Any:
    return CurrentBeat(session, canvas)


def test_next_and_previous_go_by_time_past_inserted_and_deleted_beats(session, current):
    session.edit("insert", 200, BeatClass.S)  # between the first beat and the second
    session.edit("delete", 2)
    current.choose(0)
    seen = [current.current]
    for _ in range(3):
        current.next_beat()
        seen.append(current.current)
    assert seen == [0, -1, 1, 3]
    for _ in range(3):
        current.previous_beat()
    assert current.current == 0


def test_abnormal_ones_are_those_of_the_user_too(session, current):
    session.edit("relabel", 4, BeatClass.N)
    session.edit("insert", 200, BeatClass.S)
    current.next_abnormal()
    assert current.current == -1
    current.next_abnormal()
    assert current.current == 9


def test_episodes_are_stops_too(session, current, canvas):
    """Beats 4, 9, 14 ... are V; a silence after beat 6, flutter from before beat 11."""
    samples = session.opened.beats.sample
    silence = Episode(int(samples[6]) + 10, int(samples[7]) - 10, "unexplained")
    flutter = Episode(int(samples[11]) - 5, int(samples[13]), "flutter")
    session.opened.scan = SimpleNamespace(episodes=(silence, flutter))
    current.choose(4)
    seen = []
    for _ in range(4):
        current.next_abnormal()
        seen.append(current.current)
    assert seen == [6, 9, 11, 14]
    for _ in range(3):
        current.previous_abnormal()
    assert current.current == 6
    start, stop = canvas.visible_range_s()
    assert start <= silence.start / FS <= stop


def test_an_episode_without_beats_near_it_does_not_hold_the_way_up(session, current, canvas):
    """The first beat of the flutter lies beyond the page that shows its start."""
    for beat in range(10, 40):
        session.edit("delete", beat)
    session.edit("relabel", 4, BeatClass.N)
    session.edit("relabel", 9, BeatClass.N)
    start = int(session.opened.beats.sample[9]) + 200
    flutter = Episode(start, round(55 * FS), "flutter")
    session.opened.scan = SimpleNamespace(episodes=(flutter,))
    seen = []
    for _ in range(2):
        current.next_abnormal()
        seen.append((current.current, canvas.start_s))
    assert seen[0] == (40, pytest.approx(start / FS - 5, abs=0.01))
    assert seen[1][0] == 44  # the next V
    current.previous_abnormal()
    assert (current.current, canvas.start_s) == seen[0]


def test_an_episode_in_a_record_without_beats_is_a_stop(session, current, canvas):
    for beat in session.opened.beats.id.tolist():
        session.edit("delete", beat)
    session.opened.scan = SimpleNamespace(episodes=(Episode(20 * 360, 30 * 360, "flutter"),))
    said: list[str] = []
    current.nothing_found.connect(said.append)
    current.next_abnormal()
    assert (current.current, canvas.start_s) == (None, pytest.approx(15.0))
    assert said == []
    current.next_abnormal()
    assert said == ["There is no abnormal beat or episode after this place."]


def test_edits_of_other_beats_leave_it_and_its_own_end_leaves_none(session, current):
    heard: list[int | None] = []
    current.choose(10)
    current.beat_changed.connect(heard.append)
    session.edit("insert", 200, BeatClass.S)
    session.edit("delete", 3)
    session.edit("move", 10, 2900)
    assert (current.current, heard) == (10, [])
    session.edit("delete", 10)
    assert (current.current, heard) == (None, [None])


def test_a_beat_is_brought_on_screen_where_it_is_now(session, current, canvas):
    session.edit("move", 10, round(50.1 * FS))
    current.on_beat_chosen(10)
    assert canvas.start_s == pytest.approx(45.1, abs=0.01)


def test_the_beat_at_a_place_becomes_the_current_one(session, current, canvas):
    session.edit("insert", round(30.1 * FS), BeatClass.S)
    current.go_to_span(round(30.1 * FS), round(30.1 * FS))
    assert current.current == -1
    current.go_to_place(round(40 * FS))
    assert (current.current, canvas.start_s) == (None, pytest.approx(35.0))


def test_a_beat_that_is_gone_moves_nothing(session, current, canvas):
    session.edit("delete", 3)
    moved: list[float] = []
    current.user_moved.connect(moved.append)
    current.on_beat_chosen(3)
    assert (canvas.start_s, moved) == (0.0, [])


def test_the_nearest_beat_on_the_page_is_the_one_at_a_place(session, current, canvas):
    beats = session.opened.beats
    canvas.center_on(30.0)
    wanted = int(abs(beats.sample - 30.0 * FS).argmin())
    current.on_place_chosen(30.0)
    assert (current.current, canvas.start_s) == (beats.id[wanted], 25.0)  # nothing moves
    canvas.go_to(1_000.0)
    current.on_place_chosen(1_005.0)
    assert current.current is None
