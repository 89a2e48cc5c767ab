"""Numbers and times of the report as text, exactly rounded.

Every value is a ratio of whole numbers until it is rounded, once, half to even, so that the text is
the same on every machine. A sampling rate counts as the decimal number its header shows.
"""

from collections.abc import Iterable
from datetime import date, time
from fractions import Fraction

_DAY_MS = 86_400_000
_LAST_DAY = date.max.toordinal()


def quoted(text: str) -> str:
    """Text as an RFC 4180 field: in quotes, quotes doubled, where it holds a separator."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def rate(fs: float) -> Fraction:
    """The sampling rate, Hz, as the decimal number it is written as: 249.95 is 4999/20."""
    return Fraction(repr(float(fs)))


def rounded(numerator: int, denominator: int) -> int:
    """A ratio (denominator > 0) rounded to the nearest whole number, half to even."""
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and whole % 2):
        whole += 1
    return whole


def thousandths(values: Iterable[int]) -> list[str]:
    """Whole thousandths, not negative, as numbers with 3 decimals."""
    return [f"{value // 1000}.{value % 1000:03d}" for value in values]


def tenths(value: int) -> str:
    """Whole tenths, not negative, as a number with 1 decimal."""
    return f"{value // 10}.{value % 10}"


def times_ms(samples: Iterable[int], fs: float, *, offset_us: int = 0) -> list[int]:
    """Times of samples in whole milliseconds.

    Parameters
    ----------
    samples : iterable of int
        Sample numbers at the record's own rate, from 0.
    fs : float
        Hz.
    offset_us : int
        Time of sample 0, microseconds.

    Returns
    -------
    list of int
        Milliseconds, half to even.
    """
    exact = rate(fs)
    # sample / fs + offset, in ms, over one denominator
    per_sample, denominator = 1_000_000 * exact.denominator, 1_000 * exact.numerator
    offset = offset_us * exact.numerator
    return [rounded(sample * per_sample + offset, denominator) for sample in samples]


def rr_ms(samples: int, fs: Fraction) -> str:
    """An RR interval given in samples, as milliseconds with 1 decimal.

    0.1 ms is one sample at 10,000 Hz, the highest rate that is read.
    """
    return tenths(rounded(samples * 10_000 * fs.denominator, fs.numerator))


def heart_rate(samples: int, fs: Fraction) -> str:
    """60,000 / RR in beats per minute with 1 decimal, from the exact RR; empty for an RR of 0."""
    if samples == 0:
        return ""
    return tenths(rounded(600 * fs.numerator, samples * fs.denominator))


def clocks(
    samples: Iterable[int], fs: float, *, base_date: date | None, base_time: time | None
) -> list[str]:
    """Wall-clock times of samples.

    Parameters
    ----------
    samples : iterable of int
        Sample numbers at the record's own rate, from 0.
    fs : float
        Hz.
    base_date, base_time : date and time, or None
        Start of the recording.

    Returns
    -------
    list of str
        `YYYY-MM-DDTHH:MM:SS.mmm` where both are known; `D+HH:MM:SS.mmm` where only the time of day
        is, D days after the recording's first day, which is day 0; else empty, as beyond the
        calendar's last day (9999-12-31). Leap seconds and daylight saving are not known here.
    """
    if base_time is None:
        return ["" for _ in samples]
    minutes = base_time.hour * 60 + base_time.minute
    offset_us = (minutes * 60 + base_time.second) * 1_000_000 + base_time.microsecond
    days: dict[int, str] = {}
    texts = []
    for total in times_ms(samples, fs, offset_us=offset_us):
        day, ms = divmod(total, _DAY_MS)
        prefix = days.get(day)
        if prefix is None:
            prefix = days[day] = _day_prefix(day, base_date)
        texts.append(f"{prefix}{_time_of_day(ms)}" if prefix else "")
    return texts


def _time_of_day(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}.{ms:03d}"


def _day_prefix(day: int, base_date: date | None) -> str:
    if base_date is None:
        return f"{day}+"
    ordinal = base_date.toordinal() + day
    return f"{date.fromordinal(ordinal).isoformat()}T" if ordinal <= _LAST_DAY else ""
