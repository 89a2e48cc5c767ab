"""How threads and processes share the machine: cores, turns, signals."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

_SWITCH_S = 0.0002
_cores = 0  # 0: as many as there are
_room_until = 0.0  # time.monotonic


def take_short_turns() -> None:
    """Let a waiting thread have the interpreter after 0.2 ms, for good.

    With Python's own 5 ms, threads of many short steps, and a window beside them, wait longer for
    each other than they work.
    """
    sys.setswitchinterval(min(_SWITCH_S, sys.getswitchinterval()))


def use_one_core() -> None:
    """Compute on one core from now on: where several processes share the machine."""
    global _cores
    _cores = 1


def cores() -> int:
    """Cores to compute on: those this process may use, or fewer where OMP_NUM_THREADS says so."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    asked = os.environ.get("OMP_NUM_THREADS", "")
    limits = [there or 1, _cores or there or 1, int(asked) if asked.isdecimal() else there or 1]
    return max(1, min(limits))


def leave_room(seconds: float) -> None:
    """Have work spread over the cores leave one free for so long: somebody watches a thing move."""
    global _room_until
    _room_until = time.monotonic() + seconds


def room_wanted() -> bool:
    """Whether one core is to be left free now."""
    return time.monotonic() < _room_until


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """Start a process that does not hear Ctrl-C until it can tidy up after it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
