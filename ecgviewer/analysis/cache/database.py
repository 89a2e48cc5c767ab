"""Results in one SQLite file, within a limit of size; knows no records and never raises.

Every call opens the file anew, in short transactions that wait for other windows and processes.
What cannot be done is logged and is a miss. A file that is corrupt is thrown away, and nothing is
given back whose checksum, over its key as well, is not right: at worst results are computed again.
The journal is SQLite's ordinary one: its write-ahead log would not do for a home folder on a
network.
"""

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from ecgviewer.analysis.cache.packing import Column, PackingError, StoppedError, pack, unpack
from ecgviewer.files.private import (
    FOLDER_MODE,
    is_ours_alone,
    make_private,
    open_private,
    private_file,
)

_LOG = logging.getLogger(__name__)
FILE = "results-1.sqlite"  # the number is that of the tables below
LIMIT_BYTES = 1 << 30  # about seventy days of two leads by six networks
WAIT_S = 3.0  # for another process that writes; a day's result takes it a fraction of a second
_ASIDE = ("", "-journal", "-wal", "-shm")
_OURS = ("results-",)  # how every file of kept results begins, of whatever version
_APPLICATION = 0x45434756  # "ECGV"
# the file is not a database, is damaged, or has other tables than ours
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
_TABLES = (
    "CREATE TABLE results (key TEXT PRIMARY KEY, recording TEXT NOT NULL, made TEXT NOT NULL,"
    " used REAL NOT NULL, size INTEGER NOT NULL)",
    "CREATE INDEX by_recording ON results (recording)",
    "CREATE TABLE pieces (key TEXT PRIMARY KEY, piece BLOB NOT NULL)",
)


@dataclass(frozen=True)
class StoredColumns:
    """One result as it was kept.

    Attributes
    ----------
    columns : dict of str to array
        What was given to `put`.
    made : datetime
        When, with its time zone.
    """

    columns: dict[str, Column]
    made: datetime


class _ForeignError(sqlite3.DatabaseError):
    """A database of that name that this program did not make."""


