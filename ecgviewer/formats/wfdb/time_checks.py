"""Whether every lead lies within the record, and segments where their own start times say."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ecgviewer.errors import counted
from ecgviewer.formats.wfdb.header import Header, Signal
from ecgviewer.formats.wfdb.segment import Group, Segment
from ecgviewer.formats.wfdb.timeline import Timeline
from ecgviewer.record import Finding

# Heads of a tape recorder lie some hundredths of a second apart; at 0.5 s each beat is found twice.
SKEW_PLAUSIBLE_S = 0.1
# Start times may be whole seconds, and a recorder's clock drift by 9 s a day.
START_TOLERANCE_S, CLOCK_DRIFT = 2.0, 1e-4
MAX_PLACES = 4  # of a repeated segment, listed
_DAY_S = 86_400.0
_SOME_DAY = datetime(2000, 1, 1)  # noqa: DTZ001  # a recording's own clock, wherever it stood


def has_skew(timeline: Timeline) -> bool:
    """Whether any lead is said to lag behind the others."""
    return any(signal.skew for s in timeline.segments for signal in s.header.signals)


def skews(timeline: Timeline) -> Iterator[Finding]:
    """Leads that their skew moves out of the record, wholly or further than any recorder does."""
    for segment in timeline.segments:
        for group in segment.groups:
            for i in group.signals:
                yield from _skew(timeline, segment, group, segment.header.signals[i])


def _skew(timeline: Timeline, segment: Segment, group: Group, signal: Signal) -> Iterator[Finding]:
    if group.file is None:
        return
    held, seconds = group.file.n_frames, signal.skew / timeline.header.fs
    place = f"segment {segment.header.name}, " if timeline.header.segments else ""
    said = f"{place}{signal.name}: a skew of {counted(signal.skew, 'sample')} ({seconds:,.3g} s)"
    if signal.skew >= held > 0:
        message = (
            f"{said} shifts it out of the record, of which {held:,} samples are there: nothing of "
            "it is shown; the header is damaged or not of this file"
        )
        yield Finding("skew", "error", message)
    elif seconds > SKEW_PLAUSIBLE_S:
        message = (
            f"{said} is more than recorders have: it may lie at a wrong time, and its end is "
            "missing; compare with the source"
        )
        yield Finding("skew", "warning", message)


def repeats(timeline: Timeline) -> Iterator[Finding]:
    """Signal that stands in the record more than once: nothing is recorded twice.

    A segment listed again counts, with a start time of its own or without, and so does another
    segment that begins at the same place of the same signal file.
    """
    places: dict[tuple[Path, int], list[tuple[float, str]]] = {}
    for span in timeline.spans:
        if span.segment is None or span.stop == span.start:
            continue
        signals, at = span.segment.header.signals, (span.start / timeline.header.fs)
        for group in span.segment.groups:
            if group.file is not None:
                key = group.file.path, signals[group.signals[0]].offset or 0
                places.setdefault(key, []).append((at, span.segment.header.name))
    said: set[tuple[tuple[float, str], ...]] = set()  # once, however many files a segment has
    for found in map(tuple, places.values()):
        if len(found) > 1 and found not in said:
            said.add(found)
            yield Finding("segments", "warning", _repeated(found))


def _repeated(found: tuple[tuple[float, str], ...]) -> str:
    names = " and ".join(dict.fromkeys(name for _, name in found))
    clocks = [str(timedelta(seconds=round(at))) for at, _ in found[:MAX_PLACES]]
    more = f" and {len(found) - MAX_PLACES} more places" if len(found) > MAX_PLACES else ""
    what = f"segment {names} is" if " and " not in names else f"segments {names} are one signal,"
    return (
        f"{what} shown {len(found)} times, at {', '.join(clocks)}{more} from the start: what was "
        f"recorded once counts {len(found)} times, beats and time; another segment may belong "
        "there, compare with the source"
    )


def segment_starts(timeline: Timeline) -> Iterator[Finding]:
    """Segments whose own start is not where the record has them, each at its first place."""
    fs = timeline.header.fs
    # what the others are held against: the record's own start, or the first segment's that has one
    known: tuple[Header, float] | None = (timeline.header, 0.0)
    if timeline.header.base_time is None:
        known = None
    seen: set[int] = set()
    for span in timeline.spans:
        if span.segment is None or id(span.segment) in seen:
            continue  # of a second place `repeats` speaks
        seen.add(id(span.segment))
        header = span.segment.header
        if header.base_time is None:
            continue
        at_s = span.start / fs
        if known is None:
            known = header, at_s
            continue
        first, first_s = known
        late = _late_s(first, header, at_s - first_s)
        if abs(late) > START_TOLERANCE_S + CLOCK_DRIFT * abs(at_s - first_s):
            yield Finding("segments", "warning", _elsewhere(header, at_s, late))


def _late_s(first: Header, header: Header, apart_s: float) -> float:
    """How much later a header says it begins than its place says, seconds."""
    assert first.base_time is not None
    assert header.base_time is not None
    if first.base_date is not None and header.base_date is not None:
        own = datetime.combine(header.base_date, header.base_time)
        said = own - datetime.combine(first.base_date, first.base_time)
        return said.total_seconds() - apart_s
    # without a date, the day is the one that fits best
    said = _clock(header) - _clock(first)
    return (said.total_seconds() - apart_s + _DAY_S / 2) % _DAY_S - _DAY_S / 2


def _clock(header: Header) -> datetime:
    assert header.base_time is not None
    return datetime.combine(_SOME_DAY, header.base_time)


def _elsewhere(header: Header, at_s: float, late: float) -> str:
    way = "later" if late > 0 else "earlier"
    return (
        f"segment {header.name} begins {timedelta(seconds=round(abs(late)))} {way} by its own "
        f"header than at its place in the record ({timedelta(seconds=round(at_s))} from the "
        "start): segments may be in a wrong order, or time between them is missing; do not rely "
        "on times from here on"
    )
