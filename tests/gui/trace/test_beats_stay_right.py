"""After any edits and findings trace and strip look as if they were made for those beats."""

from collections.abc import Callable
from dataclasses import dataclass

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW, Beats, Change
from ecgviewer.beats.log import PENDING
from ecgviewer.gui.strip.widget import StripWidget
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.record import Lead
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.quality import Stretch
from tests.beats.fake_overlay import FakeOverlay
from tests.gui.canvases import PX_PER_MM
from tests.gui.images import OnScreen, pixels
from tests.gui.synthetic import log_with, synthetic

FS, SECONDS = 100, 600
RECORD = synthetic(Lead("MLII"), waves=(np.zeros_like,), seconds=SECONDS, fs=float(FS))
# letters with room, letters that crowd, colours without letters, shares
PAGES = ((300, 25.0), (300, 1.0), (300, 0.5), (300, None))
STRIPS = (120, 400)
# two minutes of beats, a pause of half a minute, one more minute: the machine finds on from there
FOUND = np.concatenate([np.arange(40, 12_000, 80), np.arange(15_000, 21_000, 90)])
SAMPLES = st.integers(0, 24_000)
CLASSES = st.sampled_from(list(BeatClass))
ROWS = st.integers(0, 10_000)  # of the beats as they are, wrapped around


@dataclass(frozen=True)
class Shown:
    """What every view is given."""

    beats: Beats
    stretches: tuple[Stretch, ...] = ()
    current: int | None = None
    start_s: float = 0.0


def page(width: int, speed: float | None) -> Canvas:
    canvas = Canvas()
    canvas.pixels_per_mm = PX_PER_MM
    canvas.resize(width, 140)
    canvas.show_record(RECORD, prep=PAPER)
    if speed is None:
        canvas.fit_seconds(SECONDS)
    else:
        canvas.speed_mm_s = speed
    return canvas


def strip(width: int) -> StripWidget:
    widget = StripWidget()
    widget.resize(width, 90)
    widget.show_record(RECORD)
    return widget


def fill(view: Canvas | StripWidget, shown: Shown) -> None:
    """Show all of it to a view made anew."""
    view.show_stretches(shown.stretches)
    view.show_beats(shown.beats, ANEW)
    if isinstance(view, Canvas):
        view.show_current(shown.current)
        view.go_to(shown.start_s)


MAKERS: list[Callable[[], Canvas | StripWidget]] = [
    *(lambda width=width, speed=speed: page(width, speed) for width, speed in PAGES),
    *(lambda width=width: strip(width) for width in STRIPS),
]


