"""Records from PhysioNet, whole or not at all.

A file is kept only where its SHA-256 is the one that PhysioNet's list of the database has.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ecgviewer.files.atomic import FileGroup, WriteError, replacing_together
from ecgviewer.formats.physionet.site import Listed, Site, Source
from ecgviewer.formats.wfdb.header import NO_FILE, Header, beside
from ecgviewer.formats.wfdb.header_parser import MAX_HEADER_BYTES, parse_header
from ecgviewer.record import RecordError

_DATABASE = re.compile(r"[a-z0-9][a-z0-9-]{1,60}(/[0-9]+(\.[0-9]+){0,3})?")
_RECORD = re.compile(r"\w[\w+-]{0,80}(/\w[\w+-]{0,80}){0,5}", re.ASCII)
MAX_FILES = 10_000
MAX_RECORD_BYTES = 2**31 - 1  # as far as a progress bar counts


def download_record(
    database: str,
    record: str,
    folder: Path,
    *,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
    site: Site | None = None,
) -> Path:
    """Download a record with its annotations.

    Parameters
    ----------
    database : str
        Its short name at PhysioNet, e.g. "mitdb", or with a version, "mitdb/1.0.0".
    record : str
        Record name, with its folder in the database where it has one: "100", "patient001/s0010_re".
    folder : Path
        The record's files come to lie in `folder/database/[record's folder]`, the header last.
    progress : callable
        Told bytes done and bytes in all.
    stop : callable
        Asked after each piece, and every 50 ms while none comes, whether to give up.
    site : Site, optional
        Another place than PhysioNet.

    Returns
    -------
    Path
        The header.

    Raises
    ------
    RecordError
        Where there is no network, no such database or record, a file is not what PhysioNet's list
        says, or it was stopped; nothing is kept.
    """
    if not _DATABASE.fullmatch(database):
        raise RecordError(
            folder, f"{database[:60]!r} is no PhysioNet database; an example is mitdb"
        )
    if not _RECORD.fullmatch(record):
        raise RecordError(folder, f"{record[:60]!r} is no record name; examples are 100, p01/r1")
    *parents, name = record.split("/")
    target = folder / PurePosixPath(database.partition("/")[0], *parents)
    source = Source(site or Site(), f"{database}/{record}", folder, stop)
    if "/" not in database:
        database = f"{database}/{source.newest_version(database)}"
    listed = Listed(source, database, "/".join(parents))
    header = listed.whole(f"{name}.hea", MAX_HEADER_BYTES)
    try:
        with _folder(target), replacing_together(force=True) as files:
            _Download(source, listed, target, files, progress, MAX_RECORD_BYTES).run(name, header)
    except WriteError as error:
        raise source.error(f"{error.path.name} {error.reason}") from error
    except OSError as error:
        raise source.error(f"it could not be stored ({error.strerror})") from error
    return target / f"{name}.hea"


@contextlib.contextmanager
def _folder(path: Path) -> Iterator[None]:
    """Make a folder; where the block raises, it and those made above it are gone again."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for folder in missing:
            with contextlib.suppress(OSError):  # somebody has put something there
                folder.rmdir()
        raise


@dataclass
class _Download:
    """One record on its way."""

    source: Source
    listed: Listed
    target: Path
    files: FileGroup
    progress: Callable[[int, int], None]
    left: int  # bytes that may still come

    def run(self, record: str, header: bytes) -> None:
        """Fetch and write everything; the record's own header is the last to get its name."""
        first = f"{record}.hea"
        names = self._segments(first, header)
        for annotator in self.listed.annotators():
            name = f"{record}.{annotator}"
            if name in self.listed and name not in {first, *names}:  # not every record has each
                names.append(name)
        sizes = [self.listed.size(name) or 0 for name in names]
        total, done = sum(sizes), 0
        if total > self.left:
            raise self.source.error(f"it has {total:,} bytes, at most {self.left:,} are fetched")
        for name in names:
            with (
                self.files.writing(self.target / name) as file,
                closing(self.listed.chunks(name, self.left)) as chunks,
            ):
                for chunk in chunks:
                    file.write(chunk)
                    done += len(chunk)
                    self.left -= len(chunk)
                    if total:
                        self.progress(min(done, total), total)
        self._write(first, header)

    def _segments(self, first: str, header: bytes) -> list[str]:
        """Fetch the headers of segments; names of the signal files."""
        headers, signals = [first], list[str]()
        known = {first}
        for name in headers:  # it grows meanwhile
            if name != first:
                header = self.listed.whole(name, min(MAX_HEADER_BYTES, self.left))
                self._write(name, header)
            self.left -= len(header)
            for named in _named(parse_header(self.target / name, header)):
                if named in known:
                    continue
                self.source.ask()
                beside(self.target / name, named)  # refuses a name that leads out of the folder
                known.add(named)
                if len(known) > MAX_FILES:
                    raise self.source.error(f"it has more than {MAX_FILES:,} files")
                if named.endswith(".hea"):
                    headers.append(named)
                else:
                    signals.append(named)
        return signals

    def _write(self, name: str, content: bytes) -> None:
        with self.files.writing(self.target / name) as file:
            file.write(content)


def _named(header: Header) -> list[str]:
    """Files that a header names."""
    segments = [f"{line.name}.hea" for line in header.segments if line.name != NO_FILE]
    return segments + [signal.file for signal in header.signals if signal.file != NO_FILE]
