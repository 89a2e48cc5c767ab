"""The clock of one recording: times as they are shown, and as the user types them.

Where the start is known, `14:08` is a time of the day and `14:08 +1` that of the day after the
recording's first; `+5:00:00` is time from the start. Where it is not known, so is `14:08`. Where
it is hidden with the patient, no time of the day is shown, and none is understood.
"""

import re
from dataclasses import dataclass
from datetime import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecgviewer.gui.style.wording import clock, count, seconds_of_day, time_label
from ecgviewer.record import Record

_DAY_S = 86_400
_ELAPSED = re.compile(r"([0-9]{1,9})(?::([0-9]{2}))?(?::([0-9]{2}))?([.,][0-9]{1,9})?")
_OF_DAY = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})([.,][0-9]{1,9})?)?(?:\s*\+\s*([0-9]{1,3})(?:\s*d)?)?"
)
_ONE_DIGIT = re.compile(r".*:[0-9](?![0-9]).*")
_HIDDEN = "clock times are hidden with the patient fields; write time from the start, as +5:00:00"
_UNKNOWN = "the start is not known, so there are no days; write time from the start, as 5:00:00"
_HOW = "write a clock time as 14:08 or 14:08:30, a day later 14:08 +1, time from the start +5:00:00"
_HOW_ELAPSED = "write time from the start as 5:00:00, 5:00 or 300"


class TimeError(ValueError):
    """A text that is no time here; one sentence says why."""


class _Read(NamedTuple):
    """What a text says: seconds of the day or from the start, how long that is, and which day."""

    seconds: float
    unit_s: float
    of_day: bool
    day: int | None = None


