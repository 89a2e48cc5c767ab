"""Every abnormal beat of a day is seen in its own lane; a click or drag goes there."""

import itertools
import time as clock
from datetime import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW, Beats
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING
from ecgviewer.beats.scan import Episode, EpisodeKind
from ecgviewer.gui.strip import columns
from ecgviewer.gui.strip.bands import Bands
from ecgviewer.gui.strip.picture import ColumnCache
from ecgviewer.gui.strip.widget import StripWidget
from ecgviewer.gui.style.theme import THEMES
from ecgviewer.record import Record
from ecgviewer.signal.quality import Stretch
from tests.beats.fake_overlay import FakeOverlay
from tests.gui.images import is_color, pixels
from tests.gui.synthetic import beats_with, heart_beats, heart_log, synthetic

THEME = THEMES["light"]
DAY_S = 86_400


@pytest.fixture
def overview(qtbot) -> StripWidget:
    widget = StripWidget(theme=THEME)
    qtbot.addWidget(widget)
    widget.resize(1_042, 112)  # 1,000 columns
    widget.show()
    return widget


def day(abnormal: dict[int, BeatClass]) -> tuple[Record, Beats]:
    """100,000 beats in 24 hours, those named abnormal."""
    record = synthetic(seconds=DAY_S, fs=250.0)
    samples = np.linspace(100, record.n_samples - 100, 100_000).astype(np.int64)
    classes = np.zeros(100_000, np.int8)
    classes[list(abnormal)] = list(abnormal.values())
    return record, beats_with(samples, classes)


def columns_of(image: np.ndarray, beat_class: BeatClass) -> list[int]:
    """Columns with at least five rows of a class's colour, right of the names."""
    mine = is_color(image, THEME.class_colors[beat_class])
    found = np.flatnonzero(mine.sum(axis=0) >= 5)
    return [int(x) for x in found if x >= 34]


def test_one_abnormal_beat_of_each_class_in_a_day_is_seen(overview: StripWidget) -> None:
    kinds = (BeatClass.S, BeatClass.V, BeatClass.F, BeatClass.Q)
    record, beats = day({20_000 * (i + 1): kind for i, kind in enumerate(kinds)})
    overview.show_record(record)
    overview.show_beats(beats, ANEW)
    image = pixels(overview)
    for i, kind in enumerate(kinds):
        found = columns_of(image, kind)
        assert len(found) >= 2
        assert abs(found[0] - (34 + 200 * (i + 1))) <= 2, kind


def test_abnormal_neighbours_do_not_hide_each_other(overview: StripWidget) -> None:
    record, beats = day({50_000: BeatClass.V, 50_001: BeatClass.S, 50_002: BeatClass.F})
    overview.show_record(record)
    overview.show_beats(beats, ANEW)
    image = pixels(overview)
    assert all(columns_of(image, kind) for kind in (BeatClass.V, BeatClass.S, BeatClass.F))


def test_a_beat_at_either_end_is_seen(overview: StripWidget) -> None:
    record, beats = day({0: BeatClass.V, 99_999: BeatClass.S})
    overview.show_record(record)
    overview.show_beats(beats, ANEW)
    image = pixels(overview)
    assert columns_of(image, BeatClass.V)[0] <= 36
    assert columns_of(image, BeatClass.S)[-1] >= 1_030


def test_a_day_is_drawn_in_less_than_a_frame(overview: StripWidget) -> None:
    record, beats = day({7: BeatClass.V})
    overview.show_record(record)
    overview.show_beats(beats, ANEW)
    times = []
    for _ in range(7):
        before = clock.process_time()
        overview.picture()
        times.append(clock.process_time() - before)
    assert min(times) < 0.02


def test_beats_appear_as_they_come(overview: StripWidget) -> None:
    record = synthetic(seconds=100)
    overlay = FakeOverlay(heart_log(record, "?"))
    overview.show_record(record)
    overview.show_beats(overlay.beats, ANEW)
    pending = pixels(overview)
    assert columns_of(pending, BeatClass.V) == []
    overview.show_beats(*overlay.classify(np.arange(50, 60), BeatClass.V))
    assert len(columns_of(pixels(overview), BeatClass.V)) == 20
    assert (overlay.beats.beat_class[60:] == PENDING).all()


