"""Colours are told apart by every kind of sight, and read on the paper, in both themes."""

import itertools

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QMainWindow, QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from ecgviewer.aami import BeatClass
from ecgviewer.gui.style.theme import THEMES, Theme, apply_theme, class_color

# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB
SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
LEAST_DISTANCE = {"normal": 30, "protan": 18, "deutan": 18, "tritan": 13}  # CIE 1976


def linear(color: str) -> np.ndarray:
    c = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    low, high = sorted(float(TO_XYZ[1] @ linear(c)) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.fixture(params=sorted(THEMES))
def theme(request: pytest.FixtureRequest) -> Theme:
    return THEMES[request.param]


def test_graphics_stand_out_from_the_paper(theme: Theme) -> None:
    for color in (*theme.class_colors, theme.pending, theme.trace, theme.accent):
        assert contrast(color, theme.paper) >= 3, color


def test_writing_is_readable(theme: Theme) -> None:
    for color in (theme.text, theme.muted, theme.warning, theme.error, theme.ok, theme.accent):
        for ground in (theme.paper, theme.background, theme.panel):
            assert contrast(color, ground) >= 4.5, (color, ground)
    assert contrast(theme.on_accent, theme.accent) >= 4.5


@pytest.mark.parametrize("sight", sorted(SIGHT))
def test_classes_are_told_apart(theme: Theme, sight: str) -> None:
    def distance(a: str, b: str) -> float:
        return float(np.linalg.norm(lab(SIGHT[sight] @ linear(a)) - lab(SIGHT[sight] @ linear(b))))

    for a, b in itertools.combinations(theme.class_colors, 2):
        assert distance(a, b) >= LEAST_DISTANCE[sight], (a, b)
    for color in theme.class_colors:  # the trace is thinner, pending beats have no colour at all
        assert distance(color, theme.trace) >= LEAST_DISTANCE[sight] / 2, color
        assert distance(color, theme.pending) >= LEAST_DISTANCE[sight] / 2, color


def test_grid_stays_behind_the_trace(theme: Theme) -> None:
    for line in (theme.grid_minor, theme.grid_major):
        assert contrast(line, theme.paper) < 1.8
        assert contrast(theme.trace, line) > 4.5


def test_class_color(theme: Theme) -> None:
    assert class_color(theme, BeatClass.V).name() == theme.class_colors[2]
    assert class_color(theme, None).name() == theme.pending
    assert class_color(theme, -1).name() == theme.pending


def test_apply_theme(qapp: QApplication, theme: Theme) -> None:
    apply_theme(qapp, theme)
    assert qapp.palette().window().color().name() == theme.background
    assert theme.dark == (theme.name == "dark")
    apply_theme(qapp, THEMES["light"])


def test_arrows_to_the_rest_of_a_bar_are_seen(
    qtbot: QtBot, qapp: QApplication, theme: Theme
) -> None:
    apply_theme(qapp, theme)
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = QToolBar()
    window.addToolBar(bar)
    for _ in range(20):
        bar.addAction("wider than the window")
    window.resize(300, 100)
    with qtbot.waitExposed(window):
        window.show()
    arrows = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert arrows is not None
    qtbot.waitUntil(arrows.isVisible)
    picture = arrows.grab().toImage()
    colors = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    apply_theme(qapp, THEMES["light"])
    assert max(contrast(a, b) for a, b in itertools.combinations(colors, 2)) >= 3
