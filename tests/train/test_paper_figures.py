import numpy as np
import pytest

from train import paper_figures
from train.metrics import class_figures, confusion, overall_accuracy


def test_the_fault_everybody_can_check_is_found():
    found = paper_figures.faults_of_table_5()
    assert any(f.startswith("MIT-BIH F: Acc 99.6 lies outside Sens and Spec") for f in found)
    assert any(f.startswith("Tianchi N: Acc 97.6 lies outside") for f in found)
    assert not any(f.startswith("MIT-BIH N: Acc") for f in found)
    assert any("97.55" in f and f.startswith("MIT-BIH: the mean") for f in found)


@pytest.mark.parametrize("seed", range(5))
def test_figures_of_a_real_confusion_matrix_have_no_fault(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    reference = rng.choice(5, 20_000, p=[0.8, 0.03, 0.07, 0.02, 0.08])
    called = np.where(rng.random(20_000) < 0.05, rng.integers(0, 5, 20_000), reference)
    matrix = confusion(reference, called)
    f = class_figures(matrix)
    order = ["NSVFQ".index(name) for name in paper_figures.COLUMNS]
    cells = {row: tuple(np.round(100 * getattr(f, row)[order], 1)) for row in paper_figures.ROWS}
    monkeypatch.setattr(paper_figures, "TABLE_5", {"MIT-BIH": cells})
    shares = dict(zip("NSVFQ", matrix.sum(1) / matrix.sum(), strict=True))
    monkeypatch.setattr(paper_figures, "CLASS_SHARE", shares)
    found = paper_figures.faults_of_table_5()
    assert len(found) == 1  # the line of means, which are then one number said twice
    mean = 100 * f.accuracy.mean()
    overall = 100 * overall_accuracy(matrix)
    assert paper_figures.overall_from_one_vs_rest(mean) == pytest.approx(overall)
    means = [100 * getattr(f, name).mean() for name in ("accuracy", "specificity")]
    row = (*means, *(100 * getattr(f, n).mean() for n in ("sensitivity", "ppv", "f1")))
    assert paper_figures.faults_of_table_6({"ours": row}) == []


def test_a_mean_f1_above_the_harmonic_mean_of_the_means_is_a_fault():
    assert paper_figures.faults_of_table_6({"x": (99.13, 97.12, 97.82, 96.59, 97.41)})
    assert not paper_figures.faults_of_table_6({"x": (96.97, 95.26, 97.08, 94.88, 95.94)})