def test_click_and_drag_go_there(overview: StripWidget, qtbot) -> None:
    overview.show_record(synthetic(seconds=1_000))
    left = Qt.MouseButton.LeftButton
    with qtbot.waitSignal(overview.jump_requested) as jump:
        QTest.mousePress(overview, left, pos=QPoint(34 + 500, 60))
    assert jump.args[0] == pytest.approx(500, abs=1.5)
    with qtbot.waitSignal(overview.jump_requested) as jump:
        drag(overview, QPointF(34 + 900, 60))
    assert jump.args[0] == pytest.approx(900, abs=1.5)
    with qtbot.waitSignal(overview.jump_requested) as jump:
        drag(overview, QPointF(5_000, 60))
    assert jump.args[0] == 1_000
    with qtbot.waitSignal(overview.place_chosen) as chosen:
        QTest.mouseRelease(overview, left, pos=QPoint(34 + 900, 60))
    assert chosen.args[0] == pytest.approx(900, abs=1.5)


def drag(widget: StripWidget, place: QPointF) -> None:
    """A move with the left button held, which QTest.mouseMove cannot send."""
    left = Qt.MouseButton.LeftButton
    at = widget.mapToGlobal(place)
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, at, left, left, Qt.KeyboardModifier.NoModifier
    )
    widget.mouseMoveEvent(event)


def test_the_window_on_screen_is_marked_even_in_a_day(overview: StripWidget) -> None:
    overview.show_record(synthetic(seconds=DAY_S))
    before = pixels(overview)
    overview.set_view(DAY_S / 2, 10)
    changed = np.flatnonzero((pixels(overview) != before).any(axis=0))
    assert 5 <= len(changed) <= 12
    assert abs(changed.mean() - (34 + 500)) < 3


def test_tip_tells_time_and_beats(overview: StripWidget) -> None:
    record = synthetic(seconds=100, start=time(12, 0))
    overview.show_record(record)
    overview.show_beats(heart_beats(record, "V"), ANEW)
    overview.grab()
    assert overview.tip_at(QPointF(34 + 500.5, 60)).startswith("12:00:50   1 V")
    assert StripWidget().tip_at(QPointF(10, 10)) == ""


def test_gaps_are_shaded_and_break_the_heart_rate(overview: StripWidget) -> None:
    record = synthetic(seconds=100)
    overview.show_record(record)
    before = pixels(overview)
    overview.show_stretches((Stretch("gap", 36 * 360, 40 * 360),))
    changed = np.flatnonzero((pixels(overview) != before).any(axis=0))
    assert abs(changed[0] - (34 + 360)) <= 1
    assert abs(changed[-1] - (34 + 400)) <= 1


@pytest.mark.parametrize("n_samples", [0, 1, 100])
def test_short_records_and_none(overview: StripWidget, n_samples: int) -> None:
    overview.grab()
    record = synthetic(n_samples=n_samples)
    overview.show_record(record)
    overview.grab()
    overview.show_beats(heart_beats(record), ANEW)
    overview.set_view(0, 10)
    overview.set_theme(THEMES["dark"])
    overview.grab()
    overview.show_record(None)
    overview.grab()


def test_lanes_fill_their_room() -> None:
    for height in range(10, 200):
        found = columns.lanes(height)
        assert [lane.beat_class for lane in found] == list(columns.LANES)
        assert found[-1].top + found[-1].height == height
        assert all(a.top + a.height == b.top for a, b in itertools.pairwise(found))


def test_every_beat_is_counted_once() -> None:
    rng = np.random.default_rng(1)
    samples = np.sort(rng.integers(0, 1_000_000, 5_000))
    classes = rng.integers(-1, 5, 5_000).astype(np.int8)
    column = columns.columns(samples, n_samples=1_000_000, width=777)
    counts = columns.column_counts(column, classes, width=777)
    assert counts.sum() == 5_000
    assert counts[5].sum() == (classes == -1).sum()
    assert (counts[:5].sum(axis=1) == [(classes == c).sum() for c in range(5)]).all()


