"""Times of a recording as they are typed: of the day, of a later day, from the start, hidden."""

from dataclasses import replace
from datetime import time

import numpy as np
import pytest

from ecgviewer.gui.style.record_clock import RecordClock, TimeError

H, D = 3_600, 86_400
MORNING = RecordClock(time(9, 30), 24 * H)
DAYS = RecordClock(time(20, 0), 3 * D)
UNKNOWN = RecordClock(None, 24 * H)
HIDDEN = RecordClock(None, 24 * H, hidden=True)
MIDNIGHT = RecordClock(time(0, 0), D)


@pytest.mark.parametrize(
    ("clock", "text", "seconds"),
    [
        (MORNING, "14:08", 4 * H + 38 * 60),
        (MORNING, "14:08:30.5", 4 * H + 38 * 60 + 30.5),
        (MORNING, "14:08:30,25", 4 * H + 38 * 60 + 30.25),
        (MORNING, " 9:30 ", 0),
        (MORNING, "08:00", 22.5 * H),  # after midnight
        (MORNING, "08:00 +1", 22.5 * H),
        (MORNING, "08:00+1d", 22.5 * H),
        (MORNING, "08:00:00 +1 d", 22.5 * H),  # as the table writes it
        (MORNING, "24:00", 14.5 * H),
        (MORNING, "00:00", 14.5 * H),
        (MORNING, "+5:00:00", 5 * H),
        (MORNING, "+14:08", 14 * 60 + 8),
        (MORNING, "+90:00", 90 * 60),
        (MORNING, "90", 90),
        (MORNING, "+ 1.5", 1.5),
        (MORNING, "09:30 +1", 24 * H),  # the very end
        (DAYS, "19:00", 23 * H),
        (DAYS, "20:00 +2", 2 * D),
        (DAYS, "+30:00:00", 30 * H),
        (MIDNIGHT, "24:00", D),
        (MIDNIGHT, "0:00", 0),
        (RecordClock(time(9, 30, 10, 500_000), H), "9:30", 0),  # the minute it begins in
        (RecordClock(time(9, 30, 10, 500_000), H), "09:30:10", 0),
        (UNKNOWN, "14:08", 14 * 60 + 8),
        (UNKNOWN, "1:00:00.5", H + 0.5),
        (UNKNOWN, "+5:00:00", 5 * H),
        (HIDDEN, "+5:00:00", 5 * H),
        (HIDDEN, "300", 300),
    ],
)
def test_a_time_is_understood(clock: RecordClock, text: str, seconds: float) -> None:
    assert clock.seconds(text) == pytest.approx(seconds)
    assert clock.understood(text)


@pytest.mark.parametrize(
    ("clock", "text", "why"),
    [
        (MORNING, "", "Type a time"),
        (MORNING, "noon", "is not understood"),
        (MORNING, "9:5", "two digits"),
        (MORNING, "+9:5", "two digits"),
        (MORNING, "14:60", "from 00:00 to 24:00"),
        (MORNING, "24:01", "from 00:00 to 24:00"),
        (MORNING, "25:00", "from 00:00 to 24:00"),
        (MORNING, "14:08 -1", "is not understood"),
        (MORNING, "14:08 tomorrow", "is not understood"),
        (MORNING, "1e3", "is not understood"),
        (MORNING, "nan", "is not understood"),
        (MORNING, "-5", "is not understood"),
        (MORNING, "9" * 5_000, "is not understood"),
        (MORNING, "+1:90", "up to 59"),
        (MORNING, "+1:60:00", "up to 59"),
        (MORNING, "14:08 +1", "outside the recording, which runs from 09:30:00 to 09:30:00 +1 d"),
        (MORNING, "08:00 +0", "outside"),
        (MORNING, "+24:00:01", "outside"),
        (RecordClock(time(9, 30), H), "14:08", "outside"),
        (UNKNOWN, "14:08 +1", "the start is not known"),
        (UNKNOWN, "25:00:00", "which is 24:00:00 long"),
        (HIDDEN, "14:08", "hidden with the patient fields"),
        (HIDDEN, "14:08 +1", "hidden with the patient fields"),
        (HIDDEN, "+25:00:00", "which is 24:00:00 long"),
    ],
)
def test_a_text_that_is_no_time_here_says_why(clock: RecordClock, text: str, why: str) -> None:
    with pytest.raises(TimeError, match=why.replace("+", r"\+")):
        clock.seconds(text)


