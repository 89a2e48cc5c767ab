"""Types of values in the store of settings: how each is read, written and called."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QByteArray

from ecgviewer.gui.storage import layouts
from ecgviewer.gui.storage.layouts import Layout

T = TypeVar("T")
_LONGEST = 4_096  # characters of a text: no path is longer
_MOST_KEYS = 300  # actions, and twice as many again


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A type of value, as QSettings keeps it.

    Attributes
    ----------
    called : str
        What the log calls it.
    read : callable
        The value of what lies in the store; ValueError where that is of another type.
    write : callable
        What is put into the store.
    """

    called: str
    read: Callable[[object], T]
    write: Callable[[T], object]


def _as_flag(value: object) -> bool:
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise ValueError
    return text == "true"


def _as_text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise ValueError
    value.encode()  # no half of a pair of UTF-16: neither a file nor a font has such a character
    return value


def _as_number(value: object) -> int:
    return int(_as_text(str(value)))


def _as_paths(value: object) -> tuple[Path, ...]:
    # Qt reads a list of one back as the one
    items = value if isinstance(value, list) else [value]
    return tuple(Path(_as_text(item)) for item in items if item)


def _as_bytes(value: object) -> QByteArray:
    if not isinstance(value, QByteArray):
        raise ValueError
    return value


def _as_keys(value: object) -> Mapping[str, tuple[str, ...]]:
    found = _loaded(value)
    if not isinstance(found, dict) or len(found) > _MOST_KEYS:
        raise ValueError
    listed = {name: keys if isinstance(keys, list) else [keys] for name, keys in found.items()}
    return {_as_text(name): tuple(map(_as_text, keys)) for name, keys in listed.items()}


def _as_layouts(value: object) -> tuple[Layout, ...]:
    return layouts.of_rows(_loaded(value))


def _loaded(value: object) -> object:
    """What JSON holds; ValueError for what is none, or lists within lists without end."""
    if not isinstance(value, str):
        raise ValueError
    try:
        return json.loads(value)
    except RecursionError:
        raise ValueError from None


FLAG: Kind[bool] = Kind("true or false", _as_flag, lambda flag: "true" if flag else "false")
TEXT: Kind[str] = Kind("one text", _as_text, str)
NUMBER: Kind[int] = Kind("a whole number", _as_number, int)
FOLDER: Kind[Path | None] = Kind("a folder that is there", lambda v: Path(_as_text(v)), str)
PATHS: Kind[tuple[Path, ...]] = Kind("paths", _as_paths, lambda paths: [str(p) for p in paths])
LAYOUTS: Kind[tuple[Layout, ...]] = Kind(
    "JSON: layouts with their checksums",
    _as_layouts,
    lambda kept: json.dumps(layouts.as_rows(kept)),
)
BYTES: Kind[QByteArray | None] = Kind("bytes", _as_bytes, lambda value: value)
KEYS: Kind[Mapping[str, tuple[str, ...]]] = Kind(
    "JSON: lists of key sequences by the name of the action",
    _as_keys,
    lambda keys: json.dumps({name: list(of_it) for name, of_it in keys.items()}),
)
