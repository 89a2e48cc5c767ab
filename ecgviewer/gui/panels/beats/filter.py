"""The beat table's filter line, from text to a mask over numpy columns.

Words are joined by "and": `V` or `SV` (classes), `abnormal`, `pending`, `unclassified` (no class to
come), a flag such as `noisy`,
`conf<0.6`, `rr>1200`, `hr>=100`, `120` or `100-200` (beats), `#-1` (one that was inserted), and
times as the recording's clock reads them: `12:31` (that minute), `14:00-15:00`, `+0:30-+1:00`.
"""

import re

import numpy as np
from numpy.typing import NDArray

from ecgviewer.aami import BeatClass
from ecgviewer.beats.beat import FLAGS
from ecgviewer.beats.columns import numbers
from ecgviewer.beats.log import NOT_CLASSIFIED, PENDING
from ecgviewer.gui.panels.beats.columns import Columns
from ecgviewer.gui.style.record_clock import ELAPSED, RecordClock, TimeError

EXAMPLES = "V  abnormal  conf<0.6  rr>1200  hr>100  noisy  14:00-15:00  #120"
_WITHOUT_CLASS = {"pending": PENDING, "unclassified": NOT_CLASSIFIED}
_COMPARISON = re.compile(r"(conf|rr|hr)(<=|>=|<|>|=)(\d+(?:\.\d+)?)")
_NUMBERS = re.compile(r"#?(\d+)(?:-#?(\d+))?")
_INSERTED = re.compile(r"#(-\d+)")
_CLASSES = re.compile(r"[NSVFQ]+", re.IGNORECASE)
# blanks that belong to a time: "14:08 +1 d", "14:00 - 15:00"
_DAY = re.compile(r"(:[0-9]{2}(?:[.,][0-9]+)?)\s*\+\s*([0-9]{1,3})(?:\s*d\b)?(?![0-9:])")
_TO = re.compile(r"(?<=[0-9])\s*[-–]\s*(?=\+?[0-9]+:)")


class QueryError(ValueError):
    """A word of the filter line that means nothing here."""


def matches(text: str, columns: Columns, *, clock: RecordClock = ELAPSED) -> NDArray[np.bool_]:
    """Which beats the filter line lets through.

    Parameters
    ----------
    text : str
        Words separated by blanks; all of them must hold. Empty: every beat.
    columns : Columns
        The n beats.
    clock : RecordClock
        Reads words that are times.

    Returns
    -------
    (n,) bool

    Raises
    ------
    QueryError
        At the first word that is not understood.
    """
    keep = np.ones(columns.n, bool)
    for word in _words(text):
        keep &= _word(word, columns, clock)
    return keep


def understood(text: str, clock: RecordClock) -> str:
    """What the times of a filter line that matches mean, in words; "" where it has none."""
    times = (word for word in _words(text) if ":" in word or word.startswith("+"))
    return "; ".join(clock.span(word).words for word in times)


def _words(text: str) -> list[str]:
    return _TO.sub("-", _DAY.sub(r"\1+\2", text)).split()


def _word(word: str, columns: Columns, clock: RecordClock) -> NDArray[np.bool_]:
    lower, beats = word.lower(), columns.beats
    if lower in _WITHOUT_CLASS:
        without: NDArray[np.bool_] = beats.beat_class == _WITHOUT_CLASS[lower]
        return without
    if lower == "abnormal":
        abnormal: NDArray[np.bool_] = beats.beat_class > BeatClass.N
        return abnormal
    if lower in FLAGS:
        return (beats.flags >> FLAGS.index(lower) & 1).astype(np.bool_)
    if _CLASSES.fullmatch(word):
        wanted = [BeatClass[letter] for letter in word.upper()]
        return np.isin(beats.beat_class, np.array(wanted, np.int8))
    comparison = _COMPARISON.fullmatch(lower)
    if comparison:
        name, sign, value = comparison.groups()
        return _compare(name, sign, float(value), columns)
    found = _NUMBERS.fullmatch(lower) or _INSERTED.fullmatch(lower)
    if found:
        first, *last = map(int, filter(None, found.groups()))
        return _between(numbers(beats.id), first, (last or [first])[0] + 1)
    return _time(word, columns, clock)


def _compare(name: str, sign: str, value: float, columns: Columns) -> NDArray[np.bool_]:
    column = {"conf": columns.confidence, "rr": columns.rr_ms, "hr": columns.hr_bpm}[name]
    if sign == "=":
        return np.isclose(column, value)
    compare = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}[sign]
    result: NDArray[np.bool_] = compare(column, value)  # NaN compares as no
    return result


def _time(word: str, columns: Columns, clock: RecordClock) -> NDArray[np.bool_]:
    if ":" not in word and not word.startswith("+"):
        raise QueryError(f'"{word}" is not understood; try for example: {EXAMPLES}')
    try:
        return clock.span(word).holds(columns.time_s)
    except TimeError as error:
        raise QueryError(str(error)) from error


def _between(values: NDArray[np.int64], start: int, stop: int) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (values >= start) & (values < stop)
    return inside


SORT_KEYS = ("number", "time", "class", "confidence", "rr", "hr", "flags")


def row_order(
    columns: Columns, rows: NDArray[np.int64], key: str, *, descending: bool
) -> NDArray[np.int64]:
    """Rows (m,) of the columns in the order of one of them; ties by time, missing values last.

    The serial number orders by time: a beat that was inserted stands where it is in the record.
    """
    if key in {"number", "time"}:
        return rows[::-1] if descending else rows
    values = _values(columns, key)[rows]
    order = np.argsort(-values if descending else values, kind="stable")  # NaN sorts last
    return rows[order]


def _values(columns: Columns, key: str) -> NDArray[np.float64]:
    """(n,) what a column sorts by, NaN where it is empty."""
    match key:
        case "class":
            classes = columns.beats.beat_class
            return np.where(classes < 0, np.nan, classes)
        case "confidence":
            return columns.confidence
        case "rr":
            return columns.rr_ms
        case "hr":
            return columns.hr_bpm
    return columns.beats.flags.astype(np.float64)
