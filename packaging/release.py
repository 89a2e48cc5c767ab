"""Builds wheel and source distribution, and runs each where nothing of the source tree is.

    python packaging/release.py

Both are checked against the list of tracked files. Then each is installed alone into a fresh
environment outside the tree, once for every supported Python on this machine, and has to show its
help and the demo record, draw the window, and report the demo's beats with the source tree's
classes. Only then are they put into dist/.
"""

import argparse
import csv
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "resources" / "demo" / "demo208.hea"
PYTHON_CLASSIFIER = "Programming Language :: Python :: "
INSTALL_LIMIT_S = 3600
RUN_LIMIT_S = 600
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What pip and the display need to know of this machine, and nothing of its Python packages.
UNWANTED = ("PYTHON", "VIRTUAL_ENV", "ECGVIEWER", "CONDA")
HOMES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")


@dataclass(frozen=True)
class Trial:
    """One distribution in one fresh environment.

    Attributes
    ----------
    python : str
        Version, such as 3.12.
    kind : str
        wheel or sdist.
    seconds : float
        Installing and running.
    report : bytes
        Its table of the demo record's beats.
    """

    python: str
    kind: str
    seconds: float
    report: bytes


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    home: Path | None = None,
    limit_s: int = RUN_LIMIT_S,
) -> str:
    """Run a program in a folder; what it wrote on standard output.

    With a home of its own it finds no settings of the user's, but pip needs those.

    Raises
    ------
    SystemExit
        Where it fails, with what it said.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(UNWANTED)}
    environment["QT_QPA_PLATFORM"] = "offscreen"
    if home is not None:
        environment |= dict.fromkeys(HOMES, str(home))
    ran = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )
    if ran.returncode != 0:
        said = (ran.stdout + ran.stderr).strip()
        raise SystemExit(f"{' '.join(map(str, command))}: exit status {ran.returncode}\n{said}")
    return ran.stdout


def project() -> dict[str, object]:
    """The table [project] of pyproject.toml."""
    table: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def supported() -> list[str]:
    """Versions of Python that the classifiers name, such as 3.12."""
    classifiers = project()["classifiers"]
    assert isinstance(classifiers, list)
    found = [text.removeprefix(PYTHON_CLASSIFIER) for text in classifiers]
    return [version for version in found if re.fullmatch(r"3\.\d+", version)]


def interpreter(version: str) -> Path | None:
    """An interpreter of this version that can make environments; None where there is none.

    This program's own, those of the search path, then those of pyenv.
    """
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    folders = [Path(text) for text in os.environ.get("PATH", "").split(os.pathsep) if text]
    folders += sorted(pyenv.glob(f"{version}*/bin"), reverse=True)
    candidates = [Path(sys.executable), *(folder / name for folder in folders)]
    ask = f"import ensurepip, sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != {version!r})"
    for path in candidates:
        # a shim of pyenv is a file, too, and fails where its version is not chosen
        if not path.is_file():
            continue
        if subprocess.run([path, "-c", ask], capture_output=True, check=False).returncode == 0:
            return path
    return None


def tracked() -> set[str]:
    """Files of the repository, as git lists them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return {name for name in listed if name and (ROOT / name).is_file()}


def check_wheel(wheel: Path, files: set[str]) -> None:
    """Compare a wheel with the tracked files of package, resources and weights, byte for byte.

    Raises
    ------
    SystemExit
        Naming the files that are missing, too many or different.
    """
    wanted = {}
    for name in files:
        if name.startswith("ecgviewer/"):
            wanted[name] = name
        elif name.startswith(("resources/", "model_weights/")):
            wanted[f"ecgviewer/_data/{name}"] = name
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        wrong = sorted(packed ^ set(wanted))
        wrong += [n for n in packed & set(wanted) if archive.read(n) != _bytes(wanted[n])]
    _none_of(wrong, wheel)


def check_sdist(sdist: Path, files: set[str]) -> None:
    """Compare a source distribution with the tracked files; those of no use to a user may lack.

    Raises
    ------
    SystemExit
        Naming the files that are missing, untracked or different.
    """
    with tarfile.open(sdist) as archive:
        members = {m.name.partition("/")[2]: m for m in archive.getmembers() if m.isfile()}
        wrong = sorted(set(members) - files - {"PKG-INFO"})
        for name in sorted(files - {".pre-commit-config.yaml"}):
            if name.startswith(".ci/"):
                continue
            held = archive.extractfile(members[name]) if name in members else None
            if held is None or held.read() != _bytes(name):
                wrong.append(name)
    _none_of(wrong, sdist)


def _bytes(name: str) -> bytes:
    return (ROOT / name).read_bytes()


