"""Records from PhysioNet, whole or not at all; asks the network only when a user asked for one."""

import re
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ecgviewer.io.header import NO_FILE, Header, beside
from ecgviewer.io.header_parser import read_header
from ecgviewer.io.wfdb_record import (
    physionet_annotators,
    physionet_chunks,
    physionet_size,
    physionet_version,
)
from ecgviewer.record import RecordError

_DATABASE = re.compile(r"[a-z0-9][a-z0-9-]{1,60}(/[0-9]+(\.[0-9]+){0,3})?")
_RECORD = re.compile(r"\w[\w+-]{0,80}(/\w[\w+-]{0,80}){0,5}", re.ASCII)
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){0,3}")
_ANNOTATOR = re.compile(r"[\w-]{1,20}", re.ASCII)
MAX_FILES = 10_000


def download_record(
    database: str,
    record: str,
    folder: Path,
    *,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
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
        Asked after each piece whether to give up.

    Returns
    -------
    Path
        The header.

    Raises
    ------
    RecordError
        Where there is no network, no such database or record, or it was stopped; nothing is kept.
    """
    if not _DATABASE.fullmatch(database):
        raise RecordError(
            folder, f"{database[:60]!r} is no PhysioNet database; an example is mitdb"
        )
    if not _RECORD.fullmatch(record):
        raise RecordError(folder, f"{record[:60]!r} is no record name; examples are 100, p01/r1")
    about = _About(folder, f"{database}/{record}")
    place = PurePosixPath(database.partition("/")[0], *PurePosixPath(record).parts[:-1])
    remote = _remote_folder(about, database)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as temporary:
            job = _Download(about, remote, Path(temporary), progress, stop)
            header, names = job.run(PurePosixPath(record))
            target = folder / place
            target.mkdir(parents=True, exist_ok=True)
            for name in [*(name for name in names if name != header), header]:
                (Path(temporary) / name).replace(target / name)
    except OSError as error:
        raise RecordError(folder, f"{about.what} could not be stored ({error.strerror})") from error
    return target / header


class _AbsentError(RecordError):
    """A file that is not at PhysioNet."""


@dataclass(frozen=True)
class _About:
    """What an error is about."""

    folder: Path
    what: str

    def error(self, reason: str) -> RecordError:
        return RecordError(self.folder, f"{self.what}: {reason}")

    def network(self, error: OSError) -> RecordError:
        if isinstance(error, FileNotFoundError):
            reason = "PhysioNet has no such record or database; check both names"
            return _AbsentError(self.folder, f"{self.what}: {reason}")
        if isinstance(error, PermissionError):
            return self.error("PhysioNet gives it to registered users only; get it with a browser")
        return self.error(
            f"PhysioNet could not be reached: {_brief(error)}; check the network and try again"
        )


def _brief(error: Exception) -> str:
    """The kind of a network error in words; its text is a chain of library objects."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
    return "no connection" if kind in {"connection", "os", "new connection"} else kind


def _remote_folder(about: _About, database: str) -> PurePosixPath:
    """Database/version."""
    if "/" in database:
        return PurePosixPath(database)
    try:
        version = physionet_version(database)
    except (LookupError, ValueError) as error:
        raise about.error("PhysioNet's page names no version of this database") from error
    except OSError as error:
        raise about.network(error) from error
    if not _VERSION.fullmatch(version):
        raise about.error(f"PhysioNet's page names a version {version[:20]!r} that makes no sense")
    return PurePosixPath(database, version)


@dataclass(frozen=True)
class _Download:
    """One record on its way."""

    about: _About
    remote: PurePosixPath
    temporary: Path
    progress: Callable[[int, int], None]
    stop: Callable[[], bool]

    def run(self, record: PurePosixPath) -> tuple[str, list[str]]:
        """Fetch everything into the temporary folder; header name and all names."""
        remote = self.remote / record.parent
        header = f"{record.name}.hea"
        names, wanted = self._headers(remote, header)
        sizes = {name: self._size(remote / name) for name in wanted}
        for annotator in self._annotators():
            name = f"{record.name}.{annotator}"
            try:
                sizes[name] = self._size(remote / name)
            except _AbsentError:
                continue  # not every record has every annotator
        total = sum(size or 0 for size in sizes.values())
        done = 0
        for name, size in sizes.items():
            before, done = done, self._fetch(remote / name, name, done, total)
            if size is not None and done - before != size:
                raise self.about.error(f"{name} arrived incomplete; try again")
        return header, [*names, *sizes]

    def _headers(self, remote: PurePosixPath, first: str) -> tuple[list[str], list[str]]:
        """Fetch the record's header and its segments'; their names, and the signal files'."""
        names: list[str] = [first]
        files: list[str] = []
        at = 0
        while at < len(names):
            self._fetch(remote / names[at], names[at], 0, 0)
            header = read_header(self.temporary / names[at])
            for name in _named(header):
                beside(header.path, name)  # refuses a name that leads out of the folder
                into = names if name.endswith(".hea") else files
                if name not in into:
                    into.append(name)
            if len(names) + len(files) > MAX_FILES:
                raise self.about.error(f"it has more than {MAX_FILES:,} files")
            at += 1
        return names, files

    def _annotators(self) -> list[str]:
        try:
            found = physionet_annotators(str(self.remote))
        except OSError as error:
            raise self.about.network(error) from error
        except ValueError:  # no text
            return []
        return [name for name in found if _ANNOTATOR.fullmatch(name)]

    def _size(self, path: PurePosixPath) -> int | None:
        if self.stop():
            raise self._stopped()
        try:
            return physionet_size(str(path))
        except OSError as error:
            raise self.about.network(error) from error

    def _fetch(self, path: PurePosixPath, name: str, done: int, total: int) -> int:
        """Fetch one file; bytes done since the beginning."""
        with (
            closing(physionet_chunks(str(path))) as chunks,
            (self.temporary / name).open("wb") as file,
        ):
            while True:
                if self.stop():
                    raise self._stopped()
                try:
                    chunk = next(chunks, None)
                except OSError as error:
                    raise self.about.network(error) from error
                if chunk is None:
                    return done
                file.write(chunk)
                done += len(chunk)
                if total:
                    self.progress(min(done, total), total)

    def _stopped(self) -> RecordError:
        return self.about.error("the download was cancelled; nothing was kept")


def _named(header: Header) -> list[str]:
    """Files that a header names."""
    segments = [f"{line.name}.hea" for line in header.segments if line.name != NO_FILE]
    return segments + [signal.file for signal in header.signals if signal.file != NO_FILE]
