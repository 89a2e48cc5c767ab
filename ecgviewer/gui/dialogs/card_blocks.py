"""The figures of an ensemble's card as tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from ecgviewer.aami import N_CLASSES
from ecgviewer.document.blocks import Block, Table
from ecgviewer.ec57.beats import LETTERS

# Figures that cards give as shares of 1; with something before, as in `s_f1`, and perhaps after
_SHARES = (
    *("accuracy", "accuracy_one_vs_rest", "accuracy_nsv", "accuracy_outside_review"),
    *("sensitivity", "ppv", "specificity", "f1", "f1_over_records", "f1_nsv", "f1_nsvf"),
    *("called_as_at_own_rate", "review_share", "errors_in_review"),
)
_WITHOUT = " without "  # then a record
_WORDS = {
    "ppv": "pos. predictivity",
    "f1": "F1",
    "macro_f1": "macro-F1",
    "accuracy_nsv": "accuracy (N S V)",
    "macro_f1_nsv": "macro-F1 (N S V)",
    "macro_f1_nsvf": "macro-F1 (N S V F)",
    "mean_f1_over_records": "mean F1 over records",
    "s_f1": "F1 of S",
    "v_f1": "F1 of V",
    "accuracy_one_vs_rest": "accuracy (1 vs rest)",
    "min_fs_hz": "lowest rate, Hz",
    "grid_fs_hz": "works at, Hz",
}
# Beside figures, {figure: [low, high]}, or {class_figure: ...} for those of `per_class`
_INTERVALS = ("intervals_95", "intervals_95_over_patients")
_INTERVAL = "_interval_95"  # or behind one figure's name
_MOST_COLUMNS = 9
_PER_CLASS = "per_class"
_PER_RECORD = "per_record"  # {record: confusion matrix}
BRACKETS = "In brackets: 95 % intervals."


def figure_blocks(data: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[Block]:
    """Everything a nested card says: plain values as one table, then a table for each set.

    Tables with a row a record come last: they are long. Of their confusion matrices they say
    what was right.

    Parameters
    ----------
    data : mapping
        Plain data, nested to any depth.
    path : tuple of str
        Names of what it lies in: the caption.
    """
    of_records: list[Block] = []
    yield from _blocks(data, path, of_records)
    yield from of_records


def _blocks(
    data: Mapping[str, Any], path: tuple[str, ...], of_records: list[Block]
) -> Iterator[Block]:
    """All but the tables with a row a record, which are added to `of_records`."""
    plain: list[tuple[str, str]] = []
    nested: list[tuple[str, Any]] = []
    for key, value in data.items():
        if _is_interval(key, data):
            continue
        if _is_plain(value):
            plain.append((words(key), value_text(key, value, _interval_of(key, data))))
        else:
            nested.append((key, value))
    if plain:
        yield Table(", ".join(path), tuple(plain))
    alone = _of_no_figure(data)
    if alone:
        yield Table(", ".join((*path, "95 % intervals of figures not given here")), alone)
    for key, value in nested:
        inner = (*path, words(key))
        if key == _PER_RECORD and _is_of_matrices(value):
            of_records.append(_records(value, inner))
        elif isinstance(value, Mapping):
            table = _rows(value, inner, _intervals(data) if key == _PER_CLASS else {})
            yield from _blocks(value, inner, of_records) if table is None else (table,)
        else:
            yield _listed(value, inner)


def words(key: str) -> str:
    """A key of the card as words."""
    return _WORDS.get(key, str(key).replace("_", " "))


def value_text(key: str, value: Any, interval: Sequence[float] | None = None) -> str:
    """A plain value, with its interval; shares in percent."""
    share = _is_share(key, value)
    text = _number(value, share)
    if _is_pair(interval):
        text += f" ({_span(interval, share)})"
    return text


def _is_pair(interval: object) -> TypeGuard[Sequence[float]]:
    """Whether it is an interval: two numbers, and no text of two letters."""
    return (
        isinstance(interval, list | tuple)
        and len(interval) == 2
        and all(isinstance(v, int | float) for v in interval)
    )


def _span(interval: Sequence[float], share: bool) -> str:
    low, high = (_number(v, share).removesuffix(" %") for v in interval)
    return f"{low}-{high}"


def _number(value: Any, share: bool = False) -> str:
    if value is None or value in ("", [], ()):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _percent(value) if share else f"{value:.5g}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 1000 else str(value)
    if isinstance(value, list | tuple):
        return ", ".join(_number(v, share) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{words(k)} {_number(v)}" for k, v in value.items())
    return str(value)


def _percent(value: float) -> str:
    """One place; a deviation below that is not nothing."""
    return f"{100 * value:.2g} %" if 0 < value < 0.0005 else f"{100 * value:.1f} %"


def _is_share(key: str, value: Any) -> bool:
    """Whether a figure, or a list of one figure's mean and deviation, is a share of 1."""
    figure = key.split(_WITHOUT)[0]
    named = any(figure == name or figure.endswith(f"_{name}") for name in _SHARES)
    values = [v for v in value if v is not None] if isinstance(value, list | tuple) else [value]
    return named and all(isinstance(v, float) and 0 <= v <= 1 for v in values)


