"""Blocks of a recording searched for R peaks, those of a long one in processes.

Python's lock leaves little for a second thread of this work (1.2 times as fast on two cores, two
processes 1.9 times), and the window's thread would wait for it.
"""

import contextlib
import hashlib
import multiprocessing
import signal
from collections.abc import Generator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.channels import reopened
from ecgviewer.record import Record, RecordError
from ecgviewer.runtime.cores import cores, deaf
from ecgviewer.signal.activity import Steps, activity
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import Detection
from ecgviewer.signal.quality import Stretch, stretches
from ecgviewer.signal.rpeaks.detect import detect_block

LONG_BLOCKS = 60  # three hours: a process needs a second to start
_MOST = 4  # processes
_END_S = 2.0  # one that hangs in the kernel, as on a lost network drive, is left to it


@dataclass(frozen=True)
class BlockFound:
    """What one block holds, not yet joined with the one before.

    Attributes
    ----------
    peaks : (n,) int64
        R peaks, grid samples.
    stretches : tuple of Stretch
        That cannot be read.
    steps : Steps
        Figures of its half seconds.
    """

    peaks: NDArray[np.int64]
    stretches: tuple[Stretch, ...]
    steps: Steps


def search(grid: TimeGrid, index: int, leads: tuple[int, ...], detection: Detection) -> BlockFound:
    """What a block holds; it depends on the block and its margins alone."""
    return BlockFound(
        detect_block(grid, index, leads, detection),
        stretches(grid, index, leads),
        activity(grid, index, leads),
    )


def search_all(
    record: Record, grid: TimeGrid, leads: tuple[int, ...], detection: Detection
) -> Generator[BlockFound]:
    """Every block's, in order.

    Processes are used where the recording is long and there are cores; what they say is what this
    process would have found. One that dies costs time alone, and one that reads other samples than
    this process is not used. All are ended with the iterator. They are started as `multiprocessing`
    starts any: a script that calls this needs the usual `if __name__ == "__main__":`.
    """
    n, at = grid.n_blocks, 0
    searchers: list[Searcher] = []
    try:
        with contextlib.suppress(OSError):  # no memory, no more processes: then without
            while len(searchers) < n_processes(n):
                searchers.append(Searcher(record, leads, detection))
        while at < n and not (searchers and all(searcher.ready() for searcher in searchers)):
            yield search(grid, at, leads, detection)
            at += 1
        seen = _fingerprint(record, grid) if searchers and at < n else b""
        for i, searcher in enumerate(searchers):
            searcher.begin(range(at + i, n, len(searchers)), seen)
        for k in range(at, n):
            found = searchers[(k - at) % len(searchers)].take()
            yield search(grid, k, leads, detection) if found is None else found
    finally:
        for searcher in searchers:
            searcher.kill()
        for searcher in searchers:
            searcher.end()


def n_processes(n_blocks: int) -> int:
    """Processes to search a recording of so many blocks with; 0: this one does it alone."""
    alone = multiprocessing.current_process().daemon  # such a process may not start others
    if n_blocks < LONG_BLOCKS or cores() < 2 or alone:
        return 0
    return min(cores(), _MOST)


class Searcher:
    """A process that searches blocks, and the pipe to it."""

    def __init__(self, record: Record, leads: tuple[int, ...], detection: Detection) -> None:
        context = multiprocessing.get_context("spawn")  # threads and Qt do not survive a fork
        self._pipe, other = context.Pipe()
        arguments = (other, record.path.absolute(), record.chosen, leads, detection)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with deaf():
            self._process.start()
        other.close()  # so that its death closes the pipe
        self._alive = True

    def ready(self, *, wait_s: float = 0.0) -> bool:
        """Whether it has opened the recording, or never will; waits so long for it."""
        try:
            return not self._alive or self._pipe.poll(wait_s)
        except OSError:  # so Windows says that it died
            self._alive = False
            return True

    def begin(self, blocks: range, fingerprint: bytes) -> None:
        """Have it search blocks, in their order; after `ready`. Not where it reads others."""
        with contextlib.suppress(OSError):
            if self._take() == fingerprint:
                self._pipe.send(blocks)
                return
        self._alive = False

    def take(self) -> BlockFound | None:
        """What it found in its next block; None where it died."""
        found: BlockFound | None = self._take()
        return found

    def _take(self) -> Any:
        if not self._alive:
            return None
        try:
            return self._pipe.recv()
        except (EOFError, OSError):
            self._alive = False
            return None

    def kill(self) -> None:
        """Stop it, whatever it does: it writes nothing."""
        self._pipe.close()
        self._process.kill()

    def end(self) -> None:
        """Wait until it is gone; after `kill`."""
        self._process.join(_END_S)
        if not self._process.is_alive():
            self._process.close()


def _fingerprint(record: Record, grid: TimeGrid) -> bytes:
    """Tells recordings apart: rate, length, leads, and the samples of the first and last block."""
    summed = hashlib.sha256(repr((record.fs, record.n_samples, record.leads)).encode())
    for k in sorted({0, grid.n_blocks - 1}):
        block = grid.block(k)
        for part in grid.read(block.low, block.high):
            summed.update(np.ascontiguousarray(part).tobytes())
    return summed.digest()


def _serve(
    pipe: "Connection[Any, Any]",
    path: Path,
    chosen: tuple[int, ...],
    leads: tuple[int, ...],
    detection: Detection,
) -> None:
    """Search the blocks asked for; in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends this one
    try:
        record = reopened(path, chosen)
        grid = TimeGrid(record)
        pipe.send(_fingerprint(record, grid))
        for k in pipe.recv():
            pipe.send(search(grid, k, leads, detection))
    except (EOFError, OSError, RecordError):  # nobody is there any more, or nothing to be read
        return
