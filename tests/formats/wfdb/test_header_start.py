"""When a recording began: WFDB's way, other ways that are certain, and what is left out."""

from datetime import date, time
from pathlib import Path

import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.formats.wfdb.header_start import read_start
from tests.data import case
from tests.formats.records import ecg_like, write_header, write_record

CLOCK = time(9, 49, 17)
DAY = date(2020, 5, 6)


@pytest.mark.parametrize(
    "line",
    [
        "", "09:49:17", "09:49:17 06/05/2020", "9:49:17 6/5/2020", "09:49:17.25 06/05/2150",
        "17", "[09:49:17 06/05/2020]",
    ],
)  # fmt: skip
def test_wfdb_s_own_way_is_no_remark(line: str) -> None:
    start = read_start(line.split())
    assert (start.doubts, start.remarks) == ((), ())


@pytest.mark.parametrize(
    "line",
    [
        "06-May-2020 09:49:17", "09:49:17 2020-05-06", "2020-05-06 09:49:17", "2020-05-06T09:49:17",
        "09:49:17 6 May 2020", "09:49:17 May 6, 2020", "2020/05/06 09:49:17", "06May2020 09:49:17",
    ],
)  # fmt: skip
def test_dates_that_can_be_one_day_only_are_read_and_told(line: str) -> None:
    start = read_start(line.split())
    assert (start.base_time, start.base_date, start.doubts) == (CLOCK, DAY, ())
    assert start.remarks


@pytest.mark.parametrize(
    ("line", "clock", "day", "doubt"),
    [
        ("09:49:17 06/05/20", CLOCK, None, "'06/05/20' is no date"),
        ("09:49:17 06-05-2020", CLOCK, None, "'06-05-2020' is no date"),
        ("09:49:17 05/13/2020", CLOCK, None, "no date"),
        ("09:49:17 31/02/2020", CLOCK, None, "no date"),
        ("09:49:17 0000-00-00", CLOCK, None, "no date"),
        ("09:49:17 nonsense", CLOCK, None, "no date"),
        ("25:61", None, None, "'25:61' is no time of day"),
        ("25:00:00 06/05/2020", None, DAY, "no time of day"),
        ("24:00:00 06/05/2020", None, DAY, "no time of day"),
        ("09:49 06/05/2020", time(0, 9, 49), DAY, "may be meant as hours and minutes"),
        ("09:49:17 PM 06/05/2020", time(21, 49, 17), DAY, "written with PM"),
        ("12:49:17 am", time(0, 49, 17), None, "written with AM"),
        ("09:49:17Z 06/05/2020", CLOCK, DAY, "time zone 'Z'"),
        ("2020-05-06T09:49:17+02:00", CLOCK, DAY, "time zone '+02:00'"),
        ("09:49:17 06.05.2020", CLOCK, DAY, "read as 2020-05-06"),
        ("09:49:17 06/05/2020 x", CLOCK, DAY, "'x' at the end"),
    ],
)
def test_what_may_be_meant_otherwise_is_a_doubt(
    line: str, clock: time | None, day: date | None, doubt: str
) -> None:
    start = read_start(line.split())
    assert (start.base_time, start.base_date) == (clock, day)
    assert doubt in " ".join(start.doubts)


@pytest.mark.parametrize("day", "01/05/0020 0020-05-01 1-May-0020 01/05/1899 01.05.0001".split())
def test_a_year_before_there_were_recorders_is_doubtful(tmp_path: Path, day: str) -> None:
    record = open_record(write_record(tmp_path, ecg_like(500), start=f"09:49:17 {day}"))
    assert record.verify is not None
    verdict = record.verify(lambda: False)
    assert verdict.badge == "doubtful"
    assert "before there were electrocardiographs; it is left out" in verdict.findings[0].message
    assert (record.base_time, record.base_date) == (CLOCK, None)


@pytest.mark.parametrize("year", [1900, 1975, 2024, 2187, 2896])  # published dates are shifted
def test_other_years_are_taken(year: int) -> None:
    start = read_start(["09:49:17", f"01/05/{year}"])
    assert (start.base_date, start.doubts) == (date(year, 5, 1), ())


@pytest.mark.parametrize("line", ["25:61", "09:49:17 05/05/20", "a b c d", "09:49:17 31/02/2020"])
def test_no_start_is_worse_than_a_warning(tmp_path: Path, line: str) -> None:
    record = open_record(write_record(tmp_path, ecg_like(500), start=line))
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "doubtful"
    assert record.start is None


def test_segments_may_begin_in_other_ways_too(tmp_path: Path) -> None:
    write_record(tmp_path, ecg_like(500), name="s1", start="2020-05-06T09:49:17")
    header = write_header(tmp_path, "rec/1 2 360 500 09:49:17 06-May-2020\ns1 500\n")
    record = open_record(header)
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"


@pytest.mark.parametrize(
    ("name", "start"), [("dash", "2020-05-05 09:49:17"), ("iso", "2022-08-06 09:49:17")]
)
def test_dates_that_were_damage_once(name: str, start: str) -> None:
    record = open_record(case(f"dates/{name}.hea"))
    assert record.verify is not None
    assert record.verify(lambda: False).severity != "error"
    assert str(record.start) == start
