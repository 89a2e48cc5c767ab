"""Calls of the networks spread over the cores, each call on one thread.

PyTorch's own threads share one convolution or one step of an LSTM and wait for each other in
between, spinning: beside other programs they were up to a hundred times slower than one thread.
Calls on threads of their own need each other only at the end.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from ecgviewer.runtime.cores import cores, room_wanted, take_short_turns

Stop = Callable[[], bool]
each_thread: list[
    Callable[[], object]
] = []  # called first on every thread; `model.runner` adds torch's
_ROOM_S = 0.005  # between two looks whether a core may be used again


class Stopped(Exception):  # noqa: N818  # not an error: somebody asked for it
    """The work was given up because it was asked to."""


def carry_out(jobs: Sequence[Callable[[], object]], *, stop: Stop = lambda: False) -> None:
    """Do every job, in any order, on as many threads as there are cores; returns when all is done.

    The threads end with this call: none is left for a window that closes.

    Parameters
    ----------
    jobs : sequence of callable
        Independent of one another; the longest first is quickest.
    stop : callable
        Asked before each job, on any thread.

    Raises
    ------
    Stopped
        When `stop` said so; some jobs are not done.
    Exception
        The first that a job raised.
    """
    take_short_turns()
    left, failures = deque(jobs), deque[BaseException]()
    given_up = threading.Event()

    def work(ended: threading.Event, *, gives_room: bool) -> None:
        try:
            work_on(gives_room=gives_room)
        finally:
            ended.set()

    def work_on(*, gives_room: bool) -> None:
        for prepare in each_thread:
            prepare()
        while not given_up.is_set():
            if gives_room and left and room_wanted():
                time.sleep(_ROOM_S)
                continue
            try:
                job = left.popleft()
            except IndexError:
                return
            try:
                if stop():
                    raise Stopped
                job()
            except BaseException as error:
                failures.append(error)
                given_up.set()

    ended = [threading.Event() for _ in range(min(cores(), len(left)))]
    # the last of several waits where a core is to be left free
    threads = [
        threading.Thread(target=work, args=(event,), kwargs={"gives_room": 0 < i == cores() - 1})
        for i, event in enumerate(ended)
    ]
    _run(threads, ended, given_up)
    if failures:
        raise failures[0]


def _run(
    threads: Sequence[threading.Thread], ended: Sequence[threading.Event], given_up: threading.Event
) -> None:
    """Start threads and wait until every one has ended, even where that is interrupted."""
    try:
        for thread in threads:
            thread.start()
        for event in ended:
            event.wait()
    except BaseException:  # Ctrl-C: an interrupted join would take a thread that runs for ended
        given_up.set()
        for thread, event in zip(threads, ended, strict=True):
            if thread.ident is not None:
                event.wait()
        raise
    for thread in threads:
        thread.join()
