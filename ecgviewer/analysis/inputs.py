"""Which channels the networks read by their names, and where windows lie."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecgviewer.beats.scan import Scan
from ecgviewer.errors import and_list
from ecgviewer.formats.dead_leads import DEAD_SHARE
from ecgviewer.record import Record
from ecgviewer.signal.leads import choose_inputs
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.spans import union
from ecgviewer.signal.windows import Bounds, window_bounds

# A recording shorter than this says too little of its own rhythm and shapes for networks that take
# context: cut into 10 s, V beats of training patients are found three times in four (train/LOG.md).
SHORT_S = 120.0
_NO_LEAD = "The recording has no ECG lead."
_MOST_NAMED = 6  # leads in one sentence

Inputs = tuple[int | None, int | None]


def rows_of(inputs: Inputs, channels: Sequence[int]) -> tuple[int | None, ...]:
    """Row of each network input among channels; None where there is no lead."""
    return tuple(None if i is None else channels.index(i) for i in inputs)


def bounds_of(result: Scan, indices: NDArray[np.int64], prep: Preprocessing) -> Bounds:
    """Bounds of some beats' windows."""
    return window_bounds(
        result.positions[indices], result.before[indices], result.after[indices], prep
    )


def default_inputs(record: Record, *, prep: Preprocessing) -> Inputs:
    """Channels for the two network inputs: those that the user asked for, else by lead name."""
    if record.chosen:
        first, *rest = record.chosen
        return first, rest[0] if rest else None
    return choose_inputs([lead.name for lead in record.leads], record.ecg_leads, prep=prep)


def why_not_classified(record: Record, *, prep: Preprocessing) -> str:
    """Why no beat of this recording can get a class; empty where it can."""
    if not record.ecg_leads:
        reasons = _in_words(
            [f"{lead.name} ({lead.remark})" for lead in record.leads if lead.remark]
        )
        return f"The recording has no ECG lead: {reasons}." if reasons else _NO_LEAD
    if record.fs < prep.min_fs_hz:
        return (
            f"Beats are marked but not classified: {record.fs:g} Hz is below the"
            f" {prep.min_fs_hz:g} Hz that the networks need."
        )
    return ""


def why_nothing_read(record: Record, result: Scan) -> str:
    """Why nothing was found: every lead searched is dead; empty where one is not."""
    leads = result.leads
    if not leads or any(_alive(record, result, lead) for lead in leads):
        return ""
    names = and_list([record.leads[i].name or "?" for i in leads])
    said = f"No ECG lead can be read: {names} {'is' if len(leads) == 1 else 'are'} dead throughout"
    others = [f"{lead.name} ({lead.remark})" for lead in record.leads if not lead.is_ecg]
    return f"{said}; not read: {_in_words(others)}." if others else f"{said}."


def _alive(record: Record, result: Scan, lead: int) -> bool:
    """Whether a lead is there, and moves, in more of the recording than a dead one."""
    gone = [
        (s.start, s.stop)
        for s in result.stretches
        if s.kind in {"gap", "flat"} and s.lead in {None, lead}
    ]
    spans = union(np.array(gone, np.int64).reshape(-1, 2))
    return int(np.diff(spans).sum()) < (1 - DEAD_SHARE) * record.n_samples


def remarks(record: Record) -> str:
    """What to know of the leads that are read: a unit that is no voltage, a name that says nothing.

    Empty where there is nothing to say.
    """
    read = [record.leads[i] for i in record.ecg_leads]
    return _in_words([f"{lead.name}: {lead.remark}" for lead in read if lead.remark])


def chosen_by(record: Record) -> Literal["user", "name", "signal"]:
    """Who said which channels are read."""
    if record.chosen:
        return "user"
    asked = any(not lead.by_name for lead in record.leads)
    return "signal" if asked else "name"


def _in_words(said: list[str]) -> str:
    more = len(said) - _MOST_NAMED
    return "; ".join([*said[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
