"""What is known of the open record."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecgviewer.analysis.cache.cache import CachedResult, FileHashes
from ecgviewer.analysis.events import Known
from ecgviewer.analysis.inputs import Inputs, default_inputs, why_not_classified, why_nothing_read
from ecgviewer.analysis.leads import readings
from ecgviewer.beats.columns import ANEW, Beats, Change
from ecgviewer.beats.log import PENDING, BeatBatch, BeatLog
from ecgviewer.beats.scan import Episode, Scan, ScanStep
from ecgviewer.findings.rate import N_MEAN, no_rr_before
from ecgviewer.findings.summary import Summary, TimeBase, summarise, time_base
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Finding, Record, Verdict
from ecgviewer.report.inputs import files_found, with_files
from ecgviewer.signal.grid import TimeGrid
from ecgviewer.signal.params import Preprocessing
from ecgviewer.signal.quality import Stretch


@dataclass(frozen=True)
class TimeTable:
    """What the places of beats (n,) decide, and no class.

    Attributes
    ----------
    time_base : TimeBase
        Heart rate and readable time.
    time_s : (n,) float64
        R peaks, seconds from the record's start.
    rr_ms, hr_bpm : (n,) float64
        RR interval before each beat and its heart rate; NaN where there is none.
    """

    time_base: TimeBase
    time_s: NDArray[np.float64]
    rr_ms: NDArray[np.float64]
    hr_bpm: NDArray[np.float64]


class LeadsRead(NamedTuple):
    """Names of the leads that beats are read from, and of those that are there for none."""

    read: tuple[str, ...]
    dead: tuple[str, ...] = ()


@dataclass
class OpenRecord:
    """One record and everything known of it; filled on the window's thread alone.

    What changes the beats returns the `Change`, for the views.

    Attributes
    ----------
    record : Record
        The record.
    run_id : int
        Number of the run whose events count.
    prep : Preprocessing
        How its signal is cleaned and cut: that of the networks in use.
    inputs : (int or None, int or None)
        Channels the networks read.
    verdict : Verdict
        What is known of the files' integrity.
    log : BeatLog
        What the machine has found so far.
    beats : Beats
        The beats as the user sees them.
    scan : Scan or None
        None while beats are being found.
    stretches : tuple of Stretch
        Gaps, flat and noisy stretches found so far.
    hashes : FileHashes or None
        Its files as they were before the first scan began; None where that is not known.
    classified_by : Ensemble or None
        Who gives the classes; None before the first.
    kept_since : datetime or None
        When an earlier run kept these results; None where they are this run's own.
    """

    record: Record
    run_id: int
    prep: Preprocessing
    inputs: Inputs
    verdict: Verdict
    log: BeatLog = field(default_factory=BeatLog)
    beats: Beats = field(default_factory=lambda: Beats.of(BeatLog()))
    scan: Scan | None = None
    stretches: tuple[Stretch, ...] = ()
    hashes: FileHashes | None = None
    classified_by: Ensemble | None = None
    kept_since: datetime | None = None
    _files: tuple[Finding, ...] = ()  # what has become of the files since they were read
    _table: TimeTable | None = None

    def see_verdict(self, verdict: Verdict) -> None:
        """Take in what is known of the files; what has become of them since they were read stays.

        `report.inputs` says the latter, at an export; a verdict may come later without it.
        """
        self._files = files_found(verdict) or self._files
        self.verdict = with_files(verdict, self._files)

    def clean_as(self, prep: Preprocessing) -> bool:
        """Have the signal cleaned another way; False where that is the way so far."""
        if prep == self.prep:
            return False
        if self.inputs == default_inputs(self.record, prep=self.prep):  # a user's choice stays
            self.inputs = default_inputs(self.record, prep=prep)
        self.prep = prep
        return True

    def known(self) -> Known | None:
        """What a run that goes on need not find again; None while beats are being found."""
        if self.scan is None:
            return None
        by = self.classified_by
        classified = self.log.classes != PENDING
        return Known(self.scan, classified, self.hashes, by.computed_on if by else "")

    # -- what the machine finds -----------------------------------------------------------------

    def start_beats(self) -> Change:
        """No beats, stretches or classes: they are searched for anew."""
        self.log, self.scan, self.stretches = BeatLog(), None, ()
        return self.see(ANEW)

    def find(self, step: ScanStep) -> Change:
        """Take in the beats and stretches of one block more."""
        known = self.log.samples[-1:].tolist()
        self.log.extend(step.samples)
        self.stretches, self.scan = step.stretches, step.scan
        if step.scan is not None:
            return self.see(ANEW)  # what can be read is known now, everywhere
        # A stretch may go on from the block before, peaks near that one's end were held back, and
        # the last beat known so far has a neighbour now.
        grid = TimeGrid(self.record)
        ends = [grid.block(max(0, step.done - 2)).start, grid.block(step.done - 1).stop]
        low, high = grid.to_own(np.array(ends)).tolist()
        return self.see(Change("positions", (min([low, *known]), high + 1)))

    def take(self, kept: CachedResult) -> Change:
        """Take over the results of an earlier run."""
        self.log, self.scan = kept.results.log, kept.results.scan
        self.stretches, self.kept_since = self.scan.stretches, kept.made
        return self.see(ANEW)

    def start_classes(self, n_members: int) -> Change:
        """The beats in a new log without classes; the old one stays as it is for who has it."""
        samples, self.log = self.log.samples, BeatLog(n_members=n_members)
        self.log.extend(samples)
        self.kept_since = None
        return self.see(Change("classes"))

    def classify(self, batch: BeatBatch) -> Change:
        """Take in classes."""
        self.log.apply(batch)
        if len(batch.indices) == 0:
            return self.see(Change("classes", (0, 0)))
        first, last = self.log.samples[[batch.indices.min(), batch.indices.max()]].tolist()
        return self.see(Change("classes", (first, last + 1)))

    def see(self, change: Change, beats: Beats | None = None) -> Change:
        """Take these for the beats that the user sees, the machine's where there are none given."""
        self.beats = Beats.of(self.log) if beats is None else beats
        if change.what == "positions":
            self._table = None
        return change

    # -- what follows from it -------------------------------------------------------------------

    def ending(self, *, whole: bool, took: str) -> str:
        """What to say when a run has ended, at its end or before, besides the counts."""
        if not whole:
            return "" if self.scan else "not all beats are found yet"
        reason = why_not_classified(self.record, prep=self.prep)
        reason = reason or ("" if self.scan is None else why_nothing_read(self.record, self.scan))
        if reason:  # with kept results, too
            return reason
        if self.kept_since is not None:
            return f"results kept on {self.kept_since.astimezone():%Y-%m-%d at %H:%M}"
        return f"in {took}" if self.beats.n else ""

    def reads(self) -> LeadsRead:
        """What the beats are read from: the leads wanted, until it is known which are there."""
        names = [lead.name or "?" for lead in self.record.leads]
        if self.scan is None:
            return LeadsRead(tuple(names[i] for i in dict.fromkeys(self.inputs) if i is not None))
        read = readings(self.record, self.scan, self.inputs, prep=self.prep)
        return LeadsRead(
            tuple(names[i] for i in read.channels if i not in read.dead),
            tuple(names[i] for i in read.dead),
        )

    def time_s(self, row: int) -> float:
        """R peak of the beat in a row, seconds from the record's start."""
        return float(self.beats.sample[row]) / self.record.fs

    @property
    def shaded(self) -> tuple[Stretch | Episode, ...]:
        """What the trace is shaded for: stretches that cannot be read, and episodes."""
        return (*self.stretches, *(self.scan.episodes if self.scan else ()))

    def summary(self, *, n_mean: int = N_MEAN) -> Summary:
        """Figures as they are known now, the least and greatest rate over so many N-N intervals."""
        base = self.table().time_base
        return summarise(self.record, self.beats, self.scan, on=base, n_mean=n_mean)

    def table(self) -> TimeTable:
        """What the beats' places decide; made anew only when they are others."""
        if self._table is None:
            self._table = self._time_table()
        return self._table

    def _time_table(self) -> TimeTable:
        samples = self.beats.sample
        rr_ms = np.full(len(samples), np.nan)
        rr_ms[1:] = np.diff(samples) * (1000 / self.record.fs)
        rr_ms[no_rr_before(samples, self.scan, self.stretches, self.record)] = np.nan
        rr_ms[rr_ms <= 0] = np.nan
        return TimeTable(
            time_base(self.record, samples, self.scan, self.stretches),
            samples / self.record.fs,
            rr_ms,
            60_000 / rr_ms,
        )
