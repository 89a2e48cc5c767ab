"""Which channels are read: by name and unit as the format says, else by the signal, or as asked."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgviewer.formats.ecg_leads import mv_per_unit, unknown_unit
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Lead, Record, RecordError
from ecgviewer.signal.ecg_like import looks_like_ecg, pieces
from ecgviewer.signal.grid import TimeGrid

MOST_WANTED = 2  # inputs that the networks have
_UNLIKE = "its name says nothing and no QRS complexes were seen in it"
_SEEN = "its name says nothing; QRS complexes were seen in it"
_DOUBTFUL = "its name says nothing and no QRS complexes were seen in it: read for want of another"
_NOT_ASKED = "other leads were asked for"


def open_recording(path: Path | str, *, wanted: Sequence[str] = ()) -> Record:
    """Open a recording and settle which of its channels are read as ECG leads.

    Reads no more than its header, and of channels whose names say nothing three pieces of 30 s.

    Parameters
    ----------
    path : Path or str
        As `formats.readers.open_record` takes it.
    wanted : sequence of str
        One or two channels to be read, by name or number from 1, in the order of the networks'
        inputs; none: they are found by rule.

    Returns
    -------
    Record

    Raises
    ------
    RecordError
        Where no sample can be shown, or there is no such channel.
    """
    record = open_record(path)
    if not wanted:
        return settled(record)
    chosen = tuple(_channel(record, name) for name in wanted)
    if len(set(chosen)) < len(chosen):
        raise RecordError(record.path, f"{' and '.join(wanted)} are one and the same channel")
    return reading_alone(record, chosen)


def reopened(path: Path, chosen: tuple[int, ...]) -> Record:
    """The same recording as another process opened it, of whose record `chosen` is."""
    record = open_record(path)
    return reading_alone(record, chosen) if chosen else settled(record)


def wanted_leads(text: str) -> tuple[str, ...]:
    """The channels that "II,V1" or "3" asks for; none for empty text.

    Raises
    ------
    ValueError
        Where it names none, more than two or one twice; one sentence.
    """
    if not text:
        return ()
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise ValueError(f"{text!r} names no lead: give one or two, such as II or II,V1 or 3")
    if len(names) > MOST_WANTED:
        raise ValueError(f"{text!r} names {len(names)} leads; the networks read one or two")
    if len({name.casefold() for name in names}) < len(names):
        raise ValueError(f"{text!r} names a lead twice")
    return names


def settled(record: Record) -> Record:
    """A recording whose signal has said which of its channels are ECG leads.

    Nothing is read, and the record is the one given, where names and units have said so.
    """
    asked = [i for i in record.ecg_leads if not record.leads[i].by_name]
    if not asked:
        return record
    seen = _like_ecg(record, asked)
    # nothing seen may be fibrillation: what is recorded in volts is read all the same
    kept = seen or {i for i in asked if mv_per_unit(record.leads[i].unit) is not None}
    leads = list(record.leads)
    for i in asked:
        said = (_SEEN if seen else _DOUBTFUL) if i in kept else _UNLIKE
        leads[i] = _told(leads[i], said, is_ecg=i in kept)
    return _with_leads(record, tuple(leads), chosen=())


def reading_alone(record: Record, chosen: tuple[int, ...]) -> Record:
    """A recording of which these channels are read, in this order, and no others."""
    leads = []
    for i, lead in enumerate(record.leads):
        if i in chosen:
            scaled = lead.adc_per_unit is not None and mv_per_unit(lead.unit) is not None
            remark = "" if mv_per_unit(lead.unit) is not None else unknown_unit(lead.unit)
            leads.append(replace(lead, is_ecg=True, calibrated=scaled, by_name=True, remark=remark))
        else:
            calibrated = lead.adc_per_unit is not None
            remark = _NOT_ASKED if lead.is_ecg else lead.remark
            leads.append(replace(lead, is_ecg=False, calibrated=calibrated, remark=remark))
    return _with_leads(record, tuple(leads), chosen=chosen)


def _channel(record: Record, name: str) -> int:
    """The channel of that name, or of that number from 1."""
    there = [lead.name for lead in record.leads]
    plain = [" ".join(other.split()).casefold() for other in there]
    same = [i for i, other in enumerate(there) if other == name]
    alike = same or [i for i, other in enumerate(plain) if other == name.casefold()]
    if not alike and name.isascii() and name.isdigit() and 1 <= int(name) <= len(there):
        alike = [int(name) - 1]
    if len(alike) == 1:
        return alike[0]
    listed = ", ".join(f"{i} {other}" for i, other in enumerate(there, start=1))
    problem = f"there is no channel {name!r}"
    if alike:
        problem = f"{len(alike)} channels are named {name!r}, give a number"
    raise RecordError(record.path, f"{problem}; there are {listed}")


def _like_ecg(record: Record, channels: Sequence[int]) -> set[int]:
    """Those of some channels in whose pieces QRS complexes are seen."""
    grid = TimeGrid(record)
    read = [grid.read(low, high) for low, high in pieces(grid.n_samples)]
    found = set()
    for i in channels:
        parts = [np.where(gap[i], np.nan, ecg[i]) for ecg, gap in read]
        if looks_like_ecg([part[np.isfinite(part)] for part in parts]):
            found.add(i)
    return found


def _told(lead: Lead, said: str, *, is_ecg: bool) -> Lead:
    remark = "; ".join(filter(None, (said, lead.remark if is_ecg else "")))
    calibrated = lead.calibrated if is_ecg else lead.adc_per_unit is not None
    return replace(lead, is_ecg=is_ecg, calibrated=calibrated, remark=remark)


def _with_leads(record: Record, leads: tuple[Lead, ...], *, chosen: tuple[int, ...]) -> Record:
    """The recording with other ECG leads, its values in the units that these say."""
    ecg = tuple(lead.is_ecg for lead in leads)
    same = ecg == tuple(lead.is_ecg for lead in record.leads)
    reader = record.reader if same or record.reading is None else record.reading(ecg)
    return replace(record, leads=leads, reader=reader, chosen=chosen)
