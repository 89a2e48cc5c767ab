"""The reasons for which a test may be skipped; a skip for any other, or where it is not so, fails.

A test that needs a package of the extra `dev` has no reason here: the suite runs with that extra.
"""

import os
import platform
import re
import sys
from collections.abc import Callable, Generator

import pytest

from tests.data import REPOSITORY, cases_folder, data_folder, ec57_folder


def _cuda() -> bool:
    import torch

    return torch.cuda.is_available()


# A pattern of the reason, and whether it holds here, asked with the pattern's groups.
ALLOWED: dict[str, Callable[..., bool]] = {
    r"no test data folder .*": lambda: not data_folder().is_dir(),
    r"no test data (mitdb|svdb|incart|vitaldb|nstdb|formats) .*": lambda part: (
        not data_folder(part).is_dir()
    ),
    r"no inputs that failed once .*": lambda: not cases_folder().is_dir(),
    r"no EC57 reference output .*": lambda: not ec57_folder().is_dir(),
    r"not a git clone: .*": lambda: not (REPOSITORY / ".git").exists(),
    r"needs a user whom permissions bind": lambda: sys.platform == "win32" or os.geteuid() == 0,
    r"Windows .*": lambda: sys.platform == "win32",
    r"nice values of single threads|Qt's wheels suffice here": lambda: sys.platform != "linux",
    r"another C library": lambda: platform.libc_ver()[0] != "glibc",
    r"this system has no named pipes": lambda: not hasattr(os, "mkfifo"),
    r"this file system does not tell upper from lower case": lambda: sys.platform != "linux",
    r"only Linux tells when a process was started": lambda: sys.platform != "linux",
    r"this machine has CUDA|there is a card": _cuda,
}


def allowed(reason: str) -> bool:
    """Whether a test may be skipped for this reason on this machine."""
    matches = ((re.fullmatch(pattern, reason), holds) for pattern, holds in ALLOWED.items())
    return any(match is not None and holds(*match.groups()) for match, holds in matches)


def _judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip that is not allowed into a failure."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    said = report.longrepr
    reason = str(said[2] if isinstance(said, tuple) else said).removeprefix("Skipped: ")
    if not allowed(reason):
        report.outcome = "failed"
        report.longrepr = f"skipped, which tests/skips.py does not allow here: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _judge(report)
    return report
