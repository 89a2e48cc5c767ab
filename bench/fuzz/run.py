"""Mutations tried by worker processes, watched from outside."""

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory

LONGEST_S = 5.0
WORKER = (sys.executable, "-m", "bench.fuzz.worker")
_START_S = 120.0  # of a worker's imports, on a busy machine


@dataclass(frozen=True)
class Failure:
    """One mutation that should not have gone as it did."""

    number: int
    problem: str


def fuzz(
    what: str, seed: int, first: int, stop: int, *, command: Sequence[str] = WORKER
) -> list[Failure]:
    """Try mutations [first, stop) of one kind; workers that end are replaced.

    Parameters
    ----------
    what : str
        A row of `SUBJECTS`.
    seed : int
        Of all mutations: the same ones every time.
    first, stop : int
        Their numbers.
    command : sequence of str
        The worker, which is given all of these and a folder.
    """
    failures: list[Failure] = []
    while first < stop:
        with TemporaryDirectory() as folder:
            given = [*command, what, *map(str, (seed, first, stop)), folder]
            first = _one_worker(given, first, stop, failures)
    return failures


def _one_worker(command: list[str], first: int, stop: int, failures: list[Failure]) -> int:
    """Let one worker go on for as long as it can; the number of the next mutation."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    begun, ended, limit = False, first, _START_S
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, bufsize=0) as worker,
        selectors.DefaultSelector() as ready,
    ):
        assert worker.stdout is not None
        ready.register(worker.stdout, selectors.EVENT_READ)
        buffer = b""
        while True:
            if not ready.select(limit):
                worker.kill()
                if not begun:
                    raise RuntimeError(f"the worker does not begin within {limit:g} s")
                failures.append(Failure(ended, f"hang: over {LONGEST_S:g} s"))
                return ended + 1
            chunk = os.read(worker.stdout.fileno(), 2**16)
            if not chunk:
                break
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                said = json.loads(line)
                begun = "begin" in said
                ended = said["begin"] if begun else said["done"] + 1
                limit = LONGEST_S if begun else _START_S
                if not begun and said["problem"]:
                    failures.append(Failure(said["done"], said["problem"]))
        code = worker.wait()
    if begun:
        failures.append(Failure(ended, f"crash: the process ended with {code}"))
        return ended + 1
    if ended == first and ended < stop:
        raise RuntimeError(f"the worker cannot begin (it ended with {code})")
    return ended
