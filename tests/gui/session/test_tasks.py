"""Threads are held on to while they run, and no longer than until the next one starts."""

import gc
import weakref

import pytest

from ecgviewer.gui.session.tasks import Task, Threads


class Held:
    """Something a task works with."""

    def work(self, _task: Task) -> None:
        """Nothing."""


@pytest.mark.usefixtures("qapp")
def test_what_a_task_worked_with_is_let_go_once_another_starts() -> None:
    threads, held = Threads(), Held()
    seen = weakref.ref(held)
    task = threads.task(held.work)
    threads.start(task)
    task.wait()
    del task, held
    assert seen() is not None
    threads.start(threads.task(lambda _: None))
    gc.collect()
    assert seen() is None
    threads.stop_all()
