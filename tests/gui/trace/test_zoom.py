"""Zooming keeps the current beat, the pointer or the page's middle where it is."""

import pytest
from PySide6.QtCore import Qt

from ecgviewer.gui.trace.canvas import Canvas
from tests.gui.canvases import show, wheel
from tests.gui.synthetic import RR_S, synthetic

BEAT = 400


@pytest.fixture
def long(canvas: Canvas) -> Canvas:
    """Twenty minutes, a beat somewhat left of the middle of the page."""
    show(canvas, synthetic(seconds=1_200))
    assert canvas.beats is not None
    canvas.go_to(beat_s(canvas) - 2.5)
    return canvas


def beat_s(canvas: Canvas) -> float:
    assert canvas.beats is not None
    assert canvas.record is not None
    return float(canvas.beats.sample[BEAT]) / canvas.record.fs


def x(canvas: Canvas) -> float:
    return float(canvas.geometry_now().x(beat_s(canvas)))


def by_wheel(canvas: Canvas, step: int) -> None:
    wheel(canvas, step, Qt.KeyboardModifier.ControlModifier, x=800)


def by_key(canvas: Canvas, step: int) -> None:
    canvas.step_speed(step)


@pytest.mark.parametrize("step", [by_key, by_wheel])
def test_the_current_beat_keeps_its_place(long: Canvas, step) -> None:
    long.show_current(BEAT)
    before = x(long)
    for _ in range(2):
        step(long, -1)
        assert x(long) == pytest.approx(before, abs=1)
    for _ in range(3):
        step(long, 1)
        assert x(long) == pytest.approx(before, abs=1)


@pytest.mark.parametrize("current", [None, BEAT, 3])
@pytest.mark.parametrize("step", [by_key, by_wheel])
def test_out_to_the_whole_recording_and_back_is_the_same_page(long: Canvas, step, current) -> None:
    long.show_current(current)
    before = long.visible_range_s()
    n = 0
    while long.visible_range_s()[1] - long.visible_range_s()[0] < 1_199:
        step(long, -1)
        n += 1
    assert long.visible_range_s()[0] == 0
    for _ in range(n):
        step(long, 1)
    assert long.visible_range_s() == pytest.approx(before, abs=0.01)


def test_a_page_chosen_by_width_keeps_the_beat_too(long: Canvas) -> None:
    long.show_current(BEAT)
    before = x(long)
    for width_s in (30, 120, 1_200, 20):
        long.fit_seconds(width_s)
    assert x(long) == pytest.approx(before, abs=1)
    long.speed_mm_s = 25
    assert x(long) == pytest.approx(before, abs=1)


def test_a_move_in_between_is_a_new_place(long: Canvas) -> None:
    long.fit_seconds(60)
    long.scroll_by(100)
    middle = sum(long.visible_range_s()) / 2
    long.speed_mm_s = 25
    assert sum(long.visible_range_s()) / 2 == pytest.approx(middle, abs=0.05)


def test_another_beat_chosen_on_the_whole_page_is_gone_to(long: Canvas) -> None:
    long.fit_seconds(1_200)
    long.show_current(BEAT)
    at = x(long)
    for _ in range(12):
        long.step_speed(1)
    assert x(long) == pytest.approx(at, abs=2)
    start, stop = long.visible_range_s()
    assert start <= beat_s(long) <= stop
    assert stop - start < 20 * RR_S


def test_a_beat_off_the_page_does_not_pull_it(long: Canvas) -> None:
    long.show_current(3)
    middle = sum(long.visible_range_s()) / 2
    long.speed_mm_s = 50
    assert sum(long.visible_range_s()) / 2 == pytest.approx(middle, abs=0.05)


def test_the_scale_of_a_new_recording(long: Canvas) -> None:
    long.speed_mm_s, long.gain_mm_mv = 100, 40
    long.reset_scale()
    assert (long.speed_mm_s, long.gain_mm_mv) == (25, 10)


def test_a_new_recording_does_not_go_back_to_a_place_of_the_one_before(long: Canvas) -> None:
    long.speed_mm_s = 100
    long.go_to(0)
    long.speed_mm_s = 25  # the place kept lies in the first second, and the page begins at 0
    long.reset_scale()
    show(long, synthetic(seconds=600))
    middle = sum(long.visible_range_s()) / 2
    long.speed_mm_s = 50
    assert sum(long.visible_range_s()) / 2 == pytest.approx(middle, abs=0.05)
