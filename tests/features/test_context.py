import numpy as np
import pytest

from ecgviewer.features.context import RecordContext, names, rr_intervals, stretch_bounds
from ecgviewer.features.morphology import cut_snippets, offsets
from ecgviewer.signal.params import CONTEXT
from ecgviewer.signal.windows import neighbours
from tests.synthetic import NARROW_S, WIDE_S, made_ecg

FS = 360


def context(at: np.ndarray, ecg: np.ndarray) -> np.ndarray:
    before, after = neighbours(at, at)
    record = RecordContext(at, before, after, ecg.shape[1])
    parts = [
        record.columns(k, cut_snippets(ecg, at[record.beats(k)])) for k in range(record.n_stretches)
    ]
    return np.concatenate(parts)


def column(table: np.ndarray, name: str) -> np.ndarray:
    return table[:, names().index(name)]


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two minutes at 75 a minute: beat 50 early, beat 90 early and wide."""
    seconds = 1.0 + 0.8 * np.arange(140)
    seconds[50] -= 0.25
    seconds[90] -= 0.25
    widths = np.full(len(seconds), NARROW_S)
    widths[90] = WIDE_S
    ecg = made_ecg(seconds, duration_s=115, width_s=widths)
    at = np.rint(seconds * FS).astype(np.int64)
    return at, ecg, context(at, ecg)


def test_columns_are_as_many_as_the_parameters_say(made):
    assert len(names()) == CONTEXT.columns == made[2].shape[1]
    assert len(set(names())) == CONTEXT.columns
    assert np.isfinite(made[2]).all()


def test_an_early_beat_stands_out_by_its_rr_alone(made):
    early = column(made[2], "rr_to_local")
    assert early[50] == pytest.approx(np.log(0.55 / 0.8), abs=0.02)
    assert np.abs(np.delete(early, [50, 51, 90, 91])).max() < 0.02
    alike = column(made[2], "alike_dominant")
    assert alike[50] > 0.95


def test_a_wide_beat_stands_out_by_its_shape(made):
    table = made[2]
    assert column(table, "alike_dominant")[90] < 0.9
    assert column(table, "width_to_usual")[90] > 0.03
    assert column(table, "share_0.9")[90] < 0.05
    assert column(table, "qrs_difference")[90] == column(table, "qrs_difference").max()


def test_neither_gain_nor_place_in_the_record_matters(made):
    at, ecg, table = made
    louder = context(at, 3 * ecg)
    np.testing.assert_allclose(louder, table, atol=2e-3)
    later = context(at + 5000, np.pad(ecg, ((0, 0), (5000, 0))))
    np.testing.assert_allclose(later[1:], table[1:], atol=1e-5)


def test_one_lead_says_nearly_what_two_say(made):
    at, ecg, _ = made
    alone = context(at, ecg * np.array([[1.0], [0.0]], np.float32))
    assert np.isfinite(alone).all()
    assert column(alone, "alike_dominant")[90] < 0.9 < column(alone, "alike_dominant")[50]


@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_few_beats_give_numbers(n):
    at = 500 + 300 * np.arange(n)
    assert np.isfinite(context(at, made_ecg(at / FS, duration_s=20))).all()
    silent = context(at, np.zeros((2, 8000), np.float32))
    assert np.isfinite(silent).all()


def test_no_beats_give_an_empty_table():
    assert context(np.empty(0, np.int64), np.zeros((2, 5000), np.float32)).shape == (
        0,
        CONTEXT.columns,
    )


def test_beats_at_the_edge_use_their_one_rr_twice():
    at = np.array([100, 460, 820], np.int64)
    rr, following = rr_intervals(at, *neighbours(at, at))
    np.testing.assert_allclose(rr, [1, 1, 1])
    np.testing.assert_allclose(following, [1, 1, 1])
    lone = np.array([100], np.int64)
    assert rr_intervals(lone, *neighbours(lone, lone))[0] == pytest.approx(CONTEXT.lone_rr_s)


def test_a_last_stretch_of_less_than_half_joins_the_one_before():
    size = CONTEXT.stretch_blocks * CONTEXT.grid_block
    at = np.arange(0, 3 * size, 300)
    assert len(stretch_bounds(at, size)) == 2
    assert len(stretch_bounds(at[at < 1.4 * size], int(1.4 * size))) == 2
    assert len(stretch_bounds(at[at < 1.6 * size], int(1.6 * size))) == 3
    bounds = stretch_bounds(at, 3 * size)
    assert bounds[0] == 0
    assert bounds[-1] == len(at)
    assert (at[bounds[1:-1]] >= size * np.arange(1, 3)).all()


def test_snippets_beyond_the_record_repeat_its_ends():
    ecg = np.arange(1000, dtype=np.float32)[None]
    cut = cut_snippets(ecg, np.array([0, 999]))
    assert cut.shape == (2, 1, len(offsets()))
    assert cut[0, 0, 0] == 0
    assert cut[1, 0, -1] == 999