def test_what_was_understood_is_said_both_ways() -> None:
    assert MORNING.understood("08:00") == "08:00:00 +1 d (22:30:00 from the start)"
    assert MORNING.understood("+0:30") == "09:30:30 (00:30 from the start)"
    assert DAYS.understood("21:00").endswith(", the first of 3 days")
    assert "first of" not in DAYS.understood("21:00 +1")
    assert UNKNOWN.understood("14:08") == "14:08 from the start"
    assert HIDDEN.understood("+14:08") == "14:08 from the start"


@pytest.mark.parametrize("clock", [MORNING, DAYS, UNKNOWN, HIDDEN, MIDNIGHT])
def test_what_the_question_begins_with_is_understood(clock: RecordClock) -> None:
    for t_s in (0, 1, 59.9, 5 * H + 7, 20 * H, clock.duration_s):
        assert clock.seconds(clock.typed(t_s)) == pytest.approx(t_s, abs=1)


@pytest.mark.parametrize(
    ("clock", "text", "spans"),
    [
        (MORNING, "14:00-15:00", [(4.5, 5.5)]),
        (MORNING, "14:08:30", [(4.6416667, 4.6419444)]),
        (MORNING, "23:00-01:00", [(13.5, 15.5)]),
        (MORNING, "14:00-24:00", [(4.5, 14.5)]),
        (MORNING, "08:00-10:00", [(0, 0.5), (22.5, 24)]),
        (MORNING, "+5:00:00-6:00:00", [(5, 6)]),
        (MORNING, "+5:00:00-+6:00:00", [(5, 6)]),
        (MORNING, "08:00+1-09:00+1", [(22.5, 23.5)]),
        (MIDNIGHT, "00:00-24:00", [(0, 24)]),
        (DAYS, "21:00-22:00", [(1, 2), (25, 26), (49, 50)]),
        (DAYS, "21:00+1-22:00", [(25, 26)]),
        (DAYS, "23:00-02:00+1", [(3, 6)]),
        (DAYS, "01:00-02:00+1", [(5, 6)]),
        (DAYS, "23:00+0-02:00+2", [(3, 30)]),
        (DAYS, "19:00-21:00", [(0, 1), (23, 25), (47, 49), (71, 72)]),
        (UNKNOWN, "1:00:00-2:00:00", [(1, 2)]),
        (HIDDEN, "+1:00:00-+2:00:00", [(1, 2)]),
    ],
)
def test_a_span_holds_its_times_and_no_others(clock: RecordClock, text: str, spans) -> None:
    hours = np.linspace(0, clock.duration_s / H, 100_003)[:-1]
    wanted = np.zeros(len(hours), bool)
    for begin, end in spans:
        wanted |= (hours >= begin) & (hours < end)
    near = [np.abs(hours - edge) < 1e-5 for span in spans for edge in span]
    sure = ~np.any(near, axis=0)
    assert (clock.span(text).holds(hours * H) == wanted)[sure].all()


def test_ends_of_a_span_are_exact() -> None:
    hour = MORNING.span("14:00-15:00")
    ends = np.array([4.5 * H - 1 / 360, 4.5 * H, 5.5 * H - 1 / 360, 5.5 * H])
    assert hour.holds(ends).tolist() == [False, True, True, False]


def test_what_a_span_means_is_said() -> None:
    assert MORNING.span("14:00-15:00").words == "14:00:00 to 15:00:00"
    assert MORNING.span("23:00-01:00").words == "23:00:00 to 01:00:00 +1 d"
    assert DAYS.span("21:00-22:00").words.endswith(", on every day")
    assert UNKNOWN.span("14:08").words == "14:08 to 14:09 from the start"
    short = replace(MORNING, duration_s=H)
    assert "outside the recording" in short.span("14:00-15:00").words
    assert "outside" not in short.span("23:00-10:00").words  # it has begun the day before


@pytest.mark.parametrize(
    ("clock", "text", "why"),
    [
        (MORNING, "14:00-", "Type a time"),
        (MORNING, "14:00-x", "is not understood"),
        (MORNING, "14:00-14:00", "ends before it begins"),
        (MORNING, "14:00+1-14:00+0", "ends before it begins"),
        (MORNING, "+2:00-+1:00", "ends before it begins"),
        (MORNING, "14:00-+5:00:00", "mixes"),
        (HIDDEN, "14:00-15:00", "hidden"),
    ],
)
def test_a_span_without_meaning_says_why(clock: RecordClock, text: str, why: str) -> None:
    with pytest.raises(TimeError, match=why):
        clock.span(text)
