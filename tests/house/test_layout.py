"""The layout of the house (ADR 13): how many rooms and floors there are, and who makes beats."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.data import REPOSITORY

PACKAGE = REPOSITORY / "ecgviewer"
MOST_ROOMS = 24
FLOORS = {"ecgviewer": 7, "train": 9}
FLAT_IN_GUI = {"__init__.py", "actions.py", "main_window.py", "settings.py"}

# Who may build the beats that every view reads: the machine's, and the user's edits laid over them.
MAKES_BEATS = {"beats/columns.py", "beats/log.py", "review/overlay.py"}
# Who starts from the machine's beats alone, `Beats.of(log)`, and why.
STARTS_FROM_THE_LOG = {
    "evaluation/recording.py": "the program is evaluated, not its user",
    "gui/panels/beats/columns.py": "the table before there are beats",
    "gui/session/open_record.py": "the beats of the open record are made here, for all views",
    "report/build.py": "a report of the command line, where nobody has edited",
}


def test_ecgviewer_has_few_rooms():
    rooms = {
        path.name
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file()) and path.name != "__init__.py"
    }
    assert len(rooms) <= MOST_ROOMS, sorted(rooms)


@pytest.mark.parametrize(("package", "floors"), FLOORS.items())
def test_floors(package: str, floors: int):
    table = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    layers = [
        contract["layers"]
        for contract in table["tool"]["importlinter"]["contracts"]
        if contract.get("containers") == [package]
    ]
    assert [len(of_it) for of_it in layers] == [floors]


def test_in_gui_a_module_lies_in_a_folder():
    assert {path.name for path in (PACKAGE / "gui").glob("*.py")} == FLAT_IN_GUI


def called(file: Path) -> set[str]:
    """Which of `Beats` and `Beats.of` a file calls."""
    calls = (n.func for n in ast.walk(ast.parse(file.read_bytes())) if isinstance(n, ast.Call))
    return {ast.unparse(function) for function in calls} & {"Beats", "Beats.of"}


def test_beats_are_made_in_one_place():
    found = {file.relative_to(PACKAGE).as_posix(): called(file) for file in PACKAGE.rglob("*.py")}
    makes = {name for name, calls in found.items() if "Beats" in calls}
    starts = {name for name, calls in found.items() if "Beats.of" in calls}
    assert makes <= MAKES_BEATS
    assert starts <= MAKES_BEATS | set(STARTS_FROM_THE_LOG)
    assert not any(called(file) for file in (REPOSITORY / "train").rglob("*.py"))


DECIDES = {"prep": "Preprocessing", "detection": "Detection", "ensemble": "Ensemble"}


def defaults(file: Path) -> list[str]:
    """Arguments of a file's functions that decide a result and may be left out."""
    found = []
    for node in ast.walk(ast.parse(file.read_bytes())):
        if not isinstance(node, ast.FunctionDef):
            continue
        named, keywords = [*node.args.posonlyargs, *node.args.args], node.args.kwonlyargs
        given = named[len(named) - len(node.args.defaults) :]
        given += [a for a, d in zip(keywords, node.args.kw_defaults, strict=True) if d is not None]
        found += [
            f"{node.name}({argument.arg})"
            for argument in given
            if argument.annotation is not None
            and (
                argument.arg in DECIDES
                or {ast.unparse(n) for n in ast.walk(argument.annotation)} & {*DECIDES.values()}
            )
        ]
    return found


def test_what_decides_a_result_has_no_default_above_signal():
    """Only a front door has one: the networks of a user who named none."""
    doors = {"__main__.py", "commands/analyze.py", "commands/evaluate.py", "commands/selftest.py"}
    doors |= {"gui/main_window.py", "gui/session/analysis_thread.py"}
    found = {
        file.relative_to(PACKAGE).as_posix(): names
        for file in PACKAGE.rglob("*.py")
        if (names := defaults(file)) and not file.is_relative_to(PACKAGE / "signal")
    }
    assert set(found) == doors
    assert {name for names in found.values() for name in names} == {
        "open_window(ensemble)",  # the networks chosen last
        "analyze(ensemble)",
        "evaluate(ensemble)",
        "selftest(ensemble)",
        "__init__(ensemble)",  # MainWindow
        "__init__(load)",  # Ensembles: how one is read, not which
    }
