"""The segments that a multi-segment header lists: opened once each, and held against it."""

import os
from collections import Counter

from ecgviewer.formats.wfdb.header import NO_FILE, Header, SegmentLine, Signal, beside
from ecgviewer.formats.wfdb.header_parser import read_header
from ecgviewer.formats.wfdb.segment import Segment, open_segment
from ecgviewer.record import Finding, RecordError

# Of so many missing headers each is looked for by itself, with all that is known of why; of more
# the folder's list decides.
_MISSING_ONE_BY_ONE = 50
_HEADER = ".hea"
# Signals of all segments, each as often as it is listed: reading takes some microseconds for each.
# The largest record published has 60,000 segments with a few signals.
MAX_PIECES = 1_000_000


class Opener:
    """Opens what a header lists and collects what is wrong with it; not used again.

    Parameters
    ----------
    header : Header
        With segments.

    Attributes
    ----------
    findings : list of Finding
        So far.
    """

    def __init__(self, header: Header) -> None:
        self.findings: list[Finding] = []
        self._header = header
        self._opened: dict[str, Segment | None] = {NO_FILE: None}
        self._told: set[str] = set()  # segments whose length was found to be another
        self._failed = self._missing = self._pieces = 0
        self._there: set[str] | None = None

    def layout(self, name: str) -> Header | None:
        """The header that describes every lead; None, with a finding, where it cannot be read."""
        return self._read(name)

    def segment(self, line: SegmentLine) -> Segment | None:
        """The segment of a line; None for a gap and, with a finding, where it cannot be read."""
        name = line.name
        if name not in self._opened:
            self._opened[name] = self._open(name)
        segment = self._opened[name]
        self._pieces += 0 if segment is None else len(segment.header.signals)
        if self._pieces > MAX_PIECES:
            raise RecordError(
                self._header.path,
                f"its segments have more than {MAX_PIECES:,} signals in all, which are the most "
                "that are read; the header is damaged, copy it again",
            )
        claimed = None if segment is None else segment.header.n_frames
        if claimed is not None and claimed != line.n_frames and name not in self._told:
            self._told.add(name)
            self._error(
                f"segment {name}: {claimed:,} samples by its own header, {line.n_frames:,} by the "
                "record's; what follows may lie at a wrong time"
            )
        return segment

    def finish(self) -> None:
        """Say what was only counted."""
        if self._missing:
            self._error(
                f"the headers of {self._missing:,} more segments are missing; shown as gaps"
            )

    def _open(self, name: str) -> Segment | None:
        if self._failed >= _MISSING_ONE_BY_ONE and not self._is_there(name):
            self._missing += 1
            return None
        segment = self._read(name)
        try:
            if segment is not None:
                return open_segment(segment)
        except RecordError as error:
            self._error(f"segment {name}: {error.reason}; it is shown as a gap")
        self._failed += 1
        return None

    def _is_there(self, name: str) -> bool:
        """Whether the folder has such a file, in whatever case; where it cannot be listed, yes."""
        if self._there is None:
            try:
                names = os.listdir(self._header.path.parent)  # noqa: PTH208  # no Path for each
            except OSError:
                return True
            self._there = {there.casefold() for there in names}
        return f"{name}{_HEADER}".casefold() in self._there

    def _read(self, name: str) -> Header | None:
        """A segment's header; None, with a finding, where it cannot be read."""
        path = beside(self._header.path, f"{name}{_HEADER}")
        wanted = self._header.fs
        try:
            segment = read_header(path)
            if segment.segments:
                raise RecordError(path, "a segment cannot have segments itself")
            if segment.fs != wanted:
                raise RecordError(
                    path, f"its rate is {segment.fs:g} Hz, the record's {wanted:g} Hz"
                )
        except RecordError as error:
            self._error(f"segment {name}: {error.reason}; it is shown as a gap")
            return None
        return segment

    def _error(self, message: str) -> None:
        self.findings.append(Finding("segments", "error", message))


def leads_of(
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
    leads = tuple(place.get(name) for name in numbered([signal.name for signal in signals]))
    for signal, lead in zip(signals, leads, strict=True):
        if lead is None and signal.file != NO_FILE:
            message = (
                f"segment {segment.header.name}: {signal.name} is not in the record's layout; "
                "it is not shown"
            )
            findings.append(Finding("segments", "warning", message))
    return leads


def numbered(names: list[str]) -> list[tuple[str, int]]:
    """Names told apart by how often each came before."""
    met: Counter[str] = Counter()
    found = []
    for name in names:
        found.append((name, met[name]))
        met[name] += 1
    return found


def described_by(signals: tuple[Signal, ...], every: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """A layout's signals as the first segment that has them describes them, with gain and unit."""
    first: dict[str, Signal] = {}
    for signal in every:
        if signal.file != NO_FILE:
            first.setdefault(signal.name, signal)
    return tuple(first.get(signal.name, signal) for signal in signals)
