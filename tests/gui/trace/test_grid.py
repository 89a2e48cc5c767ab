"""Lines where the millimetres are, and times that carry the record's clock."""

from datetime import time

import numpy as np
import pytest

from ecgviewer.gui.style.wording import seconds_of_day, time_label
from ecgviewer.gui.trace.grid import grid_pixels, scale_text, time_step
from tests.gui.trace.test_geometry import PAGE

START = time(23, 59, 58, 500_000)


@pytest.mark.parametrize(
    ("t_s", "start", "decimals", "label"),
    [
        (0, None, 0, "00:00"),
        (75.25, None, 2, "01:15.25"),
        (3_600, None, 0, "1:00:00"),
        (0.5, START, 0, "23:59:59"),
        (1.5, START, 0, "00:00:00 +1 d"),
        (1.75, START, 2, "00:00:00.25 +1 d"),
        (86_401.5, START, 0, "00:00:00 +2 d"),
        (2, time(9, 30), 0, "09:30:02"),
    ],
)
def test_time_label(t_s: float, start: time | None, decimals: int, label: str) -> None:
    assert time_label(t_s, start, decimals=decimals) == label


def test_seconds_of_day() -> None:
    assert seconds_of_day(None) == 0
    assert seconds_of_day(START) == 86_398.5


@pytest.mark.parametrize(("px_per_s", "step"), [(23.6, 5), (94.5, 2), (100, 1), (378, 0.5)])
def test_time_labels_have_room(px_per_s: float, step: float) -> None:
    assert time_step(px_per_s) == step
    assert time_step(px_per_s) * px_per_s >= 95


def test_scale_is_written_out() -> None:
    assert scale_text(PAGE, in_mv=True, shown="as recorded").split("    ") == [
        "25 mm/s",
        "10 mm/mV",
        "as recorded",
    ]
    assert "mV not known" in scale_text(PAGE, in_mv=False, shown="")


def test_lined_paper() -> None:
    x, y = np.array([-3, 1, 4, 9]), np.array([0, 2, 77])
    pixels = grid_pixels(
        (6, 4),
        (x, np.array([True, False, True, True])),
        (y, np.array([False, True, False])),
        colors=(0, 1, 2),
    )
    assert pixels.tolist() == [
        [1, 1, 1, 1, 2, 1],  # a minor line crosses a minor and a major one
        [0, 1, 0, 0, 2, 0],
        [2, 2, 2, 2, 2, 2],
        [0, 1, 0, 0, 2, 0],
    ]
