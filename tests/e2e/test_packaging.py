"""The package: its recipe names what there is, and its check passes on this source tree."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.data import REPOSITORY
from tests.e2e.doors import call

SPEC = REPOSITORY / "packaging" / "ecgviewer.spec"
CHECK = REPOSITORY / "packaging" / "check.py"
DATA = Path("ecgviewer", "_data")  # where the program of an installed wheel looks


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the recipe asks of PyInstaller, which need not be installed."""
    asked = SimpleNamespace(metadata=[], analysis={}, names=[])

    def copy_metadata(distribution: str) -> list[tuple[str, str]]:
        asked.metadata.append(distribution)
        return []

    def analysis(scripts: list[str], **options: Any) -> SimpleNamespace:
        asked.analysis = {"scripts": scripts, **options}
        return SimpleNamespace(pure=[], scripts=[], binaries=[], datas=options["datas"])

    def named(*_: object, name: str = "", **__: object) -> None:
        asked.names.append(name)

    hooks = ModuleType("PyInstaller.utils.hooks")
    hooks.copy_metadata = copy_metadata  # type: ignore[attr-defined]
    for name in ("PyInstaller", "PyInstaller.utils"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, hooks.__name__, hooks)
    given = {"SPECPATH": str(SPEC.parent), "Analysis": analysis, "EXE": named, "COLLECT": named}
    code = compile(SPEC.read_text(encoding="utf-8"), str(SPEC), "exec")
    exec(code, {**given, "PYZ": lambda pure: pure})
    return asked


def test_the_recipe_names_what_there_is(recipe):
    (script,) = recipe.analysis["scripts"]
    assert Path(script) == REPOSITORY / "ecgviewer" / "__main__.py"
    assert all(Path(folder).is_dir() for folder in recipe.analysis["pathex"])
    assert recipe.names == ["ecgviewer", "ecgviewer"]
    for distribution in recipe.metadata:
        assert importlib.metadata.version(distribution), distribution


def test_the_package_carries_the_demo_and_every_ensemble(recipe):
    packed = {Path(at, Path(file).name): Path(file) for file, at in recipe.analysis["datas"]}
    assert all(file.is_file() for file in packed.values())
    wanted = [Path("resources", "demo", f"demo208.{suffix}") for suffix in ("hea", "dat")]
    for name in ("paper", "clinical"):
        weights = REPOSITORY / "model_weights" / name
        wanted += [f.relative_to(REPOSITORY) for f in weights.rglob("*") if f.is_file()]
    assert {DATA / path for path in wanted} <= set(packed)


def test_nothing_the_program_imports_is_left_out(recipe):
    sources = (REPOSITORY / "ecgviewer").rglob("*.py")
    imported = {
        name.split(".")[0]
        for source in sources
        for name in re.findall(
            r"^\s*(?:from|import) ([\w.]+)", source.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    optional = {"distributed"}  # `analyze --dask`, an extra
    assert (imported & set(recipe.analysis["excludes"])) <= optional


def test_make_package_builds_by_the_recipe_and_checks_the_result():
    made = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    target = made.split("\npackage:", 1)[1].split("\n\n", 1)[0]
    assert SPEC.relative_to(REPOSITORY).as_posix() in target
    assert f"{CHECK.relative_to(REPOSITORY).as_posix()} dist/ecgviewer" in target


class Starter:
    """Starts one process of the program, and answers the others in this one, which is faster.

    Reports are made by the command line here. The window with the demo record, which
    `test_snapshot` draws in a process of its own, is answered by the picture of the empty one.
    """

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self._picture = b""

    def run(self, command: list[str], **options: Any) -> Any:
        at = command.index("ecgviewer") if "-m" in command else 0
        arguments = command[at + 1 :]
        self.commands.append(arguments)
        if arguments[0] == "analyze":
            done = call(*arguments)
            return subprocess.CompletedProcess(command, done.exit_code, done.output, "")
        picture = Path(arguments[-1])
        if self._picture:
            picture.write_bytes(self._picture)
            return subprocess.CompletedProcess(command, 0, "", "")
        ran = subprocess.run(command, **options)  # check.py says whether it may fail
        self._picture = picture.read_bytes()
        return ran


@pytest.mark.skipif(os.name == "nt", reason="Windows starts no script by its first line")
def test_the_check_passes_on_this_source_tree(tmp_path: Path, monkeypatch, capsys):
    """A folder laid out as a built one, whose program is the source tree's."""
    application, starter = tmp_path / "ecgviewer", Starter()
    demo = application / "_internal" / DATA / "resources" / "demo"
    shutil.copytree(REPOSITORY / "resources" / "demo", demo)
    program = application / "ecgviewer"
    lines = (f"#!{sys.executable}", "from ecgviewer.__main__ import main", "main()")
    program.write_text("\n".join(lines) + "\n")
    program.chmod(0o755)
    spec = importlib.util.spec_from_file_location("check", CHECK)
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    monkeypatch.setattr(check, "STARTS", 1)
    monkeypatch.setattr(check, "subprocess", starter)
    monkeypatch.setattr(sys, "argv", ["check.py", str(application)])
    check.main()
    assert [command[0] for command in starter.commands] == ["open", "open", "analyze", "analyze"]
    assert str(demo / "demo208.hea") in starter.commands[1]
    assert "502 beats" in capsys.readouterr().out
