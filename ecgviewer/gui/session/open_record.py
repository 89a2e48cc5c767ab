"""What is known of the open recording, and its beats as table columns; no Qt, no threads."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.cache.cache import CachedResult, FileHashes
from ecgviewer.analysis.inputs import Inputs, why_not_classified
from ecgviewer.beats.beat import Beat
from ecgviewer.beats.columns import Columns
from ecgviewer.beats.log import BeatLog, flag_bits
from ecgviewer.beats.scan import Scan
from ecgviewer.findings.rate import across
from ecgviewer.findings.summary import Summary, TimeBase, summarise, time_base
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record, Verdict
from ecgviewer.signal.quality import Stretch, unreadable

_PAUSE = np.uint16(flag_bits("pause"))


@dataclass
class OpenRecord:
    """One recording and everything known of it; filled on the window's thread alone.

    Attributes
    ----------
    record : Record
        The recording.
    run_id : int
        Number of the run whose results count.
    inputs : (int or None, int or None)
        Channels the networks read.
    verdict : Verdict
        What is known of the files' integrity.
    log : BeatLog
        Its beats so far.
    scan : Scan or None
        None while beats are being found.
    stretches : tuple of Stretch
        Gaps, flat and noisy stretches found so far.
    hashed : FileHashes or None
        Its files as they were before the scan began; None where that is not known.
    classified_by : Ensemble or None
        Who gives the classes; None before the first.
    kept_since : datetime or None
        When an earlier run kept these results; None where they are this run's own.
    """

    record: Record
    run_id: int
    inputs: Inputs
    verdict: Verdict
    log: BeatLog = field(default_factory=BeatLog)
    scan: Scan | None = None
    stretches: tuple[Stretch, ...] = ()
    hashed: FileHashes | None = None
    classified_by: Ensemble | None = None
    kept_since: datetime | None = None
    _known_of: "_TimeTable | None" = None

    def take(self, kept: CachedResult) -> None:
        """Take over the results of an earlier run."""
        self.log, self.scan = kept.results.log, kept.results.scan
        self.stretches, self.kept_since = self.scan.stretches, kept.made

    def ending(self, *, whole: bool, took: str) -> str:
        """What to say when a run has ended, at its end or before, besides the counts."""
        if not whole:
            return "" if self.scan else "not all beats are found yet"
        if self.kept_since is not None:
            return f"results kept on {self.kept_since.astimezone():%Y-%m-%d at %H:%M}"
        reason = why_not_classified(self.record)
        return reason or (f"in {took}" if self.log.n_beats else "")

    def start_classes(self, n_members: int) -> None:
        """The beats in a new log without classes; the old one stays as it is for who has it."""
        samples, self.log = self.log.samples, BeatLog(n_members=n_members)
        self.log.extend(samples)
        self.kept_since = None

    def time_s(self, index: int) -> float:
        """R peak of a beat, seconds from the record's start."""
        return float(self.log.samples[index]) / self.record.fs

    def beat(self, index: int) -> Beat:
        """One beat as it is known now."""
        return self.log.beat(index)

    def times_s(self) -> NDArray[np.float64]:
        """(n,) R peaks, seconds from the record's start."""
        times: NDArray[np.float64] = self.log.samples / self.record.fs
        return times

    def summary(self) -> Summary:
        """Figures as they are known now."""
        return summarise(self.record, self.log, self.scan, on=self._known().ground)

    def columns(self) -> Columns:
        """Every beat, for the table."""
        log, known = self.log, self._known()
        confidence = log.confidence.copy()
        confidence[(log.flags & _PAUSE) != 0] = np.nan
        return Columns(
            time_s=known.time_s,
            classes=log.classes.copy(),
            confidence=confidence,
            rr_ms=known.rr_ms,
            hr_bpm=known.hr_bpm,
            flags=log.flags.copy(),
        )

    def _known(self) -> "_TimeTable":
        """What the beats' places decide; made anew only when there are more of them."""
        known = self._known_of
        if known is None or not known.holds(self.log.n_beats, self.scan, self.stretches):
            known = self._known_of = self._find_out()
        return known

    def _find_out(self) -> "_TimeTable":
        samples = self.log.samples
        leads = self.record.ecg_leads if self.scan is None else self.scan.leads
        gaps = unreadable(tuple(s for s in self.stretches if s.kind == "gap"), leads)
        rr_ms = np.full(len(samples), np.nan)
        rr_ms[1:] = np.diff(samples) * (1000 / self.record.fs)
        rr_ms[across(samples, gaps)] = np.nan
        rr_ms[rr_ms <= 0] = np.nan
        return _TimeTable(
            (self.scan, self.stretches),
            time_base(self.record, samples, self.scan),
            samples / self.record.fs,
            rr_ms,
            60_000 / rr_ms,
        )


@dataclass(frozen=True)
class _TimeTable:
    """Figures and columns of beats (n,) that no class changes, and what they were made of."""

    of: tuple[Scan | None, tuple[Stretch, ...]]
    time_base: TimeBase
    time_s: NDArray[np.float64]
    rr_ms: NDArray[np.float64]
    hr_bpm: NDArray[np.float64]

    def holds(self, n_beats: int, scan: Scan | None, stretches: tuple[Stretch, ...]) -> bool:
        return len(self.time_s) == n_beats and self.of[0] is scan and self.of[1] is stretches
