"""The trace on odd records, its reading, the filtered trace, and long pans."""

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from bench.scroll import DAY_S, N_BEATS, day, frame_times_ms, show_day
from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.gui.trace.painter import FILTERING
from ecgviewer.record import Lead, RecordError
from ecgviewer.signal.params import PAPER
from tests.gui.canvases import THEME, show, wheel, x_of
from tests.gui.conftest import TIMEOUT_MS
from tests.gui.images import is_color, pixels
from tests.gui.synthetic import FIRST_S, RR_S, heart, synthetic


def test_leads_that_do_not_fit_are_scrolled_to(canvas: Canvas) -> None:
    show(canvas, synthetic(*(Lead(f"L{i}") for i in range(12))))
    page = canvas.geometry_now()
    assert page.px_per_mm * page.gain_mm_mv == 40  # the gain is what it was
    assert page.width < canvas.width()  # a scroll bar
    before = pixels(canvas)
    wheel(canvas, -3, Qt.KeyboardModifier.AltModifier)
    assert canvas.geometry_now().scroll > 0
    assert (pixels(canvas) != before).any()
    show(canvas, synthetic())
    assert canvas.geometry_now().scroll == 0
    assert canvas.geometry_now().width == canvas.width()


def test_only_what_is_on_screen_is_read(canvas: Canvas) -> None:
    record = synthetic(seconds=86_400)
    show(canvas, record)
    canvas.go_to(40_000)
    canvas.grab()
    seconds = sum(stop - start for start, stop in record.reader.asked) / record.fs  # type: ignore[attr-defined]
    assert seconds < 120
    asked = len(record.reader.asked)  # type: ignore[attr-defined]
    canvas.scroll_by(0.5)
    canvas.grab()
    assert len(record.reader.asked) == asked  # type: ignore[attr-defined]


@pytest.mark.parametrize("speed", [6.25, 100])
@pytest.mark.parametrize("fs", [50.0, 333.3, 360.0, 10_000.0])
def test_any_rate(canvas: Canvas, fs: float, speed: float) -> None:
    show(canvas, synthetic(seconds=30, fs=fs), "V")
    canvas.speed_mm_s = speed
    image = pixels(canvas)[40:370]
    page = canvas.geometry_now()
    column = round(page.x(FIRST_S + RR_S))
    peak = is_color(image[:, column - 3 : column + 4], THEME.class_colors[2], within=40)
    assert peak.sum() > 10


def test_odd_records_are_drawn(canvas: Canvas) -> None:
    gaps = (lambda t: np.full_like(t, np.nan), lambda t: np.where(t % 2 < 1, heart(t), np.nan))
    extreme = (lambda t: np.where(t % 1 < 0.5, 1e30, -np.inf), heart)
    records = [
        synthetic(n_samples=1),
        synthetic(n_samples=0),
        synthetic(Lead("one"), n_samples=100),
        synthetic(waves=gaps),
        synthetic(waves=extreme),
        synthetic(waves=(lambda t: np.full_like(t, -250.0), heart)),
        synthetic(Lead("", "", False), waves=(lambda t: np.full_like(t, np.nan),)),
        synthetic(Lead("V1", calibrated=False), waves=(lambda t: 1e9 + heart(t),)),
    ]
    for record in records:
        for classes in ("N", "V?"):
            show(canvas, record, classes)
            for speed in (6.25, 100):
                canvas.speed_mm_s = speed
                canvas.grab()
        canvas.show_beats(None, ANEW)
        canvas.grab()
    canvas.show_record(None, prep=PAPER)
    canvas.grab()
    assert canvas.beat_at(QPoint(200, 200)) is None
    assert canvas.tip_at(QPoint(200, 200)) == ""


def test_one_sample_is_seen(canvas: Canvas) -> None:
    canvas.show_record(synthetic(Lead("II"), n_samples=1, waves=(np.zeros_like,)), prep=PAPER)
    gutter = int(canvas.geometry_now().gutter)
    assert is_color(pixels(canvas)[30:370, gutter : gutter + 4], THEME.trace, within=120).any()


def test_large_offset_is_brought_to_the_middle(canvas: Canvas) -> None:
    canvas.show_record(synthetic(Lead("II"), waves=(lambda t: heart(t) - 200,)), prep=PAPER)
    image = pixels(canvas)[30:370, 90:]
    assert is_color(image, THEME.trace, within=40).any(axis=0).mean() > 0.9


