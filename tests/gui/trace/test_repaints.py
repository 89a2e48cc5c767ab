"""The trace is painted anew when what is on its page changes, and not for what lies elsewhere."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import ANEW
from ecgviewer.gui.session.viewport import Viewport
from ecgviewer.gui.trace.canvas import Canvas
from ecgviewer.signal.params import PAPER
from ecgviewer.signal.quality import Stretch
from tests.beats.fake_overlay import FakeOverlay
from tests.gui.images import pixels
from tests.gui.synthetic import heart_log, log_with, synthetic

FS = 360


def paints(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Calls of `update` from now on."""
    QApplication.processEvents()
    pixels(canvas)
    asked: list[object] = []
    monkeypatch.setattr(canvas, "update", lambda: asked.append(1))
    return asked


@pytest.fixture
def overlay(canvas: Canvas) -> FakeOverlay:
    """Ten minutes of pending beats, the first eight seconds of them on the page."""
    record = synthetic(seconds=600)
    overlay = FakeOverlay(heart_log(record, "?"))
    canvas.show_record(record, prep=PAPER)
    canvas.show_beats(overlay.beats, ANEW)
    return overlay


def test_beats_and_classes_elsewhere_paint_nothing(
    canvas: Canvas, overlay: FakeOverlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = paints(canvas, monkeypatch)
    canvas.show_beats(*overlay.find(np.array([599 * FS + 200])))
    canvas.show_beats(*overlay.classify(np.arange(300, 400), BeatClass.V))
    canvas.show_beats(*overlay.insert(60 * FS, BeatClass.N))
    canvas.show_beats(*overlay.delete(-1))
    assert asked == []
    canvas.on_cleaned()
    assert asked == []


def test_beats_and_classes_on_the_page_do(
    canvas: Canvas, overlay: FakeOverlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = paints(canvas, monkeypatch)
    canvas.show_beats(*overlay.classify(np.array([3]), BeatClass.V))
    assert len(asked) == 1
    canvas.show_beats(*overlay.insert(2 * FS + 90, BeatClass.V))
    assert len(asked) == 2
    canvas.show_beats(*overlay.move(-1, 70 * FS + 90))
    assert len(asked) == 3


def test_a_neighbour_far_away_counts_for_the_segment_on_the_page(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = np.array([10, 20, 40, 41, 42, 50, 60]) * FS
    overlay = FakeOverlay(log_with(samples, np.zeros(7, np.int8)))
    canvas.show_record(synthetic(seconds=600), prep=PAPER)
    canvas.show_beats(overlay.beats, ANEW)
    canvas.go_to(33.0)
    asked, before = paints(canvas, monkeypatch), pixels(canvas)
    canvas.show_beats(*overlay.delete(6))
    assert asked == []
    assert (pixels(canvas) == before).all()
    canvas.show_beats(*overlay.delete(1))  # 13 s before the page, and the one before the beat at 40
    assert len(asked) == 1
    assert (pixels(canvas) != before).any()


def test_while_beats_are_found_a_page_that_has_none_is_left_alone(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = FakeOverlay(log_with(np.arange(0, 60 * FS, FS), np.full(60, -1, np.int8)))
    canvas.show_record(synthetic(seconds=600), prep=PAPER)
    canvas.show_beats(overlay.beats, ANEW)
    canvas.go_to(300.0)
    asked = paints(canvas, monkeypatch)
    canvas.show_beats(*overlay.find(np.arange(60, 120) * FS))
    assert asked == []
    canvas.show_beats(*overlay.find(np.arange(120, 400) * FS))
    assert len(asked) == 1


def test_stretches_count_where_they_are_on_the_page(
    canvas: Canvas, overlay: FakeOverlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = paints(canvas, monkeypatch)
    away = Stretch("noisy", 500 * FS, 510 * FS, 0)
    canvas.show_stretches((away,))
    assert asked == []
    canvas.show_stretches((Stretch("noisy", 1 * FS, 2 * FS, 0), away))
    assert asked == [1]


def test_the_canvas_is_a_viewport(canvas: Canvas) -> None:
    viewport: Viewport = canvas
    viewport.set_frame(1.0, 2.0)
    assert canvas.frame_s == (1.0, 2.0)
