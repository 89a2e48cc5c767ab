"""The rules for files: sizes, what may not be in the tree, and empty package files."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.data import REPOSITORY

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60
# Files and functions that may be longer, each with its reason.
LONGER_FILES: dict[str, str] = {}
LONGER_FUNCTIONS: dict[str, str] = {}

# Written in pieces, so that this file passes its own test.
MACHINE_PATHS = re.compile(
    r"(?<![\w.~>)\]}-])/(?:work|root|tmp|home/\w+|Users/\w+|opt/\w+)(?:/|\b)|\b[A-Z]:\\\\?Users"
)
REGISTRIES = re.compile(
    "|".join(("pypi" + r"\.org", "python" + r"hosted\.org", r"download\.py" + r"torch\.org"))
)
RECORDING = {".dat", ".hea", ".atr", ".qrs", ".edf", ".bdf", ".dcm", ".scp", ".ecg", ".mat", ".xws"}
PICKLE = {".pkl", ".pickle", ".pt", ".pth", ".joblib"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository, from its root."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a git clone: there is no list of tracked files")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return tuple(Path(name) for name in listed if name and (REPOSITORY / name).is_file())


def sources() -> list[tuple[str, str]]:
    """Name and text of every tracked Python file."""
    return [
        (path.as_posix(), (REPOSITORY / path).read_text(encoding="utf-8"))
        for path in tracked()
        if path.suffix in {".py", ".spec"}
    ]


def texts() -> list[tuple[str, str]]:
    """Name and text of every tracked file that is text."""
    found = []
    for path in tracked():
        content = (REPOSITORY / path).read_bytes()
        if b"\0" not in content[:8192] and len(content) < 2_000_000:
            found.append((path.as_posix(), content.decode("utf-8", errors="replace")))
    return found


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        if name != "tests/house/test_files.py"
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_path_of_one_machine():
    assert lines_with(MACHINE_PATHS) == []


def test_no_file_names_a_package_registry():
    assert lines_with(REGISTRIES) == []


@pytest.mark.parametrize("text", ["cd /" + "work/x", 'open("/' + 'tmp")', "x = /" + "root/y"])
def test_a_path_of_one_machine_is_seen(text: str):
    assert MACHINE_PATHS.search(text)


@pytest.mark.parametrize(
    "text", ["out/tmp/x", "~/" + "work/x", "../shared/data", "a/home/me", "60 / 2"]
)
def test_a_relative_path_is_none(text: str):
    assert not MACHINE_PATHS.search(text)


def test_no_recording_outside_the_demo():
    found = [path.as_posix() for path in tracked() if path.suffix.lower() in RECORDING]
    assert [name for name in found if not name.startswith("resources/demo/")] == []


def test_only_formats_names_a_recording_s_suffix():
    """Everyone else asks `formats.readers`: a format is one module and one row."""
    named = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(RECORDING)))})\b")
    found = [
        f"{name}:{node.lineno}: {node.value[:80]!r}"
        for name, text in sources()
        if name.startswith(("ecgviewer/", "train/")) and not name.startswith("ecgviewer/formats/")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and named.search(node.value)
    ]
    assert found == []


def test_no_pickle():
    assert [path.as_posix() for path in tracked() if path.suffix.lower() in PICKLE] == []


def test_files_are_short():
    lengths = {name: text.count("\n") for name, text in sources()}
    long = {name: n for name, n in lengths.items() if n > MAX_FILE_LINES}
    assert {name: n for name, n in long.items() if name not in LONGER_FILES} == {}
    assert set(LONGER_FILES) <= set(long), "no longer needed in LONGER_FILES"


def test_functions_are_short():
    long = {
        f"{name}:{node.name}": node.end_lineno - node.lineno + 1
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert {name: n for name, n in long.items() if name not in LONGER_FUNCTIONS} == {}
    assert set(LONGER_FUNCTIONS) <= set(long), "no longer needed in LONGER_FUNCTIONS"


def test_package_files_are_empty():
    """Only ecgviewer's own holds something: the version."""
    packages = [(name, text) for name, text in sources() if name.endswith("__init__.py")]
    assert {name for name, text in packages if text.strip()} == {"ecgviewer/__init__.py"}


def test_packaging_is_no_package():
    """An __init__.py there would shadow the distribution of that name."""
    assert not (REPOSITORY / "packaging" / "__init__.py").exists()