class Store:
    """Results by key, the least recently used ones given up first.

    Parameters
    ----------
    folder : Path
        Where the file lies; made with the first result.
    limit_bytes : int
        Most that all results together may take.
    now : callable
        A clock in seconds, for the order of use.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limit_bytes: int = LIMIT_BYTES,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.path = folder / FILE
        self._limit, self._now = limit_bytes, now
        self._keep_private()  # an earlier version, or a copy, may have left it otherwise

    def knows(self, recording: str) -> bool:
        """Whether there is any result of a recording, given its group digest."""
        with self._guarded("looking up"), self._opened() as database:
            if database is not None:
                query = "SELECT 1 FROM results WHERE recording = ? LIMIT 1"
                return database.execute(query, (recording,)).fetchone() is not None
        return False

    def get(self, key: str) -> StoredColumns | None:
        """The result of a key; None where there is none that can be trusted."""
        row = None
        with self._guarded("reading"), self._opened() as database:
            if database is None:
                return None
            query = "SELECT made, piece FROM results JOIN pieces USING (key) WHERE key = ?"
            row = database.execute(query, (key,)).fetchone()
        if row is None:
            return None
        try:
            found = _found(key, *row)
        except (PackingError, ValueError, MemoryError) as error:
            _LOG.warning("a kept result is not used and removed: %s", error)
            self.remove(key)
            return None
        with self._guarded("noting the use of"), self._writing() as database:
            database.execute("UPDATE results SET used = ? WHERE key = ?", (self._now(), key))
        return found

    def put(
        self,
        key: str,
        columns: Mapping[str, Column],
        *,
        recording: str,
        stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Keep a result, in the place of an earlier one of this key; False where it was not kept.

        Parameters
        ----------
        key : str
            Digest of all the result depends on.
        columns : mapping of str to array
            What `pack` takes.
        recording : str
            Group digest of the recording's files.
        stop : callable
            Asked now and then whether to give up.
        """
        made = datetime.now(UTC).isoformat(timespec="seconds")
        with self._guarded("keeping"):
            piece = pack(columns, seal=_seal(key, made), stop=stop)
            if len(piece) <= self._limit:
                row = (key, recording, made, self._now(), len(piece))
                self._insert(row, piece)
                return True
            _LOG.info("a result of %d bytes is not kept: the limit is less", len(piece))
        return False

    def _insert(self, row: tuple[str, str, str, float, int], piece: bytes) -> None:
        with self._writing(create=True) as database:
            _remove(database, row[0])
            _make_room(database, self._limit - len(piece))
            database.execute("INSERT INTO results VALUES (?, ?, ?, ?, ?)", row)
            database.execute("INSERT INTO pieces VALUES (?, ?)", (row[0], piece))

    def remove(self, key: str) -> None:
        """Forget one result."""
        with self._guarded("removing"), self._writing() as database:
            _remove(database, key)

    def forget(self) -> bool:
        """Forget every result; False where something is left."""
        done = False
        with self._guarded("forgetting"), self._writing() as database:
            database.execute("PRAGMA secure_delete = ON")
            database.execute("DELETE FROM pieces")
            database.execute("DELETE FROM results")
            done = True
        return done or not self.path.exists()  # there was none, or a corrupt one is thrown away

    def size(self) -> tuple[int, int]:
        """Results kept, and their bytes."""
        with self._guarded("measuring"), self._opened() as database:
            if database is not None:
                query = "SELECT count(*), coalesce(sum(size), 0) FROM results"
                n, n_bytes = database.execute(query).fetchone()
                return int(n), int(n_bytes)
        return 0, 0

    # -- the file -----------------------------------------------------------------------------

    @contextlib.contextmanager
    def _opened(self, *, create: bool = False) -> Iterator[sqlite3.Connection | None]:
        """The database, None where there is none and none is to be made."""
        if not self.path.exists():
            if not create:
                yield None
                return
            self.path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self._keep_private()
            os.close(open_private(self.path, os.O_CREAT | os.O_RDWR))
        database = sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)
        try:
            _check(database)
            yield database
        finally:
            database.close()  # rolls back what is open

    def _keep_private(self) -> None:
        """What hearts did is nobody else's business; a folder with other things is left alone."""
        if is_ours_alone(self.path.parent, *_OURS):
            make_private(self.path.parent)
        for end in _ASIDE:
            private_file(self.path.with_name(self.path.name + end))

    @contextlib.contextmanager
    def _writing(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction, whole or not at all."""
        with self._opened(create=create) as database:
            if database is None:
                raise FileNotFoundError(self.path)
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")

    @contextlib.contextmanager
    def _guarded(self, doing: str) -> Iterator[None]:
        """Log what goes wrong; throw a corrupt file away."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            _LOG.warning("kept results: %s failed: %s", doing, error)
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
            if code in _CORRUPT or isinstance(error, _ForeignError):
                self._throw_away()
        except StoppedError:
            _LOG.debug("kept results: %s was given up", doing)
        except FileNotFoundError:
            _LOG.debug("kept results: %s found no file", doing)
        except Exception as error:  # nothing that goes wrong here may stop an analysis
            _LOG.warning("kept results: %s failed: %s", doing, error)

    def _throw_away(self) -> None:
        try:
            for end in _ASIDE:
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)
        except OSError as error:
            _LOG.warning("the corrupt file of kept results stays: %s", error)
        else:
            _LOG.warning("the file of kept results was corrupt and is thrown away")


def _found(key: str, made: object, piece: object) -> StoredColumns:
    if not (isinstance(made, str) and isinstance(piece, bytes)):
        raise PackingError("columns of the database are of other types")
    return StoredColumns(unpack(piece, seal=_seal(key, made)), datetime.fromisoformat(made))


def _seal(key: str, made: str) -> str:
    return f"{key} {made}"


def _check(database: sqlite3.Connection) -> None:
    """Make the tables of a new file; refuse a file that is another program's."""
    if _application(database) == _APPLICATION:
        return
    database.execute("PRAGMA auto_vacuum = FULL")  # before the first table: a file that shrinks
    database.execute("BEGIN IMMEDIATE")
    found = _application(database)  # once more: another process may have made them just now
    if found == 0 and not database.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        for statement in _TABLES:
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
    elif found != _APPLICATION:
        raise _ForeignError("not a file of kept results")
    database.execute("COMMIT")


def _application(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA application_id").fetchone()[0])


def _remove(database: sqlite3.Connection, key: str) -> None:
    for table in ("pieces", "results"):
        database.execute(f"DELETE FROM {table} WHERE key = ?", (key,))


def _make_room(database: sqlite3.Connection, limit: int) -> None:
    """Give up what was not used for longest until no more than `limit` bytes are left."""
    (total,) = database.execute("SELECT coalesce(sum(size), 0) FROM results").fetchone()
    rows = database.execute("SELECT key, size FROM results ORDER BY used, key").fetchall()
    for key, size in rows:
        if total <= limit:
            return
        _remove(database, key)
        total -= size


VARIABLE = "ECGVIEWER_CACHE"  # names another folder than the user's cache folder


def folder() -> Path:
    """The folder of kept results: $ECGVIEWER_CACHE, else the user's cache folder."""
    named = os.environ.get(VARIABLE, "")
    return Path(named) if named else platformdirs.user_cache_path("ecgviewer", appauthor=False)
