"""Pages as wide as the recording: reached by wheel and list, drawn from coarse levels."""

from datetime import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW
from ecgviewer.gui.session.tolerant_reader import TolerantReader
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.gui.trace.geometry import spacing
from ecgviewer.gui.trace.grid import span_words, time_step
from ecgviewer.gui.trace.painter import FILTERED, TOO_WIDE
from ecgviewer.gui.window.menus import Actions
from ecgviewer.gui.window.trace_toolbar import TraceToolbar
from ecgviewer.record import Record, RecordError
from ecgviewer.signal.params import PAPER
from tests.gui.canvases import THEME, wheel, x_of
from tests.gui.conftest import open_and_wait, wait
from tests.gui.images import is_color, pixels
from tests.gui.synthetic import RR_S, heart, heart_beats, synthetic

HOUR_S = 3_600.0


@pytest.fixture
def hours() -> Record:
    """Three hours with one sample of 3 mV in them, and a gap."""

    def wave(t: np.ndarray) -> np.ndarray:
        return np.where(np.abs(t - 7_200) < 0.004, 3.0, np.where(t // 600 == 3, np.nan, heart(t)))

    return synthetic(seconds=3 * HOUR_S, fs=100.0, waves=(wave, wave), start=time(9))


@pytest.fixture
def wide(canvas: Canvas, hours: Record) -> Canvas:
    """All of it on the page."""
    reading = TolerantReader(hours)
    assert reading.fill(lambda: False)
    canvas.show_record(hours, reading=reading, prep=PAPER)
    canvas.show_beats(heart_beats(hours, "N" * 999 + "V"), ANEW)
    canvas.fit_seconds(3 * HOUR_S)
    return canvas


def test_the_wheel_goes_out_to_the_whole_recording_and_back(canvas: Canvas, hours: Record) -> None:
    canvas.show_record(hours, reading=TolerantReader(hours), prep=PAPER)
    widths = []
    for _ in range(20):
        wheel(canvas, -1, Qt.KeyboardModifier.ControlModifier)
        widths.append(canvas.geometry_now().width_s)
    assert widths[-1] == pytest.approx(3 * HOUR_S, rel=1e-3)
    assert any(w == pytest.approx(HOUR_S, rel=0.01) for w in widths)
    assert widths == sorted(widths)
    for _ in range(20):
        wheel(canvas, 1, Qt.KeyboardModifier.ControlModifier)
    assert canvas.speed_mm_s == 100


def test_no_page_is_wider_than_the_recording(canvas: Canvas, hours: Record) -> None:
    canvas.show_record(hours, reading=TolerantReader(hours), prep=PAPER)
    with pytest.raises(ValueError, match="mm/s"):
        canvas.fit_seconds(6 * HOUR_S)


def test_the_list_offers_what_the_recording_has(qtbot, canvas: Canvas, hours: Record) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = TraceToolbar(canvas, Actions(window), window)
    canvas.show_record(synthetic(seconds=10), prep=PAPER)
    short = bar.speed.count()
    canvas.show_record(hours, reading=TolerantReader(hours), prep=PAPER)
    offered = [bar.speed.itemText(i) for i in range(short, bar.speed.count())]
    assert offered == ["2 min", "5 min", "10 min", "30 min", "1 h", "all, 3 h"]
    bar.speed.activated.emit(bar.speed.count() - 1)
    assert canvas.visible_range_s()[0] == 0.0
    assert canvas.visible_range_s()[1] == pytest.approx(3 * HOUR_S, rel=1e-3)
    assert bar.speed.currentText() == "all, 3 h"
    canvas.show_record(synthetic(seconds=10), prep=PAPER)
    assert bar.speed.count() == short


def test_one_extreme_sample_of_hours_is_drawn_and_a_gap_is_empty(wide: Canvas) -> None:
    page, image = wide.geometry_now(), pixels(wide)
    inside = ~is_color(image, THEME.paper, within=60)
    peak = inside[35:370, x_of(wide, 7_200) - 1 : x_of(wide, 7_200) + 2].any(axis=1).sum()
    usual = inside[35:370, x_of(wide, 5_000) : x_of(wide, 5_000) + 1].any(axis=1).sum()
    assert peak > usual + 60
    assert page.wide
    gap = inside[35:340, x_of(wide, 1_900) : x_of(wide, 2_300)]
    assert gap.mean() < 0.01


def test_nothing_is_read_for_a_frame(wide: Canvas, hours: Record) -> None:
    wide.grab()
    asked = len(hours.reader.asked)  # type: ignore[attr-defined]
    wide.fit_seconds(2 * HOUR_S)
    wide.grab()
    wide.scroll_by(600)
    wide.grab()
    assert len(hours.reader.asked) == asked  # type: ignore[attr-defined]


def test_what_is_not_read_yet_is_hatched(canvas: Canvas, hours: Record) -> None:
    reading = TolerantReader(hours)
    canvas.show_record(hours, reading=reading, prep=PAPER)
    canvas.fit_seconds(3 * HOUR_S)
    before, waited = pixels(canvas), [canvas.awaits_samples]
    parts: list[int] = []
    reading.fill(lambda: len(parts) == 3, lambda done, _: parts.append(done))
    canvas.on_read()
    half = pixels(canvas)
    known = x_of(canvas, reading.coarse.done / hours.fs)
    changed = (half != before)[35:340].any(axis=0)
    assert changed[100 : known - 1].mean() > 0.6  # not where the gap is
    assert (half[35:340, known + 150 :] == before[35:340, known + 150 :]).mean() > 0.9
    hatched = is_color(half[35:340, known + 5 :], THEME.grid_major).mean()
    reading.fill(lambda: False)
    canvas.on_read()
    waited.append(canvas.awaits_samples)
    assert waited == [True, False]
    assert is_color(pixels(canvas)[35:340, known + 5 :], THEME.grid_major).mean() < hatched / 2


def test_ten_minutes_are_drawn_before_the_levels_are_there(canvas: Canvas, hours: Record) -> None:
    canvas.show_record(hours, reading=TolerantReader(hours), prep=PAPER)
    canvas.fit_seconds(600)
    assert not canvas.awaits_samples
    assert is_color(pixels(canvas)[35:370, 90:], THEME.trace, within=60).any(axis=0).mean() > 0.9


def test_letters_give_way_to_shares_and_a_click_finds_the_rare_beat(wide: Canvas, qtbot) -> None:
    strip = pixels(wide)[3:24]
    seen = np.flatnonzero(is_color(strip, THEME.class_colors[BeatClass.V]).sum(axis=0) >= 4)
    seen = seen[seen > wide.geometry_now().gutter]
    assert len(seen) == 2 * 13  # 13,500 beats, one in a thousand
    with qtbot.waitSignal(wide.beat_clicked) as clicked:
        place = QPoint(x_of(wide, 0.4 + 999 * RR_S) + 2, 200)
        QTest.mouseClick(wide, Qt.MouseButton.LeftButton, pos=place)
    assert clicked.args == [999]
    assert "V: ventricular" in wide.tip_at(place)
    before = pixels(wide)
    wide.show_current(999)
    assert x_of(wide, 0.4 + 999 * RR_S) in np.flatnonzero((pixels(wide) != before).any(axis=0))


def test_a_page_too_wide_to_filter_is_shown_as_recorded(canvas: Canvas, hours: Record) -> None:
    def cleaned(low: int, high: int) -> np.ndarray:
        assert high - low < 1_000_000
        return np.zeros((2, high - low), np.float32)

    canvas.show_record(
        hours, cleaned=cleaned, reading=(reading := TolerantReader(hours)), prep=PAPER
    )
    reading.fill(lambda: False)
    canvas.fit_seconds(3 * HOUR_S)
    raw = pixels(canvas)[:335]
    canvas.show_cleaned = True
    assert (pixels(canvas)[:335] == raw).all()
    assert canvas.shown == TOO_WIDE
    canvas.fit_seconds(600)
    assert canvas.shown == FILTERED


def test_damage_is_one_entry_and_told(hours: Record) -> None:
    def broken(start: int, stop: int) -> np.ndarray:
        if stop > 500_000:
            raise RecordError("x.dat", "x.dat became shorter")
        return hours.reader(start, stop)

    reading = TolerantReader(synthetic(seconds=3 * HOUR_S, fs=100.0))
    object.__setattr__(reading.record, "reader", broken)
    assert reading.fill(lambda: False)
    assert len(reading.damage) == 1
    assert reading.error_in(0, 4_000) is None
    assert reading.error_in(6_000, 6_001) == "x.dat became shorter"
    assert np.isfinite(reading.coarse.view(0, 400_000, 64).low).any()


def test_the_window_makes_the_levels_and_ends_the_thread(qtbot, window, record) -> None:
    open_and_wait(qtbot, window, record)
    reading = window.refresh.reading
    wait(qtbot, lambda: reading.coarse.complete)
    window.actions_by_name["hide_patient"].trigger()
    assert window.refresh.reading is reading  # nothing is read again
    threads = window.session.threads.running
    assert threads
    window.close()
    assert all(thread.isFinished() for thread in threads)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2, "2 s"), (90, "1 min 30 s"), (600, "10 min"), (9_000, "2 h 30 min"), (86_400, "24 h")],
)
def test_widths_in_words(seconds: float, words: str) -> None:
    assert span_words(seconds) == words
    assert span_words(604_800) == "7 d"
    assert span_words(200_000) == "2 d 8 h"


@pytest.mark.parametrize("width_s", [600, 3_600, 21_600, 86_400, 604_800, 1_209_600])
def test_time_labels_have_room_on_any_page(width_s: float) -> None:
    assert time_step(1_400 / width_s) * 1_400 / width_s >= 80


def test_leads_of_large_gain_do_not_overlap_on_a_wide_page(canvas: Canvas, hours: Record) -> None:
    reading = TolerantReader(hours)
    assert reading.fill(lambda: False)
    canvas.show_record(hours, reading=reading, prep=PAPER)
    canvas.gain_mm_mv = 40.0
    canvas.fit_seconds(3 * HOUR_S)
    page = canvas.geometry_now()
    first, second = spacing(2, page.paper_height / page.px_per_mm).middles_mm
    x = x_of(canvas, 5_000)
    column = pixels(canvas)[:, x]
    marks = np.flatnonzero(is_color(column[:, None], THEME.error)[:, 0])
    border = page.top + (first + second) / 2 * page.px_per_mm
    assert len(marks) > 0
    assert (abs(marks - border) < 4).all()  # where the second would run into the first
    canvas.gain_mm_mv = 2.5
    assert not is_color(pixels(canvas)[:, x : x + 1], THEME.error).any()
