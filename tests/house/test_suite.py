"""The suite's own rules: which skips are allowed, and what is said to touch torch."""

import sys

import pytest

from tests.data import REPOSITORY
from tests.skips import allowed
from tests.torch_imports import reaches_torch

pytest_plugins = "pytester"


def test_a_reason_holds_only_where_it_is_so(tmp_path, monkeypatch):
    absent = "no test data mitdb where ECGVIEWER_DATA points"
    monkeypatch.setenv("ECGVIEWER_DATA", str(tmp_path))
    assert allowed(absent)
    (tmp_path / "mitdb").mkdir()
    assert not allowed(absent)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not allowed("Windows has no SIGKILL")
    monkeypatch.setattr(sys, "platform", "win32")
    assert allowed("Windows has no SIGKILL")
    assert not allowed("")
    assert not allowed("it fails")


def test_any_other_skip_fails(pytester):
    pytester.makeconftest(
        "from tests.skips import pytest_make_collect_report, pytest_runtest_makereport"
    )
    pytester.makepyfile(
        test_one="""
            import pytest
            def test_skipped(): pytest.skip("it fails")
            @pytest.mark.skip(reason="later")
            def test_marked(): pass
            @pytest.mark.xfail(reason="known")
            def test_known(): assert False
            def test_passes(): pass
        """,
        test_two='import pytest; pytest.importorskip("no_such_module")',
    )
    ran = pytester.runpytest_inprocess("--continue-on-collection-errors")
    ran.assert_outcomes(passed=1, failed=1, errors=2, xfailed=1)
    ran.stdout.fnmatch_lines(["*does not allow here: it fails*"])


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("ecgviewer/model/runner.py", True),
        ("ecgviewer/analysis/classify.py", True),
        ("ecgviewer/commands/analyze.py", True),  # inside a function
        ("ecgviewer/signal/rpeaks/detect.py", False),
        ("ecgviewer/formats/readers.py", False),
    ],
)
def test_what_reaches_torch(file: str, expected: bool):
    assert reaches_torch(REPOSITORY / file) is expected
