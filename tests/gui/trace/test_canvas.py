"""The trace: true scale, class colours, marks, moves by wheel, drag and keys, and odd records."""

from datetime import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.record import Lead
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.quality import Stretch
from tests.gui.canvases import PX_PER_MM, THEME, show, wheel, x_of
from tests.gui.images import is_color, pixels
from tests.gui.synthetic import FIRST_S, RR_S, heart, heart_beats, synthetic

# Scale


def test_grid_matches_the_speed(canvas: Canvas) -> None:
    canvas.show_record(synthetic(waves=(np.zeros_like,) * 2), prep=PAPER)
    image = pixels(canvas)
    row = image[int(canvas.geometry_now().top) + 2]  # between two level lines
    major = np.flatnonzero(is_color(row[None], THEME.grid_major)[0])
    minor = np.flatnonzero(is_color(row[None], THEME.grid_minor)[0])
    assert set(np.diff(major)) == {20}  # 5 mm
    assert x_of(canvas, 1.0) in major  # 25 mm/s: a second is five of them
    assert (np.diff(np.union1d(major, minor)) == 4).all()


def test_r_peak_of_one_millivolt_is_ten_millimetres_high(canvas: Canvas) -> None:
    canvas.show_record(synthetic(Lead("II"), waves=(heart,)), prep=PAPER)
    for gain in (10, 20):
        canvas.gain_mm_mv = gain
        image = pixels(canvas)
        column = x_of(canvas, FIRST_S + RR_S)
        around = is_color(image[:, column - 3 : column + 4], THEME.trace, within=90)
        rows = np.flatnonzero(around.any(axis=1))
        rows = rows[(rows > 30) & (rows < 370)]
        assert rows[-1] - rows[0] == pytest.approx(gain * PX_PER_MM, abs=3)


def test_calibration_pulse_and_words(canvas: Canvas) -> None:
    canvas.show_record(synthetic(Lead("II"), waves=(np.zeros_like,)), prep=PAPER)
    gutter = int(canvas.geometry_now().gutter)
    image = pixels(canvas)
    dark = is_color(image[30:370, :gutter], THEME.trace, within=60)
    upright = np.flatnonzero(dark.sum(axis=0) >= 36)
    assert np.diff(upright).max() == pytest.approx(20, abs=2)  # 200 ms
    rows = np.flatnonzero(dark[:, upright[0]])
    assert rows[-1] - rows[0] == pytest.approx(40, abs=2)  # 1 mV


def test_scale_follows_the_screen(canvas: Canvas) -> None:
    canvas.pixels_per_mm = None
    dpi = canvas.screen().physicalDotsPerInch()
    assert canvas.pixels_per_mm == pytest.approx(dpi / 25.4)


def test_speed_keeps_the_middle(canvas: Canvas) -> None:
    show(canvas, synthetic(seconds=600))
    canvas.center_on(300)
    for speed in (6.25, 100, 25):
        canvas.speed_mm_s = speed
        start, stop = canvas.visible_range_s()
        assert (start + stop) / 2 == pytest.approx(300, abs=0.05)


def test_fit_seconds(canvas: Canvas) -> None:
    show(canvas, synthetic())
    for width in (2, 10, 40):
        canvas.fit_seconds(width)
        assert canvas.geometry_now().width_s == pytest.approx(width, rel=1e-3)
    with pytest.raises(ValueError, match="mm/s"):
        canvas.fit_seconds(1e7)
    with pytest.raises(ValueError, match="mm/mV"):
        canvas.gain_mm_mv = 0


# Colours


@pytest.mark.parametrize("beat_class", list(BeatClass))
def test_segments_have_the_class_color(canvas: Canvas, beat_class: BeatClass) -> None:
    show(canvas, synthetic(), beat_class.name)
    image = pixels(canvas)[40:370]
    page = canvas.geometry_now()
    colored = is_color(image, THEME.class_colors[beat_class], within=25).sum(axis=0)
    r = FIRST_S + 2 * RR_S
    assert colored[round(page.x(r)) - 1 : round(page.x(r)) + 2].sum() > 20
    # 3/8 of an RR interval on either side, and no more
    half = 3 / 8 * RR_S
    inside = colored[round(page.x(r - half)) + 2 : round(page.x(r + half)) - 2]
    between = colored[round(page.x(r + half)) + 3 : round(page.x(r + RR_S - half)) - 3]
    assert (inside > 0).mean() > 0.9
    assert between.sum() == 0


