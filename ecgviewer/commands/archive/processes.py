"""Orders carried out by several processes of this machine; a process that dies costs one record.

A pool of the standard library would be lost whole with one process, and would not say which record
killed it. Here every process has one record at a time and a pipe of its own.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

from ecgviewer.commands.archive.job import Job, Outcome, failed
from ecgviewer.commands.archive.work import carry_out_alone
from ecgviewer.runtime.cores import deaf
from ecgviewer.runtime.stopping import ENDING

Work = Callable[[Job], Outcome]
END_S = 10.0  # given to a process to tidy up after Ctrl-C; a batch of beats takes a second
_TRIES = 2  # of a record whose process died


def run_processes(
    orders: Sequence[Job], n_processes: int, *, work: Work = carry_out_alone
) -> Iterator[tuple[int, Outcome]]:
    """Carry out orders in processes of their own, each on one core.

    Parameters
    ----------
    orders : sequence of Order
        What to do.
    n_processes : int
        How many at a time.
    work : callable
        What every process does with an order.

    Yields
    ------
    int, Outcome
        Place in `orders` and how it went, as they come. When the caller stops early, or is
        interrupted, all processes are ended; what they had not finished is not written.
    """
    waiting = deque(range(len(orders)))
    deaths: Counter[int] = Counter()
    hands: list[_Hand] = []
    whole = False
    try:
        while waiting or hands:
            while waiting and len(hands) < n_processes:
                hands.append(_Hand(work))
                hands[-1].give(waiting.popleft(), orders)
            for ready in wait([hand.pipe for hand in hands]):
                hand = next(h for h in hands if h.pipe is ready)
                index, outcome = hand.place, hand.take()
                if outcome is None:
                    hands.remove(hand)
                    hand.end()
                    deaths[index] += 1
                    if deaths[index] < _TRIES:
                        waiting.appendleft(index)
                        continue
                    yield index, _died(orders[index])
                    continue
                if waiting:
                    hand.give(waiting.popleft(), orders)
                else:
                    hands.remove(hand)
                    hand.end()
                yield index, outcome
        whole = True
    finally:
        if not whole:
            for hand in hands:
                hand.interrupt()
        for hand in hands:
            hand.end()


def _died(order: Job) -> Outcome:
    return failed(order, f"{order.record}: the process that analysed it died")


class _Hand:
    """One process and the record it has."""

    def __init__(self, work: Work) -> None:
        context = multiprocessing.get_context("spawn")  # torch and threads do not survive a fork
        self.pipe, other = context.Pipe()
        self.place = -1
        self._process: BaseProcess = context.Process(target=_serve, args=(other, work), daemon=True)
        with deaf():
            self._process.start()
        other.close()  # so that its death closes the pipe

    def give(self, place: int, orders: Sequence[Job]) -> None:
        """Have it carry out one order."""
        self.place = place
        with contextlib.suppress(OSError):  # it died: `take` will say so
            self.pipe.send(orders[place])

    def take(self) -> Outcome | None:
        """What came of it; None where the process died."""
        try:
            outcome: Outcome = self.pipe.recv()
        except (EOFError, OSError):
            return None
        return outcome

    def interrupt(self) -> None:
        """Have it stop where it is and tidy up."""
        if sys.platform != "win32" and self._process.is_alive() and self._process.pid:
            # the terminal tells all its processes; whoever signals the program tells one
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGINT)

    def end(self) -> None:
        """Wait for it to end, and end it where it does not."""
        self.pipe.close()
        self._process.join(END_S)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _once(_number: int, _frame: FrameType | None) -> None:
    """Interrupt, and let nothing interrupt the tidying up."""
    for number in (signal.SIGINT, *ENDING):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _serve(pipe: "Connection[Any, Any]", work: Work) -> None:
    """Carry out orders until there are no more; in a process of its own."""
    try:
        for number in (signal.SIGINT, *ENDING):
            signal.signal(number, _once)
        logging.basicConfig(level=logging.ERROR)
        while True:
            pipe.send(work(pipe.recv()))
    except (EOFError, OSError, KeyboardInterrupt):  # no more orders, nobody there, Ctrl-C
        return
