"""The overlay that tests of views lean on: edits, their undoing, and the narrowest spans."""

import numpy as np
import pytest

from ecgviewer.aami import BeatClass
from ecgviewer.beats.columns import Change, Origin
from ecgviewer.beats.log import BeatLog
from tests.beats.fake_overlay import FakeOverlay


@pytest.fixture
def overlay() -> FakeOverlay:
    """Five pending beats, 100 samples apart."""
    log = BeatLog()
    log.extend(np.arange(100, 600, 100))
    return FakeOverlay(log)


def test_each_edit_is_told_with_its_span_and_undone(overlay: FakeOverlay) -> None:
    beats, change = overlay.insert(150, BeatClass.V)
    assert change == Change("positions", (150, 151))
    assert beats.id.tolist() == [0, -1, 1, 2, 3, 4]
    assert beats.origin[1] == Origin.INSERTED
    assert overlay.delete(2)[1] == Change("positions", (300, 301))
    assert overlay.move(1, 450)[1] == Change("positions", (200, 451))
    assert overlay.beats.id.tolist() == [0, -1, 3, 1, 4]
    beats, change = overlay.relabel(3, BeatClass.S)
    assert change == Change("classes", (400, 401))
    assert beats.beat_class.tolist() == [-1, 2, 1, -1, -1]
    for _ in range(3):
        overlay.undo()
    assert overlay.undo()[1] == Change("positions", (150, 151))
    assert overlay.beats.id.tolist() == [0, 1, 2, 3, 4]
    assert overlay.insert(150, BeatClass.V)[0].id.tolist() == [0, -2, 1, 2, 3, 4]


def test_what_the_machine_says_comes_under_what_the_user_said(overlay: FakeOverlay) -> None:
    overlay.relabel(1, BeatClass.V)
    overlay.delete(2)
    beats, change = overlay.classify(np.arange(4), BeatClass.N)
    assert change == Change("classes", (100, 401))
    assert beats.beat_class.tolist() == [0, 2, 0, -1]
    assert overlay.find(np.array([700, 800]))[1] == Change("positions", (700, 801))
    with pytest.raises(ValueError, match="no beat 2"):
        overlay.delete(2)
    with pytest.raises(ValueError, match="a beat at sample 700"):
        overlay.move(1, 700)


def test_without_edits_the_columns_are_those_of_the_log(overlay: FakeOverlay) -> None:
    before = overlay.beats
    assert overlay.classify(np.array([1]), BeatClass.V)[1] == Change("classes", (200, 201))
    assert before.beat_class[1] == BeatClass.V
