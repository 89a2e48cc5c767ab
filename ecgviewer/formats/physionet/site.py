"""Files of one PhysioNet database: where they lie, which there are, and what each must hash to."""

import hashlib
import re
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from ecgviewer.formats.physionet import sha256sums
from ecgviewer.formats.physionet.https import (
    AbsentError,
    FetchError,
    ForbiddenError,
    StoppedError,
    UnreachableError,
    Web,
    https_opener,
)
from ecgviewer.record import RecordError

_HOST = "physionet.org"
# On a database's page, where a tag may stand between the word and the number.
_VERSION = re.compile(r"\bVersion:(?:\s|<[^<>]{1,80}>){0,8}([0-9]+(?:\.[0-9]+){0,3})(?![\w.])")
_ANNOTATOR = re.compile(r"[\w-]{1,20}", re.ASCII)
_ANNOTATORS = "ANNOTATORS"
MAX_PAGE_BYTES = 4 * 2**20


def is_physionet(url: str) -> bool:
    """Whether an address is HTTPS at one of PhysioNet's own hosts."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    own = host == _HOST or host.endswith(f".{_HOST}")
    return parts.scheme == "https" and own and port in {None, 443} and "@" not in parts.netloc


@dataclass(frozen=True)
class Site:
    """Where databases lie, and the way there.

    Attributes
    ----------
    web : Web
        The way.
    files : str
        Address that `database/version/file` is appended to.
    pages : str
        Address that `database/` is appended to: the page that names its newest version.
    """

    web: Web = field(default_factory=lambda: Web(https_opener(), is_physionet))
    files: str = f"https://{_HOST}/files/"
    pages: str = f"https://{_HOST}/content/"


@dataclass(frozen=True)
class Source:
    """A site as one download sees it: its errors say what was asked for.

    Attributes
    ----------
    site : Site
        Where it is.
    what : str
        Database and record, for errors.
    folder : Path
        Where files are to lie, for errors.
    stop : callable
        Whether to give up.
    """

    site: Site
    what: str
    folder: Path
    stop: Callable[[], bool]

    def error(self, reason: str) -> RecordError:
        """What an error of this download is raised as."""
        return RecordError(self.folder, f"{self.what}: {reason}")

    def ask(self) -> None:
        """Raise where the download is to stop."""
        if self.stop():
            raise self._fetching("", StoppedError("was cancelled"))

    def chunks(self, url: str, name: str, limit: int) -> Generator[bytes, None, None]:
        """A file as it comes, at most `limit` bytes; `name` is for errors, RecordError."""
        try:
            yield from self.site.web.chunks(url, limit=limit, stop=self.stop)
        except FetchError as error:
            raise self._fetching(name, error) from error

    def size(self, url: str, name: str) -> int | None:
        """Bytes of a file, None where the server does not say; errors as `chunks`."""
        try:
            return self.site.web.size(url, stop=self.stop)
        except FetchError as error:
            raise self._fetching(name, error) from error

    def newest_version(self, database: str) -> str:
        """The newest version of a database as its page has it, e.g. "1.0.0"."""
        with closing(
            self.chunks(f"{self.site.pages}{database}/", "the database's page", MAX_PAGE_BYTES)
        ) as chunks:
            page = b"".join(chunks).decode(errors="replace")
        match = _VERSION.search(page)
        if match is None:
            raise self.error("PhysioNet's page names no version of this database")
        return match[1]

    def _fetching(self, name: str, error: FetchError) -> RecordError:
        if isinstance(error, StoppedError):
            return self.error("the download was cancelled; nothing was kept")
        if isinstance(error, ForbiddenError):
            return self.error("PhysioNet gives it to registered users only; get it with a browser")
        if isinstance(error, UnreachableError):
            return self.error(
                f"PhysioNet could not be reached: {error.reason}; check the network and try again"
            )
        if isinstance(error, AbsentError) and name == sha256sums.NAME:
            return self.error(
                f"PhysioNet has no such version of this database, or no {name} to check files by"
            )
        if isinstance(error, AbsentError):
            return self.error(f"PhysioNet has no such record or database: {name} is not there")
        return self.error(f"{name} {error.reason}")


class Listed:
    """A record's folder in one version of a database, as the list of its files has it.

    Parameters
    ----------
    source : Source
        The site.
    version : str
        "database/version".
    folder : str
        The record's folder in the database, "" for none.

    Raises
    ------
    RecordError
        Where there is no list, or it makes no sense.
    """

    def __init__(self, source: Source, version: str, folder: str) -> None:
        self._source, self.version = source, version
        self._url = f"{source.site.files}{version}/"
        self._prefix = f"{folder}/" if folder else ""
        name = sha256sums.NAME
        with closing(source.chunks(self._url + name, name, sha256sums.MAX_SUMS_BYTES)) as chunks:
            try:
                self._sums = sha256sums.read_sums(chunks, {"", folder})
            except ValueError as error:
                raise source.error(f"PhysioNet's {name} is no list of files: {error}") from error

    def __contains__(self, name: str) -> bool:
        return self._prefix + name in self._sums

    def size(self, name: str) -> int | None:
        """Bytes of a file of the record's folder; RecordError also where the list has it not."""
        path = self._prefix + name
        self._sum(path)
        return self._source.size(self._url + quote(path), name)

    def chunks(self, name: str, limit: int) -> Generator[bytes, None, None]:
        """A file of the record's folder as it comes; raises at its end where it is another."""
        return self._verified(self._prefix + name, name, limit)

    def whole(self, name: str, limit: int) -> bytes:
        """A short file of the record's folder."""
        with closing(self.chunks(name, limit)) as chunks:
            return b"".join(chunks)

    def annotators(self) -> list[str]:
        """Suffixes of annotation files, from the database's own file."""
        if _ANNOTATORS not in self._sums:
            return []
        with closing(self._verified(_ANNOTATORS, _ANNOTATORS, MAX_PAGE_BYTES)) as chunks:
            text = b"".join(chunks).decode("latin-1")
        found = [line.split("\t")[0].strip() for line in text.splitlines()]
        return [name for name in dict.fromkeys(found) if _ANNOTATOR.fullmatch(name)]

    def _verified(self, path: str, name: str, limit: int) -> Generator[bytes, None, None]:
        digest, expected = hashlib.sha256(), self._sum(path)
        with closing(self._source.chunks(self._url + quote(path), name, limit)) as chunks:
            for chunk in chunks:
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != expected:
            raise self._source.error(
                f"{name} is not the file that PhysioNet's {sha256sums.NAME} lists "
                "(its SHA-256 differs); nothing was kept, try again"
            )

    def _sum(self, path: str) -> str:
        if path not in self._sums:
            raise self._source.error(
                f"{path[:80]} is not among the files of {self.version} that PhysioNet's "
                f"{sha256sums.NAME} lists; check the record's name"
            )
        return self._sums[path]
