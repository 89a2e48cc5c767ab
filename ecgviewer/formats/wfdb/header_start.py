"""When a recording began, by its header: as WFDB writes it, and as other writers do."""

import re
from dataclasses import dataclass
from datetime import date, time

# hours, minutes and seconds of WFDB, header(5); a comma before the fraction is not its own
_TIME = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,2}):)?(\d{1,2})(?:[.,](\d{1,9}))?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)  # header(5): day/month/year
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-.])(\d{1,2})\2(\d{4})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})([-/. ]?)([A-Za-z]{3,9})\.?\2(\d{4})", re.ASCII)
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})([-/. ])(\d{1,2})\2(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[T_](.+)", re.ASCII)
_ZONE = re.compile(r"(.*:\d{1,2}(?:[.,]\d+)?)(Z|[+-]\d{2}:?\d{2})", re.ASCII)
_HALF = re.compile(r"(.*\d)(AM|PM)", re.ASCII | re.IGNORECASE)
# The first electrocardiographs. There is no last year: dates of published records were shifted into
# centuries to come, to hide them.
_FIRST_YEAR = 1900
_MONTHS = (
    "january february march april may june july august september october november december".split()
)


@dataclass(frozen=True, slots=True)
class Start:
    """When a recording began, as far as it is said, and what is unusual about how.

    Attributes
    ----------
    base_time : time or None
        Of day.
    base_date : date or None
        The day.
    doubts : tuple of str
        What could not be read, or may be meant otherwise; clauses.
    remarks : tuple of str
        What is written in another way than WFDB's and can be read in one way only.
    """

    base_time: time | None = None
    base_date: date | None = None
    doubts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_start(words: list[str]) -> Start:
    """Read what follows the length in a record line: WFDB's `time day/month/year`, or others.

    Dates are taken where they can be read in one way only: ISO, a month by its name,
    day.month.year. Two digits for a year, or 05-06-2020, could be several days.

    Parameters
    ----------
    words : list of str
        The rest of the line; may be empty.
    """
    reader = _Reader()
    for word in _apart(words):
        reader.take(word)
    return Start(reader.base_time, reader.base_date, tuple(reader.doubts), tuple(reader.remarks))


def _apart(words: list[str]) -> list[str]:
    """One word each for time, date, half of the day and zone, whatever joined or parted them."""
    apart: list[str] = []
    for word in words:
        plain = word.strip("[],;") or word
        iso = _ISO.fullmatch(plain)
        for part in iso.groups() if iso else (plain,):
            tail = _ZONE.fullmatch(part) or (":" in part and _HALF.fullmatch(part))
            apart += tail.groups() if tail else (part,)
    joined: list[str] = []  # a date of three words: 5 May 2020
    for word in apart:
        last = " ".join([*joined[-2:], word])
        if len(joined) > 1 and (_NAMED.fullmatch(last) or _NAMED_FIRST.fullmatch(last)):
            joined[-2:] = [last]
        else:
            joined.append(word)
    return joined


class _Reader:
    """Takes one word after the other; not used again."""

    def __init__(self) -> None:
        self.base_time: time | None = None
        self.base_date: date | None = None
        self.doubts: list[str] = []
        self.remarks: list[str] = []
        self._met: set[str] = set()  # what there was, readable or not

    def take(self, word: str) -> None:
        shown = word[:40]
        if word.upper() in {"AM", "PM"} and self.base_time is not None:
            self._half(word.upper())
        elif word == "Z" or re.fullmatch(r"UTC|GMT|[+-]\d{2}:?\d{2}", word, re.ASCII):
            self.doubts.append(f"the time zone {shown!r} after its start time is not used")
        elif "time" not in self._met and ":" in word:
            self._met.add("time")
            self._take_time(word)
        elif "date" not in self._met and (self._met or not _TIME.fullmatch(word)):
            if "time" not in self._met:
                self.remarks.append("its start date does not stand after a start time")
            self._met.add("date")
            self._take_date(word)
        elif "time" not in self._met and _TIME.fullmatch(word):
            self._met.add("time")
            self._take_time(word)
        else:
            self.doubts.append(f"{shown!r} at the end of its first line has no meaning")

    def _take_time(self, word: str) -> None:
        match = _TIME.fullmatch(word)
        if match:
            hour, minute, second, fraction = match.groups(default="0")
            try:
                self.base_time = time(int(hour), int(minute), int(second), int(f"{fraction:0<6.6}"))
            except ValueError:
                pass
            else:
                if match[1] is None and match[2] is not None:
                    self.doubts.append(
                        f"the start time {word!r} is read as minutes and seconds, as WFDB does; "
                        "it may be meant as hours and minutes"
                    )
                return
        self.doubts.append(f"the start time {word[:40]!r} is no time of day; it is left out")

    def _half(self, half: str) -> None:
        """Hours of a clock with twelve of them."""
        assert self.base_time is not None
        if not 1 <= self.base_time.hour <= 12:
            self.doubts.append(f"{half!r} after the start time {self.base_time} is not used")
            return
        self.base_time = self.base_time.replace(hour=self.base_time.hour % 12 + 12 * (half == "PM"))
        self.doubts.append(f"its start time is written with {half}; it is read as {self.base_time}")

    def _take_date(self, word: str) -> None:
        slashed = _SLASHED.fullmatch(word)
        if slashed:
            self.base_date = _day(slashed[3], slashed[2], slashed[1])
        else:
            self.base_date = _other_date(word)
        shown = repr(word[:40])
        if self.base_date is not None and self.base_date.year < _FIRST_YEAR:
            self.doubts.append(
                f"the start date {shown} is of the year {self.base_date.year}, before there were "
                "electrocardiographs; it is left out"
            )
            self.base_date = None
        elif self.base_date is None:
            self.doubts.append(
                f"the start date {shown} is no date (day/month/year); it is left out"
            )
        elif not slashed:
            # of figures alone, parted by points or dashes, habit decides, not a standard
            certain = _NUMBERS.fullmatch(word) is None
            (self.remarks if certain else self.doubts).append(
                f"the start date {shown} is not written as day/month/year; "
                f"it is read as {self.base_date}"
            )


def _other_date(word: str) -> date | None:
    """A date in another way of writing that can be read in one way only."""
    if match := _YEAR_FIRST.fullmatch(word):
        return _day(match[1], match[3], match[4])
    if match := _NAMED.fullmatch(word):
        return _day(match[4], _month(match[3]), match[1])
    if match := _NAMED_FIRST.fullmatch(word):
        return _day(match[4], _month(match[1]), match[3])
    if match := _NUMBERS.fullmatch(word):
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12 or first == second:  # points: always the day first
            return _day(match[4], second, first)
        return _day(match[4], first, second) if second > 12 else None
    return None


def _month(name: str) -> int:
    """1 to 12 of an English name or its beginning; 0 for none."""
    lower = name.lower()
    found = [k for k, month in enumerate(_MONTHS, 1) if month.startswith(lower)]
    return 9 if lower == "sept" else found[0] if len(found) == 1 else 0


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
