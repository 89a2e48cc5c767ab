"""The floors of the house: import-linter's contracts, and what an import does not load."""

import re
import subprocess
import sys

import pytest

from tests.data import REPOSITORY


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_hold():
    ran = python(
        "from importlinter.cli import lint_imports_command as c; c(['--no-logo', '--no-cache'])"
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        # together: torch alone takes seconds to load
        (
            "ecgviewer.commands.app ecgviewer.analysis.run ecgviewer.report.build",
            "PySide6 pyqtgraph",
        ),
        ("ecgviewer.signal.rpeaks.detect", "PySide6 torch wfdb"),
        ("ecgviewer.analysis.cache.packing", "PySide6 torch"),
        ("ecgviewer.runtime.qt_libraries", "PySide6 numpy"),
        ("ecgviewer.document.html", "PySide6 numpy rich"),
    ],
)
def test_importing_it_does_not_load(modules: str, unwanted: str):
    ran = python(
        "import importlib, sys\n"
        "for module in sys.argv[1].split():\n"
        "    importlib.import_module(module)\n"
        "    loaded = [name for name in sys.argv[2].split() if name in sys.modules]\n"
        "    if loaded: sys.exit(f'{module} loads {loaded}')",
        modules,
        unwanted,
    )
    assert ran.returncode == 0, ran.stderr


def test_only_a_public_name_of_wfdb_is_used():
    used = [
        (path.name, line.strip())
        for path in (REPOSITORY / "ecgviewer").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bimport wfdb|\bfrom wfdb|\bwfdb\.[a-z_]+\(", line)
    ]
    assert used == [("library.py", "wfdb.wrann("), ("library.py", "import wfdb")]
