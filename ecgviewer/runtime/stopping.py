"""Being told to end: by the system, a batch queue, or a terminal that closes, as by Ctrl-C."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# SIGHUP: the terminal closed; Windows has none
ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(KeyboardInterrupt):
    """The process was told to end by another signal than Ctrl-C's.

    Parameters
    ----------
    number : int
        The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


_heard: list[int] = []  # the signal, until its block ends


def told_to_end() -> None:
    """Raise `Stopped` once more where the process was told to end.

    Asked between two pieces of work: Python drops what is raised while it destroys an object.
    """
    if _heard:
        raise Stopped(_heard[0])


@contextlib.contextmanager
def stopped_as_interrupted() -> Iterator[None]:
    """Raise `Stopped` within the block where the process is told to end; once, to let it tidy up.

    What is ignored (nohup), and what somebody else handles, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    mine = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL]

    def stop(number: int, _frame: FrameType | None) -> None:
        for other in mine:
            signal.signal(other, signal.SIG_IGN)
        _heard.append(number)
        raise Stopped(number)

    for number in mine:
        signal.signal(number, stop)
    try:
        yield
        told_to_end()
    finally:
        _heard.clear()
        for number in mine:
            signal.signal(number, signal.SIG_DFL)
