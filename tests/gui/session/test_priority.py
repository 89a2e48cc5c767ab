"""Threads beside the window give way to it, and the window's own thread never does."""

import os
import sys
import threading

import pytest

from ecgviewer.gui.session.priority import ANALYSIS
from ecgviewer.gui.session.tasks import Task
from ecgviewer.runtime.pool import carry_out
from tests.gui.conftest import TIMEOUT_MS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nice values of single threads")


def nice() -> int:
    """How far the thread that calls stands back."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def answer(qtbot, task: Task) -> object:
    with qtbot.waitSignal(task.succeeded, timeout=TIMEOUT_MS) as told:
        task.start()
    task.wait()
    return told.args[1]


def test_a_task_and_the_threads_it_starts_stand_back(qtbot):
    mine = nice()
    there: list[int] = []

    def work(_: Task) -> int:
        carry_out([lambda: there.append(nice())] * 2)
        return nice()

    lower = min(19, mine + ANALYSIS)
    assert answer(qtbot, Task(work)) == lower
    assert there == [lower, lower]
    assert nice() == mine


def test_what_the_window_waits_for_does_not(qtbot):
    assert answer(qtbot, Task(lambda _: nice(), gives_way=False)) == nice()
