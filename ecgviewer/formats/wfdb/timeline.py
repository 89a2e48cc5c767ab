"""Segments on one time axis: a record laid out, and its samples read."""

import bisect
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.formats.wfdb.header import NO_FILE, Header, Signal
from ecgviewer.formats.wfdb.header_parser import FS_LIMITS_HZ
from ecgviewer.formats.wfdb.scales import ecg_of, names_of, per_frame_of, scales_of
from ecgviewer.formats.wfdb.segment import Segment, open_segment
from ecgviewer.formats.wfdb.segments import Opener, described_by, leads_of, numbered
from ecgviewer.record import Finding, RecordError, SampleReader

# A longer claim than this is a wrong number, and would keep a scan busy for hours.
MAX_DAYS = 100
# A record of more than six hours lasts no longer than so many times what its files hold, each
# counted once: its length is the work of who reads it.
EMPTY_DAYS, EMPTY_TIMES = 0.25, 20
_DAY_S = 86_400
# Below a sample a second no beat can be seen, and nothing is looked for.
SLOWEST_ECG_HZ = 1.0


@dataclass(frozen=True)
class Span:
    """Frames [start, stop) of a record.

    Attributes
    ----------
    segment : Segment or None
        None in a gap.
    leads : tuple of int or None
        The record's lead for each signal of the segment.
    """

    start: int
    stop: int
    segment: Segment | None = None
    leads: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """A record laid out.

    Attributes
    ----------
    header : Header
        The header that was opened.
    signals : tuple of Signal
        One per lead, as first described.
    spans : tuple of Span
        In order, without holes.
    per_frame : int
        Samples per frame of the record: the most of any ECG lead.
    n_frames : int
        Length.
    headers : tuple of Path
        Header files, the opened one first.
    ecg : tuple of bool
        Which leads are ECG leads, and so read in mV.
    findings : tuple of Finding
        What is wrong with the segments.
    """

    header: Header
    signals: tuple[Signal, ...]
    spans: tuple[Span, ...]
    per_frame: int
    n_frames: int
    headers: tuple[Path, ...]
    ecg: tuple[bool, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def fs(self) -> float:
        """Samples per second, Hz."""
        return self.header.fs * self.per_frame

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Each segment once, in order of first appearance."""
        found = {id(s.segment): s.segment for s in self.spans if s.segment is not None}
        return tuple(found.values())

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """(n_leads, stop - start) float32 of samples within the record; NaN in gaps."""
        first, last = start // self.per_frame, -(-stop // self.per_frame)
        out = np.full((len(self.signals), (last - first) * self.per_frame), np.nan, np.float32)
        at = bisect.bisect_right(self.spans, first, key=lambda span: span.stop)
        for span in self.spans[at:]:
            if span.start >= last:
                break
            if span.segment is None:
                continue
            low, high = max(first, span.start), min(last, span.stop)
            part = out[:, (low - first) * self.per_frame : (high - first) * self.per_frame]
            wanted = [(s.unit, own) for s, own in zip(self.signals, self.ecg, strict=True)]
            scales = scales_of(span.segment.header.signals, span.leads, wanted)
            span.segment.read_into(part, span.leads, scales, low - span.start, self.per_frame)
        skip = start - first * self.per_frame
        return out[:, skip : skip + stop - start]

    def read_as(self, ecg: tuple[bool, ...]) -> SampleReader:
        """What reads these leads, and no others, in mV."""
        return replace(self, ecg=ecg).read

    def is_ecg(self, name: str) -> bool:
        """Whether an ECG lead has this name."""
        return name in self._ecg_names

    @cached_property
    def _ecg_names(self) -> set[str]:
        return names_of(self.signals, self.ecg)


def lay_out(header: Header) -> Timeline:
    """Open every segment and signal file of a record; reads no samples.

    Raises
    ------
    RecordError
        Where no sample can be shown.
    """
    timeline = _several(header) if header.segments else _single(header)
    if not any(segment.n_present for segment in timeline.segments):
        raise RecordError(header.path, _why_empty(timeline))
    _check_length(timeline)
    if timeline.fs < SLOWEST_ECG_HZ:
        return replace(timeline, ecg=(False,) * len(timeline.ecg))
    return timeline


def _check_length(timeline: Timeline) -> None:
    """Refuse a record that goes on for longer than its files can make it."""
    header = timeline.header
    days = timeline.n_frames / header.fs / _DAY_S
    if days > MAX_DAYS:
        raise RecordError(
            header.path,
            f"the header claims {days:,.0f} days, at most {MAX_DAYS} are read; it is damaged, "
            "copy it again",
        )
    if timeline.fs > FS_LIMITS_HZ[1]:
        raise RecordError(
            header.path,
            f"it has {timeline.fs:,.0f} samples a second, at most {FS_LIMITS_HZ[1]:,.0f} are read; "
            "its header is damaged, copy it again",
        )
    held = sum(segment.n_present for segment in timeline.segments) / header.fs / _DAY_S
    if days > max(EMPTY_DAYS, EMPTY_TIMES * held):
        raise RecordError(
            header.path,
            f"the header claims {days:,.1f} days, and its files hold {held * 24:,.3g} hours: it is "
            "damaged, or most of its signal files are missing; copy it again",
        )


def _single(header: Header) -> Timeline:
    segment = open_segment(header)
    n_frames = present = segment.n_present
    if header.n_frames is not None:
        # up to twice what is there, the rest was lost: a gap; beyond, it is a wrong number
        n_frames = header.n_frames if header.n_frames <= 2 * present else present
    span = Span(0, n_frames, segment, tuple(range(len(header.signals))))
    ecg = ecg_of(header.signals)
    return Timeline(
        header,
        header.signals,
        (span,),
        per_frame_of(header.signals, names_of(header.signals, ecg)),
        n_frames,
        (header.path,),
        ecg,
    )


def _several(header: Header) -> Timeline:
    opener = Opener(header)
    lines = header.segments
    layout = None
    if lines and lines[0].n_frames == 0 and lines[0].name != NO_FILE:
        layout, lines = opener.layout(lines[0].name), lines[1:]
    placed = [opener.segment(line) for line in lines]
    opener.finish()
    findings = opener.findings
    ends = list(accumulate(line.n_frames for line in lines))
    at = ends[-1] if ends else 0
    if header.n_frames is not None and header.n_frames != at:
        message = f"the segments add up to {at:,} samples, the header says {header.n_frames:,}"
        findings.append(Finding("segments", "error", message))
    segments = list({id(segment): segment for segment in placed if segment is not None}.values())
    if not segments:
        raise RecordError(header.path, "none of its segments can be read; put them beside it")
    variable = layout is not None
    signals = layout.signals if layout is not None else segments[0].header.signals
    if len(signals) != header.n_signals:
        message = f"{len(signals)} signals in its segments, {header.n_signals} in the header"
        findings.append(Finding("segments", "error", message))
    names = numbered([signal.name for signal in signals])
    leads = {id(segment): leads_of(segment, names, variable, findings) for segment in segments}
    every = tuple(signal for segment in segments for signal in segment.header.signals)
    described = described_by(signals, every)
    ecg = ecg_of(described)
    spans = (
        Span(end - line.n_frames, end, segment, leads.get(id(segment), ()))
        for line, end, segment in zip(lines, ends, placed, strict=True)
    )
    return Timeline(
        header,
        described,
        tuple(spans),
        per_frame_of(every, names_of(described, ecg)),
        at,
        _header_paths(header, layout, segments),
        ecg,
        tuple(findings),
    )


def _header_paths(
    header: Header, layout: Header | None, segments: list[Segment]
) -> tuple[Path, ...]:
    paths = [header.path, *([layout.path] if layout else []), *(s.header.path for s in segments)]
    return tuple(dict.fromkeys(paths))


def _why_empty(timeline: Timeline) -> str:
    reasons = [g.reason for s in timeline.segments for g in s.groups if g.reason]
    if reasons:
        return f"no sample can be shown: {reasons[0]}"
    return "it holds no samples; copy the signal files again from their source"
