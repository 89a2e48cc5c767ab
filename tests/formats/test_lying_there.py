"""What lies in place of a record's files: pointers, links to nowhere, names in another case."""

import os
import sys
from pathlib import Path

import pytest

from ecgviewer.formats.annotations import annotators, read_annotations
from ecgviewer.formats.lying_there import stand_in
from ecgviewer.formats.readers import open_record
from ecgviewer.record import RecordError
from tests.data import case
from tests.formats.records import ecg_like, write_header, write_record

KEY = "SHA256E-s4000--0123456789abcdef.dat"
POINTERS = {
    "git-annex pointer, the content was not fetched": f"/annex/objects/{KEY}\n",
    "git-annex pointer": f"../../.git/annex/objects/a1/B2/{KEY}/{KEY}",  # a link as text
    "Git LFS pointer": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4000\n",
}

only_unlike_case = pytest.mark.skipif(
    sys.platform != "linux", reason="this file system does not tell upper from lower case"
)
links = pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a right to make links")


@pytest.mark.parametrize("said", POINTERS)
@pytest.mark.parametrize("suffix", ["hea", "dat"])
def test_a_pointer_is_called_one(tmp_path: Path, said: str, suffix: str) -> None:
    write_record(tmp_path, ecg_like(500))
    (tmp_path / f"rec.{suffix}").write_text(POINTERS[said])
    for named in ("rec", "rec.hea", "rec.dat"):
        with pytest.raises(RecordError, match=f"rec.{suffix} is a {said}"):
            open_record(tmp_path / named)


@links
@pytest.mark.parametrize("suffix", ["hea", "dat"])
def test_a_link_whose_content_was_not_fetched(tmp_path: Path, suffix: str) -> None:
    write_record(tmp_path, ecg_like(500))
    path = tmp_path / f"rec.{suffix}"
    path.unlink()
    path.symlink_to(f"../.git/annex/objects/a1/B2/{KEY}/{KEY}")
    for named in ("rec", "rec.hea", "rec.dat"):
        with pytest.raises(RecordError, match=f"rec.{suffix} is a git-annex link, the content was"):
            open_record(tmp_path / named)
    path.unlink()
    path.symlink_to("gone.bin")
    if suffix == "dat":
        with pytest.raises(RecordError, match=r"rec.dat is a link to 'gone.bin', where nothing is"):
            open_record(tmp_path / "rec")


@links
def test_one_file_of_two_was_not_fetched(tmp_path: Path) -> None:
    adc = ecg_like(500)
    write_record(tmp_path, adc[:, :1], name="a")
    write_record(tmp_path, adc[:, 1:], name="b")
    lines = [(tmp_path / f"{name}.hea").read_text().splitlines()[1] for name in "ab"]
    header = write_header(tmp_path, "\n".join(["rec 2 360 500", *lines]))
    (tmp_path / "b.dat").write_text(POINTERS["git-annex pointer"])
    for name in ("atr", "qrs"):
        (tmp_path / f"rec.{name}").write_text(POINTERS["Git LFS pointer"])
    (tmp_path / "rec.qrs").unlink()
    (tmp_path / "rec.qrs").symlink_to(f"../.git/annex/objects/{KEY}")
    record = open_record(header)
    assert any("b.dat is a git-annex pointer" in f.message for f in record.verdict.findings)
    assert annotators(record) == ("atr", "qrs")
    with pytest.raises(RecordError, match=r"rec.atr is a Git LFS pointer"):
        read_annotations(record, "atr")
    with pytest.raises(RecordError, match=r"rec.qrs is a git-annex link"):
        read_annotations(record, "qrs")


def _annexed(tree: Path, folder: Path) -> None:
    """Put what lies in a folder into the annex of its tree, links in its place."""
    for path in sorted(folder.iterdir()):
        objects = tree / ".git" / "annex" / "objects" / "a1" / path.name
        objects.mkdir(parents=True)
        path.rename(objects / path.name)
        path.symlink_to(os.path.relpath(objects / path.name, folder))


