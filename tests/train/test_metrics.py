import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.metrics import (
    beat_bootstrap,
    class_figures,
    class_intervals,
    confusion,
    f_beta,
    macro_f1,
    overall_accuracy,
    patient_bootstrap,
)


def test_figures_of_a_matrix_done_by_hand():
    matrix = np.zeros((5, 5), np.int64)
    matrix[0] = [90, 5, 5, 0, 0]
    matrix[1] = [10, 30, 0, 0, 0]
    matrix[2] = [0, 0, 60, 0, 0]
    f = class_figures(matrix)
    assert f.sensitivity[0] == pytest.approx(0.9)
    assert f.ppv[0] == pytest.approx(0.9)
    assert f.specificity[0] == pytest.approx(0.9)
    assert f.accuracy[1] == pytest.approx((30 + 155) / 200)
    assert f.f1[2] == pytest.approx(2 * 60 / (60 + 65))
    assert np.isnan(f.sensitivity[3])
    assert overall_accuracy(matrix) == pytest.approx(180 / 200)
    assert macro_f1(matrix) == pytest.approx(np.mean([0.9, 60 / 75, 120 / 125]))


labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=200)


@given(labels)
def test_one_vs_rest_accuracy_is_the_overall_accuracy_seen_through_five_classes(pairs):
    """The paper's average accuracy: acc_ovr = 1 - 2 (1 - acc) / 5."""
    reference, called = np.array(pairs).T
    matrix = confusion(reference, called)
    mean = class_figures(matrix).accuracy.mean()
    assert mean == pytest.approx(1 - 2 * (1 - overall_accuracy(matrix)) / 5)
    assert matrix.sum() == len(pairs)


def test_intervals_hold_the_figure_and_patients_widen_them():
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(10), 200)
    reference = rng.integers(0, 3, 2000)
    wrong = rng.random(2000) < np.repeat(np.linspace(0, 0.4, 10), 200)
    called = np.where(wrong, (reference + 1) % 3, reference)
    accuracy = overall_accuracy(confusion(reference, called))
    by_beat = beat_bootstrap(reference, called)["accuracy"]
    by_patient = patient_bootstrap(reference, called, patient)["accuracy"]
    assert by_beat[0] < accuracy < by_beat[1]
    assert by_patient[0] < by_beat[0] < by_beat[1] < by_patient[1]


def test_f_beta_of_0_15_is_nearly_the_precision():
    matrix = np.zeros((5, 5), np.int64)
    matrix[0], matrix[2] = [90, 0, 10, 0, 0], [30, 0, 20, 0, 0]
    f = class_figures(matrix)
    for c in (0, 2):
        se, ppv = f.sensitivity[c], f.ppv[c]
        assert abs((1 + 0.15**2) * ppv * se / (0.15**2 * ppv + se) - ppv) < 0.02
    expected = [
        (1 + 0.15**2) * f.ppv[c] * f.sensitivity[c] / (0.15**2 * f.ppv[c] + f.sensitivity[c])
        for c in (0, 2)
    ]
    assert f_beta(matrix, 0.15) == pytest.approx(np.mean(expected))
    assert f_beta(matrix, 1.0) == pytest.approx(macro_f1(matrix))


def test_intervals_of_every_class_hold_its_figure():
    rng = np.random.default_rng(1)
    reference = rng.integers(0, 4, 3_000)  # no Q
    called = np.where(rng.random(3_000) < 0.1, rng.integers(0, 4, 3_000), reference)
    patient = rng.integers(0, 30, 3_000)
    figures = class_figures(confusion(reference, called))
    for spans in (
        class_intervals(reference, called),
        class_intervals(reference, called, patient=patient),
    ):
        for c in range(4):
            for name, (low, high) in spans[c].items():
                assert low < getattr(figures, name)[c] < high
        assert np.isnan(spans[4]["sensitivity"]).all()
