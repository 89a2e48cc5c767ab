"""An open record whose beats a test sets, as a user's edits do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.columns import ANEW, Beats, Origin
from ecgviewer.beats.log import BeatLog
from ecgviewer.gui.session.open_record import OpenRecord
from ecgviewer.gui.style.patient import Identity, identify
from ecgviewer.record import Record, Verdict
from ecgviewer.signal.params import PAPER
from tests.gui.synthetic import synthetic


def opened(log: BeatLog | None = None, record: Record | None = None, **known: Any) -> OpenRecord:
    """A recording with the beats of a log, none where there is no log."""
    record = record or synthetic(seconds=60)
    known |= {
        "prep": PAPER,
        "inputs": (0, 1),
        "verdict": Verdict((), True),
        "log": log or BeatLog(),
    }
    edited = OpenRecord(record=record, run_id=1, **known)
    edited.see(ANEW)
    return edited


def identity(record: OpenRecord, *, hide: bool = False) -> Identity:
    return identify(record.record, hide=hide)


def made_beats(
    sample: NDArray[np.int64],
    beat_class: NDArray[np.int8],
    *,
    ids: NDArray[np.int64] | None = None,
    confidence: NDArray[np.float64] | None = None,
    flags: NDArray[np.uint16] | None = None,
) -> Beats:
    """Beats from columns (n,), by a machine that said nothing else of them."""
    n = len(sample)
    log = BeatLog()
    log.extend(sample)
    return Beats(
        id=np.arange(n) if ids is None else ids,
        sample=sample,
        beat_class=beat_class,
        origin=np.full(n, Origin.MACHINE, np.int8),
        confidence=np.full(n, np.nan) if confidence is None else confidence,
        flags=np.zeros(n, np.uint16) if flags is None else flags,
        machine=log,
        revision=1,
    )
