"""Segments on one time axis: a record laid out, and its samples read."""

import bisect
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.formats.wfdb.header import NO_FILE, Header, Signal, beside
from ecgviewer.formats.wfdb.header_parser import read_header
from ecgviewer.formats.wfdb.scales import ecg_of, names_of, per_frame_of, scales_of
from ecgviewer.formats.wfdb.segment import Segment, open_segment
from ecgviewer.record import Finding, RecordError, SampleReader

# A longer claim than this is a wrong number, and would keep a scan busy for hours.
MAX_DAYS = 100
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
        return name in names_of(self.signals, self.ecg)


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
    days = timeline.n_frames / header.fs / 86_400
    if days > MAX_DAYS:
        raise RecordError(
            header.path,
            f"the header claims {days:,.0f} days, at most {MAX_DAYS} are read; it is damaged, "
            "copy it again",
        )
    if timeline.fs < SLOWEST_ECG_HZ:
        return replace(timeline, ecg=(False,) * len(timeline.ecg))
    return timeline


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
    findings: list[Finding] = []
    opened: dict[str, Segment | None] = {}
    layout: Header | None = None
    spans: list[Span] = []
    at = 0
    for i, line in enumerate(header.segments):
        if i == 0 and line.n_frames == 0 and line.name != NO_FILE:
            layout = _read(header, line.name, findings)
            continue
        if line.name not in opened:
            opened[line.name] = _open(header, line.name, findings)
        segment = opened[line.name]
        claimed = segment.header.n_frames if segment is not None else None
        if claimed is not None and claimed != line.n_frames:
            findings.append(
                Finding(
                    "segments",
                    "error",
                    f"segment {line.name}: {claimed:,} samples by its own header, "
                    f"{line.n_frames:,} by the record's; what follows may lie at a wrong time",
                )
            )
        spans.append(Span(at, at + line.n_frames, segment))
        at += line.n_frames
    if header.n_frames is not None and header.n_frames != at:
        message = f"the segments add up to {at:,} samples, the header says {header.n_frames:,}"
        findings.append(Finding("segments", "error", message))
    segments = [span.segment for span in spans if span.segment is not None]
    if not segments:
        raise RecordError(header.path, "none of its segments can be read; put them beside it")
    variable = layout is not None
    signals = layout.signals if layout is not None else segments[0].header.signals
    if len(signals) != header.n_signals:
        message = f"{len(signals)} signals in its segments, {header.n_signals} in the header"
        findings.append(Finding("segments", "error", message))
    names = _numbered([signal.name for signal in signals])
    placed = {
        id(segment): _leads(segment, names, variable, findings)
        for segment in {id(s): s for s in segments}.values()
    }
    every = tuple(signal for segment in segments for signal in segment.header.signals)
    described = _described(signals, every)
    ecg = ecg_of(described)
    return Timeline(
        header,
        described,
        tuple(replace(s, leads=placed.get(id(s.segment), ())) for s in spans),
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


def _read(header: Header, name: str, findings: list[Finding]) -> Header | None:
    """A segment's header; None, with a finding, where it cannot be read."""
    path = beside(header.path, f"{name}.hea")
    try:
        segment = read_header(path)
        if segment.segments:
            raise RecordError(path, "a segment cannot have segments itself")
        if segment.fs != header.fs:
            raise RecordError(path, f"its rate is {segment.fs:g} Hz, the record's {header.fs:g} Hz")
    except RecordError as error:
        message = f"segment {name}: {error.reason}; it is shown as a gap"
        findings.append(Finding("segments", "error", message))
        return None
    return segment


def _open(header: Header, name: str, findings: list[Finding]) -> Segment | None:
    if name == NO_FILE:
        return None
    segment = _read(header, name, findings)
    if segment is None:
        return None
    try:
        return open_segment(segment)
    except RecordError as error:
        message = f"segment {name}: {error.reason}; it is shown as a gap"
        findings.append(Finding("segments", "error", message))
        return None


def _leads(
    segment: Segment, names: list[tuple[str, int]], variable: bool, findings: list[Finding]
) -> tuple[int | None, ...]:
    """The record's lead for each of a segment's signals: by name where the layout varies."""
    signals = segment.header.signals
    if not variable:
        if len(signals) != len(names):
            name = segment.header.name
            message = f"segment {name}: {len(signals)} signals instead of {len(names)}"
            findings.append(Finding("segments", "error", message))
        return tuple(i if i < len(names) else None for i in range(len(signals)))
    place = {name: i for i, name in enumerate(names)}
    leads = tuple(place.get(name) for name in _numbered([signal.name for signal in signals]))
    for signal, lead in zip(signals, leads, strict=True):
        if lead is None and signal.file != NO_FILE:
            message = (
                f"segment {segment.header.name}: {signal.name} is not in the record's layout; "
                "it is not shown"
            )
            findings.append(Finding("segments", "warning", message))
    return leads


def _numbered(names: list[str]) -> list[tuple[str, int]]:
    """Names told apart by how often each came before."""
    return [(name, names[:i].count(name)) for i, name in enumerate(names)]


def _described(signals: tuple[Signal, ...], every: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """A layout's signals as the first segment that has them describes them, with gain and unit."""
    first: dict[str, Signal] = {}
    for signal in every:
        if signal.file != NO_FILE:
            first.setdefault(signal.name, signal)
    return tuple(first.get(signal.name, signal) for signal in signals)


def _why_empty(timeline: Timeline) -> str:
    reasons = [g.reason for s in timeline.segments for g in s.groups if g.reason]
    if reasons:
        return f"no sample can be shown: {reasons[0]}"
    return "it holds no samples; copy the signal files again from their source"