@links
@pytest.mark.parametrize("below", ["", "sub", "sub/deeper"])
def test_a_record_of_a_git_annex_tree_opens(tmp_path: Path, below: str) -> None:
    folder = tmp_path / "tree" / below
    folder.mkdir(parents=True)
    write_record(folder, ecg_like(500))
    if not below:
        (tmp_path / "tree" / "in").mkdir()
        for name in ("rec.hea", "rec.dat"):
            (folder / name).rename(folder / "in" / name)
        folder = folder / "in"
    _annexed(tmp_path / "tree", folder)
    record = open_record(folder / "rec")
    assert record.read(0, 500).shape == (2, 500)
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"


@links
def test_the_annex_of_another_tree_is_elsewhere(tmp_path: Path) -> None:
    write_record(tmp_path, ecg_like(500))
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    folder = tmp_path / "mine"
    folder.mkdir()
    header = write_record(folder, ecg_like(500))
    objects = tmp_path / "tree" / ".git" / "annex" / "objects"
    objects.mkdir(parents=True)
    (folder / "rec.dat").rename(objects / "rec.dat")
    (folder / "rec.dat").symlink_to(objects / "rec.dat")
    with pytest.raises(RecordError, match="not a file in the record's own folder"):
        open_record(header)


def _worktree(folder: Path, *, link: bool, known: bool = True) -> tuple[Path, Path]:
    """A tree of git's and a worktree beside it, as git and git-annex leave them."""
    main, tree = folder / "main", folder / "worktree"
    own = main / ".git" / "worktrees" / "worktree"
    own.mkdir(parents=True)
    tree.mkdir()
    (own / "commondir").write_text("../..\n")
    (own / "gitdir").write_text(f"{tree if known else folder / 'other'}/.git\n")
    (main / ".git" / "annex" / "objects" / "a1").mkdir(parents=True)
    (own / "annex").symlink_to("../../annex")
    if link:
        (tree / ".git").symlink_to(own)
    else:
        (tree / ".git").write_text(f"gitdir: {own}\n")
    return main / ".git" / "annex" / "objects" / "a1", tree


@links
@pytest.mark.parametrize("link", [True, False])
@pytest.mark.parametrize("below", ["", "sub"])
def test_a_worktree_of_a_git_annex_tree(tmp_path: Path, link: bool, below: str) -> None:
    objects, tree = _worktree(tmp_path, link=link)
    (tree / below).mkdir(exist_ok=True)
    header = write_record(tree / below, ecg_like(500))
    there = tree / ".git" / "annex" / "objects" / "a1" if link else objects
    up = os.path.relpath(there, tree / below)
    for name in ("rec.hea", "rec.dat"):
        (tree / below / name).rename(objects / name)
        (tree / below / name).symlink_to(f"{up}/{name}")
    assert open_record(header).read(0, 500).shape == (2, 500)
    (objects / "rec.dat").unlink()
    with pytest.raises(RecordError, match=r"rec.dat is a git-annex link, the content was not fet"):
        open_record(header)
    (objects / "rec.hea").unlink()
    with pytest.raises(RecordError, match=r"rec.hea is a git-annex link, the content was not fet"):
        open_record(header)


@links
@pytest.mark.parametrize("link", [True, False])
def test_a_link_that_git_s_own_file_breaks(tmp_path: Path, link: bool) -> None:
    """Of a git folder elsewhere, too, which no worktree leads to."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "tree").mkdir()
    header = write_record(tmp_path / "tree", ecg_like(500))
    if link:
        (tmp_path / "tree" / ".git").symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / "tree" / ".git").write_text(f"gitdir: {tmp_path / 'elsewhere'}\n")
    (tmp_path / "tree" / "rec.dat").unlink()
    (tmp_path / "tree" / "rec.dat").symlink_to(f".git/annex/objects/a1/{KEY}/{KEY}")
    with pytest.raises(RecordError, match=r"rec.dat is a git-annex link, the content was not fet"):
        open_record(header)


@links
@pytest.mark.parametrize("link", [True, False])
def test_a_tree_that_says_it_is_a_worktree_of_another(tmp_path: Path, link: bool) -> None:
    """Else a folder from anywhere could have files read that lie in the user's own trees."""
    objects, tree = _worktree(tmp_path, link=link, known=False)
    header = write_record(tree, ecg_like(500))
    (tree / "rec.dat").rename(objects / "rec.dat")
    (tree / "rec.dat").symlink_to(objects / "rec.dat")
    with pytest.raises(RecordError, match="not a file in the record's own folder"):
        open_record(header)
    own = tmp_path / "main" / ".git" / "worktrees" / "worktree"
    (own / "commondir").rename(tree / "commondir")
    (tree / "gitdir").write_text(f"{tree}/.git\n")
    (tree / "commondir").write_text(f"{tmp_path / 'main' / '.git'}\n")
    (tree / ".git").unlink()
    (tree / ".git").write_text("gitdir: .\n")
    with pytest.raises(RecordError, match="not a file in the record's own folder"):
        open_record(header)


