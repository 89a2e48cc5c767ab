"""Evaluations as tables."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import N_CLASSES
from ecgviewer.document.blocks import Row, Table
from ecgviewer.ec57.beats import LETTERS
from ecgviewer.ec57.figures import BEAT_FIGURES, BeatFigures
from ecgviewer.ec57.marks import LEARNING_S
from ecgviewer.ec57.runs import CHAMBERS, RUN_KINDS, Chamber, RunCounts
from ecgviewer.evaluation.documents import Gross, first_counted, together
from ecgviewer.evaluation.recording import Evaluation

_DASH = "-"  # there is no such figure


def tables(evaluations: Sequence[Evaluation]) -> Iterator[Table]:
    """Beats, their matrix, and runs of either chamber; nothing where no recording has results.

    Parameters
    ----------
    evaluations : sequence of Evaluation
        One for each recording.

    Yields
    ------
    Table
    """
    both = together(evaluations)
    if both is None:
        return
    counted = [one for one in evaluations if not one.nothing_left]
    yield _beats(counted, both)
    yield _matrix(both.beats.matrix)
    for chamber in CHAMBERS:
        yield _runs(chamber, counted, both)


def _beats(evaluations: Sequence[Evaluation], both: Gross) -> Table:
    names = [name for name, _ in BEAT_FIGURES]
    headings = [heading.replace(" ", "\n") for _, heading in BEAT_FIGURES]
    rows: list[Row] = [("record", "beats", "missed", "extra", *headings, "RR\nms")]
    for one in evaluations:
        figures = BeatFigures.of(one.beats.matrix)
        shares = (_number(getattr(figures, name).percent) for name in names)
        error = _number(one.beats.rr_error_ms)
        rows.append((one.record, *_counts(one.beats.matrix), *shares, error))
    gross = (_number(getattr(both.beats.gross, name).percent) for name in names)
    rows.append(("gross", *_counts(both.beats.matrix), *gross, ""))
    average = (_number(both.beats.average[name]) for name in names)
    rows.append(("average", "", "", "", *average, _number(both.beats.rr_error_ms)))
    from_s = first_counted(evaluations)
    as_ec57 = ", as EC57" if from_s == LEARNING_S else f" (EC57: {LEARNING_S:g} s)"
    title = f"Beats from {from_s:g} s on{as_ec57}, %"
    return Table(title, tuple(rows), head=True, figures=True, totals=2)


def _counts(matrix: NDArray[np.int64]) -> tuple[str, str, str]:
    """Reference beats, those of them that were missed, and extra test beats."""
    n_beats = matrix[:N_CLASSES].sum()
    missed, extra = matrix[:N_CLASSES, N_CLASSES:].sum(), matrix[N_CLASSES:].sum()
    return f"{n_beats}", f"{missed}", f"{extra}"


def _matrix(matrix: NDArray[np.int64]) -> Table:
    rows: list[Row] = [("", *LETTERS.lower())]
    for i, letter in enumerate(LETTERS):
        width = N_CLASSES if i >= N_CLASSES else len(LETTERS)
        rows.append((letter, *(f"{n}" for n in matrix[i, :width].tolist())))
    title = "All records: reference down, test across"
    return Table(title, tuple(rows), head=True, figures=True)


def _runs(chamber: Chamber, evaluations: Sequence[Evaluation], both: Gross) -> Table:
    headings = [f"{kind}\n{word}" for kind, _ in RUN_KINDS for word in ("Se", "+P")]
    rows: list[Row] = [("record", *headings)]
    for one in evaluations:
        counts = one.runs[chamber].counts
        if any(kind != RunCounts() for kind in counts):
            rows.append((one.record, *_shares(counts)))
    rows.append(("gross", *_shares(both.runs[chamber].gross)))
    average = (_number(value, 0) for kind in both.runs[chamber].average for value in kind)
    rows.append(("average", *average))
    title = f"{chamber.capitalize()} runs, found and right, %"
    return Table(title, tuple(rows), head=True, figures=True, totals=2)


def _shares(counts: Sequence[RunCounts]) -> Iterator[str]:
    for kind in counts:
        for ratio in (kind.se, kind.pp):
            share = "" if ratio.percent is None else f" ({ratio.part}/{ratio.whole})"
            yield _number(ratio.percent, 0) + share


def _number(value: float | None, places: int = 2) -> str:
    return _DASH if value is None else f"{value:.{places}f}"
