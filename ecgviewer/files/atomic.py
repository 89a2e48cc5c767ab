"""Files written whole or not at all, one or several together."""

import contextlib
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_LOG = logging.getLogger(__name__)
IS_THERE = "is there already; choose another name or allow replacing it"


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
    target = _target(path, force=force)
    temporary = _temporary(target)
    try:
        with _reasons(path):
            handle = _create(temporary)
        # errors of the block itself (a download's, say) pass as they are
        with os.fdopen(handle, "wb") as file:
            yield file
            with _reasons(path):
                file.flush()
                os.fsync(file.fileno())
        with _reasons(path):
            _publish(temporary, target, force=force)
            _sync_folder(target.parent)
    finally:
        _remove(temporary)


def write_whole(path: Path, content: bytes, *, force: bool = False) -> None:
    """Write one file; see `replacing`."""
    write_together({path: content}, force=force)


class FileGroup:
    """Files on their way to appear together; made by `replacing_together`."""

    def __init__(self, *, force: bool) -> None:
        self._force = force
        self._moves: list[_Move] = []

    @contextlib.contextmanager
    def writing(self, path: Path) -> Iterator[BinaryIO]:
        """Open one more file; see `replacing`. It stays under its temporary name for now."""
        move = _Move(path, _target(path, force=self._force))
        self._moves.append(move)
        with _reasons(path):
            handle = _create(move.temporary)
        with os.fdopen(handle, "wb") as file:
            yield file
            with _reasons(path):
                file.flush()
                os.fsync(file.fileno())
        move.staged = True

    def publish(self) -> None:
        """Give every file its own name, in the order in which they were opened."""
        for move in self._moves:
            with _reasons(move.path):
                move.publish(force=self._force)
        for folder in {move.target.parent for move in self._moves}:
            _sync_folder(folder)

    def undo(self) -> None:
        """Bring back what was there before."""
        for move in reversed(self._moves):
            move.undo()

    def tidy(self) -> None:
        """Remove what lies under temporary names."""
        for move in self._moves:
            _remove(move.temporary)
            _remove(move.backup)


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
    try:
        yield files
        files.publish()
    except BaseException:
        files.undo()
        raise
    finally:
        files.tidy()


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
        for path, content in contents.items():
            with files.writing(path) as file, _reasons(path):
                file.write(content)


@dataclass
class _Move:
    """One file on its way from its temporary name to its own."""

    path: Path  # as the caller named it
    target: Path

    def __post_init__(self) -> None:
        self.temporary = _temporary(self.target)
        self.backup = _temporary(self.target)
        self.staged = False  # the temporary file is whole

    def publish(self, *, force: bool) -> None:
        """Give the file its own name; keep what was there until all files have theirs."""
        if force and self.target.exists():
            _keep(self.target, self.backup)
        _publish(self.temporary, self.target, force=force)

    def undo(self) -> None:
        """Bring back what was there before."""
        if not self.staged:
            return
        try:
            # asked of the disk rather than remembered: an interrupt can fall between any two lines
            if self.temporary.exists() and not self._published_by_link():
                return
            if self.backup.exists():
                self.backup.replace(self.target)
            else:
                self.target.unlink(missing_ok=True)
        except OSError as error:
            _LOG.error("%s could not be put back as it was: %s", self.target, error)

    def _published_by_link(self) -> bool:
        return self.target.exists() and self.target.samefile(self.temporary)


def _target(path: Path, *, force: bool) -> Path:
    with _reasons(path):
        target = path.resolve()
        if target.is_dir():
            raise WriteError(path, "is a folder; name a file")
        if not target.parent.is_dir():
            raise WriteError(path, "its folder does not exist; make it first")
        if target.exists() and not force:
            raise _exists(path)
        return target


def _exists(path: Path) -> TargetExistsError:
    return TargetExistsError(path, IS_THERE)


def _temporary(target: Path) -> Path:
    # beside the target, for a rename cannot cross file systems; short, for long names have limits
    return target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}.tmp")


def _create(temporary: Path) -> int:
    # os.open rather than tempfile: the file gets the permissions any new file of the user gets
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    return os.open(temporary, flags, 0o666)


def _publish(temporary: Path, target: Path, *, force: bool) -> None:
    if force:
        with contextlib.suppress(OSError):
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
        return
    try:
        os.link(temporary, target)  # unlike rename, fails where the name is taken meanwhile
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # a file system without hard links
        if target.exists():
            raise _exists(target) from None
        temporary.replace(target)
    else:
        temporary.unlink()


def _keep(target: Path, backup: Path) -> None:
    try:
        os.link(target, backup)
    except OSError:  # a file system without hard links
        shutil.copyfile(target, backup)


def _sync_folder(folder: Path) -> None:
    # the rename itself is on the disk only once the folder is; Windows cannot open folders
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """Turn the system's errors into one sentence about the file the caller named."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(path, f"cannot be written ({reason.lower()})") from error
