"""What the documents name is there: files, folders, links, targets of make."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.data import REPOSITORY

HISTORY = {"0004-rooms-around-the-pipeline.md", "0013-the-house.md"}  # they speak of what is gone
# Named though not there: to come, made by a build, or what a decision was against.
ABSENT = {"review/", "dist/", "ecgviewer/_data/", "report/document.py"}
DOCUMENTS = sorted(
    path
    for path in (
        REPOSITORY / "README.md",
        *(REPOSITORY / "docs").glob("*.md"),
        *(REPOSITORY / "docs" / "adr").glob("*.md"),
        *(REPOSITORY / "docs" / "changelog.d").glob("*.md"),
    )
    if path.name not in HISTORY
)
each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix()
)
NAMES_CODE = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|toml)|(?:[\w-]+/)+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
TARGET = re.compile(r"`make ([a-z][\w-]*)")


@cache
def there() -> str:
    """Every path of the trees that documents speak of, each between line ends."""
    tops = "ecgviewer train bench tests packaging docs resources model_weights".split()
    found = [path for top in tops for path in (REPOSITORY / top).rglob("*")]
    found += [REPOSITORY / top for top in tops] + [REPOSITORY / "pyproject.toml"]
    names = (path.relative_to(REPOSITORY).as_posix() for path in found)
    return "".join(f"/{name}\n" for name in names)


@each_document
def test_files_it_names_are_there(document: Path):
    """A name may be cut at the front: `formats/readers.py`, `readers.py`, `gui/`."""
    names = set(NAMES_CODE.findall(document.read_text(encoding="utf-8"))) - ABSENT
    assert [n for n in sorted(names) if f"/{n.removesuffix('/')}\n" not in there()] == []


@each_document
def test_its_links_lead_somewhere(document: Path):
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@each_document
def test_targets_of_make_it_names_are_there(document: Path):
    made = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", made, re.MULTILINE))
    assert set(TARGET.findall(document.read_text(encoding="utf-8"))) <= targets
