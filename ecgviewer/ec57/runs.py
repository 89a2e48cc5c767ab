"""Run-by-run comparison after ANSI/AAMI EC57: couplets, short and long runs.

Written from the standard's definitions; every count was checked against the output of WFDB's rxr,
the standard's reference program.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ecgviewer.aami import BeatClass
from ecgviewer.ec57.figures import Ratio, mean_of
from ecgviewer.ec57.marks import LEARNING_S, MATCH_S, Kind, Marks, in_samples

Chamber = Literal["ventricular", "supraventricular"]
CHAMBERS: tuple[Chamber, ...] = ("ventricular", "supraventricular")
# Name of each kind of run and the least number of beats that makes it one.
RUN_KINDS = (("couplet", 2), ("short run", 3), ("long run", 6))
_LONG = RUN_KINDS[-1][1]
# What a mark does to the run that is on.
_NOTHING, _MEMBER, _BREAKS, _EXTENDS, _LENGTHENS, _BEGINS_LONG = range(6)


@dataclass(frozen=True, slots=True)
class RunCounts:
    """Runs of one kind.

    Attributes
    ----------
    found, missed : int
        Runs of the reference in whose time the test has, or has not, one as long.
    right, wrong : int
        Runs of the test in whose time the reference has, or has not, one as long.
    """

    found: int = 0
    missed: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def se(self) -> Ratio:
        """Runs found among the reference's."""
        return Ratio(self.found, self.found + self.missed)

    @property
    def pp(self) -> Ratio:
        """Runs right among the test's."""
        return Ratio(self.right, self.right + self.wrong)

    def __add__(self, other: "RunCounts") -> "RunCounts":
        return RunCounts(
            self.found + other.found,
            self.missed + other.missed,
            self.right + other.right,
            self.wrong + other.wrong,
        )


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Runs of one recording and chamber: counts by kind, in the order of `RUN_KINDS`."""

    counts: tuple[RunCounts, ...]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Several recordings together, as sumstats has them.

    Attributes
    ----------
    gross : tuple of RunCounts
        Sums by kind.
    average : tuple of (float or None, float or None)
        Means of the recordings' sensitivities and predictivities, percent, by kind.
    """

    gross: tuple[RunCounts, ...]
    average: tuple[tuple[float | None, float | None], ...]


def compare_runs(
    reference: Marks,
    test: Marks,
    *,
    fs: float,
    chamber: Chamber,
    learning_s: float = LEARNING_S,
    match_s: float = MATCH_S,
) -> RunComparison:
    """Compare two annotators run by run.

    A run is an unbroken sequence of ventricular (V and F) or of supraventricular ectopic beats.
    Flutter counts as a long ventricular run. Normal beats in atrial fibrillation or flutter count
    as supraventricular ectopic ones, and the onset of either, unless in a run, as a long run. A
    run is found where the other annotator, from a match window before its first beat to a match
    window after its last, has a run of at least the same kind.

    Parameters
    ----------
    reference, test : Marks
        Their marks, in samples of one rate.
    fs : float
        That rate, Hz.
    chamber : str
        Where the runs come from.
    learning_s : float
        Learning period, seconds: a run that is on at its end begins there.
    match_s : float
        Match window, seconds.

    Returns
    -------
    RunComparison
    """
    start, match = in_samples(learning_s, fs), in_samples(match_s, fs)
    ours, theirs = _Course.of(reference, chamber), _Course.of(test, chamber)
    found = _scores(ours, theirs, start, match)
    right = _scores(theirs, ours, start, match)
    return RunComparison(tuple(RunCounts(*f, *r) for f, r in zip(found, right, strict=True)))


def summarise_runs(comparisons: Sequence[RunComparison]) -> RunSummary:
    """Gross and average figures of several recordings; at least one."""
    kinds = [[one.counts[k] for one in comparisons] for k in range(len(RUN_KINDS))]
    return RunSummary(
        gross=tuple(sum(kind, RunCounts()) for kind in kinds),
        average=tuple(
            (mean_of(c.se.percent for c in kind), mean_of(c.pp.percent for c in kind))
            for kind in kinds
        ),
    )


@dataclass(frozen=True)
class _Course:
    """What one annotator's marks do to runs of one chamber, in order of time.

    `long_before[k]` says whether flutter or fibrillation is on before mark k; it has one element
    more than the marks.
    """

    samples: list[int]
    actions: list[int]
    long_before: list[bool]

    @classmethod
    def of(cls, marks: Marks, chamber: Chamber) -> "_Course":
        actions, long_before = [], []
        on = False
        ventricular = chamber == "ventricular"
        members = {BeatClass.V, BeatClass.F} if ventricular else {BeatClass.S}
        onset, ends = (
            (Kind.FLUTTER, Kind.FLUTTER_END)
            if ventricular
            else (Kind.FIBRILLATION, Kind.OTHER_RHYTHM)
        )
        for kind in marks.kinds.tolist():
            long_before.append(on)
            action = _NOTHING
            if kind <= BeatClass.Q:
                joins = kind in members or (on and not ventricular and kind == BeatClass.N)
                action = _MEMBER if joins else _BREAKS
            elif kind == onset:
                on, action = True, _LENGTHENS if ventricular else _BEGINS_LONG
            elif kind == ends:
                on, action = False, _EXTENDS if ventricular else _NOTHING
            actions.append(action)
        return cls(marks.samples.tolist(), actions, [*long_before, on])

    def runs(self, first: int, stop: int, start: int) -> list[tuple[int, int, int]]:
        """First sample, last sample and length of the runs in marks [first, stop)."""
        found = []
        length = _LONG if self.long_before[first] else 0
        begun = last = start
        for k in range(first, stop):
            sample, action = self.samples[k], self.actions[k]
            if action == _BREAKS:
                if length:
                    found.append((begun, last, length))
                length = 0
            elif action == _EXTENDS:
                last = sample
            elif action != _NOTHING:
                begun = sample if length == 0 else begun
                last = sample
                if action == _MEMBER:
                    length += 1
                elif action == _LENGTHENS or length == 0:
                    length = max(length, _LONG)
        if length:
            found.append((begun, last, length))
        return found

    def longest(self, low: int, high: int) -> int:
        """Length of the longest run in samples [low, high], of its part in there."""
        first, stop = bisect_left(self.samples, low), bisect_right(self.samples, high)
        return max((length for _, _, length in self.runs(first, stop, low)), default=0)


def _scores(ours: _Course, theirs: _Course, start: int, match: int) -> list[list[int]]:
    """Runs of one annotator that the other has, and that it has not, by kind."""
    scores = [[0, 0] for _ in RUN_KINDS]
    least = [least for _, least in RUN_KINDS]
    first = bisect_left(ours.samples, start)
    for begun, last, length in ours.runs(first, len(ours.samples), start):
        kind = bisect_right(least, length) - 1
        if kind >= 0:
            found = theirs.longest(begun - match, last + match) >= least[kind]
            scores[kind][0 if found else 1] += 1
    return scores
