import pytest

from train.campaign.reserve import WARM_UP, Reserve


class Reckoned:
    """A reserve whose batches take what the test says."""

    def __init__(self, *, watched=100.0, answered=300.0, left_s=480.0):
        self.now, self.settled = 0.0, []
        self.reserve = Reserve(
            watched=watched,
            answered=answered,
            left_s=left_s,
            settle=lambda: self.settled.append(self.now),
            now=lambda: self.now,
        )

    def batches(self, n, seconds):
        for _ in range(n):
            self.now += seconds
            self.reserve.batch()

    @property
    def needs(self):
        return self.reserve.validation_s, self.reserve.answering_s


def test_the_first_batches_say_nothing_however_slow():
    reckoned = Reckoned()
    reckoned.batches(1, 45.0)  # libraries are loaded
    reckoned.batches(WARM_UP - 1, 0.01)
    assert reckoned.needs == (0.0, 0.0)
    assert len(reckoned.settled) == 1  # waited for before the clock starts
    reckoned.batches(50, 0.01)
    assert reckoned.needs == pytest.approx((0.5, 3.0))


def test_a_save_or_a_validation_is_no_batch():
    reckoned = Reckoned()
    reckoned.batches(WARM_UP + 10, 0.01)
    reckoned.reserve.pause()
    reckoned.now += 30.0
    reckoned.batches(10, 0.01)
    assert reckoned.needs == pytest.approx((0.5, 3.0))


def test_a_guess_is_bounded_and_what_was_measured_is_not():
    reckoned = Reckoned(left_s=30.0)
    reckoned.batches(WARM_UP + 5, 1.0)
    assert reckoned.needs == (10.0, 10.0)
    reckoned.reserve.validated(4.0)
    assert reckoned.needs == (4.0, 24.0)  # three times the rows, in fp32
    reckoned.reserve.answers(15.0)
    assert reckoned.needs == (4.0, 15.0)


def test_nothing_is_kept_where_nothing_is_answered():
    reckoned = Reckoned(answered=0.0)
    reckoned.batches(WARM_UP + 5, 1.0)
    assert reckoned.needs == (50.0, 0.0)


def test_with_no_minutes_left_a_guess_keeps_nothing():
    reckoned = Reckoned(left_s=-5.0)
    reckoned.batches(WARM_UP + 5, 1.0)
    assert reckoned.needs == (0.0, 0.0)
