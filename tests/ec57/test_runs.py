"""Runs, worked out on paper: 1000 samples a second, a beat a second."""

import numpy as np
import pytest

from ecgviewer.ec57.marks import Marks, marks_of_annotations
from ecgviewer.ec57.runs import Chamber, RunCounts, compare_runs, summarise_runs

FS = 1000.0
NOTHING = RunCounts()


def marks(symbols: str, *, first: int = 1000) -> Marks:
    """One mark a second; a means "atrial fibrillation begins", n "another rhythm begins"."""
    texts = {"a": "(AFIB", "n": "(N"}
    return marks_of_annotations(
        first + 1000 * np.arange(len(symbols), dtype=np.int64),
        ["+" if symbol in texts else symbol for symbol in symbols],
        texts=[texts.get(symbol, "") for symbol in symbols],
    )


def counts(
    reference: Marks | str,
    test: Marks | str,
    *,
    chamber: Chamber = "ventricular",
    learning_s: float = 0.0,
) -> tuple[RunCounts, ...]:
    one, other = (marks(m) if isinstance(m, str) else m for m in (reference, test))
    return compare_runs(one, other, fs=FS, chamber=chamber, learning_s=learning_s).counts


def test_runs_by_length():
    found = counts("NVVNVVVNVVVVVNVVVVVVN", "NVVNVVVNVVVVVNVVVVVVN")
    assert found == (RunCounts(1, 0, 1, 0), RunCounts(2, 0, 2, 0), RunCounts(1, 0, 1, 0))


def test_one_beat_is_no_run():
    assert counts("NVNVNVN", "NVNVNVN") == (NOTHING, NOTHING, NOTHING)


def test_a_longer_run_finds_a_shorter_and_is_not_right():
    """A couplet lies in the time of a run of three: it is found, the run of three is not."""
    couplets, short, _ = counts("NNVVNN", "NVVVNN")
    assert couplets == RunCounts(found=1)
    assert short == RunCounts(wrong=1)


def test_within_a_kind_length_does_not_matter():
    assert counts("NVVVNNN", "NVVVVVN")[1] == RunCounts(1, 0, 1, 0)
    assert counts("NVVVVVNNN", "NNVVVNNNN")[1] == RunCounts(1, 0, 1, 0)


def test_a_run_broken_in_two():
    _, short, long = counts("NVVVVVVN", "NVVVNVVN")
    assert long == RunCounts(missed=1)
    assert short == RunCounts(right=1)


@pytest.mark.parametrize(("shift", "found"), [(150, 1), (151, 0)])
def test_a_match_window_more_on_both_sides(shift: int, found: int):
    couplets, _, _ = counts("NVVNN", marks("NVVNN", first=1000 + shift))
    assert couplets == RunCounts(found, 1 - found, found, 1 - found)


def test_fusion_beats_are_members_of_ventricular_runs():
    assert counts("NVFN", "NFFN")[0] == RunCounts(1, 0, 1, 0)
    assert counts("NQQN", "NQQN")[0] == NOTHING


def test_a_run_at_the_end_counts_and_one_in_the_learning_period_does_not():
    assert counts("VVNNVV", "VVNNVV", learning_s=3.0)[0] == RunCounts(1, 0, 1, 0)


def test_a_run_across_the_end_of_the_learning_period_begins_there():
    """Of five beats the last two lie after it."""
    assert counts("VVVVVN", "VVVVVN", learning_s=3.5)[:2] == (RunCounts(1, 0, 1, 0), NOTHING)


def test_flutter_is_a_long_ventricular_run():
    assert counts("N[!]N", "NVVVN")[2] == RunCounts(missed=1)
    assert counts("N[!!!!!]N", "NVVVVVVNN")[2] == RunCounts(1, 0, 1, 0)
    assert counts("[!!]N", "NVVNN", learning_s=2.0)[2] == RunCounts(missed=1)


def test_supraventricular_runs():
    assert counts("NSSNAAJN", "NSSNSSSN", chamber="supraventricular") == (
        RunCounts(1, 0, 1, 0),
        RunCounts(1, 0, 1, 0),
        NOTHING,
    )


def test_normal_beats_in_fibrillation_are_supraventricular_runs():
    """Its onset alone is a long run; a ventricular beat breaks it; then beats are counted."""
    found = counts("NaNVNNVNNNVnNNNN", "NNNNNNNNNNNNNNNN", chamber="supraventricular")
    assert found == (RunCounts(missed=1), RunCounts(missed=1), RunCounts(missed=1))


def test_fibrillation_that_begins_in_a_run_only_goes_on_with_it():
    found = counts("NAaNNnNNN", "NNNNNNNNN", chamber="supraventricular")
    assert found == (NOTHING, RunCounts(missed=1), NOTHING)


def test_fibrillation_at_the_end_of_the_learning_period():
    found = counts("aNNNNVNN", "NNNNNNNN", chamber="supraventricular", learning_s=3.5)
    assert found == (RunCounts(missed=1), NOTHING, RunCounts(missed=1))


def test_gross_and_average():
    one = compare_runs(marks("NVVN"), marks("NVVN"), fs=FS, chamber="ventricular", learning_s=0)
    other = compare_runs(
        marks("NVVNVVN"), marks("NNNNNNN"), fs=FS, chamber="ventricular", learning_s=0
    )
    summary = summarise_runs([one, other])
    assert summary.gross[0] == RunCounts(1, 2, 1, 0)
    assert summary.average[0] == (50.0, 100.0)
    assert summary.average[1] == (None, None)
