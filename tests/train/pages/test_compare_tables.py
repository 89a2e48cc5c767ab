import msgspec
import numpy as np
import pytest

from train.compare.classifier import Settings
from train.compare.registry import CLASSIFIERS
from train.compare.results import figures_of, read_all, result, write
from train.compare.runner import AUGMENT
from train.metrics import confusion
from train.pages.compare_tables import differ, grouped, percent, tables


def written(
    folder,
    name,
    *,
    errors,
    seed=1,
    augmented=False,
    clock=False,
    gpu=None,
    width=None,
    machine=None,
    account=None,
    **terms,
):
    """A result with a share of errors among 1,000 beats of five classes."""
    reference = np.repeat([0, 1, 2, 3, 4], 200)
    called = reference.copy()
    called[:: round(1 / errors)] = (called[:: round(1 / errors)] + 1) % 5
    row = CLASSIFIERS[name]
    settings = Settings(classifier=name, seed=seed, width=width or row.width or 1.0, **terms)
    if augmented:
        settings = msgspec.structs.replace(settings, augment=AUGMENT)
    made = result(
        settings,
        title=row.title,
        table=row.table,
        reading=row.reading,
        reference=reference,
        called=called,
        training_beats=78_834,
        stopped=clock,
        account={"epochs": [3.25], "learning_rates": [1e-3], **(account or {})}
        if row.width
        else {"chosen": {"C": 10}},
        minutes=5.5,
        machine={"device": "cuda" if gpu else "cpu", "gpu": gpu, **(machine or {})},
        hashes={},
    )
    write(made, folder)


def line(text, *words):
    (found,) = [row for row in text.splitlines() if all(f"| {w} |" in row for w in words)]
    return [cell.strip() for cell in found.split("|")[1:-1]]


def test_without_results_the_papers_figures_stand_alone(tmp_path):
    text = tables(tmp_path)
    assert "No run has a result yet" in text
    assert text.count("not run") == 12 + 8
    figures = ["95.81", "89.23", "94.20", "91.66", "92.94", "", ""]
    assert line(text, "VGGNet", "with", "paper")[9:] == figures


def test_a_single_seed_has_no_spread_and_no_test(tmp_path):
    written(tmp_path, "resnet", errors=0.01, clock=True)
    text = tables(tmp_path)
    ours = line(text, "ResNet", "without", "here")
    assert ours[3:8] == ["0.001", "0.25", "1 (1 seed, 1 fold)", "3.2 (clock)", "5.5"]
    assert ours[8] == "99.00"
    assert ours[9] == "99.60"  # 1 - 2 (1 - 0.99) / 5
    assert ours[-2:] == ["not tested", "cpu"]
    assert "1 repeats of a row, so no t-test" in text


def test_repeats_get_mean_spread_and_letters(tmp_path):
    for seed, errors in ((1, 0.01), (2, 0.0125), (3, 0.011)):
        written(tmp_path, "proposed", errors=errors, seed=seed)
        written(tmp_path, "proposed", errors=errors, seed=seed, augmented=True)
        written(tmp_path, "vgg", errors=10 * errors, seed=seed)
        written(tmp_path, "vgg", errors=errors, seed=seed, augmented=True)
    text = tables(tmp_path)
    assert line(text, "VGGNet", "without", "here")[-2] == "a b"
    varied = line(text, "VGGNet", "with", "here")
    assert varied[-2] == "c"
    assert varied[5] == "3 (3 seeds, 1 fold)"
    assert "±" in varied[8]
    assert line(text, "Proposed", "with", "here")[-2] == "none"


def test_folds_of_a_single_seed_are_not_tested(tmp_path):
    for fold, errors in enumerate((0.01, 0.0125, 0.011)):
        written(tmp_path, "proposed", errors=errors, fold=fold)
        written(tmp_path, "vgg", errors=10 * errors, fold=fold)
    text = tables(tmp_path)
    ours = line(text, "VGGNet", "without", "here")
    assert ours[5] == "3 (1 seed, 3 folds)"
    assert ours[-2:] == ["not tested", "cpu"]
    assert "so no t-test is possible" in text