@dataclass(frozen=True)
class TimeSpan:
    """A span of the recording, or of each of its days.

    Attributes
    ----------
    begin_s, length_s : float
        Seconds from the recording's start; half-open.
    daily : bool
        Whether it comes again every day, before `begin_s` too.
    words : str
        What was understood.
    """

    begin_s: float
    length_s: float
    daily: bool
    words: str

    def holds(self, time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of (n,) times, seconds from the start, lie in it."""
        since = np.round(time_s - self.begin_s, 6)
        if self.daily:
            since = np.mod(since, _DAY_S)
        inside: NDArray[np.bool_] = (since >= 0) & (since < round(self.length_s, 6))
        return inside


@dataclass(frozen=True)
class RecordClock:
    """How the times of a recording are written and read.

    Attributes
    ----------
    start : time or None
        Time of day of the first sample; None where it is not known or hidden.
    duration_s : float
        Length of the recording, seconds.
    hidden : bool
        Whether a start is known and may not be seen.
    """

    start: time | None = None
    duration_s: float = float("inf")
    hidden: bool = False

    @classmethod
    def of(cls, record: Record, *, hide: bool) -> "RecordClock":
        """A recording's; `hide` keeps its start from being seen."""
        known = record.base_time is not None
        return cls(None if hide else record.base_time, record.duration_s, hide and known)

    def label(self, t_s: float, *, decimals: int = 0) -> str:
        """A time, seconds from the start, as table and trace write it."""
        return time_label(t_s, self.start, decimals=decimals)

    def typed(self, t_s: float) -> str:
        """A time as it would be typed: `seconds` understands it."""
        return f"+{clock(t_s)}" if self.hidden else self.label(t_s)

    def words(self, t_s: float) -> str:
        """A time said in full: of the day where that is known, and from the start."""
        elapsed = f"{clock(t_s, decimals=_decimals(t_s))} from the start"
        if self.start is None:
            return elapsed
        of_day = self.label(t_s, decimals=_decimals(seconds_of_day(self.start) + t_s))
        return f"{of_day} ({elapsed})"

    def seconds(self, text: str) -> float:
        """The time that a text means, seconds from the start; of several days the first.

        Raises
        ------
        TimeError
            Where it is not understood, may not be asked for, or lies outside the recording.
        """
        read = self._read(text)
        t_s = self._first(read, read.unit_s)
        if not -read.unit_s < t_s <= self.duration_s:
            raise TimeError(f"“{text.strip()}” lies {self._outside()}")
        return max(0.0, t_s)

    def understood(self, text: str) -> str:
        """What a text means, in words; TimeError as `seconds` raises it."""
        t_s, read = self.seconds(text), self._read(text)
        days = int((self.duration_s - t_s) // _DAY_S) + 1 if read.of_day else 1
        several = f", the first of {count(days)} days" if days > 1 and read.day is None else ""
        return self.words(t_s) + several

    def span(self, text: str) -> TimeSpan:
        """The span that a word means: `14:00-15:00`, or `14:08`, which is that minute.

        Raises
        ------
        TimeError
            Where it is not understood, may not be asked for, or ends before it begins.
        """
        first_text, dash, last_text = text.partition("-")
        first = self._read(first_text)
        if not dash:
            return self._told(first, first.unit_s, daily=first.of_day and first.day is None)
        if not first.of_day and not last_text.startswith("+"):
            last_text = f"+{last_text}"
        last = self._read(last_text)
        if first.of_day != last.of_day:
            raise TimeError(f"“{text}” mixes a clock time with time from the start")
        if not first.of_day:
            length = last.seconds - first.seconds
        elif last.day is not None and first.day is not None:
            length = last.seconds - first.seconds + (last.day - first.day) * _DAY_S
        else:
            length = (last.seconds - first.seconds) % _DAY_S
            length = length or (_DAY_S if last.seconds > first.seconds else 0)
        if length <= 0:
            raise TimeError(f"“{text}” ends before it begins")
        if last.day is not None and first.day is None:  # the last one before that end
            earlier = last.seconds < first.seconds
            first = first._replace(day=last.day - 1 if earlier else last.day)
        return self._told(first, length, daily=first.of_day and first.day is None)

    def _told(self, first: _Read, length_s: float, *, daily: bool) -> TimeSpan:
        begin = self._first(first, length_s)
        end = begin + length_s
        decimals = max(_decimals(first.seconds), _decimals(first.seconds + length_s))
        if self.start is None:
            words = f"{clock(begin, decimals=decimals)} to {clock(end, decimals=decimals)}"
            words += " from the start"
        else:
            words = f"{self._of_day(begin, decimals)} to {self._of_day(end, decimals)}"
        if end <= 0 or begin > self.duration_s:
            words += f", {self._outside()}"
        elif daily and self.duration_s - begin > _DAY_S:
            words += ", on every day"
        return TimeSpan(begin, length_s, daily, words)

    def _of_day(self, t_s: float, decimals: int) -> str:
        """As `label`, before the start too, where a span may begin."""
        if t_s >= -seconds_of_day(self.start):
            return self.label(t_s, decimals=decimals)
        return f"{self.label(t_s % _DAY_S, decimals=decimals).split(' ')[0]} -1 d"

    def _outside(self) -> str:
        if self.start is None:
            return f"outside the recording, which is {clock(self.duration_s)} long"
        ends = f"{self.label(0)} to {self.label(self.duration_s)}"
        return f"outside the recording, which runs from {ends}"

    def _first(self, read: _Read, length_s: float) -> float:
        """Seconds from the start of what begins there and lasts so long: the first reached."""
        if not read.of_day:
            return read.seconds
        t_s = read.seconds - seconds_of_day(self.start)
        if read.day is not None:
            return t_s + read.day * _DAY_S
        t_s -= _DAY_S if length_s > read.unit_s else 0  # it may have begun on the day before
        while t_s + length_s <= 0:
            t_s += _DAY_S
        return t_s

    def _read(self, text: str) -> _Read:
        text = text.strip()
        if text.startswith("+") or ":" not in text:
            return _elapsed(text, _HOW if self.start is not None else _HOW_ELAPSED)
        if self.hidden:
            raise TimeError(f"“{text}” is refused: {_HIDDEN}")
        if self.start is not None:
            return _of_day(text)
        if "+" in text:
            raise TimeError(f"“{text}” is not understood: {_UNKNOWN}")
        return _elapsed(text, _HOW_ELAPSED)


ELAPSED = RecordClock()


def _elapsed(text: str, how: str) -> _Read:
    found = _ELAPSED.fullmatch(text.removeprefix("+").strip())
    if found is None:
        raise TimeError(_not_understood(text, how))
    *parts, part = found.groups()
    values = [int(value) for value in parts if value is not None]
    if any(value > 59 for value in values[1:]):
        raise TimeError(f"“{text}” is not understood: minutes and seconds go up to 59")
    seconds = 0.0
    for value in values:
        seconds = 60 * seconds + value
    return _Read(seconds + _fraction(part), 1.0, of_day=False)


def _of_day(text: str) -> _Read:
    found = _OF_DAY.fullmatch(text)
    if found is None:
        raise TimeError(_not_understood(text, _HOW))
    hour, minute, second, part, day = found.groups()
    seconds = 3600 * int(hour) + 60 * int(minute) + int(second or 0) + _fraction(part)
    if int(minute) > 59 or int(second or 0) > 59 or seconds > _DAY_S:
        raise TimeError(f"“{text}” is no clock time: they go from 00:00 to 24:00")
    unit = 60.0 if second is None else 1.0
    return _Read(seconds, unit, of_day=True, day=None if day is None else int(day))


def _not_understood(text: str, how: str) -> str:
    if not text:
        return f"Type a time: {how}"
    if _ONE_DIGIT.fullmatch(text):
        how = "minutes and seconds take two digits, as 9:05"
    return f"“{text}” is not understood: {how}"


def _fraction(part: str | None) -> float:
    return 0.0 if part is None else float(part.replace(",", "."))


def _decimals(seconds: float) -> int:
    """How many a time needs to be said: none, or milliseconds."""
    return 3 if round(1000 * seconds) % 1000 else 0