def test_pending_beats_are_grey(canvas: Canvas) -> None:
    show(canvas, synthetic(), "?")
    image = pixels(canvas)
    assert is_color(image, THEME.pending, within=10).sum() > 200
    for color in THEME.class_colors:
        assert not is_color(image, color).any()


def test_beats_that_get_no_class_are_grey_too_and_have_a_sign_of_their_own(canvas: Canvas) -> None:
    images, tips = [], []
    for letter in "?-":
        show(canvas, synthetic(), letter)
        images.append(pixels(canvas))
        tips.append(canvas.tip_at(QPoint(x_of(canvas, FIRST_S), 200)).splitlines()[1])
    assert tips == ["pending", "not classified"]
    assert is_color(images[1], THEME.pending, within=10).sum() > 200
    for color in THEME.class_colors:
        assert not is_color(images[1], color).any()
    below = 60  # of the letters
    assert (images[0][:below] != images[1][:below]).any()
    assert (images[0][below:] == images[1][below:]).all()


def test_colours_come_with_the_beats(canvas: Canvas) -> None:
    record = synthetic()
    canvas.show_record(record, prep=PAPER)
    assert not is_color(pixels(canvas), THEME.class_colors[BeatClass.V]).any()
    canvas.show_beats(heart_beats(record, "V"), ANEW)
    assert is_color(pixels(canvas), THEME.class_colors[BeatClass.V]).sum() > 200


def test_abnormal_letters_stay_when_beats_crowd(canvas: Canvas) -> None:
    show(canvas, synthetic(seconds=1_000), "NNNNNNNNNV")
    canvas.speed_mm_s = 1.0  # a beat every 3 pixels
    letters = pixels(canvas)[:27]
    field = is_color(letters, THEME.class_colors[BeatClass.V])
    starts = np.flatnonzero(np.diff((field.sum(axis=0) > 4).astype(int)) == 1)
    start, stop = canvas.visible_range_s()
    assert len(starts) == pytest.approx((stop - start) / (10 * RR_S), abs=1)


def test_other_signals_are_never_coloured(canvas: Canvas) -> None:
    leads = (Lead("ABP", "mmHg", is_ecg=False),)
    show(canvas, synthetic(*leads), "V")
    assert not is_color(pixels(canvas)[27:], THEME.class_colors[BeatClass.V]).any()


def test_stretches_are_shaded(canvas: Canvas) -> None:
    canvas.show_record(synthetic(waves=(np.zeros_like,) * 2), prep=PAPER)
    before = pixels(canvas)
    canvas.show_stretches((Stretch("noisy", 360, 720, 1), Stretch("gap", 1_080, 1_440)))
    changed = (pixels(canvas) != before).any(axis=0)
    for t, shaded in ((0.5, False), (1.5, True), (2.5, False), (3.5, True), (4.5, False)):
        assert changed[x_of(canvas, t)] == shaded
    upper = pixels(canvas)[30:190] != before[30:190]
    assert not upper.any(axis=0)[x_of(canvas, 1.5)]  # only its own lead


def test_current_beat_and_frame_are_marked(canvas: Canvas) -> None:
    show(canvas, synthetic())
    before = pixels(canvas)
    canvas.show_current(3)
    marked = np.flatnonzero((pixels(canvas) != before).any(axis=0))
    t = FIRST_S + 3 * RR_S
    assert x_of(canvas, t) in marked
    assert x_of(canvas, t + RR_S) not in marked
    canvas.show_current(None)
    canvas.set_frame(5.0, 6.1)
    assert x_of(canvas, 5.5) in np.flatnonzero((pixels(canvas) != before).any(axis=0))
    canvas.set_frame(None)
    assert (pixels(canvas) == before).all()


# Moves


