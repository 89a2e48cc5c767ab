"""Which test modules reach torch; read from the import statements, so that no list goes stale."""

import ast
from functools import cache
from pathlib import Path

from tests.data import REPOSITORY

OURS = ("ecgviewer", "train", "bench", "tests")


@cache
def imported(file: Path) -> frozenset[str]:
    """Names of modules in a file's import statements, those inside functions too.

    `from a import b` may mean a module `a.b`, and is taken for it as well.
    """
    found = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def source(name: str) -> Path | None:
    """The file of one of our modules; None for anything else."""
    if name.partition(".")[0] not in OURS:
        return None
    path = REPOSITORY.joinpath(*name.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)


@cache
def reaches_torch(file: Path) -> bool:
    """Whether a file imports torch itself or through modules of this repository."""
    seen, left = {file}, [file]
    while left:
        for name in imported(left.pop()):
            if name.partition(".")[0] == "torch":
                return True
            found = source(name)
            if found is not None and found not in seen:
                seen.add(found)
                left.append(found)
    return False
