import numpy as np

from ecgviewer.gui.session.urgency import Urgency
from ecgviewer.runtime import cores

TIMES = np.arange(0.0, 100.0)  # one beat a second


def test_what_is_on_screen_comes_first_then_outward():
    order = Urgency(TIMES, (40.0, 45.0))
    pending = np.ones(100, bool)
    seen = order(pending)
    assert seen.tolist() == [40, 41, 42, 43, 44, 45]  # and nothing that would make them wait
    pending[seen] = False
    wanted = order(pending)
    assert len(wanted) == 94
    distance = np.maximum(40 - TIMES[wanted], TIMES[wanted] - 45)
    assert (np.diff(np.maximum(0, distance)) >= 0).all()


def test_a_playing_frame_comes_before_the_screen():
    order = Urgency(TIMES, (40.0, 45.0))
    order.frame = (70.0, 71.1)
    assert order(np.ones(100, bool))[:3].tolist() == [70, 71, 40]


def test_the_view_may_move_between_batches():
    order = Urgency(TIMES)
    pending = np.ones(100, bool)
    pending[:50] = False
    order.view = (90.0, 95.0)
    assert order(pending)[0] == 90


def test_a_batch_of_others_is_put_off_once_beats_come_on_screen():
    order = Urgency(TIMES, (40.0, 45.0))
    pending = np.ones(100, bool)
    assert not order.hurried()  # nothing was asked for yet
    seen = order(pending)
    cores.leave_room(10)
    order.view = (90.0, 95.0)
    assert not order.hurried()  # while the page moves, what was on screen is finished first
    cores.leave_room(0)
    order.view = (44.0, 49.0)
    assert not order.hurried()  # some of it is still there
    order.view = (90.0, 95.0)
    assert order.hurried()
    pending[seen] = False
    order.view = (40.0, 45.0)
    order(pending)
    assert not order.hurried()
    order.view = (90.0, 95.0)
    assert order.hurried()
    assert order(pending).tolist() == [90, 91, 92, 93, 94, 95]
    assert not order.hurried()


def test_beats_that_have_their_class_hurry_nobody():
    pending = np.ones(100, bool)
    pending[90:] = False
    order = Urgency(TIMES, (200.0, 210.0))
    order(pending)
    order.view = (90.0, 95.0)
    assert not order.hurried()
