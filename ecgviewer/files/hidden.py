"""What lies beside a file while it is written, and how it is put in order when its writer died.

Files that appear together are first written under hidden names; then each gets its own name, as a
second name where the file system can do that, and what was there before keeps a hidden one. Only
when all have their names are the hidden ones removed. So what lies there says how far it had come.
"""

import contextlib
import hashlib
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgviewer.files.lock import Lock, LockedError

_LOG = logging.getLogger(__name__)
PREFIX = ".ecgviewer-"


@dataclass(frozen=True)
class Hidden:
    """The hidden names of one file; short, for its own may be as long as a name can be.

    Attributes
    ----------
    target : Path
        Its own name, links resolved.
    new : Path
        Under which it is written.
    old : Path
        Under which the file it replaces is kept.
    copy : Path
        Under which that one is copied, where a file system has no second names.
    lock : Path
        Held by whoever writes it, or a group of files that begins with it.
    """

    target: Path
    new: Path
    old: Path
    copy: Path
    lock: Path

    @classmethod
    def of(cls, target: Path) -> "Hidden":
        """The same names in every process: what a dead one left is found without a search."""
        of_name = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
        new, old, copy, lock = (
            target.with_name(f"{PREFIX}{of_name}.{kind}") for kind in ("tmp", "old", "copy", "lock")
        )
        return cls(target, new, old, copy, lock)

    def any_there(self) -> bool:
        """Whether anything lies under a hidden name."""
        return any(map(os.path.lexists, (self.new, self.old, self.copy, self.lock)))

    def published(self) -> bool:
        """Whether the file has its own name, as far as can be seen."""
        return not os.path.lexists(self.new) or self.linked()

    def linked(self) -> bool:
        """Whether the file has both names."""
        return _same(self.new, self.target)

    def keep(self) -> None:
        """Give what is there a second, hidden name."""
        try:
            os.link(self.target, self.old)
        except OSError:  # a file system without hard links
            shutil.copyfile(self.target, self.copy)
            self.copy.replace(self.old)

    def roll_back(self) -> None:
        """Bring back what was there before the file got its name."""
        if _same(self.old, self.target):  # to rename one to the other would leave both
            self.old.unlink()
        elif os.path.lexists(self.old):
            self.old.replace(self.target)
        elif self.linked():
            self.target.unlink()


def settle_files(files: Sequence[Hidden], *, undo: bool = False) -> None:
    """Put in order what lies under hidden names; where not all files have theirs, none has.

    Parameters
    ----------
    files : sequence of Hidden
        In the order in which they were written. The caller holds the lock of the first.
    undo : bool
        Whether they go back in any case.
    """
    for file in files:
        remove(file.copy)
    if undo or not all(file.published() for file in files):
        _mark_unpublished(files)
        for file in reversed(files):
            try:
                file.roll_back()
            except OSError as error:
                _LOG.error("%s could not be put back as it was: %s", file.target, error)
    for file in files:
        remove(file.new)
    for file in files:
        remove(file.old)


def _mark_unpublished(files: Sequence[Hidden]) -> None:
    """So that whoever finds this half done goes on going back."""
    free = [file for file in files if not os.path.lexists(file.new)]
    if len(free) == len(files) and any(os.path.lexists(file.old) for file in files):
        with contextlib.suppress(OSError):
            free[0].new.touch(exist_ok=False)


def settle(paths: Sequence[Path]) -> None:
    """Put in order what a process that died left of files that it was writing together.

    Does nothing where nothing is left, where a process that lives is at it, or where the folder
    cannot be written to.

    Parameters
    ----------
    paths : sequence of Path
        Their own names, in the order in which they are written.
    """
    with contextlib.suppress(OSError, RuntimeError, LockedError):  # RuntimeError: a link to itself
        files = [Hidden.of(path.resolve()) for path in paths]
        if any(file.any_there() for file in files):
            lock = Lock.take(files[0].lock, wait_s=0)
            try:
                settle_files(files)
            finally:
                lock.release()


def _same(hidden: Path, target: Path) -> bool:
    try:
        return os.path.samestat(hidden.stat(follow_symlinks=False), target.stat())
    except OSError:
        return False


def remove(path: Path) -> None:
    """Remove a file, where it is there and can be removed."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
