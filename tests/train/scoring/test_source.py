import shutil
import subprocess

import pytest

from train.scoring.source import source


@pytest.fixture
def copy(tmp_path):
    """Sources without their history, as they are carried to a card."""
    (tmp_path / "above" / "copy" / "train" / "configs").mkdir(parents=True)
    root = tmp_path / "above" / "copy"
    (root / "train" / "a.py").write_text("A = 1\n")
    (root / "train" / "configs" / "a.toml").write_text("epochs = 1\n")
    return root


def git(folder, *arguments):
    names = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *names, *arguments], check=True, capture_output=True)


def moved(root, to, **files):
    shutil.copytree(root, to)
    for name, text in files.items():
        (to / "train" / f"{name}.py").write_text(text)
    return source(to)["code_sha256"]


def test_without_git_it_is_not_called_clean_and_the_hash_tells_the_sources(copy, tmp_path):
    found = source(copy)
    assert (found["commit"], found["changed_since_commit"]) == ("unknown", None)
    assert moved(copy, tmp_path / "same") == found["code_sha256"]
    assert moved(copy, tmp_path / "other", a="A = 2\n") != found["code_sha256"]
    assert moved(copy, tmp_path / "more", b="") != found["code_sha256"]


def test_the_history_of_a_folder_above_is_another_projects(copy):
    git(copy.parent, "init")
    git(copy.parent, "add", ".")
    git(copy.parent, "commit", "-m", "another")
    assert source(copy)["commit"] == "unknown"
    assert source(copy)["changed_since_commit"] is None


def test_with_git_the_commit_and_whether_it_changed(copy):
    git(copy, "init")
    assert source(copy)["changed_since_commit"] is None  # no commit yet
    git(copy, "add", ".")
    git(copy, "commit", "-m", "a")
    clean = source(copy)
    assert len(clean["commit"]) == 40
    assert clean["changed_since_commit"] is False
    (copy / "train" / "a.py").write_text("A = 2\n")
    assert source(copy)["changed_since_commit"] is True
