"""Results as Markdown tables; reads and computes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from train.paper_figures import BEATS_5, COLUMNS, NAMES, ROWS, TABLE_5

ABSENT = "–"


def percent(value: float | None, digits: int = 2) -> str:
    """A share of 1 in per cent."""
    return ABSENT if value is None else f"{100 * value:.{digits}f}"


def interval(pair: Sequence[float | None] | None, digits: int = 2) -> str:
    """A 95 % interval in per cent."""
    if pair is None or pair[0] is None or pair[1] is None:
        return ABSENT
    return f"{100 * pair[0]:.{digits}f} to {100 * pair[1]:.{digits}f}"


def spread(pair: Sequence[float | None]) -> str:
    """Mean and standard deviation in per cent."""
    mean, sd = pair
    return percent(mean) + ("" if sd is None else f" ± {100 * sd:.2f}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def class_table(found: Mapping[str, Any]) -> str:
    """All figures of one scoring with their 95 % intervals."""
    rows = []
    for name, each in found["per_class"].items():
        spans = each.get("intervals_95", {})
        rows.append([name, *(f"{percent(each[f])} ({interval(spans.get(f))})" for f in ROWS)])
    spans = found["intervals_95"]
    overall = (
        f"Overall accuracy {percent(found['accuracy'])} % ({interval(spans['accuracy'])}),"
        f" macro-F1 {percent(found['macro_f1'])} % ({interval(spans['macro_f1'])}),"
        f" {found['beats']:,} beats; 95 % intervals over {found['interval_over']}."
    )
    head = ["Class", *(f"{NAMES[f]} %" for f in ROWS)]
    return f"{table(head, rows)}\n\n{overall}"


def table_5(database: str, found: Mapping[str, Any] | None) -> str:
    """The paper's table 5 for one database, ours beside it."""
    rows = []
    for figure in ROWS:
        cells = []
        for i, name in enumerate(COLUMNS):
            ours = percent(found["per_class"][name][figure], 1) if found else "not run"
            cells.append(f"{TABLE_5[database][figure][i]} / {ours}")
        rows.append([NAMES[figure], *cells])
    beats = f"{found['beats']:,}" if found else ABSENT
    caption = f"Paper / ours, per cent; {BEATS_5[database]:,} and {beats} beats."
    return f"{table(['', *COLUMNS], rows)}\n\n{caption}"


def confusion_table(matrix: Sequence[Sequence[int]]) -> str:
    """A confusion matrix, rows the reference."""
    names = "NSVFQ"
    rows = [
        [f"**{name}**", *(f"{count:,}" for count in line)]
        for name, line in zip(names, matrix, strict=True)
    ]
    return table(["reference \\ called", *names], rows)
