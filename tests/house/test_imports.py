"""Imports: the contracts of the floors, what an import does not load, which may come late."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.data import REPOSITORY
from tests.torch_imports import imported, source

OURS = ("ecgviewer", "train")
# ADR 14. Where an import may stand in a function or under TYPE_CHECKING, and of what: "ours" is any
# module of these two packages, for a command imports what it needs once it is asked for.
LATE_IMPORTS = {
    "ecgviewer/__main__.py": {"ours", "torch"},
    "ecgviewer/commands/analyze.py": {"ours", "rich"},
    "ecgviewer/commands/app.py": {"ours"},
    "ecgviewer/commands/archive/cluster.py": {"distributed"},
    "ecgviewer/commands/archive/work.py": {"ours"},
    "ecgviewer/commands/evaluate.py": {"ours"},
    "ecgviewer/commands/selftest.py": {"ours"},
    "ecgviewer/commands/terminal.py": {"ours"},
    "ecgviewer/formats/wfdb/wfdb_writer.py": {"wfdb"},
    "ecgviewer/formats/wfdb/signal_file.py": {"soundfile"},
    "train/commands/figures.py": {"ours", "matplotlib"},
    "train/compare/classical.py": {"sklearn"},
}


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
        ("ecgviewer.__main__", "PySide6 torch scipy wfdb soundfile distributed"),
        ("train.commands.figures", "matplotlib"),
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
    assert used == [("wfdb_writer.py", "wfdb.wrann("), ("wfdb_writer.py", "import wfdb")]


def sources() -> list[Path]:
    return sorted(file for top in OURS for file in (REPOSITORY / top).rglob("*.py"))


def late(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements that do not run when their module is imported."""
    at_once = list(ast.iter_child_nodes(tree))
    while at_once:
        node = at_once.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        ):
            yield from (n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom))
        else:
            at_once += ast.iter_child_nodes(node)


def roots(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The packages that a statement imports from; "ours" for these two."""
    names = (
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
    )
    return {"ours" if name.partition(".")[0] in OURS else name.partition(".")[0] for name in names}


def test_late_imports_stand_where_they_may():
    found = {
        (file.relative_to(REPOSITORY).as_posix(), root)
        for file in sources()
        for node in late(ast.parse(file.read_bytes()))
        for root in roots(node)
    }
    allowed = {(name, root) for name, of_it in LATE_IMPORTS.items() for root in of_it}
    assert sorted(found - allowed) == []
    assert sorted(allowed - found) == [], "no longer needed in LATE_IMPORTS"


def test_no_circle_counting_late_imports_too():
    """A module that can only be imported late because it would close a circle lies wrong."""
    graph = {
        file: {found for name in imported(file) if (found := source(name))} for file in sources()
    }
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = [file.relative_to(REPOSITORY).as_posix() for file in error.args[1]]
        pytest.fail(f"a circle: {' <- '.join(circle)}")
    assert set(sources()) <= set(order)


def test_a_late_import_is_seen():
    under = "if TYPE_CHECKING:\n  import a.b\n"
    code = under + "def f():\n  if x:\n    from ecgviewer.c import d\nimport e"
    assert [roots(node) for node in late(ast.parse(code))] == [{"ours"}, {"a"}]
