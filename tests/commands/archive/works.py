"""What processes of a test do in the place of an analysis; by name, so that a process finds it."""

import os
import signal
import time
from pathlib import Path

from ecgviewer.commands.archive.job import Job, Networks, Outcome

NOBODY = Networks("nobody", "cpu", "fp32", "", ())


def orders(folder: Path, *names: str) -> list[Job]:
    """Orders of records that are not there."""
    return [Job(folder / name, folder / f"{name}.csv", NOBODY, tries=2) for name in names]


def writes(order: Job) -> Outcome:
    """Say which process it was."""
    time.sleep(0.05)
    return Outcome(ok=True, line=f"{order.record.name} {os.getpid()}")


def dies_on_b(order: Job) -> Outcome:
    """Every process that gets b is killed."""
    if order.record.name == "b":
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    return writes(order)


def dies_once(order: Job) -> Outcome:
    """The first process that gets b is killed."""
    mark = order.record.with_name("died")
    if order.record.name == "b" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    return writes(order)


def dawdles(order: Job) -> Outcome:
    """Take longer than anyone waits; leave a mark when interrupted."""
    order.record.with_name(f"{order.record.name}.began").touch()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        order.record.with_name(f"{order.record.name}.tidied").touch()
        raise
    return Outcome(ok=True)


def deaf(order: Job) -> Outcome:
    """Hear no interruption at all."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    return dawdles(order)
