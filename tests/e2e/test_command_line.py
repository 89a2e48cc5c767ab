"""Options of every command keep their names, and the cache is where it was, or nowhere."""

import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tests.e2e.doors import app, call, rows
from tests.excerpt import an_excerpt
from tests.tiny_ensemble import make_ensemble
from train.__main__ import app as train

# What scripts and Makefiles are written with. A name may come; none of these may go.
VIEWER: Mapping[str, str] = {
    "": "--version",
    "analyze": "records --out -o --ensemble --device --beats --leads --force --hide-patient"
    " --jobs -j --dask --cache --no-cache --debug",
    "evaluate": "records --reference --test --leads --ensemble --mapping --device --out -o"
    " --force --debug",
    "selftest": "record --ensemble --device --leads --debug",
    "info": "record --json --debug",
    "open": "record --snapshot --at --width --size --theme --ensemble --leads",
}
TRAIN: Mapping[str, str] = {
    "prepare": "--data --protocol --out --noise --force --write-splits --no-write-splits",
    "fit": "config --cache --runs --device --threads --resume --max-minutes",
    "cross-validate": "configs --folds --name --cache --runs --results --device --threads"
    " --max-minutes",
    "compare": "--only --budget-minutes --max-minutes --epochs --width --augmentation --seeds"
    " --folds --rates --keep-normal --batch --device --threads --cache --results",
    "evaluate": "--bundle --run --weights --rows --tianchi --labels --seed --name --reason --cache"
    " --results --device --threads",
    "figures": "--results --runs --cache --out",
    "tables": "--results --out",
    "clinical": "step --configuration -c --seeds --configs --target --end-to-end --reason --cache"
    " --runs --results --device --threads",
    "score": "what --cache --runs --results --threads --reason",
    "ship": "--target --runs --results",
}
CHOICES = (("analyze", "<auto|cpu|cuda>"), ("evaluate", "<bxb|dechazal>"))
DEFAULTS = {
    ("analyze", "ensemble"): "clinical",
    ("analyze", "beats"): "detect",
    ("analyze", "cache"): True,
    ("evaluate", "reference"): "atr",
    ("open", "size"): "1600x900",
}


def options(command: Any) -> set[str]:
    """Every name of every option, and of every argument."""
    return {name for p in command.params for name in (*p.opts, *p.secondary_opts)}


@pytest.mark.parametrize(
    ("program", "command"),
    [*(("viewer", name) for name in VIEWER), *(("train", name) for name in TRAIN)],
)
def test_every_option_keeps_its_name(program: str, command: str) -> None:
    group = get_command(app if program == "viewer" else train)
    wanted = (VIEWER if program == "viewer" else TRAIN)[command]
    found = options(group.commands[command] if command else group)  # type: ignore[attr-defined]
    assert set(wanted.split()) <= found


def test_choices_and_defaults_are_as_they_were() -> None:
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    params = {(name, p.name): p for name, command in commands.items() for p in command.params}
    assert {key: params[key].default for key in DEFAULTS} == DEFAULTS
    for command, choices in CHOICES:
        assert choices in call(command, "--help").output


@pytest.mark.parametrize(("module", "commands"), [("ecgviewer", VIEWER), ("train", TRAIN)])
def test_both_programs_are_modules_that_run(
    module: str, commands: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr("sys.argv", [module, "--help"])
    monkeypatch.delitem(sys.modules, f"{module}.__main__")
    # the front door, run once more, puts `open` into the same table
    monkeypatch.setattr(app, "registered_commands", list(app.registered_commands))
    with pytest.raises(SystemExit) as end:
        runpy.run_module(module, run_name="__main__")
    assert not end.value.code
    said = capsys.readouterr().out
    assert all(command in said for command in commands)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_cache_is_used_kept_and_moved_as_asked(
    tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, cache = an_excerpt(tmp_path / "in"), tmp_path / "cache"
    monkeypatch.setenv("ECGVIEWER_CACHE", str(cache))

    def analyze(name: str, *more: str) -> bytes:
        out = tmp_path / f"{name}.csv"
        ran = call("analyze", record, "-o", out, "--ensemble", bundle, "--device", "cpu", *more)
        assert ran.exit_code == 0, ran.output
        assert len(rows(out)) > 10
        return out.read_bytes()

    plain = analyze("plain", "--no-cache")
    assert contents(cache) == {}
    assert analyze("first") == plain  # --cache is what happens unasked
    assert contents(cache)
    kept = contents(cache)
    assert analyze("again", "--cache") == plain
    assert analyze("without", "--no-cache") == plain
    assert set(contents(cache)) == set(kept)
