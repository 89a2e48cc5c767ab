"""Files fetched over HTTPS in pieces and held to limits; a silent server never holds up a cancel.

Each request runs on a thread of its own, for neither a name look-up nor a read from a socket can
be interrupted. Whoever waits for it asks every 50 ms whether to stop, and lets a thread go that
does not answer: it ends by itself with its socket's time-out.
"""

import contextlib
import http.client
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urljoin

SILENCE_S = 30.0  # a connection that says nothing for so long is taken for dead
MAX_REDIRECTS = 5
_ASK_S = 0.05
_CHUNK = 64 * 2**10
_QUEUED = 4  # chunks that wait for the disk
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class FetchError(Exception):
    """A file that cannot be fetched.

    Parameters
    ----------
    reason : str
        What is wrong, as a predicate whose subject is the file: "arrived incomplete".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AbsentError(FetchError):
    """The server has no such file."""


class ForbiddenError(FetchError):
    """The server gives the file to some users only."""


class UnreachableError(FetchError):
    """There is no way to the server, or it went silent; the reason names the kind of failure."""


class StoppedError(FetchError):
    """Whoever asked for the file gave it up."""


class Opener(Protocol):
    """The part of `urllib.request.OpenerDirector` that is used; it must not follow redirects."""

    def open(
        self, fullurl: urllib.request.Request, data: None = None, timeout: float | None = None
    ) -> Any: ...


def https_opener() -> urllib.request.OpenerDirector:
    """An opener that speaks HTTPS only, to the proxy of the environment where there is one."""
    opener = urllib.request.OpenerDirector()
    opener.addheaders = [("User-Agent", "ecgviewer")]
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


@dataclass(frozen=True)
class Web:
    """The way to files on a server.

    Attributes
    ----------
    opener : Opener
        Sends one request.
    allows : callable
        Whether an address may be asked; also asked of every address redirected to.
    silence_s : float
        Longest wait for the next word of the server, s.
    """

    opener: Opener
    allows: Callable[[str], bool]
    silence_s: float = SILENCE_S

    def size(self, url: str, *, stop: Callable[[], bool]) -> int | None:
        """Bytes of a file, None where the server does not say; raises as `chunks` does."""
        with closing(_Exchange(self, "HEAD", url)) as exchange:
            return exchange.size(stop)

    def chunks(
        self, url: str, *, limit: int, stop: Callable[[], bool]
    ) -> Generator[bytes, None, None]:
        """The content of a file as it comes.

        Parameters
        ----------
        url : str
            Its address.
        limit : int
            Most bytes that it may have.
        stop : callable
            Asked every 50 ms, and after each piece, whether to give up.

        Yields
        ------
        bytes
            The next piece, 64 KiB at most.

        Raises
        ------
        FetchError
            Where it cannot be fetched, is longer than `limit`, is shorter than announced, or is
            redirected to where it may not be.
        """
        with closing(_Exchange(self, "GET", url)) as exchange:
            size, done = exchange.size(stop), 0
            if size is not None and size > limit:
                raise FetchError(f"has {size:,} bytes, at most {limit:,} are fetched")
            while chunk := exchange.chunk(stop):
                done += len(chunk)
                if done > limit:
                    raise FetchError(f"has more than the {limit:,} bytes that are fetched at most")
                yield chunk
            if size is not None and done != size:
                raise FetchError(f"arrived incomplete ({done:,} of {size:,} bytes); try again")


@dataclass(frozen=True)
class _Head:
    """What a server says before the content."""

    size: int | None


class _Exchange:
    """One request under way."""

    def __init__(self, web: Web, method: str, url: str) -> None:
        self._web, self._method, self._url = web, method, url
        self._said: queue.Queue[_Head | bytes | Exception] = queue.Queue(_QUEUED)
        self._over = threading.Event()
        # a daemon: the program may end while a server is silent
        threading.Thread(target=self._run, name="fetch", daemon=True).start()

    def size(self, stop: Callable[[], bool]) -> int | None:
        """Bytes announced; to be asked first."""
        head = self._hear(stop)
        assert isinstance(head, _Head)
        return head.size

    def chunk(self, stop: Callable[[], bool]) -> bytes:
        """The next piece, none at the end."""
        chunk = self._hear(stop)
        assert isinstance(chunk, bytes)
        return chunk

    def close(self) -> None:
        """Let the request go, wherever it is."""
        self._over.set()

    def _hear(self, stop: Callable[[], bool]) -> _Head | bytes:
        deadline = time.monotonic() + self._web.silence_s
        while True:
            if stop():
                raise StoppedError("was cancelled")
            try:
                said = self._said.get(timeout=_ASK_S)
            except queue.Empty:
                if time.monotonic() > deadline:
                    raise _silence(self._web) from None
                continue
            if isinstance(said, FetchError):
                raise said
            if isinstance(said, Exception):
                raise _in_words(said, self._web) from said
            return said

    def _run(self) -> None:
        try:
            with closing(self._open()) as answer:
                self._say(_Head(_size(answer.headers)))
                while not self._over.is_set() and (chunk := answer.read1(_CHUNK)):
                    self._say(chunk)
            self._say(b"")
        except Exception as error:  # raised again on the thread that waits
            self._say(error)

    def _say(self, what: _Head | bytes | Exception) -> None:
        while not self._over.is_set():
            with contextlib.suppress(queue.Full):
                self._said.put(what, timeout=_ASK_S)
                return

    def _open(self) -> Any:
        """The answer, after redirects."""
        url = self._url
        for _ in range(MAX_REDIRECTS + 1):
            if not self._web.allows(url):
                raise FetchError(f"is redirected to {url[:80]!r}, which is refused")
            request = urllib.request.Request(url, method=self._method)
            try:
                answer = self._web.opener.open(request, timeout=self._web.silence_s)
            except urllib.error.HTTPError as error:
                with error:  # its body is not read
                    url = _elsewhere(url, error)
                continue
            if answer.status != 200:
                answer.close()
                raise FetchError(f"is answered with status {answer.status}; try again later")
            return answer
        raise FetchError(f"is redirected more than {MAX_REDIRECTS} times; try again later")


def _elsewhere(url: str, error: urllib.error.HTTPError) -> str:
    """Where an answer sends whoever asked; raises where it sends nowhere."""
    target = error.headers.get("Location") if error.headers is not None else None
    if error.code in _REDIRECTS and target:
        return urljoin(url, target)
    if error.code in {404, 410}:
        raise AbsentError("is not there")
    if error.code in {401, 403}:
        raise ForbiddenError("is for registered users only")
    raise FetchError(f"is answered with error {error.code}; try again later")


def _size(headers: http.client.HTTPMessage) -> int | None:
    if "Transfer-Encoding" in headers:
        return None
    sizes = set(headers.get_all("Content-Length", ()))
    if not sizes:
        return None
    size = sizes.pop().strip()
    if sizes or not (size.isascii() and size.isdigit() and len(size) < 19):
        raise FetchError("has a length that makes no sense; try again later")
    return int(size)


def _silence(web: Web) -> UnreachableError:
    return UnreachableError(f"no answer within {web.silence_s:g} s")


def _in_words(error: Exception, web: Web) -> FetchError:
    """A network error as one of ours; the library's text is a chain of its objects."""
    while isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, TimeoutError):
        return _silence(web)
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachableError("its certificate does not hold by this computer's clock and list")
    if isinstance(error, http.client.IncompleteRead):
        return FetchError("arrived incomplete; try again")
    if isinstance(error, OSError):
        return UnreachableError("no connection")
    return UnreachableError("its answer makes no sense")
