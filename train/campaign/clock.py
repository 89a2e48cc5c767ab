"""The minutes of a call, and whether it was told to stop before they were over."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

SAVE_S = 8.0  # at most, for 51 MB
STARTING_S = 8.0  # a guess of what the program takes to load; 2 on two cores
_LONGEST_S = 600.0  # of loading: a process as old as that has done something else before
_STAT = Path("/proc/self/stat")
_STARTED = 19  # field of that file, counted behind the name's bracket


def process_age_s(stat: Path = _STAT) -> float:
    """Seconds since this process was started, its loading among them.

    Parameters
    ----------
    stat : Path
        What Linux tells of the process: its start in clock ticks since the machine's (proc(5)).
        Where it tells nothing, or what cannot be, a guess is given.
    """
    try:
        fields = stat.read_text().rpartition(")")[2].split()
        started = int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - started
    except (OSError, ValueError, IndexError, AttributeError):  # not on Linux
        return STARTING_S
    return age if 0 <= age < _LONGEST_S else STARTING_S


class Clock:
    """How much of a call is left.

    Parameters
    ----------
    minutes : float
        From `started` on.
    started : float
        `time.monotonic()` at the call's start, the loading of the program among it.
    save_s : float
        Kept from the minutes to save what is not finished.
    """

    def __init__(self, minutes: float, *, started: float, save_s: float = SAVE_S) -> None:
        self._ends = started + 60 * minutes - save_s
        self.told = ""  # the signal's name, once there was one

    @property
    def left_s(self) -> float:
        """Seconds until all must be saved, fewer than none once told to stop."""
        return -1.0 if self.told else self._ends - time.monotonic()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGTERM and SIGINT for the end of the minutes; a second one ends at once."""

        def on_signal(number: int, _: FrameType | None) -> None:
            self.told = signal.Signals(number).name
            signal.signal(number, before[signal.Signals(number)])

        before = {s: signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)}
        for number in before:
            signal.signal(number, on_signal)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