def test_heart_rate_of_even_beats() -> None:
    samples = np.arange(0, 360 * 600, 300)  # 72 a minute
    for width in (50, 5_000):  # by column, beat by beat
        _, bpm = columns.rate_curve(
            samples, 360.0, np.empty((0, 2), np.int64), n_samples=360 * 600, width=width
        )
        assert bpm[np.isfinite(bpm)] == pytest.approx(72)
    assert columns.rate_range(bpm) == (60, 100)


def test_heart_rate_is_not_drawn_across_a_gap() -> None:
    samples = np.concatenate([np.arange(0, 36_000, 300), np.arange(72_000, 108_000, 300)])
    gap = np.array([[36_000, 71_900]])
    x, bpm = columns.rate_curve(samples, 360.0, gap, n_samples=108_000, width=1_000)
    assert (np.diff(x) >= 0).all()
    hole = np.flatnonzero(np.isnan(bpm))
    assert len(hole) == 1
    assert x[hole[0] - 1] <= 334
    assert x[hole[0] + 1] >= 666


def test_columns_are_kept_until_they_are_to_be_forgotten() -> None:
    rng = np.random.default_rng(3)
    samples, none = np.sort(rng.integers(0, 1_000_000, 5_000)), np.empty((0, 2), np.int64)
    places, gaps = ColumnCache(), np.array([[200_000, 300_000]])
    for beats, spans in ((samples[:4_000], none), (samples[1_000:], none), (samples, gaps)):
        places.forget()
        for width in (700, 701):
            found = places.of(beats, 360.0, spans, n_samples=1_000_000, width=width)
            right = columns.place(beats, 360.0, spans, n_samples=1_000_000, width=width)
            np.testing.assert_array_equal(found.column, right.column)
            for mine, theirs in zip(found.curve, right.curve, strict=True):
                np.testing.assert_array_equal(mine, theirs)
    assert places.of(samples, 360.0, gaps, n_samples=1_000_000, width=701) is found


@pytest.mark.parametrize(
    ("kind", "color"),
    [
        ("pause", THEME.pause),
        ("electrode off", THEME.gap),
        ("unexplained", THEME.unexplained),
        ("flutter", THEME.flutter),
    ],
)
def test_an_episode_of_a_day_is_seen_in_the_colour_of_its_kind(
    overview: StripWidget, kind: EpisodeKind, color: str
) -> None:
    record, beats = day({})
    overview.show_record(record)
    overview.show_beats(beats, ANEW)
    assert not is_color(pixels(overview), color).any()
    at = record.n_samples // 2
    overview.show_stretches((Episode(at, at + 5 * 250, kind),))  # 5 s: a tenth of a pixel
    seen = np.flatnonzero(is_color(pixels(overview), color).any(axis=0))
    assert list(seen) == [34 + 500, 34 + 501]


def test_the_tip_names_episodes_the_gravest_first(overview: StripWidget) -> None:
    record = synthetic(seconds=100)
    overview.show_record(record)
    fs = int(record.fs)
    overview.show_stretches(
        (Episode(20 * fs, 30 * fs, "flutter"), Episode(20 * fs, 30 * fs, "unexplained"))
    )
    said = overview.tip_at(QPointF(34 + 250.5, 60))
    assert said.endswith("   suspected flutter   silence, unexplained")
    assert "flutter" not in overview.tip_at(QPointF(34 + 350.5, 60))


def test_heart_rate_runs_across_a_pause_alone() -> None:
    pause, off = Episode(0, 1_000, "pause"), Episode(2_000, 3_000, "electrode off")
    bands = Bands.of((pause, off, Stretch("gap", 5_000, 6_000)), (0,))
    assert bands.gaps.tolist() == [[5_000, 6_000]]
    assert bands.breaks.tolist() == [[2_000, 3_000], [5_000, 6_000]]


def test_beats_that_get_no_class_are_seen_among_n(overview: StripWidget) -> None:
    record, beats = day({})
    classes = beats.beat_class.copy()
    classes[50_000] = NOT_CLASSIFIED
    overview.show_record(record)
    overview.show_beats(beats_with(beats.sample, classes), ANEW)
    seen = np.flatnonzero((is_color(pixels(overview), THEME.pending).sum(axis=0) >= 3)[34:])
    assert list(seen) in ([499, 500], [500, 501])
    assert "1 not classified" in overview.tip_at(QPointF(34 + 500.5, 60))
