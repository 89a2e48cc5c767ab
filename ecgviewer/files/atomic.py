"""Files written whole or not at all, one or several together."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ecgviewer.files.hidden import Hidden, settle_files
from ecgviewer.files.lock import Lock, LockedError
from ecgviewer.files.regular import other_kind

IS_THERE = "is there already; choose another name or allow replacing it"
WAIT_S = 10.0  # for another process that is writing the same file; a table takes a second


class WriteError(Exception):
    """A file that cannot be written.

    Parameters
    ----------
    path : Path
        The file it is about.
    reason : str
        One clear sentence: what is in the way, what to do.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class TargetExistsError(WriteError):
    """A file is there already and nobody said that it may be replaced."""


@contextlib.contextmanager
def replacing(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name only when the block ends well.

    Parameters
    ----------
    path : Path
        Target; its folder must exist. A symbolic link is followed.
    force : bool
        Whether a file already there may be replaced.

    Yields
    ------
    BinaryIO
        A new file beside the target, removed again when the block raises.

    Raises
    ------
    WriteError
        Where the target cannot be written; TargetExistsError where it is there without `force`.
    """
    with replacing_together(force=force) as files, files.writing(path) as file:
        yield file


def write_whole(path: Path, content: bytes, *, force: bool = False) -> None:
    """Write one file; see `replacing`."""
    write_together({path: content}, force=force)


class FileGroup:
    """Files on their way to appear together; made by `replacing_together`."""

    def __init__(self, *, force: bool) -> None:
        self._force = force
        self._moves: list[_Move] = []
        self._lock: Lock | None = None

    def claim(self, paths: Sequence[Path]) -> None:
        """Take files for this process, and put in order what a dead one left of them.

        Parameters
        ----------
        paths : sequence of Path
            In the order in which they are to be opened; whoever writes the first of them waits.
        """
        with _reasons(paths[0]):
            files = [Hidden.of(path.resolve()) for path in paths]
            for path, file in zip(paths, files, strict=True):
                _in_a_folder(path, file.target)
            if self._lock is None:
                self._lock = _take(paths[0], files[0])
            settle_files(files)

    @contextlib.contextmanager
    def writing(self, path: Path) -> Iterator[BinaryIO]:
        """Open one more file; see `replacing`. It stays under its hidden name for now."""
        target = _target(path, force=self._force)
        self.claim([path])
        move = _Move(path, Hidden.of(target))
        self._moves.append(move)
        with _reasons(path):
            handle = _create(move.names.new)
        # errors of the block itself (a download's, say) pass as they are
        with os.fdopen(handle, "wb") as file:
            yield file
            with _reasons(path):
                file.flush()
                os.fsync(file.fileno())
                move.staged = os.fstat(file.fileno())

    def publish(self) -> None:
        """Give every file its own name, in the order in which they were opened."""
        for move in self._moves:
            with _reasons(move.path):
                move.publish(force=self._force)
        for folder in {move.names.target.parent for move in self._moves}:
            _sync_folder(folder)

    def end(self, *, undo: bool) -> None:
        """Bring back what was there before, where wanted; remove what lies under hidden names."""
        if undo:
            for move in reversed(self._moves):
                move.undo_rename()
        settle_files([move.names for move in self._moves], undo=undo)
        if self._lock is not None:
            self._lock.release()


@contextlib.contextmanager
def replacing_together(*, force: bool = False) -> Iterator[FileGroup]:
    """Open several files that appear under their names only when the block ends well.

    Every file is written and flushed beside its target before the first one is renamed. Where a
    later rename fails (a table that is open in a spreadsheet on Windows), or the user interrupts,
    the earlier ones are undone. A power cut between two renames can leave a new file beside an
    old one, never half a file.

    Parameters
    ----------
    force : bool
        Whether files already there may be replaced.

    Yields
    ------
    FileGroup
        Opens the files, one after the other; nothing of them is left when the block raises.

    Raises
    ------
    WriteError
        Where a target cannot be written; TargetExistsError where one is there without `force`.
    """
    files = FileGroup(force=force)
    undo = True
    try:
        yield files
        files.publish()
        undo = False
    finally:
        files.end(undo=undo)


def write_together(contents: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write several files so that either all of them are there whole or nothing has changed.

    Parameters
    ----------
    contents : mapping of Path to bytes
        Targets and what they are to hold; see `replacing_together`.
    force : bool
        Whether files already there may be replaced.
    """
    with replacing_together(force=force) as files:
        for path in contents:
            _target(path, force=force)
        if contents:
            files.claim(list(contents))
        for path, content in contents.items():
            with files.writing(path) as file, _reasons(path):
                file.write(content)


@dataclass
class _Move:
    """One file on its way from its hidden name to its own."""

    path: Path  # as the caller named it
    names: Hidden
    staged: os.stat_result | None = None  # of the hidden file, once it is whole

    def publish(self, *, force: bool) -> None:
        """Give the file its own name; keep what was there until all files have theirs."""
        new, target = self.names.new, self.names.target
        assert self.staged is not None
        # where a file system has no locks, another process may have put its own there
        if not os.path.samestat(new.stat(follow_symlinks=False), self.staged):
            raise WriteError(self.path, "another process is writing it; try again")
        if force and os.path.lexists(target):
            self.names.keep()
            with contextlib.suppress(OSError):
                new.chmod(target.stat().st_mode & 0o777)
            new.replace(target)
            return
        try:
            os.link(new, target)  # unlike rename, fails where the name is taken meanwhile
        except FileExistsError:
            raise _exists(self.path) from None
        except OSError:  # a file system without hard links
            if target.exists():
                raise _exists(self.path) from None
            new.replace(target)

    def undo_rename(self) -> None:
        """Remove the file where it has its own name alone, and nothing was there before."""
        # asked of the disk rather than remembered: an interrupt can fall between any two lines
        names = self.names
        if self.staged and not os.path.lexists(names.new) and not os.path.lexists(names.old):
            names.target.unlink(missing_ok=True)


def _target(path: Path, *, force: bool) -> Path:
    with _reasons(path):
        target = path.resolve()
        if target.is_dir():
            raise WriteError(path, "is a folder; name a file")
        if what := other_kind(target):
            raise WriteError(path, f"is {what}, no file; choose another name")
        _in_a_folder(path, target)
        if target.exists() and not force:
            raise _exists(path)
        return target


def _in_a_folder(path: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise WriteError(path, "its folder does not exist; make it first")


def _exists(path: Path) -> TargetExistsError:
    return TargetExistsError(path, IS_THERE)


def _take(path: Path, file: Hidden) -> Lock:
    try:
        return Lock.take(file.lock, wait_s=WAIT_S)
    except LockedError:
        reason = "another process is writing it; try again when that has ended"
        raise WriteError(path, reason) from None


def _create(new: Path) -> int:
    # os.open rather than tempfile: the file gets the permissions any new file of the user gets
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    return os.open(new, flags, 0o666)


def _sync_folder(folder: Path) -> None:
    # the rename itself is on the disk only once the folder is; Windows cannot open folders
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """Turn the system's errors into one sentence about the file the caller named."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(path, f"cannot be written ({reason.lower()})") from error
    except RuntimeError as error:  # what pathlib says of a link that leads to itself
        raise WriteError(path, "cannot be written (a link that leads to itself)") from error
