"""Stretches and episodes of a page: as one where nobody could tell them apart."""

import pytest

from ecgviewer.beats.scan import Episode
from ecgviewer.gui.style.wording import stretch_name
from ecgviewer.gui.trace.geometry import Page
from ecgviewer.gui.trace.shading import Shading
from ecgviewer.signal.quality import Stretch


def page(width_s: float) -> Page:
    """A page 1,000 pixels wide."""
    speed = 1_000 / width_s / 4
    return Page(1_080, 400, 80, 20, 20, 4.0, 1.0, speed, 10.0, 0.0)


@pytest.mark.parametrize(("width_s", "n"), [(10.0, 2), (600.0, 1)])
def test_pauses_that_meet_at_a_beat_are_two_where_there_is_room(width_s: float, n: int) -> None:
    pauses = (Episode(100, 500, "pause"), Episode(500, 900, "pause"))
    assert len(Shading(pauses, 100.0).on(page(width_s))) == n


def test_other_neighbours_are_one() -> None:
    noisy = (Stretch("noisy", 100, 500, 0), Stretch("noisy", 500, 900, 0))
    assert Shading(noisy, 100.0).on(page(10.0)) == (("noisy", 1.0, 9.0, 0),)


def test_a_pause_tells_its_length() -> None:
    assert stretch_name("pause", 2.66) == "pause 2.7 s"
    assert stretch_name("pause", 5.9) == "pause 5.9 s (asystole)"
    assert stretch_name("flutter", 5.9) == "suspected flutter"
