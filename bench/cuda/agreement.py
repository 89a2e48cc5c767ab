"""Whether the device says what the CPU says in fp32, beat by beat."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.cuda.cutting import OnHost
from bench.cuda.day import Day
from bench.cuda.options import Clock
from bench.cuda.speed import Answers, ask
from bench.days.figures import Figure
from ecgviewer.aami import BeatClass
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.model.voting import FP32_DELTA
from ecgviewer.runtime.pool import Stopped

_PART = 2048  # beats between two looks at the clock


@dataclass(frozen=True)
class Reference:
    """The CPU's answers in fp32 to some of a day's beats, `rows` (k,)."""

    rows: NDArray[np.int64]
    answers: Answers

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Differing:
    """A beat that the device calls otherwise; margins are between the two largest fused values."""

    ensemble: str
    precision: str
    record: str
    sample: int
    cpu: str
    device: str
    cpu_margin: float
    device_margin: float

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def reference(ensemble: Ensemble, day: Day, clock: Clock) -> Reference:
    """Have the CPU answer, until it is done or the minutes are used up.

    Parameters
    ----------
    ensemble : Ensemble
        On the CPU, in fp32.
    day : Day
        The beats. They are taken from all records in turn, so that a part speaks of all.
    clock : Clock
        Of the run.
    """
    answers, cutter = Answers.none(len(day)), OnHost(day.signal)
    n_parts = max(1, -(-len(day) // _PART))
    done: list[NDArray[np.int64]] = []
    for k in range(n_parts):
        rows = np.arange(k, len(day), n_parts)
        try:
            cut = cutter.cut(day.bounds_of(rows))
            ask(ensemble, cut, day.context_of(rows), answers, rows, stop=clock.over)
        except Stopped:
            break
        done.append(rows)
    rows = np.sort(np.concatenate(done)) if done else np.empty(0, np.int64)
    return Reference(rows, Answers(answers.classes[rows], answers.fused[rows]))


def compare(
    known: Reference, said: Answers, day: Day, *, name: str, precision: str
) -> tuple[list[Figure], list[Differing]]:
    """Figures of agreement, and every beat whose class differs."""
    what, n = f"{name}, {precision}", len(known)
    of_all = f"{n:,} of {len(day):,} beats"
    if n < len(day):
        of_all += "; the minutes were used up"
    if n == 0:
        none = Figure(f"{what}: classes that differ", None, "", 0, note=of_all)
        return [_not_measured(none)], []
    mine = Answers(said.classes[known.rows], said.fused[known.rows])
    differ = np.flatnonzero(mine.classes != known.answers.classes)
    off = np.abs(mine.fused - known.answers.fused).max()
    margins, theirs = mine.margin, known.answers.margin
    listed = [
        Differing(
            ensemble=name,
            precision=precision,
            record=str(day.record[known.rows[i]]),
            sample=int(day.sample[known.rows[i]]),
            cpu=BeatClass(int(known.answers.classes[i])).name,
            device=BeatClass(int(mine.classes[i])).name,
            cpu_margin=float(theirs[i]),
            device_margin=float(margins[i]),
        )
        for i in differ.tolist()
    ]
    rows = [
        Figure(f"{what}: classes that differ", len(differ), "", 0, note=of_all),
        Figure(
            f"{what}: largest difference of a fused probability",
            float(off),
            "",
            note="close calls that the CPU settled count as none",
        ),
        Figure(
            f"{what}: least margin",
            float(theirs[known.answers.answered].min(initial=1.0)),
            "",
            note="of the CPU's answers",
        ),
    ]
    if precision == "fp32":
        rows.append(_covered(what, float(off)))
    return rows, listed


def _covered(what: str, off: float) -> Figure:
    """Whether margins that are settled on the CPU are wide enough for the differences seen."""
    note = "bar: FP32_DELTA, the margin that the CPU settles"
    return Figure(f"{what}: twice that", 2 * off, "", FP32_DELTA, note=note)


def _not_measured(figure: Figure) -> Figure:
    return Figure(**{**asdict(figure), "without": "not measured"})


def largest_window_difference(
    host: NDArray[np.float32], device: NDArray[np.float32], *, name: str
) -> Figure:
    """How far windows (n, 2, 400) cut on the device are from the host's."""
    off = float(np.abs(host - device).max()) if len(host) else 0.0
    return Figure(
        f"{name}: largest difference of a window's value",
        off,
        "",
        note=f"{len(host):,} windows, in standard deviations",
    )
