"""While threads run, a cycle that holds a widget is collected on the window's thread alone."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget

from ecgviewer.gui.session.tasks import Task, Threads


class Cycle:
    """A widget in a cycle, which no count of references ends; tells on which thread it ends."""

    def __init__(self, ended_on: list[int]) -> None:
        self.widget, self.itself = QWidget(), self
        weakref.finalize(self, lambda: ended_on.append(threading.get_ident()))


@pytest.fixture
def threads(qapp) -> Iterator[Threads]:
    threads = Threads()
    yield threads
    threads.stop_all()
    assert gc.isenabled()


def allocate(task: Task) -> None:
    """What makes Python collect: many objects, on this thread."""
    while not task.stopped():
        _ = [[] for _ in range(20_000)]
        time.sleep(0.001)


def test_widgets_of_a_cycle_end_on_the_window_s_thread(qtbot, threads: Threads) -> None:
    ended_on: list[int] = []
    threads.start(threads.task(allocate))
    for _ in range(20):
        Cycle(ended_on)
    qtbot.waitUntil(lambda: len(ended_on) == 20, timeout=30_000)
    assert set(ended_on) == {threading.get_ident()}


def test_python_collects_again_once_every_window_is_done(qapp) -> None:
    first, second = Threads(), Threads()
    for each in (first, second):
        each.start(each.task(lambda _: None))
    assert not gc.isenabled()
    first.stop_all()
    assert not gc.isenabled()
    second.stop_all()
    assert gc.isenabled()