def _none_of(wrong: list[str], archive: Path) -> None:
    if wrong:
        raise SystemExit(f"{archive.name} is not what git lists: {', '.join(wrong)}")


def try_alone(archive: Path, python: Path, version: str) -> Trial:
    """Install a distribution into an environment of its own, and use it.

    Raises
    ------
    SystemExit
        Where it does not install, or does not do what it should.
    """
    began = time.perf_counter()
    kind = "wheel" if archive.suffix == ".whl" else "sdist"
    with tempfile.TemporaryDirectory(prefix="ecgviewer-") as name:
        folder = Path(name)
        run([python, "-m", "venv", "env"], folder=folder)
        programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        own = programs / "python"
        pip: list[str | Path] = [own, "-m", "pip", "--disable-pip-version-check"]
        run([*pip, "install", "--quiet", archive], folder=folder, limit_s=INSTALL_LIMIT_S)
        run([*pip, "check"], folder=folder)
        report = _use(programs / "ecgviewer", own, folder)
    return Trial(version, kind, time.perf_counter() - began, report)


def _use(ecgviewer: Path, python: Path, folder: Path) -> bytes:
    """Run the installed program's commands on its own demo record; the report's bytes."""
    ask = "from ecgviewer import paths; print(paths.demo_record().resolve())"
    demo = Path(run([python, "-I", "-c", ask], folder=folder, home=folder).strip())
    if not demo.is_relative_to(folder.resolve()):
        raise SystemExit(f"the demo record is not the installed one: {demo}")
    version = run([ecgviewer, "--version"], folder=folder, home=folder).strip()
    helped = run([ecgviewer, "--help"], folder=folder, home=folder)
    said = run([ecgviewer, "info", demo], folder=folder, home=folder)
    for wanted, text in (("analyze", helped), ("MLII", said), ("ecgviewer ", version)):
        if wanted not in text:
            raise SystemExit(f"{wanted!r} is not in what the program says: {text}")
    table, picture = folder / "demo.csv", folder / "window.png"
    run([ecgviewer, "analyze", demo, "-o", table, "--no-cache"], folder=folder, home=folder)
    run([ecgviewer, "open", demo, "--snapshot", picture], folder=folder, home=folder)
    if not picture.read_bytes().startswith(PNG_SIGNATURE):
        raise SystemExit("the window's picture is no PNG")
    return table.read_bytes()


def classes(report: bytes) -> list[tuple[str, str]]:
    """Sample and class of every beat in a report's table."""
    rows = csv.DictReader(report.decode().splitlines())
    return [(row["sample"], row["class"]) for row in rows]


def build(folder: Path) -> tuple[Path, Path]:
    """Build a source distribution, and from it a wheel, checked against the tracked files."""
    run([sys.executable, "-m", "build", "--outdir", folder, ROOT], folder=folder)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    files = tracked()
    check_wheel(wheel, files)
    check_sdist(sdist, files)
    return wheel, sdist


def main() -> None:
    """Build, check, try; exit status 1 and a sentence where something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--python", choices=supported(), help="try this version alone")
    only = parser.parse_args().python
    found = {version: interpreter(version) for version in supported() if only in (None, version)}
    for version in [version for version, path in found.items() if path is None]:
        print(f"Python {version}: skipped, there is none on the search path or in pyenv")
    with tempfile.TemporaryDirectory(prefix="ecgviewer-") as name:
        folder = Path(name)
        archives = build(folder)
        print("wheel and source distribution: built, and hold what git lists", flush=True)
        expected = folder / "source.csv"
        source = [sys.executable, "-m", "ecgviewer", "analyze", DEMO, "-o", expected, "--no-cache"]
        subprocess.run(list(map(str, source)), cwd=ROOT, check=True, capture_output=True)
        for version, path in found.items():
            reports = set()
            for archive in archives if path is not None else ():
                assert path is not None
                trial = try_alone(archive, path, version)
                reports.add(trial.report)
                print(f"Python {version}, {trial.kind}: {trial.seconds:.0f} s", flush=True)
                if classes(trial.report) != classes(expected.read_bytes()):
                    raise SystemExit("the report's classes are not the source tree's")
            if len(reports) > 1:
                raise SystemExit(f"Python {version}: wheel and sdist report different bytes")
        (ROOT / "dist").mkdir(exist_ok=True)
        for archive in archives:
            done = Path(shutil.copy2(archive, ROOT / "dist"))
            digest = hashlib.sha256(done.read_bytes()).hexdigest()
            print(f"dist/{done.name}  {done.stat().st_size:,} bytes  sha256 {digest}")


if __name__ == "__main__":
    main()
