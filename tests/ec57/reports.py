"""What the EC57 reference programs printed, as numbers; and our own, in the same words."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecgviewer.ec57.beats import Comparison, without_s
from ecgviewer.ec57.figures import BeatFigures, BeatSummary, Ratio
from ecgviewer.ec57.runs import RunComparison, RunCounts, RunSummary

Tokens = list[str]
_N, _S, _V, _F, _Q, _O, _X = range(7)


def tokens(text: str) -> Tokens:
    """Numbers and dashes of a report; rules and words left out."""
    return re.findall(r"(?<![\w-])(?:\d+(?:\.\d+)?|-)(?![\w-])", text)


def lines(path: Path) -> dict[str, Tokens]:
    """Rows of a line-format file, by record or by the word they begin with."""
    found = {}
    for line in path.read_text().splitlines():
        name, _, rest = line.strip().partition(" ")
        if name.isdigit() or name in {"Sum", "Gross", "Average"}:
            found[name] = rest.replace("seconds", "").split()
    return found


def percent(ratio: Ratio, places: int = 2) -> str:
    return number(ratio.percent, places)


def number(value: float | None, places: int = 2) -> str:
    return "-" if value is None else f"{value:.{places}f}"


def share(ratio: Ratio, places: int = 2) -> Tokens:
    """As in "95.95% (1825/1902)"."""
    return [percent(ratio, places), str(ratio.part), str(ratio.whole)]


def standard(name: str, one: Comparison, *, with_s: bool) -> Tokens:
    """bxb's standard report, with or without its option S."""
    matrix, figures = one.matrix, BeatFigures.of(one.matrix)
    kinds = [_N, _S, _V, _F, _Q]
    if not with_s:
        matrix, kinds = without_s(matrix), [_N, _V, _F, _Q]
    out = [name]
    for row in (*kinds, _O, _X):
        columns = kinds if row in (_O, _X) else [*kinds, _O, _X]
        out += [str(matrix[row, column]) for column in columns]
    for ratio in (figures.qrs_se, figures.qrs_pp, figures.veb_se, figures.veb_pp):
        out += share(ratio)
    if with_s:
        return [*out, *share(figures.sveb_se), *share(figures.sveb_pp), number(one.rr_error_ms)]
    every, n, s, v, f, _ = figures.missed_in_shutdown
    out += share(figures.veb_fpr, 3) + share(every)
    out += share(Ratio(n.part + s.part, n.whole + s.whole)) + share(v) + share(f)
    return [*out, f"{one.shutdown_s:.0f}"]


def counts(matrix: NDArray[np.int64]) -> Tokens:
    """The counts of bxb's line format: Q goes with F as a reference, F and Q with N as a test."""
    rows: tuple[list[int], ...] = ([_N], [_S], [_V], [_F, _Q], [_O, _X])
    columns: tuple[list[int], ...] = ([_N, _F, _Q], [_S], [_V], [_O, _X])
    found = [str(matrix[np.ix_(row, column)].sum()) for column in columns for row in rows]
    return found[:-1]  # no beat of either


def beat_line(one: Comparison) -> Tokens:
    figures = BeatFigures.of(one.matrix)
    shares = (figures.qrs_se, figures.qrs_pp, figures.veb_se, figures.veb_pp)
    shares += (figures.sveb_se, figures.sveb_pp)
    return [*counts(one.matrix), *map(percent, shares), number(one.rr_error_ms)]


def beat_summary(summary: BeatSummary) -> dict[str, Tokens]:
    names = ("qrs_se", "qrs_pp", "veb_se", "veb_pp", "sveb_se", "sveb_pp")
    average = [number(summary.average[name]) for name in names]
    return {
        "Sum": counts(summary.matrix),
        "Gross": [percent(getattr(summary.gross, name)) for name in names],
        "Average": [*average, number(summary.rr_error_ms)],
    }


def shutdown_line(one: Comparison) -> Tokens:
    every, *kinds = BeatFigures.of(one.matrix).missed_in_shutdown
    # the line format leaves S out of all beats missed, which the standard report does not
    every = Ratio(every.part - kinds[_S].part, every.whole)
    out = [str(ratio.part) for ratio in kinds]
    out += [percent(ratio) for ratio in (every, *kinds[:4])]
    return [*out, f"{one.shutdown_s:.0f}", *(str(ratio.whole) for ratio in kinds)]


def run_counts(kinds: Sequence[RunCounts]) -> Tokens:
    return [str(n) for k in kinds for n in (k.found, k.missed, k.right, k.wrong)]


def run_line(one: RunComparison) -> Tokens:
    return [
        *run_counts(one.counts),
        *(percent(ratio, 0) for kind in one.counts for ratio in (kind.se, kind.pp)),
    ]


def run_summary(summary: RunSummary) -> dict[str, Tokens]:
    return {
        "Sum": run_counts(summary.gross),
        "Gross": [percent(ratio, 0) for kind in summary.gross for ratio in (kind.se, kind.pp)],
        "Average": [number(value, 0) for kind in summary.average for value in kind],
    }