def test_what_cannot_be_read_does_not_hide_what_can(canvas: Canvas) -> None:
    good = synthetic()

    def read(start: int, stop: int) -> np.ndarray:
        if stop > 1_500:
            raise RecordError("x.dat", "the file ends at sample 1,500 of 21,600")
        return good.reader(start, stop)

    record = synthetic()
    object.__setattr__(record, "reader", read)
    show(canvas, record, "V")
    image = pixels(canvas)
    assert is_color(image, THEME.error, within=30).any()
    colored = is_color(image[60:370], THEME.class_colors[BeatClass.V], within=25)
    columns = np.flatnonzero(colored.any(axis=0))
    assert columns.min() < x_of(canvas, 1)
    assert x_of(canvas, 3) < columns.max() <= x_of(canvas, 1_500 / 360)


def test_cleaned_trace_is_shown_on_request(canvas: Canvas) -> None:
    def cleaned(low: int, high: int) -> np.ndarray:
        return np.full((2, high - low), 0.5, np.float32)

    record = synthetic(fs=250)
    canvas.show_record(record, cleaned=cleaned, prep=PAPER)
    raw = pixels(canvas)
    canvas.show_cleaned = True
    flat = is_color(pixels(canvas)[30:370, 90:], THEME.trace, within=60)
    assert (flat.sum(axis=1) > 700).sum() >= 2  # two straight lines
    canvas.show_cleaned = False
    assert (pixels(canvas) == raw).all()


def test_what_is_not_cleaned_yet_comes_when_it_is(canvas: Canvas) -> None:
    ready = False

    def cleaned(low: int, high: int) -> np.ndarray | None:
        return np.full((2, high - low), 0.5, np.float32) if ready else None

    canvas.show_record(synthetic(), cleaned=cleaned, prep=PAPER)
    canvas.show_cleaned = True
    assert not is_color(pixels(canvas)[30:360, 90:600], THEME.trace, within=60).any()
    ready = True
    assert canvas.shown == FILTERING
    canvas.on_cleaned()
    flat = is_color(pixels(canvas)[30:370, 90:], THEME.trace, within=60)
    assert (flat.sum(axis=1) > 700).sum() >= 2


def test_filtered_without_a_cleaner_stays_as_recorded(canvas: Canvas) -> None:
    show(canvas, synthetic())
    raw = pixels(canvas)
    canvas.show_cleaned = True
    assert (pixels(canvas) == raw).all()


class CountingCanvas(Canvas):
    n_painted = 0

    def paintEvent(self, event) -> None:  # noqa: N802 (Qt calls it)
        self.n_painted += 1
        super().paintEvent(event)


@pytest.mark.slow
def test_pans_3000_times(qtbot) -> None:
    """PySide6 6.12.0 lost references at every emit and aborted within some hundred pans."""
    canvas = CountingCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(300, 150)
    record = synthetic(seconds=4_000)
    show(canvas, record, "NNV")
    with qtbot.waitExposed(canvas, timeout=TIMEOUT_MS):
        canvas.show()
    seen: list[float] = []
    canvas.position_changed.connect(seen.append)
    canvas.view_changed.connect(lambda *_: None)
    for i in range(3_000):
        canvas.scroll_by(1.0)
        canvas.show_current(i if i % 2 else None)
        canvas.repaint()
    assert len(seen) == 3_000
    assert seen[-1] == pytest.approx(3_000)
    assert canvas.n_painted >= 3_000


@pytest.mark.alone  # a ratio of two times of the processor, which a neighbour's work stretches
def test_a_day_scrolls_like_a_minute(qtbot) -> None:
    """A page costs what is on it: a ratio, so that it holds on any machine."""
    canvas = Canvas()
    qtbot.addWidget(canvas)
    medians = []
    for seconds, n_beats in ((60, 70), (DAY_S, N_BEATS)):
        image = show_day(canvas, (900, 400), *day(seconds=seconds, n_beats=n_beats))
        canvas.go_to(seconds / 2)
        canvas.render(image)
        moves = [partial(canvas.scroll_pixels, 5)] * 40
        times = frame_times_ms(moves, partial(canvas.render, image))
        medians.append(np.median(times))
    assert medians[1] < 2 * medians[0]
