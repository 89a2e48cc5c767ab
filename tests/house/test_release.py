"""What `make release` says of distributions, tried on made ones; the release takes minutes."""

import importlib.util
import io
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.data import REPOSITORY

FILES = ("ecgviewer/paths.py", "resources/demo/demo208.hea", "pyproject.toml", ".ci/run")


@pytest.fixture(scope="module")
def release():
    """The script, as a module."""
    script = REPOSITORY / "packaging" / "release.py"
    spec = importlib.util.spec_from_file_location("release", script)
    module = importlib.util.module_from_spec(spec)
    sys.modules["release"] = module  # its dataclass asks for it
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        del sys.modules["release"]


def wheel(folder: Path, **changed: bytes) -> Path:
    made = folder / "ecgviewer-0-py3-none-any.whl"
    demo = "resources/demo/demo208.hea"
    held = {
        "ecgviewer/paths.py": (REPOSITORY / "ecgviewer/paths.py").read_bytes(),
        f"ecgviewer/_data/{demo}": (REPOSITORY / demo).read_bytes(),
        "ecgviewer-0.dist-info/RECORD": b"",
    }
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in {**held, **changed}.items():
            archive.writestr(name, data)
    return made


def sdist(folder: Path, names: tuple[str, ...]) -> Path:
    made = folder / "ecgviewer-0.tar.gz"
    with tarfile.open(made, "w:gz") as archive:
        for name in names:
            data = (REPOSITORY / name).read_bytes() if (REPOSITORY / name).is_file() else b""
            member = tarfile.TarInfo(f"ecgviewer-0/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made


def test_a_wheel_holds_what_git_lists_and_nothing_else(release, tmp_path):
    release.check_wheel(wheel(tmp_path), set(FILES))
    with pytest.raises(SystemExit, match=r"git lists: ecgviewer/notes\.py$"):
        release.check_wheel(wheel(tmp_path, **{"ecgviewer/notes.py": b""}), set(FILES))
    with pytest.raises(SystemExit, match=r"git lists: ecgviewer/paths\.py$"):
        release.check_wheel(wheel(tmp_path, **{"ecgviewer/paths.py": b"other"}), set(FILES))


def test_a_source_distribution_lacks_what_is_of_no_use_to_a_user(release, tmp_path):
    held = (*FILES[:3], "PKG-INFO")
    release.check_sdist(sdist(tmp_path, held), set(FILES))
    with pytest.raises(SystemExit, match=r"git lists: pyproject\.toml$"):
        release.check_sdist(sdist(tmp_path, held[:2]), set(FILES))
    with pytest.raises(SystemExit, match=r"git lists: notes\.txt$"):
        release.check_sdist(sdist(tmp_path, (*held, "notes.txt")), set(FILES))


def test_every_python_of_the_classifiers_is_looked_for(release):
    assert release.supported()[0] == "3.11"
    running = "{}.{}".format(*sys.version_info)
    assert release.interpreter(running) == Path(sys.executable)
    assert release.interpreter("3.1") is None


def test_make_release_runs_it():
    made = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert "packaging/release.py" in made.split("\nrelease:", 1)[1].split("\n\n", 1)[0]
