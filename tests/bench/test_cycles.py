"""Windows that are closed at any moment leave nothing behind."""

import threading

import pytest

from bench.cycles import cycles
from ecgviewer import paths


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("one_window", [False, True])
def test_windows_leave_no_threads_and_no_handles(one_window: bool) -> None:
    before = threading.active_count()  # of the tests themselves
    demo = paths.demo_record()
    found = cycles(demo, 3, ensemble="clinical", seed=2, one_window=one_window, longest_s=0.5)
    first, *later = found
    assert max(c.n_handles for c in later) <= first.n_handles + 4  # a scan's pipes come and go
    assert max(c.n_threads for c in later) <= before + 4
    assert max(c.close_s for c in found) < 5  # a hang; what it takes is measured, not tested
