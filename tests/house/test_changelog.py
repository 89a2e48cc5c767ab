"""CHANGELOG.md and the fragments that the next release's section is made from."""

import re
import subprocess
import sys
import tomllib

from ecgviewer import __version__
from tests.data import REPOSITORY

FOLDER = REPOSITORY / "docs" / "changelog.d"
NO_FRAGMENTS = {"README.md", "section.md.jinja"}
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,3}\.(added|changed|fixed|removed)\.md")


def fragments() -> list[str]:
    return sorted(file.name for file in FOLDER.iterdir() if file.name not in NO_FRAGMENTS)


def test_fragments_have_their_names():
    assert [name for name in fragments() if not NAME.fullmatch(name)] == []
    table = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    kinds = [kind["directory"] for kind in table["tool"]["towncrier"]["type"]]
    assert kinds == ["added", "changed", "fixed", "removed"]


def test_a_fragment_is_whole_sentences():
    texts = {name: (FOLDER / name).read_text(encoding="utf-8").strip() for name in fragments()}
    assert [name for name, text in texts.items() if not text.endswith(".")] == []
    assert [name for name, text in texts.items() if re.match(r"[#*-] ", text)] == []


def test_the_next_section_says_every_fragment():
    ran = subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "next"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    said = " ".join(ran.stdout.split())
    for name in fragments():
        assert " ".join((FOLDER / name).read_text(encoding="utf-8").split()) in said, name


def test_the_newest_release_is_this_version():
    """A release sets the version and writes its section in one commit."""
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "<!-- towncrier release notes start -->" in text
    versions = re.findall(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", text, re.MULTILINE)
    assert versions[0] == __version__
    assert versions == sorted(versions, key=lambda v: [int(n) for n in v.split(".")], reverse=True)