def test_a_seeds_folds_count_once(tmp_path):
    for seed in (1, 2):
        for fold in range(3):
            written(tmp_path, "vgg", errors=0.01 * (seed + fold), seed=seed, fold=fold)
    (group,) = grouped(read_all(tmp_path)).values()
    assert len(group.f1) == 6
    assert group.f1_of_seeds == pytest.approx([np.mean(group.f1[::2]), np.mean(group.f1[1::2])])


def test_runs_on_other_terms_are_no_repeats(tmp_path):
    written(tmp_path, "vgg", errors=0.01)
    written(tmp_path, "vgg", errors=0.1, seed=2, max_minutes=1.0, epochs=9.0)
    rows = [row for row in tables(tmp_path).splitlines() if row.startswith("| VGGNet | without")]
    assert sum("1 (1 seed, 1 fold)" in row for row in rows) == 2
    assert "before 9 to 240 epochs" in tables(tmp_path)


def test_runs_of_other_machines_are_no_repeats_and_are_not_tested_together(tmp_path):
    """A minute of a card is another training than a minute of a processor."""
    two, four = ({"processor": "P", "threads": n} for n in (2, 4))
    for seed, errors in ((1, 0.002), (2, 0.00204)):
        made = {"errors": 10 * errors, "clock": True}
        fast = {"epochs": [40.5], "precision": "fp32"}
        written(tmp_path, "vgg", seed=seed, gpu="Card 100", account=fast, **made)
        written(tmp_path, "vgg", seed=seed + 2, machine=two, **made)
        written(tmp_path, "vgg", seed=seed + 4, machine=four, **made)
        written(tmp_path, "proposed", seed=seed, machine=two, errors=errors)
    text = tables(tmp_path)
    rows = [
        [cell.strip() for cell in row.split("|")[1:-1]]
        for row in text.splitlines()
        if row.startswith("| VGGNet | without | here")
    ]
    assert {(row[-1], row[5], row[6], row[-2]) for row in rows} == {
        ("Card 100 fp32", "2 (2 seeds, 1 fold)", "40.5 (clock)", "not tested"),
        ("cpu (P, 2 threads)", "2 (2 seeds, 1 fold)", "3.2 (clock)", "a"),
        ("cpu (P, 4 threads)", "2 (2 seeds, 1 fold)", "3.2 (clock)", "not tested"),
    }
    assert "came to epochs of a network: 40.5 on Card 100; 3.25 on cpu (P, 2 threads);" in text


def test_a_figure_on_other_classes_says_so(tmp_path):
    assert "| k-nearest neighbours | 97.00 (17 classes) |" in tables(tmp_path)


def test_table_7_names_what_was_chosen_and_on_how_much(tmp_path):
    written(tmp_path, "svm", errors=0.02)
    ours = line(tables(tmp_path), "SVM (grid for PSO)")
    assert ours[1:4] == ["94.16", "99.20", "98.00"]
    assert ours[6:] == ["–", "78,834", "1 (1 seed, 1 fold)", "–", "5.5", "C 10", "cpu"]


def test_every_line_of_a_table_has_its_columns(tmp_path):
    written(tmp_path, "lstm", errors=0.02)
    written(tmp_path, "nearest", errors=0.02)
    widths = {}
    for row in tables(tmp_path).splitlines():
        if row.startswith("## "):
            section = row
        if row.startswith("|"):
            widths.setdefault(section, set()).add(row.count("|"))
    assert all(len(found) == 1 for found in widths.values())


def test_small_pieces():
    assert percent([0.5]) == "50.00"
    assert percent([0.5, 0.6]) == "55.00 ± 7.07"
    assert differ([0.9], [0.8, 0.7]) is None
    assert differ([0.9, 0.9], [0.9, 0.9]) is None
    assert differ([0.90, 0.91, 0.92], [0.5, 0.51, 0.52]) is True
    assert differ([0.90, 0.80, 0.92], [0.91, 0.82, 0.90]) is False


def test_a_class_never_called_counts_as_nothing():
    reference = np.array([0, 0, 1, 1])
    figures = figures_of(confusion(reference, np.zeros(4, np.int64)))
    assert figures.accuracy == 0.5
    assert figures.ppv == pytest.approx(0.25)
    assert figures.sensitivity == pytest.approx(0.5)