def _is_plain(value: Any) -> bool:
    """Whether a value fits a cell."""
    if isinstance(value, list | tuple):
        return all(not isinstance(v, list | tuple | Mapping) for v in value)
    return not isinstance(value, Mapping)


def _is_interval(key: str, data: Mapping[str, Any]) -> bool:
    return key in _INTERVALS or (key.endswith(_INTERVAL) and key.removesuffix(_INTERVAL) in data)


def _intervals(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """All intervals that lie beside the figures of one set."""
    found = [data[key] for key in _INTERVALS if isinstance(data.get(key), Mapping)]
    return {figure: interval for one in found for figure, interval in one.items()}


def _interval_of(key: str, data: Mapping[str, Any]) -> Sequence[float] | None:
    return _intervals(data).get(key) or data.get(f"{key}{_INTERVAL}")


def _of_no_figure(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Intervals whose figure the set does not give: never put behind another."""
    each = data.get(_PER_CLASS)
    sets = each.items() if isinstance(each, Mapping) else ()
    given = {f"{name}_{k}" for name, one in sets if isinstance(one, Mapping) for k in one}
    return tuple(
        (words(key), _span(interval, _is_share(key, interval)))
        for key, interval in _intervals(data).items()
        if key not in given | set(data) and _is_pair(interval)
    )


def _rows(
    data: Mapping[str, Any], path: tuple[str, ...], intervals: Mapping[str, Any] | None = None
) -> Table | None:
    """Sets of figures that are alike, one a row; None where they are not.

    `intervals` are those that lie outside the sets, by name of the set and the figure.
    """
    sets = list(data.values())
    if not sets or not all(isinstance(one, Mapping) for one in sets):
        return None
    keys = list(dict.fromkeys(k for one in sets for k in one if not _is_interval(k, one)))
    alike = any(all(k in one for one in sets) for k in keys)
    plain = all(_is_plain(one[k]) for one in sets for k in one if not _is_interval(k, one))
    if not (alike and plain) or len(keys) > _MOST_COLUMNS:
        return None
    rows = [("", *(words(k) for k in keys))]
    outside = intervals or {}
    for name, one in data.items():
        cells = (
            value_text(k, one[k], _interval_of(k, one) or outside.get(f"{name}_{k}"))
            if k in one
            else ""
            for k in keys
        )
        rows.append((words(name), *cells))
    return Table(", ".join(path), tuple(rows), head=True)


def _listed(value: Sequence[Any], path: tuple[str, ...]) -> Table:
    """A list of lists or of sets as rows; a square one of classes with their letters."""
    caption = ", ".join(path)
    if all(isinstance(row, Mapping) for row in value):
        numbered = {str(i + 1): row for i, row in enumerate(value)}
        return _rows(numbered, path) or Table(caption, tuple((_number(row),) for row in value))
    rows = [
        tuple(_number(v) for v in row) if not _is_plain_item(row) else (_number(row),)
        for row in value
    ]
    n = len(rows)
    if n in (N_CLASSES, len(LETTERS)) and all(len(row) == n for row in rows):
        lettered = [(letter, *row) for letter, row in zip(LETTERS, rows, strict=False)]
        return Table(caption, (("reference \\ class", *LETTERS[:n]), *lettered), head=True)
    return Table(caption, tuple(rows))


def _is_of_matrices(data: Any) -> bool:
    """Whether every value is a confusion matrix of the classes."""

    def is_row(row: Any) -> bool:
        of_five = isinstance(row, list | tuple) and len(row) == N_CLASSES
        return of_five and all(isinstance(n, int) for n in row)

    return (
        isinstance(data, Mapping)
        and bool(data)
        and all(
            isinstance(m, list | tuple) and len(m) == N_CLASSES and all(map(is_row, m))
            for m in data.values()
        )
    )


def _records(data: Mapping[str, Any], path: tuple[str, ...]) -> Table:
    """Confusion matrices, one a row: of each class's beats, how many were called so."""
    rows = [("found right / of", *LETTERS[:N_CLASSES])]
    for name, matrix in data.items():
        cells = (
            f"{_number(row[i])} / {_number(sum(row))}" if sum(row) else "–"
            for i, row in enumerate(matrix)
        )
        rows.append((str(name), *cells))
    return Table(", ".join(path), tuple(rows), head=True)


def _is_plain_item(value: Any) -> bool:
    return not isinstance(value, list | tuple)
