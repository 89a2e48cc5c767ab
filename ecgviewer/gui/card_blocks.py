"""An ensemble's card as headings, paragraphs and tables; says nothing that the card does not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecgviewer.beat import N_CLASSES
from ecgviewer.ec57.beats import LETTERS

# Figures that cards give as shares of 1
_SHARES = ("accuracy", "accuracy_one_vs_rest", "sensitivity", "ppv", "specificity", "f1")
_WORDS = {
    "ppv": "pos. predictivity",
    "f1": "F1",
    "macro_f1": "macro-F1",
    "accuracy_one_vs_rest": "accuracy (1 vs rest)",
    "min_fs_hz": "lowest rate, Hz",
    "grid_fs_hz": "works at, Hz",
}
_INTERVALS = "intervals_95"  # beside figures: {figure: [low, high]}
_INTERVAL = "_interval_95"  # or behind one figure's name
_MOST_COLUMNS = 9
BRACKETS = "In brackets: 95 % intervals."


@dataclass(frozen=True)
class Heading:
    """The title of what follows."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; `strong` where it must not be missed."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text under a caption; `head` says whether the first row is of headings."""

    caption: str
    rows: tuple[tuple[str, ...], ...]
    head: bool = False


Block = Heading | Paragraph | Table


def figure_blocks(data: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[Block]:
    """Everything a nested card says: plain values as one table, then a table for each set.

    Parameters
    ----------
    data : mapping
        Plain data, nested to any depth.
    path : tuple of str
        Names of what it lies in: the caption.
    """
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
    for key, value in nested:
        inner = (*path, words(key))
        if isinstance(value, Mapping):
            table = _rows(value, inner)
            yield from figure_blocks(value, inner) if table is None else (table,)
        else:
            yield _listed(value, inner)


def words(key: str) -> str:
    """A key of the card as words."""
    return _WORDS.get(key, str(key).replace("_", " "))


def value_text(key: str, value: Any, interval: Sequence[float] | None = None) -> str:
    """A plain value, with its interval; shares in percent."""
    share = _is_share(key, value)
    text = _number(value, share)
    if interval and None not in interval:
        low, high = (_number(v, share).removesuffix(" %") for v in interval)
        text += f" ({low}-{high})"
    return text


def _number(value: Any, share: bool = False) -> str:
    if value is None or value in ("", [], ()):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{100 * value:.1f} %" if share else f"{value:.5g}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 1000 else str(value)
    if isinstance(value, list | tuple):
        return ", ".join(_number(v) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{words(k)} {_number(v)}" for k, v in value.items())
    return str(value)


def _is_share(key: str, value: Any) -> bool:
    named = any(key == name or key.endswith(f"_{name}") for name in _SHARES)
    return named and isinstance(value, float) and 0 <= value <= 1


def _is_plain(value: Any) -> bool:
    """Whether a value fits a cell."""
    if isinstance(value, list | tuple):
        return all(not isinstance(v, list | tuple | Mapping) for v in value)
    return not isinstance(value, Mapping)


def _is_interval(key: str, data: Mapping[str, Any]) -> bool:
    return key == _INTERVALS or (key.endswith(_INTERVAL) and key.removesuffix(_INTERVAL) in data)


def _interval_of(key: str, data: Mapping[str, Any]) -> Sequence[float] | None:
    beside = data.get(_INTERVALS)
    if isinstance(beside, Mapping) and key in beside:
        return beside[key]
    return data.get(f"{key}{_INTERVAL}")


def _rows(data: Mapping[str, Any], path: tuple[str, ...]) -> Table | None:
    """Sets of figures that are alike, one a row; None where they are not."""
    sets = list(data.values())
    if not sets or not all(isinstance(one, Mapping) for one in sets):
        return None
    keys = list(dict.fromkeys(k for one in sets for k in one if not _is_interval(k, one)))
    alike = any(all(k in one for one in sets) for k in keys)
    plain = all(_is_plain(one[k]) for one in sets for k in one if not _is_interval(k, one))
    if not (alike and plain) or len(keys) > _MOST_COLUMNS:
        return None
    rows = [("", *(words(k) for k in keys))]
    for name, one in data.items():
        cells = (value_text(k, one[k], _interval_of(k, one)) if k in one else "" for k in keys)
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


def _is_plain_item(value: Any) -> bool:
    return not isinstance(value, list | tuple)
