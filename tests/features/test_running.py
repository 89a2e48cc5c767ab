import numpy as np

from ecgviewer.features.running import around, median, quantiles, shifted

VALUES = np.array([5.0, 1.0, 4.0, 2.0, 3.0])


def test_neighbourhoods_are_mirrored_at_the_ends():
    assert around(VALUES, 1)[0].tolist() == [5, 5, 1]
    assert around(VALUES, 1)[-1].tolist() == [2, 3, 3]
    assert around(VALUES, 1)[2].tolist() == [1, 4, 2]


def test_a_neighbourhood_may_leave_the_value_out():
    assert around(VALUES, 2, -1)[3].tolist() == [1, 4]
    assert around(VALUES, -1, 2)[1].tolist() == [4, 2]


def test_order_statistics_are_values_that_occur():
    low, middle = quantiles(VALUES, 1, (0.0, 0.5))
    assert low.tolist() == [1, 1, 1, 2, 2]
    assert middle.tolist() == median(VALUES, 1).tolist() == [5, 4, 2, 3, 3]


def test_a_shift_repeats_the_end():
    assert shifted(VALUES, 2).tolist() == [4, 2, 3, 3, 3]
    assert shifted(VALUES, -1).tolist() == [5, 5, 1, 4, 2]
