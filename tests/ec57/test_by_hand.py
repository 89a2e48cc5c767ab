"""Cases small enough to be worked out on paper: 1000 samples a second, so 150 is the window."""

import time

import numpy as np
import pytest

from ecgviewer.aami import DE_CHAZAL
from ecgviewer.ec57.beats import LETTERS, NO_BEAT, SHUT_DOWN, Comparison, compare, without_s
from ecgviewer.ec57.figures import BeatFigures, summarise
from ecgviewer.ec57.marks import Marks, marks_of_annotations, marks_of_beats, moved

FS = 1000.0
N, S, V, F, Q = range(5)


def marks(*found: tuple[int, str] | tuple[int, str, int]) -> Marks:
    """Marks out of (sample, symbol) or (sample, symbol, subtype)."""
    return marks_of_annotations(
        np.array([one[0] for one in found], np.int64),
        [one[1] for one in found],
        subtypes=np.array([one[2] if len(one) > 2 else 0 for one in found], np.int16),
    )


def beats(*samples: int, symbol: str = "N") -> Marks:
    return marks(*((sample, symbol) for sample in samples))


def run(reference: Marks, test: Marks, *, learning_s: float = 0.0) -> Comparison:
    return compare(reference, test, fs=FS, learning_s=learning_s)


def pairs(one: Comparison) -> list[tuple[int, int]]:
    return list(zip(one.reference.tolist(), one.test.tolist(), strict=True))


def cells(one: Comparison) -> dict[str, int]:
    """Counts that are not 0, by "reference test"."""
    rows, columns = one.matrix.nonzero()
    found = zip(rows, columns, strict=True)
    return {LETTERS[i] + LETTERS[j].lower(): int(one.matrix[i, j]) for i, j in found}


