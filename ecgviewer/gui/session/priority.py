"""Gives way to the window: lowers the priority of the thread that calls."""

import contextlib
import os
import sys
import threading

from PySide6.QtCore import QThread

# Steps of Linux's nice values below the window's; each takes a fifth of the share.
ANSWERS, ANALYSIS = 4, 10


def give_way(steps: int = ANALYSIS) -> None:
    """Have this thread wait for a core wherever the window's thread wants one.

    Threads that it starts from now on inherit that on Linux, where each thread has a nice value of
    its own; elsewhere Qt lowers this thread alone.

    Parameters
    ----------
    steps : int
        How far below the window, on Linux; a thread that is lower already stays there.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):  # a sandbox may forbid it: then it is as it was
            now = os.getpriority(os.PRIO_PROCESS, thread)
            window = os.getpriority(os.PRIO_PROCESS, os.getpid())  # the process's first thread
            os.setpriority(os.PRIO_PROCESS, thread, max(now, min(19, window + steps)))
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)