class BeatsStayRight(RuleBasedStateMachine):
    """Views that live through everything, held against views that know only its end."""

    def __init__(self) -> None:
        super().__init__()
        classes = np.resize(np.array([0, 0, 0, 2, 0, 1, 3, 0, 4, 0], np.int8), len(FOUND))
        classes[-60:] = PENDING
        self.overlay = FakeOverlay(log_with(FOUND, classes))
        self.shown = Shown(self.overlay.beats)
        self.views = [make() for make in MAKERS]
        self.screens = [OnScreen(view) for view in self.views]
        self.made: list[QWidget] = [*self.views]
        for view in self.views:
            fill(view, self.shown)

    def teardown(self) -> None:
        self.look_as_if_made_anew(Canvas)
        for widget in self.made:
            widget.deleteLater()

    def tell(self, beats: Beats, change: Change) -> None:
        self.shown = Shown(beats, self.shown.stretches, self.shown.current, self.shown.start_s)
        for view in self.views:
            view.show_beats(beats, change)

    def free(self, sample: int) -> bool:
        return sample not in self.overlay.beats.sample

    def beat_id(self, row: int) -> int:
        ids = self.overlay.beats.id
        return int(ids[row % len(ids)])

    @rule(sample=SAMPLES, beat_class=CLASSES)
    def insert(self, sample: int, beat_class: BeatClass) -> None:
        if self.free(sample):
            self.tell(*self.overlay.insert(sample, beat_class))

    @rule(row=ROWS)
    def delete(self, row: int) -> None:
        self.tell(*self.overlay.delete(self.beat_id(row)))

    @rule(row=ROWS, beat_class=CLASSES)
    def relabel(self, row: int, beat_class: BeatClass) -> None:
        self.tell(*self.overlay.relabel(self.beat_id(row), beat_class))

    @rule(row=ROWS, sample=SAMPLES)
    def move(self, row: int, sample: int) -> None:
        if self.free(sample):
            self.tell(*self.overlay.move(self.beat_id(row), sample))

    @precondition(lambda self: self.overlay.edits)
    @rule()
    def undo(self) -> None:
        self.tell(*self.overlay.undo())

    @rule(first=st.integers(0, 60), n=st.integers(1, 30), beat_class=CLASSES)
    def classify(self, first: int, n: int, beat_class: BeatClass) -> None:
        pending = np.flatnonzero(self.overlay.log.classes == PENDING)[first : first + n]
        self.tell(*self.overlay.classify(pending, beat_class))

    @rule(pause=st.integers(50, 4_000), n=st.integers(1, 20))
    def find(self, pause: int, n: int) -> None:
        later = int(self.overlay.log.samples[-1]) + pause + 75 * np.arange(n)
        self.tell(*self.overlay.find(later[later < RECORD.n_samples]))

    @rule(row=ROWS)
    def choose(self, row: int) -> None:
        shown = self.shown
        self.shown = Shown(shown.beats, shown.stretches, self.beat_id(row), shown.start_s)
        for view in self.views:
            if isinstance(view, Canvas):
                view.show_current(self.shown.current)

    @rule(start_s=st.integers(0, 240))
    def scroll(self, start_s: int) -> None:
        shown = self.shown
        self.shown = Shown(shown.beats, shown.stretches, shown.current, float(start_s))
        for view in self.views:
            if isinstance(view, Canvas):
                view.go_to(float(start_s))

    @rule(start=SAMPLES, n=st.integers(100, 2_000))
    def gap(self, start: int, n: int) -> None:
        stretches = (Stretch("gap", start, start + n),)
        self.shown = Shown(self.shown.beats, stretches, self.shown.current, self.shown.start_s)
        for view in self.views:
            view.show_stretches(stretches)
            view.show_beats(self.shown.beats, Change("positions", (start, start + n)))

    @invariant()
    def painted_wherever_something_changed(self) -> None:
        for view, screen in zip(self.views, self.screens, strict=True):
            if not screen.due:
                np.testing.assert_array_equal(screen.pixels(), pixels(view))
            screen.pixels()

    @invariant()
    def strips_look_as_if_made_anew(self) -> None:
        self.look_as_if_made_anew(StripWidget)

    def look_as_if_made_anew(self, kind: type[QWidget]) -> None:
        for make, view, screen in zip(MAKERS, self.views, self.screens, strict=True):
            if not isinstance(view, kind):
                continue
            fresh = make()
            self.made.append(fresh)
            fill(fresh, self.shown)
            np.testing.assert_array_equal(screen.pixels(), pixels(fresh))
            if isinstance(view, Canvas) and isinstance(fresh, Canvas):
                for x in range(100, view.width(), 50):
                    assert view.tip_at(QPoint(x, 60)) == fresh.tip_at(QPoint(x, 60))


@pytest.mark.usefixtures("qapp")
def test_beats_stay_right() -> None:
    run_state_machine_as_test(
        BeatsStayRight,
        settings=hypothesis.settings(max_examples=12, stateful_step_count=12),
    )


@pytest.mark.usefixtures("qapp")
def test_the_window_of_a_beat_put_in_beyond_a_page_without_beats_reaches_into_it() -> None:
    state = BeatsStayRight()
    state.scroll(128)
    state.painted_wherever_something_changed()
    state.insert(13_519, BeatClass.N)
    state.painted_wherever_something_changed()
    state.teardown()