@pytest.mark.parametrize(("distance", "paired"), [(0, True), (150, True), (151, False)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_window_holds_its_ends(distance: int, paired: bool, sign: int):
    one = run(beats(5000), beats(5000 + sign * distance))
    assert cells(one) == ({"Nn": 1} if paired else {"No": 1, "On": 1})


def test_overlapping_windows():
    """Both test beats lie within reach of both reference beats; each gets its own."""
    one = run(beats(5000, 5200), beats(5060, 5140))
    assert pairs(one) == [(5000, 5060), (5200, 5140)]


def test_the_next_test_beat_is_nearer():
    one = run(beats(5000), beats(4900, 5050))
    assert pairs(one) == [(-1, 4900), (5000, 5050)]


def test_this_test_beat_is_nearer():
    one = run(beats(5000), beats(4950, 5100))
    assert pairs(one) == [(5000, 4950), (-1, 5100)]


def test_the_next_reference_beat_is_nearer():
    one = run(beats(4900, 5050), beats(5000))
    assert pairs(one) == [(4900, -1), (5050, 5000)]


def test_this_reference_beat_is_nearer():
    one = run(beats(4950, 5100), beats(5000))
    assert pairs(one) == [(4950, 5000), (5100, -1)]


def test_on_a_tie_the_earlier_test_beat_stays_alone():
    assert pairs(run(beats(5000), beats(4950, 5050))) == [(-1, 4950), (5000, 5050)]


def test_on_a_tie_the_earlier_reference_beat_stays_alone():
    assert pairs(run(beats(4950, 5050), beats(5000))) == [(4950, -1), (5050, 5000)]


def test_a_nearer_partner_that_goes_elsewhere_still_forbids_the_pair():
    """5090 is nearer to 5000 than 4890 is, and pairs with 5120: 4890 and 5000 stay alone."""
    one = run(beats(5000, 5120), beats(4890, 5090))
    assert pairs(one) == [(-1, 4890), (5000, -1), (5120, 5090)]


def test_two_beats_at_one_place():
    assert pairs(run(beats(5000), beats(5000, 5000))) == [(5000, 5000), (-1, 5000)]


def test_nobody_has_beats():
    one = run(beats(), beats())
    assert one.n_beats == 0
    assert one.rr_error_ms is None
    figures = BeatFigures.of(one.matrix)
    assert figures.qrs_se.percent is None
    assert figures.veb_fpr.percent is None
    assert cells(run(beats(5000), beats())) == {"No": 1}
    assert cells(run(beats(), beats(5000))) == {"On": 1}


@pytest.mark.parametrize(
    ("reference", "test", "counted"),
    [
        (9999, 10001, {}),  # a reference beat of the learning period takes its partner along
        (10000, 9850, {"Nn": 1}),  # a partner may lie in the learning period
        (10000, 9849, {"No": 1}),
        (12000, 10149, {"No": 1}),  # its partner might lie in the learning period
        (12000, 10150, {"No": 1, "On": 1}),  # now it might not
        (12000, 9999, {"No": 1}),
    ],
)
def test_edges_of_the_learning_period(reference: int, test: int, counted: dict[str, int]):
    assert cells(run(beats(reference), beats(test), learning_s=10.0)) == counted


def test_five_minutes_are_the_default():
    reference = beats(299_999, 300_000)
    assert cells(compare(reference, beats(), fs=FS)) == {"No": 1}


def test_extra_beats_in_the_references_flutter_do_not_count():
    reference = marks((5000, "N"), (6000, "["), (6100, "!"), (9000, "]"), (9500, "N"))
    test = beats(5000, 5999, 6000, 7000, 9000, 9001, 9500)
    one = run(reference, test)
    assert cells(one) == {"Nn": 2, "On": 2}
    assert one.beats(NO_BEAT, N).tolist() == [5999, 9001]


def test_flutter_that_nobody_ends():
    reference = marks((5000, "N"), (6000, "["))
    assert cells(run(reference, beats(5000, 7000, 90_000))) == {"Nn": 1}


def test_a_pair_in_flutter_counts():
    reference = marks((6000, "["), (7000, "V"), (9000, "]"))
    assert cells(run(reference, beats(7000, symbol="V"))) == {"Vv": 1}


def test_shutdown_of_the_test():
    reference = beats(5000, 6000, 7000, 8000, 9000)
    test = marks((5000, "N"), (6000, "~", -1), (8000, "~", 0), (9000, "N"))
    one = run(reference, test)
    assert cells(one) == {"Nn": 2, "Nx": 3}  # both ends belong to it
    assert one.beats(N, SHUT_DOWN).tolist() == [6000, 7000, 8000]
    assert one.shutdown_s == 2.0
    assert BeatFigures.of(one.matrix).missed_in_shutdown[0].part == 3


def test_a_beat_ends_a_shutdown():
    """It then lasts from 150 ms after the beat before to 150 ms before that beat."""
    reference = beats(5000, 5151, 6849, 6851, 7500)
    test = marks((5000, "N"), (6000, "~", -1), (7000, "N"), (8000, "~", 0))
    one = run(reference, test)
    assert one.shutdown_s == pytest.approx(1.7)
    assert one.beats(N, SHUT_DOWN).tolist() == [5151, 6849]


def test_a_shutdown_that_nobody_ends_and_one_before_any_beat():
    assert cells(run(beats(7000), marks((6000, "~", -1), (8000, "~", -1)))) == {"Nx": 1}
    test = marks((6000, "~", -1), (9000, "N"))
    assert cells(run(beats(7000, 9000), test)) == {"Nx": 1, "Nn": 1}


def test_noise_alone_is_no_shutdown():
    """Subtypes 1 to 3 say that a lead is noisy, 48 that neither can be read."""
    for subtype, column in ((3, "No"), (16, "No"), (48, "Nx"), (-1, "Nx")):
        test = marks((5000, "~", subtype), (9000, "~", 0))
        assert cells(run(beats(7000), test)) == {column: 1}


def test_shutdown_of_the_reference():
    reference = marks((5000, "~", -1), (8000, "~", 0))
    one = run(reference, beats(7000, 9000))
    assert cells(one) == {"Xn": 1, "On": 1}
    assert one.beats(SHUT_DOWN, N).tolist() == [7000]


def test_shutdown_in_the_learning_period_is_no_time_lost():
    test = marks((5000, "~", -1), (11_000, "~", 0), (11_500, "N"))
    assert run(beats(11_500), test, learning_s=10.0).shutdown_s == 1.0


def test_the_rr_error():
    """Intervals 1000, 1000 against 1010, 1020: root of (100 + 400) / 2."""
    one = run(beats(5000, 6000, 7000), beats(5000, 6010, 7030))
    assert one.rr_error_ms == pytest.approx(250**0.5)


def test_a_missed_beat_weighs_twice_in_the_rr_error():
    """The interval that spans it stands against each of the two it spans."""
    one = run(beats(5000, 6000, 7000), beats(5000, 7000))
    assert one.rr_error_ms == pytest.approx(1000.0)


def test_the_rr_error_leaves_shutdown_out():
    test = marks((5000, "N"), (5500, "~", -1), (6500, "~", 0), (7000, "N"), (8010, "N"))
    one = run(beats(5000, 6000, 7000, 8000), test)
    assert one.rr_error_ms == pytest.approx(10.0)


def test_what_is_false_and_what_is_not():
    """F or Q called V and Q called S count neither way; F called S is false."""
    matrix = np.zeros((7, 7), np.int64)
    matrix[V, V] = matrix[S, S] = 10
    for row in (N, S, F, Q, NO_BEAT, SHUT_DOWN):
        matrix[row, V] += 1
    for row in (N, V, F, Q, NO_BEAT, SHUT_DOWN):
        matrix[row, S] += 1
    figures = BeatFigures.of(matrix)
    assert (figures.veb_pp.part, figures.veb_pp.whole) == (10, 14)
    assert (figures.sveb_pp.part, figures.sveb_pp.whole) == (10, 15)
    assert (figures.veb_se.part, figures.veb_se.whole) == (10, 11)
    assert figures.veb_fpr.part == 4
    assert figures.veb_fpr.whole == 4 + 10 + 5  # S called S, and N F Q O X called S
    gross = BeatFigures.of(matrix, fusion_called_s_is_false=False)
    assert gross.sveb_pp.whole == 14


def test_gross_weighs_beats_and_average_records():
    long = run(beats(*range(1000, 101_000, 1000)), beats(*range(1000, 51_000, 1000)))
    short = run(beats(5000), beats(5000))
    summary = summarise([long, short])
    assert summary.gross.qrs_se.percent == pytest.approx(100 * 51 / 101)
    assert summary.average["qrs_se"] == pytest.approx(75.0)
    assert summary.average["veb_se"] is None


def test_without_s_folds_s_into_n():
    one = run(marks((5000, "A"), (6000, "A")), marks((5000, "S"), (6000, "V"), (7000, "S")))
    folded = without_s(one.matrix)
    assert (folded[N, N], folded[N, V], folded[NO_BEAT, N], folded.sum()) == (1, 1, 1, 3)


def test_the_two_mappings():
    samples, symbols = np.array([5000, 6000, 7000], np.int64), list("ejn")
    assert marks_of_annotations(samples, symbols).kinds.tolist() == [S, S, S]
    mapped = marks_of_annotations(samples, symbols, mapping=DE_CHAZAL)
    assert mapped.kinds.tolist() == [N, N, N]


def test_a_beat_without_class_counts_as_unclassifiable():
    test = marks_of_beats(np.array([5000], np.int64), np.array([-1], np.int8))
    assert cells(run(beats(5000), test)) == {"Nq": 1}


def test_times_are_moved_to_another_rate():
    found = moved(beats(100, 101), from_hz=360.0, to_hz=250.0)
    assert found.samples.tolist() == [69, 70]  # 69.4 and 70.1


def test_a_day_takes_about_a_second(rng: np.random.Generator):
    samples = np.cumsum(rng.integers(200, 400, 100_000)).astype(np.int64)
    classes = rng.integers(0, 5, len(samples)).astype(np.int8)
    shaken = np.sort(samples + rng.integers(-20, 20, len(samples)))
    reference, test = marks_of_beats(samples, classes), marks_of_beats(shaken, classes)
    start = time.process_time()
    one = compare(reference, test, fs=360.0)
    assert time.process_time() - start < 4.0  # 0.5 s measured on a busy core
    assert one.n_beats > 99_000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(57)