def test_click_chooses_a_beat(canvas: Canvas, qtbot) -> None:
    show(canvas, synthetic())
    for y in (12, 200):  # its letter, its segment
        with qtbot.waitSignal(canvas.beat_clicked) as clicked:
            place = QPoint(x_of(canvas, FIRST_S + 4 * RR_S) + 5, y)
            QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
        assert clicked.args == [4]
    assert canvas.beat_at(QPoint(5, 200)) is None  # the lead names
    assert canvas.beat_at(QPoint(x_of(canvas, FIRST_S + 4.5 * RR_S), 200)) is None


def test_tip_names_the_beat(canvas: Canvas) -> None:
    show(canvas, synthetic(start=time(12, 0)), "NV?")
    tips = [
        canvas.tip_at(QPoint(x_of(canvas, FIRST_S + i * RR_S), 200)).splitlines() for i in range(3)
    ]
    assert tips[1] == ["beat 2, 12:00:01.20", "V: ventricular ectopic"]
    assert tips[2][1] == "pending"


def test_wheel_scrolls_and_changes_the_scale(canvas: Canvas, qtbot) -> None:
    show(canvas, synthetic(seconds=600))
    canvas.go_to(100)
    wheel(canvas, -1)
    assert canvas.visible_range_s()[0] > 100
    wheel(canvas, 1)
    assert canvas.visible_range_s()[0] == pytest.approx(100)
    kept = canvas.geometry_now().time(500)
    wheel(canvas, 1, Qt.KeyboardModifier.ControlModifier)
    assert canvas.speed_mm_s == 50
    assert canvas.geometry_now().time(500) == pytest.approx(kept)
    with qtbot.waitSignal(canvas.scale_changed) as scale:
        wheel(canvas, -1, Qt.KeyboardModifier.ShiftModifier)
    assert scale.args == [50, 5]
    for _ in range(3):  # a finer wheel: three thirds of a notch
        wheel(canvas, -1 / 3, Qt.KeyboardModifier.ControlModifier)
    assert canvas.speed_mm_s == 25


def test_drag_moves_the_paper_and_chooses_nothing(canvas: Canvas, qtbot) -> None:
    show(canvas, synthetic(seconds=600))
    canvas.go_to(100)
    clicks: list[int] = []
    canvas.beat_clicked.connect(clicks.append)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, pos=QPoint(500, 200))
    for x in (470, 440, 400):
        QTest.mouseMove(canvas, QPoint(x, 200))
    QTest.mouseRelease(canvas, left, pos=QPoint(400, 200))
    assert canvas.visible_range_s()[0] == pytest.approx(101)
    assert clicks == []


def test_keys(canvas: Canvas) -> None:
    show(canvas, synthetic(seconds=600))
    key = Qt.Key
    QTest.keyClick(canvas, key.Key_PageDown)
    width = canvas.geometry_now().width_s
    assert 0.85 * width < canvas.visible_range_s()[0] < width
    QTest.keyClick(canvas, key.Key_PageUp)
    assert canvas.visible_range_s()[0] == 0
    QTest.keyClick(canvas, key.Key_End)
    assert canvas.visible_range_s()[1] == pytest.approx(600)
    QTest.keyClick(canvas, key.Key_Left)
    assert canvas.visible_range_s()[1] < 600
    QTest.keyClick(canvas, key.Key_Home)
    assert canvas.visible_range_s()[0] == 0


def test_moves_stay_within_the_record_and_are_told(canvas: Canvas, qtbot) -> None:
    show(canvas, synthetic(seconds=60))
    with qtbot.waitSignals([canvas.position_changed, canvas.view_changed]):
        canvas.go_to(1e9)
    assert canvas.visible_range_s()[1] == pytest.approx(60)
    with qtbot.assertNotEmitted(canvas.position_changed):
        canvas.go_to(float("nan"))
        canvas.go_to(1e9)
    canvas.go_to(-5)
    assert canvas.visible_range_s()[0] == 0
    with qtbot.waitSignal(canvas.view_changed) as view:
        canvas.resize(500, 300)
    assert view.args[1] == pytest.approx((500 - canvas.geometry_now().gutter) / 100)


# Many leads, odd records
