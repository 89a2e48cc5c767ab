"""Locks that end with the process that holds them: whether a file is being written by anybody."""

import contextlib
import errno
import os
import socket
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_POLL_S = 0.02
_FORGOTTEN_S = 600.0  # of a lock that only says who holds it, on another machine
# What file systems answer that have no locks: some NFS, Lustre without the option flock.
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF}


class LockedError(Exception):
    """Another process, or thread, holds the lock."""


class Lock:
    """A lock held; made by `take`."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    @classmethod
    def take(cls, path: Path, *, wait_s: float) -> "Lock":
        """Take a lock, whose file is made where needed.

        Parameters
        ----------
        path : Path
            The lock's file; gone once it is released.
        wait_s : float
            How long to wait for whoever holds it, seconds.

        Raises
        ------
        LockedError
            Where it is held longer.
        OSError
            Where the file cannot be made.
        """
        until = time.monotonic() + wait_s
        while True:
            handle = _open(path)
            try:
                if _locked(handle) and _is(path, handle):
                    return cls(path, handle)
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)
            if time.monotonic() >= until:
                raise LockedError(path)
            time.sleep(_POLL_S)

    def release(self) -> None:
        """Let others have it."""
        if sys.platform == "win32":  # it removes no file that is open
            os.close(self._handle)
        # first the file: who waits for it sees that it is another one's
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        if sys.platform != "win32":
            os.close(self._handle)


def _open(path: Path) -> int:
    flags = os.O_CREAT
    for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        return os.open(path, flags | os.O_RDWR, 0o666)
    except PermissionError:  # another user's, who may have died
        return os.open(path, flags | os.O_RDONLY, 0o666)


def _is(path: Path, handle: int) -> bool:
    """Whether the file of a name is still the one that was opened."""
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(handle))
    except OSError:
        return False


def _locked(handle: int) -> bool:
    """Try to lock; whether it is ours."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}:
            return False
        if error.errno in _NO_LOCKS:
            return _claimed(handle)
        raise
    return True


def _claimed(handle: int) -> bool:
    """The same where the file system has no locks: the file says who holds it."""
    os.lseek(handle, 0, os.SEEK_SET)
    machine, _, number = os.read(handle, 300).decode("utf-8", "replace").rpartition(" ")
    here = socket.gethostname() or "?"
    if number and machine == here and number.isdecimal() and _lives(int(number)):
        return False
    if number and machine != here and time.time() - os.fstat(handle).st_mtime < _FORGOTTEN_S:
        return False
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, f"{here} {os.getpid()}".encode())
    return True


def _lives(process: int) -> bool:
    if sys.platform == "win32":  # where os.kill ends it; its file systems have locks
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