@only_unlike_case
def test_names_that_differ_in_case_are_named(tmp_path: Path) -> None:
    header = write_record(tmp_path, ecg_like(500))
    (tmp_path / "rec.dat").rename(tmp_path / "REC.DAT")
    with pytest.raises(RecordError, match=r"rec.dat is missing; REC.DAT lies there, whose name di"):
        open_record(header)
    header.rename(tmp_path / "REC.hea")
    with pytest.raises(RecordError, match=r"rec.hea is missing; REC.hea lies there"):
        open_record(tmp_path / "rec")
    segments = write_header(tmp_path, "seg/1 2 360 500\nrec 500\n", name="seg")
    with pytest.raises(RecordError, match=r"none of its segments"):
        open_record(segments)


@only_unlike_case
def test_a_header_in_upper_case_is_found_and_an_annotation_file_named(tmp_path: Path) -> None:
    write_record(tmp_path, ecg_like(500))
    (tmp_path / "rec.hea").rename(tmp_path / "rec.HEA")
    (tmp_path / "rec.ATR").write_bytes(bytes(2))
    for named in ("rec", "rec.dat", "rec.HEA"):
        assert open_record(tmp_path / named).n_samples == 500
    with pytest.raises(RecordError, match=r"rec.atr is missing; rec.ATR lies there"):
        read_annotations(open_record(tmp_path / "rec"), "atr")


@pytest.mark.parametrize("dots", ["./", "././", ".//"])
def test_a_name_in_the_record_s_own_folder(tmp_path: Path, dots: str) -> None:
    header = write_record(tmp_path, ecg_like(500))
    lines = header.read_text().splitlines()
    lines[1] = f"{dots}{lines[1]}"  # the second line names the same file without it
    header.write_text("\n".join(lines))
    several = write_header(tmp_path, f"seg/1 2 360 500\n{dots}rec 500\n", name="seg")
    for path in (header, several, tmp_path / "rec.dat"):
        record = open_record(path)
        assert record.n_samples == 500
        assert record.verify is not None
        assert record.verify(lambda: False).badge == "intact"


@pytest.mark.parametrize("name", ["sub/rec", "a/b/rec", "/rec", "sub/rec/2"])
def test_a_folder_in_a_record_s_name_is_called_one(tmp_path: Path, name: str) -> None:
    header = write_record(tmp_path, ecg_like(500))
    header.write_text(header.read_text().replace("rec 2", f"{name} 2", 1))
    for named in ("rec", "rec.hea"):
        with pytest.raises(RecordError, match=r"folder|no record"):
            open_record(tmp_path / named)
    if name == "sub/rec":
        with pytest.raises(RecordError, match=r"'sub/rec' has a folder in it \('sub'\)"):
            open_record(header)


@only_unlike_case
def test_the_names_that_misled_once() -> None:
    with pytest.raises(RecordError, match=r"up.dat is missing; UP.DAT lies there"):
        open_record(case("names/UP.HEA"))
    with pytest.raises(RecordError, match=r"'sub/m1' has a folder in it"):
        open_record(case("names/m1.hea"))
    record = open_record(case("names/m2.hea"))
    assert (record.n_samples, record.fs) == (5_000, 500)


def test_a_link_that_leads_back_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "a.dat").symlink_to(tmp_path / "b.dat")
    (tmp_path / "b.dat").symlink_to(tmp_path / "a.dat")
    assert stand_in(tmp_path / "a.dat") == "a.dat is a link that leads back to itself"
