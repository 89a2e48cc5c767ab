"""Parts of the pages of results: cells, tables, and the Markdown they become."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ecgviewer.document.blocks import Block, Cell, Paragraph, Row, Table
from ecgviewer.document.markdown import as_markdown
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


def card_of(machine: Mapping[str, Any]) -> str:
    """The card a result was made on, or "cpu"."""
    used = machine.get("device", "cuda") != "cpu"
    return str((used and machine.get("gpu")) or "cpu")


def computer_of(machine: Mapping[str, Any]) -> str:
    """The card, or the processor with its threads: what decides how far a minute comes."""
    card = card_of(machine)
    if card != "cpu" or "processor" not in machine:
        return card
    n = machine.get("threads")
    threads = "" if n is None else f", {n} thread" + ("" if n == 1 else "s")
    return f"cpu ({machine['processor']}{threads})"


def markdown_of(*parts: Block | str) -> str:
    """Parts as Markdown: blocks are escaped, a str is Markdown already."""
    return "\n\n".join(part if isinstance(part, str) else as_markdown([part]) for part in parts)


def table(head: Sequence[str], rows: Iterable[Sequence[str | Cell]]) -> Table:
    """A table without a caption."""
    return Table("", (tuple(head), *map(tuple, rows)), head=True)


def class_table(found: Mapping[str, Any]) -> tuple[Table, Paragraph]:
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
    return table(head, rows), Paragraph(overall)


def table_5(database: str, found: Mapping[str, Any] | None) -> tuple[Table, str]:
    """The paper's table 5 for one database, ours beside it, and what it shows."""
    rows = []
    for figure in ROWS:
        cells = []
        for i, name in enumerate(COLUMNS):
            ours = percent(found["per_class"][name][figure], 1) if found else "not run"
            cells.append(f"{TABLE_5[database][figure][i]} / {ours}")
        rows.append([NAMES[figure], *cells])
    beats = f"{found['beats']:,}" if found else ABSENT
    caption = f"Paper / ours, per cent; {BEATS_5[database]:,} and {beats} beats."
    return table(["", *COLUMNS], rows), caption


def confusion_table(matrix: Sequence[Sequence[int]]) -> Table:
    """A confusion matrix, rows the reference."""
    names = "NSVFQ"
    rows: list[Row] = [
        (Cell(name, strong=True), *(f"{count:,}" for count in line))
        for name, line in zip(names, matrix, strict=True)
    ]
    return table(["reference \\ called", *names], rows)
