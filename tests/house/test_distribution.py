"""Wheel, editable install and source tree: each finds the resources and the weights."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ecgviewer import __version__, paths
from tests.data import REPOSITORY

pytest.importorskip("hatchling", reason="hatchling builds the wheel; it comes with the dev extra")

ASK = "from ecgviewer import paths; print(paths.demo_record()); print(paths.model_weights())"


def build(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Build one distribution (wheel, editable or sdist) into a folder."""
    from hatchling import build as backend

    monkeypatch.chdir(REPOSITORY)  # PEP 517: the build runs in the source tree
    return folder / getattr(backend, f"build_{kind}")(str(folder))


def answer(path: Path, cwd: Path) -> list[Path]:
    """What a fresh interpreter with that folder on its path finds."""
    environment = {**os.environ, "PYTHONPATH": str(path)}
    ran = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(line) for line in ran.stdout.splitlines()]


def test_the_source_tree_finds_its_own():
    assert paths.demo_record() == REPOSITORY / "resources" / "demo" / "demo208"
    assert paths.demo_record().with_suffix(".hea").is_file()
    assert paths.model_weights() == REPOSITORY / "model_weights"


def test_the_wheel_carries_resources_and_weights(tmp_path, monkeypatch):
    wheel = build("wheel", tmp_path, monkeypatch)
    assert wheel.name == f"ecgviewer-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    tops = {name.split("/")[0] for name in names}
    assert tops == {"ecgviewer", f"ecgviewer-{__version__}.dist-info"}
    weights = {
        "ecgviewer/_data/" + file.relative_to(REPOSITORY).as_posix()
        for file in (REPOSITORY / "model_weights").rglob("*")
        if file.is_file()
    }
    assert weights <= names
    demo, models = answer(tmp_path / "site", tmp_path)
    assert demo == tmp_path / "site/ecgviewer/_data/resources/demo/demo208"
    assert demo.with_suffix(".hea").is_file()
    assert (
        demo.with_suffix(".dat").read_bytes()
        == paths.demo_record().with_suffix(".dat").read_bytes()
    )
    assert models == tmp_path / "site/ecgviewer/_data/model_weights"
    assert models.is_dir() or not weights


def test_an_editable_install_points_here_and_copies_nothing(tmp_path, monkeypatch):
    wheel = build("editable", tmp_path, monkeypatch)
    with zipfile.ZipFile(wheel) as archive:
        files = [name for name in archive.namelist() if ".dist-info/" not in name]
        assert [Path(name).suffix for name in files] == [".pth"]
        assert Path(archive.read(files[0]).decode().strip()) == REPOSITORY


def test_the_source_distribution_builds_the_same_wheel(tmp_path, monkeypatch):
    import tarfile

    sdist = build("sdist", tmp_path, monkeypatch)
    root = f"ecgviewer-{__version__}"
    with tarfile.open(sdist) as archive:
        names = set(archive.getnames())
    for name in ("ecgviewer/paths.py", "resources/demo/demo208.dat", "LICENSE", "pyproject.toml"):
        assert f"{root}/{name}" in names
