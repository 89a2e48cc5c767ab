"""Which channels are read: by name and unit as the format says, else by the signal, or as asked."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgviewer.errors import and_list
from ecgviewer.formats.channel_names import is_place_alone
from ecgviewer.formats.dead_leads import are_dead
from ecgviewer.formats.ecg_leads import mv_per_unit, roles, unknown_unit
from ecgviewer.formats.readers import open_record
from ecgviewer.record import Lead, Record, RecordError
from ecgviewer.signal.ecg_like import looks_like_ecg, pieces
from ecgviewer.signal.grid import TimeGrid

MOST_WANTED = 2  # inputs that the networks have
_NO_NAME, _PLACE = "its name says nothing", "its name stands for a belt or an electrode"
_UNLIKE = " and no QRS complexes were seen in it"
_SEEN = "; QRS complexes were seen in it"
_DOUBTFUL = " and no QRS complexes were seen in it: read for want of another"
_DEAD = "it is dead throughout: missing or flat"
_NOT_ASKED = "other leads were asked for"


def open_recording(path: Path | str, *, wanted: Sequence[str] = ()) -> Record:
    """Open a recording and settle which of its channels are read as ECG leads.

    Reads no more than its header, and of channels whose names say nothing three pieces of 30 s;
    where there are such beside named ones, of these what it takes to see that one is alive.

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

    Nothing is read, and the record is the one given, where names and units have said so, unless
    there are channels whose names say nothing beside those named: these are read where all that
    are named are dead.
    """
    asked = [i for i, lead in enumerate(record.leads) if not lead.by_name]
    if asked:
        seen = _like_ecg(record, asked)
        # nothing seen may be fibrillation: what is recorded in volts is read all the same
        doubtful = [] if seen else [i for i in asked if record.leads[i].is_ecg]
        kept = seen or {i for i in doubtful if mv_per_unit(record.leads[i].unit) is not None}
        return _judged(record, asked, kept, _SEEN if seen else _DOUBTFUL)
    named, spare = record.ecg_leads, _spare(record)
    if not named or not spare or not are_dead(record, named) or _like_ecg(record, named):
        return record  # what is dead by its millivolts may have a wrong gain
    seen = _like_ecg(record, spare)
    if not seen:  # the names stay the better reason to look there
        return _judged(record, spare, set(), "", by_name=True)
    leads = [
        replace(_left_out(lead, _DEAD), dead=True) if i in named else lead
        for i, lead in enumerate(record.leads)
    ]
    names = and_list([record.leads[i].name or "?" for i in named])
    said = f"{_SEEN}; {names} {'is' if len(named) == 1 else 'are'} dead throughout"
    return _judged(replace(record, leads=tuple(leads)), spare, seen, said)


def reading_alone(record: Record, chosen: tuple[int, ...]) -> Record:
    """A recording of which these channels are read, in this order, and no others."""
    leads = [
        _read(lead, "", by_name=True)
        if i in chosen
        else _left_out(lead, _NOT_ASKED if lead.is_ecg else lead.remark)
        for i, lead in enumerate(record.leads)
    ]
    return _with_leads(record, tuple(leads), chosen=chosen)


def _spare(record: Record) -> list[int]:
    """Channels that the signal would be asked of, were there none of a lead's name."""
    rest = [i for i, lead in enumerate(record.leads) if not lead.is_ecg]
    said = roles([(record.leads[i].name, record.leads[i].unit) for i in rest])
    return [i for i, role in zip(rest, said, strict=True) if not role.by_name]


def _judged(
    record: Record, asked: Sequence[int], kept: set[int], said: str, *, by_name: bool = False
) -> Record:
    """The recording with some of the channels asked of read, for the reason said."""
    leads = list(record.leads)
    for i in asked:
        place = is_place_alone(leads[i].name)
        if i in kept:
            leads[i] = _read(leads[i], f"{_PLACE if place else _NO_NAME}{said}", by_name=by_name)
        else:
            unlike = f"{_PLACE if place else _NO_NAME}{_UNLIKE}"
            leads[i] = replace(_left_out(leads[i], unlike), by_name=by_name)
    return _with_leads(record, tuple(leads), chosen=())


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


def _read(lead: Lead, said: str, *, by_name: bool) -> Lead:
    """A channel as an ECG lead, whatever its name is."""
    in_volts = mv_per_unit(lead.unit) is not None
    remark = "; ".join(filter(None, (said, "" if in_volts else unknown_unit(lead.unit))))
    scaled = lead.adc_per_unit is not None and in_volts
    return replace(lead, is_ecg=True, calibrated=scaled, by_name=by_name, remark=remark)


def _left_out(lead: Lead, said: str) -> Lead:
    return replace(lead, is_ecg=False, calibrated=lead.adc_per_unit is not None, remark=said)


def _with_leads(record: Record, leads: tuple[Lead, ...], *, chosen: tuple[int, ...]) -> Record:
    """The recording with other ECG leads, its values in the units that these say."""
    ecg = tuple(lead.is_ecg for lead in leads)
    same = ecg == tuple(lead.is_ecg for lead in record.leads)
    reader = record.reader if same or record.reading is None else record.reading(ecg)
    return replace(record, leads=leads, reader=reader, chosen=chosen)
