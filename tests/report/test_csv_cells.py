from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgviewer.report.csv_cells import (
    clocks,
    heart_rate,
    quoted,
    rate,
    rounded,
    rr_ms,
    thousandths,
    times_ms,
)

RATES = st.one_of(
    st.sampled_from([360.0, 128.0, 250.0, 257.0, 500.0, 1000.0, 249.95, 10_000.0, 50.0]),
    st.floats(50, 10_000).filter(lambda x: len(repr(x)) < 24),
)
SAMPLES = st.integers(0, 10_000 * 86_400 * 14)


def half_even(value: Fraction, places: int) -> str:
    with localcontext() as context:
        context.prec = 200
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return str(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))


@given(SAMPLES, RATES)
def test_times_are_exact(sample: int, fs: float) -> None:
    [text] = thousandths(times_ms([sample], fs))
    assert text == half_even(Fraction(sample) / Fraction(repr(fs)), 3)


@given(st.integers(1, 10_000_000), RATES)
def test_intervals_and_heart_rates_are_exact(interval: int, fs: float) -> None:
    exact = rate(fs)
    assert rr_ms(interval, exact) == half_even(1000 * interval / exact, 1)
    assert heart_rate(interval, exact) == half_even(60 * exact / interval, 1)


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30))
def test_rounding_is_half_even(numerator: int, denominator: int) -> None:
    assert rounded(numerator, denominator) == round(Fraction(numerator, denominator))


def test_halves_go_to_the_even_neighbour() -> None:
    # at 2,000 Hz every odd sample lies on half a millisecond
    assert thousandths(times_ms([1, 3, 5], 2000.0)) == ["0.000", "0.002", "0.002"]


def test_a_rate_is_the_decimal_its_header_shows() -> None:
    assert rate(249.95) == Fraction(4999, 20)
    # as a binary number 249.95 is a little less, and 4,999 samples a little more than 20 s
    assert thousandths(times_ms([4999], 249.95)) == ["20.000"]


def test_no_interval_no_heart_rate() -> None:
    assert heart_rate(0, rate(360.0)) == ""


@given(
    SAMPLES,
    RATES,
    st.dates(date(1900, 1, 1), date(9998, 1, 1)),
    st.times().map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)),
)
def test_clock_is_start_plus_time(sample: int, fs: float, day: date, start: time) -> None:
    [clock] = clocks([sample], fs, base_date=day, base_time=start)
    [ms] = times_ms([sample], fs, offset_us=start.microsecond)
    moment = datetime.combine(day, start.replace(microsecond=0)) + timedelta(milliseconds=ms)
    assert clock == moment.isoformat(timespec="milliseconds")
    [without_date] = clocks([sample], fs, base_date=None, base_time=start)
    days, of_day = without_date.split("+")
    assert (int(days), of_day) == ((moment.date() - day).days, clock[11:])


@pytest.mark.parametrize(
    ("sample", "day", "expected"),
    [
        (0, date(2024, 2, 28), "2024-02-28T23:59:59.500"),
        (180, date(2024, 2, 28), "2024-02-29T00:00:00.000"),
        (180, date(2023, 2, 28), "2023-03-01T00:00:00.000"),
        (180, date(1999, 12, 31), "2000-01-01T00:00:00.000"),
        (0, None, "0+23:59:59.500"),
        (1350, None, "1+00:00:03.250"),
        (1350 + 360 * 86_400, None, "2+00:00:03.250"),
        (0, date.max, "9999-12-31T23:59:59.500"),
        (180, date.max, ""),
    ],
)
def test_clock_over_midnight(sample: int, day: date | None, expected: str) -> None:
    start = time(23, 59, 59, 500_000)
    assert clocks([sample], 360.0, base_date=day, base_time=start) == [expected]


def test_rounding_carries_over_midnight() -> None:
    start = time(23, 59, 59, 999_600)
    assert clocks([0], 360.0, base_date=date(2024, 12, 31), base_time=start) == [
        "2025-01-01T00:00:00.000"
    ]


def test_no_clock_without_a_time_of_day() -> None:
    assert clocks([0, 5], 360.0, base_date=date(2024, 1, 1), base_time=None) == ["", ""]


def test_separators_are_quoted() -> None:
    assert quoted("a") == "a"
    assert quoted('a,"b"') == '"a,""b"""'
