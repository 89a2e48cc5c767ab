"""Scan, checksum and context without a window, beside sleepecg and gqrs."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np

from bench.days.figures import Figure
from bench.days.options import Options
from bench.days.tiling import library
from ecgviewer.analysis.context import ContextSource
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.leads import readings
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.scan import Scan
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Record
from ecgviewer.runtime.cores import cores
from ecgviewer.signal.denoise import CleanedSignal
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import CONTEXT, DETECTION, PAPER

BAR_S = 20.0
GQRS_S = 300.0  # of the recording; the whole would take minutes
T = TypeVar("T")


def measure(options: Options, scratch: Path) -> Iterator[Figure]:
    """Each step by itself, then their sum."""
    record = open_record(options.day())
    verify = record.verify
    assert verify is not None
    verdict, checksum = timed(lambda: verify(lambda: False))
    yield Figure("checksum", checksum, "s", note=verdict.badge)
    lead = record.read(0, record.n_samples)[0].astype(np.float64)
    sleepecg_s = _sleepecg(lead, record.fs)
    part = lead[: round(GQRS_S * record.fs)]
    gqrs = library().processing.gqrs_detect
    _, gqrs_s = timed(lambda: gqrs(sig=part, fs=record.fs))
    gqrs_s *= record.duration_s / GQRS_S
    peer = "sleepecg, one lead in memory" if sleepecg_s else "sleepecg (not installed)"
    found, scan_s = timed(lambda: list(scan(record, detection=DETECTION))[-1].scan)
    assert found is not None
    note = f"{found.n_beats:,} beats, both leads, reading included"
    yield Figure("R peaks (scan), beside sleepecg", scan_s, "s", None, peer, sleepecg_s, note)
    note = f"gqrs: {GQRS_S:g} s of one lead, scaled to the whole"
    yield Figure("R peaks (scan), beside gqrs", scan_s, "s", None, "wfdb gqrs", gqrs_s, note)
    _, context_s = timed(lambda: _context(record, found))
    yield Figure("context, cleaning included", context_s, "s", note="two leads, a stretch a core")
    total = checksum + scan_s + context_s
    yield Figure(
        "checksum + R peaks + cleaning + context", total, "s", BAR_S, note="one after the other"
    )
    _, cleaning_s = timed(lambda: _clean(record))
    yield Figure(
        "cleaning alone", cleaning_s, "s", note="two leads, one thread; part of the context's time"
    )


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What a piece of work gives, and its seconds."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _sleepecg(lead: np.ndarray, fs: float) -> float | None:
    try:
        from sleepecg.heartbeats import detect_heartbeats
    except ImportError:
        return None
    return timed(lambda: detect_heartbeats(lead, fs))[1]


def _context(record: Record, found: Scan) -> None:
    inputs = default_inputs(record, prep=PAPER)
    read = readings(record, found, inputs, prep=PAPER)
    # as an analysis of the whole does it
    cleaned = CleanedSignal(
        TimeGrid(record), read.channels, keep=CONTEXT.stretch_blocks * cores() + 2
    )
    source = ContextSource(found, cleaned, read.parts, in_turn=True)
    step = 1000
    for first in range(0, found.n_beats, step):
        source.of(np.arange(first, min(first + step, found.n_beats)))


def _clean(record: Record) -> None:
    grid = TimeGrid(record)
    cleaned = CleanedSignal(grid, record.ecg_leads)
    for index in range(grid.n_blocks):
        cleaned.block(index)
