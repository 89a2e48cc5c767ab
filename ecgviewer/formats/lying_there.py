"""What lies where a file should be: a pointer to it, a link to nowhere, a name in another case."""

import errno
import os
import re
from pathlib import Path

from ecgviewer.files.regular import other_kind
from ecgviewer.formats.head import head

_POINTER_BYTES = 2**15  # the longest that git-annex takes for a pointer
# Contents of a pointer, and a link of git-annex that was checked out as text.
_ANNEX = re.compile(rb"(?:\.\./)*(?:\.git/(?:modules/[^\n]*/)?)?/?annex/objects/[^\n]+\n?")
_GIT_LINE_BYTES = 2**12  # of a file that names a folder
_LFS = b"version https://git-lfs.github.com/spec/"
_NOT_FETCHED = "the content was not fetched"
_MAX_NAMES = 100_000  # of a folder, looked through for another case


def stand_in(path: Path) -> str:
    """What is there in place of a file's contents; empty where the file itself seems to be.

    Parameters
    ----------
    path : Path
        The file that was meant.

    Returns
    -------
    str
        A clause that begins with its name.
    """
    name = path.name
    if said := unfetched(path):
        return said
    try:
        if what := other_kind(path):
            return f"{name} is {what}, no file"
        start = head(path, _POINTER_BYTES + 1)
    except OSError:
        return ""
    if len(start) <= _POINTER_BYTES:
        if _ANNEX.match(start.partition(b"\n")[0]):
            return f"{name} is a git-annex pointer, {_NOT_FETCHED}: git annex get {name}"
        if start.startswith(_LFS):
            return f"{name} is a Git LFS pointer, {_NOT_FETCHED}: git lfs pull"
    return ""


def _link(path: Path, target: str) -> str:
    name = path.name
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            return f"{name} is a link that leads back to itself"
    if re.search(r"annex[/\\]objects[/\\]", target):
        return f"{name} is a git-annex link, {_NOT_FETCHED}: git annex get {name}"
    return f"{name} is a link to {target[:80]!r}, where nothing is"


def why_missing(path: Path) -> str:
    """Why there is no such file, as far as it can be seen; a clause.

    Parameters
    ----------
    path : Path
        The file that was meant.
    """
    standing = stand_in(path)
    if standing:
        return standing
    other = other_case(path)
    if other is not None:
        return (
            f"{path.name} is missing; {other.name} lies there, whose name differs in upper and "
            f"lower case: rename it to {path.name}"
        )
    return ""


def other_case(path: Path) -> Path | None:
    """A file beside whose name differs in upper and lower case alone; None where there is none."""
    wanted = path.name.casefold()
    try:
        with os.scandir(path.parent) as entries:
            for i, entry in enumerate(entries):
                if entry.name.casefold() == wanted and entry.name != path.name:
                    return path.with_name(entry.name)
                if i >= _MAX_NAMES:
                    break
    except OSError:
        return None
    return None


def unfetched(path: Path) -> str:
    """The same for a link alone whose target is not there; looks at nothing but the link."""
    try:
        if path.is_symlink() and not path.exists():
            return _link(path, os.fsdecode(path.readlink()))
    except OSError:
        pass
    return ""


def in_annex_of(folder: Path, real: str) -> bool:
    """Whether a path is an object in the git-annex of the tree that a folder lies in.

    The tree may be one of git's worktrees, whose `.git` leads to that of another tree; that one
    has to know of it.

    Parameters
    ----------
    folder : Path
        The folder.
    real : str
        The path with all links resolved.
    """
    tree, git, inner = real.partition(f"{os.sep}.git{os.sep}")
    parts = list(Path(inner).parts)
    if parts[:1] == ["modules"]:  # of a submodule: modules/<its path>/annex/objects
        parts = parts[parts.index("annex") :] if "annex" in parts else []
    there = os.path.realpath(folder) + os.sep
    if git and parts[:2] == ["annex", "objects"] and there.startswith(tree + os.sep):
        return True
    return any(real.startswith(objects + os.sep) for objects in _annexes_of_worktree(folder))


def _annexes_of_worktree(folder: Path) -> tuple[str, ...]:
    """Where the objects of the worktree that a folder lies in are, resolved; none of another tree.

    gitrepository-layout(5): `.git` is a file that names `<main>/.git/worktrees/<id>`, or a link to
    it, which git-annex makes of it; `gitdir` in there names the worktree, `commondir` the `.git`
    that they share.
    """
    real = Path(os.path.realpath(folder))
    tree = next((p for p in (real, *real.parents) if os.path.lexists(p / ".git")), None)
    if tree is None:
        return ()
    try:
        own = tree / ".git"
        if own.is_file():
            own = tree / _line(own).removeprefix("gitdir:").strip()
        own = Path(os.path.realpath(own))
        common = Path(os.path.realpath(own / _line(own / "commondir")))
        named = own / _line(own / "gitdir")
    except (OSError, ValueError):
        return ()
    back = Path(os.path.realpath(named.parent)) / named.name
    if own.parent != common / "worktrees" or back != tree / ".git":
        return ()  # anybody can write a file that names another's folder
    return tuple(os.path.realpath(git / "annex" / "objects") for git in (own, common))


def _line(path: Path) -> str:
    """The first line of one of git's small files."""
    return os.fsdecode(head(path, _GIT_LINE_BYTES).partition(b"\n")[0])
