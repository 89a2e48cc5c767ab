import pytest

from ecgviewer.gui.style import wording


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0, 0, "00:00"),
        (59.999, 0, "00:59"),
        (59.9999999, 3, "01:00.000"),
        (751.204, 3, "12:31.204"),
        (3600, 0, "1:00:00"),
        (90061.5, 1, "25:01:01.5"),
    ],
)
def test_clock(seconds: float, decimals: int, text: str):
    assert wording.clock(seconds, decimals=decimals) == text


def test_shares_and_counts():
    assert wording.share(1, 3) == "33.3 %"
    assert wording.share(1, 300) == "0.33 %"
    assert wording.share(1, 0) == ""
    assert wording.count(100000) == "100,000"


def test_time_left_is_as_coarse_as_one_can_know_it():
    assert wording.remaining(0.2) == "1 s left"
    assert wording.remaining(600) == "10 min left"
    assert wording.remaining(7200) == "2.0 h left"
