"""Evaluations as tables for a terminal; compares nothing and prints nothing itself."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.table import Table
from rich.text import Text

from ecgviewer.aami import N_CLASSES
from ecgviewer.ec57.beats import LETTERS
from ecgviewer.ec57.figures import BEAT_FIGURES, BeatFigures
from ecgviewer.ec57.runs import CHAMBERS, RUN_KINDS, Chamber, RunCounts
from ecgviewer.evaluation.documents import Gross, together
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


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for k, heading in enumerate(headings):
        table.add_column(heading, justify="right" if k else "left", no_wrap=True)
    return table


def _beats(evaluations: Sequence[Evaluation], both: Gross) -> Table:
    names = [name for name, _ in BEAT_FIGURES]
    headings = [heading.replace(" ", "\n") for _, heading in BEAT_FIGURES]
    table = _table("Beats, %", "record", "beats", "missed", "extra", *headings, "RR\nms")
    for one in evaluations:
        figures = BeatFigures.of(one.beats.matrix)
        table.add_row(
            _plain(one.record),
            *_counts(one.beats.matrix),
            *(_number(getattr(figures, name).percent) for name in names),
            _number(one.beats.rr_error_ms),
        )
    table.add_section()
    gross = (_number(getattr(both.beats.gross, name).percent) for name in names)
    table.add_row("gross", *_counts(both.beats.matrix), *gross, "")
    average = (_number(both.beats.average[name]) for name in names)
    table.add_row("average", "", "", "", *average, _number(both.beats.rr_error_ms))
    return table


def _counts(matrix: NDArray[np.int64]) -> tuple[str, str, str]:
    """Reference beats, those of them that were missed, and extra test beats."""
    n_beats = matrix[:N_CLASSES].sum()
    missed, extra = matrix[:N_CLASSES, N_CLASSES:].sum(), matrix[N_CLASSES:].sum()
    return f"{n_beats}", f"{missed}", f"{extra}"


def _matrix(matrix: NDArray[np.int64]) -> Table:
    table = _table("All records: reference down, test across", "", *LETTERS.lower())
    for i, letter in enumerate(LETTERS):
        width = N_CLASSES if i >= N_CLASSES else len(LETTERS)
        table.add_row(letter, *(f"{n}" for n in matrix[i, :width].tolist()))
    return table


def _runs(chamber: Chamber, evaluations: Sequence[Evaluation], both: Gross) -> Table:
    headings = [f"{kind}\n{word}" for kind, _ in RUN_KINDS for word in ("Se", "+P")]
    table = _table(f"{chamber.capitalize()} runs, found and right, %", "record", *headings)
    for one in evaluations:
        counts = one.runs[chamber].counts
        if any(kind != RunCounts() for kind in counts):
            table.add_row(_plain(one.record), *_shares(counts))
    table.add_section()
    table.add_row("gross", *_shares(both.runs[chamber].gross))
    average = (_number(value, 0) for kind in both.runs[chamber].average for value in kind)
    table.add_row("average", *average)
    return table


def _shares(counts: Sequence[RunCounts]) -> Iterator[str]:
    for kind in counts:
        for ratio in (kind.se, kind.pp):
            share = "" if ratio.percent is None else f" ({ratio.part}/{ratio.whole})"
            yield _number(ratio.percent, 0) + share


def _number(value: float | None, places: int = 2) -> str:
    return _DASH if value is None else f"{value:.{places}f}"


def _plain(name: str) -> Text:
    """A record's name, safe on any terminal: no control sequences."""
    return Text("".join(c if c.isprintable() else "?" for c in name))
