"""Files fetched from a server on this machine that misbehaves, and from one that is made up."""

import contextlib
import email.message
import http.client
import io
import itertools
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecgviewer.formats.physionet import https
from ecgviewer.formats.physionet.https import (
    AbsentError,
    FetchError,
    ForbiddenError,
    StoppedError,
    UnreachableError,
    Web,
    https_opener,
)
from ecgviewer.formats.physionet.site import is_physionet
from tests.formats.physionet.server import Handler, Server, serving

FILE = bytes(range(256)) * 1_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    served = Server(tmp_path)
    (tmp_path / "file").write_bytes(FILE)
    with serving(served):
        yield served


def _never() -> bool:
    return False


def _fetch(web: Web, url: str, *, limit: int = 10**6, stop: Callable[[], bool] = _never) -> bytes:
    with contextlib.closing(web.chunks(url, limit=limit, stop=stop)) as chunks:
        return b"".join(chunks)


def _to(target: str, status: int = 302) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(status=status, Location=target)


def test_a_file_and_its_size(server: Server) -> None:
    assert _fetch(server.web(), f"{server.url}/file") == FILE
    assert server.web().size(f"{server.url}/file", stop=_never) == len(FILE)
    assert server.asked == ["GET /file", "HEAD /file"]


def test_the_limit_is_the_last_size_that_is_fetched(server: Server) -> None:
    assert _fetch(server.web(), f"{server.url}/file", limit=len(FILE)) == FILE
    with pytest.raises(FetchError, match="has 256,000 bytes, at most 255,999"):
        _fetch(server.web(), f"{server.url}/file", limit=len(FILE) - 1)
    server.answers["/unsaid"] = lambda handler: handler.reply(FILE)  # no Content-Length
    assert server.web().size(f"{server.url}/unsaid", stop=_never) is None
    assert _fetch(server.web(), f"{server.url}/unsaid", limit=len(FILE)) == FILE
    with pytest.raises(FetchError, match="more than the 255,999 bytes"):
        _fetch(server.web(), f"{server.url}/unsaid", limit=len(FILE) - 1)


def test_a_file_without_end_is_cut_at_the_limit(server: Server) -> None:
    def endless(handler: Handler) -> None:
        handler.reply()
        with contextlib.suppress(OSError):
            while not server.over.is_set():
                handler.wfile.write(FILE)

    server.answers["/x"] = endless
    with pytest.raises(FetchError, match="more than the 1,000,000 bytes"):
        _fetch(server.web(), f"{server.url}/x")


def test_a_file_cut_off(server: Server) -> None:
    server.answers["/x"] = lambda handler: handler.reply(FILE, Content_Length="300000")
    with pytest.raises(FetchError, match=r"arrived incomplete \(256,000 of 300,000 bytes\)"):
        _fetch(server.web(), f"{server.url}/x")


@pytest.mark.parametrize("size", ["-1", "1e9", "", "9" * 30, "²"])
def test_lengths_that_make_no_sense(server: Server, size: str) -> None:
    server.answers["/x"] = lambda handler: handler.reply(FILE, Content_Length=size)
    with pytest.raises(FetchError, match="makes no sense"):
        _fetch(server.web(), f"{server.url}/x")


def test_two_lengths(server: Server) -> None:
    server.answers["/x"] = lambda handler: handler.wfile.write(
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"
    )
    with pytest.raises(FetchError, match="makes no sense"):
        _fetch(server.web(), f"{server.url}/x")


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (404, AbsentError, "is not there"),
        (410, AbsentError, "is not there"),
        (401, ForbiddenError, "registered users"),
        (403, ForbiddenError, "registered users"),
        (500, FetchError, "error 500"),
        (503, FetchError, "error 503"),
        (304, FetchError, "error 304"),
        (302, FetchError, "error 302"),  # without a Location
        (204, FetchError, "status 204"),
        (206, FetchError, "status 206"),
    ],
)
def test_other_answers(server: Server, status: int, error: type[FetchError], said: str) -> None:
    server.answers["/x"] = lambda handler: handler.reply(FILE, status=status)
    with pytest.raises(error, match=said):
        _fetch(server.web(), f"{server.url}/x")
    with pytest.raises(error, match=said):
        server.web().size(f"{server.url}/x", stop=_never)


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html></html>\n", b"HTTP/1.0 abc\r\n\r\n", b"HTTP/1.0 200 OK\r\n" + b"a: b\r\n" * 200],
)
def test_an_answer_that_is_no_http(server: Server, answer: bytes) -> None:
    server.answers["/x"] = lambda handler: handler.wfile.write(answer)
    with pytest.raises(UnreachableError):
        _fetch(server.web(), f"{server.url}/x")


def test_redirects_on_the_same_server_are_followed(server: Server) -> None:
    for k, status in enumerate([301, 302, 303, 307, 308]):
        server.answers[f"/{k}"] = _to(f"/{k + 1}", status)
    server.answers["/5"] = lambda handler: handler.reply(FILE)
    assert _fetch(server.web(), f"{server.url}/0") == FILE
    server.answers["/before"] = _to("/0")
    with pytest.raises(FetchError, match="redirected more than 5 times"):
        _fetch(server.web(), f"{server.url}/before")


def test_a_redirect_loop(server: Server) -> None:
    server.answers["/x"] = _to("/x")
    with pytest.raises(FetchError, match="redirected more than 5 times"):
        _fetch(server.web(), f"{server.url}/x")
    assert len(server.asked) == https.MAX_REDIRECTS + 1


def test_silence_ends(server: Server) -> None:
    server.answers["/x"] = server.silent
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=r"no answer within 0\.3 s"):
        _fetch(server.web(0.3), f"{server.url}/x")
    assert time.monotonic() - began < 1.5


def test_headers_that_trickle_end(server: Server) -> None:
    def trickle(handler: Handler) -> None:
        with contextlib.suppress(OSError):
            for byte in b"HTTP/1.0 200 OK\r\nX: " + b"y" * 200:
                handler.wfile.write(bytes([byte]))
                if server.over.wait(0.05):
                    return

    server.answers["/x"] = trickle
    with pytest.raises(UnreachableError, match=r"no answer within 0\.4 s"):
        _fetch(server.web(0.4), f"{server.url}/x")


@pytest.mark.parametrize("part", [b"", b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nab"])
def test_a_silent_server_does_not_hold_up_a_cancel(server: Server, part: bytes) -> None:
    def silent(handler: Handler) -> None:
        handler.wfile.write(part)
        server.silent(handler)

    server.answers["/x"] = silent
    asked: list[float] = []

    def stop() -> bool:
        asked.append(time.monotonic())
        return asked[-1] - asked[0] > 0.3

    with pytest.raises(StoppedError):
        _fetch(server.web(), f"{server.url}/x", stop=stop)
    assert max(b - a for a, b in itertools.pairwise(asked)) < 0.1
    assert time.monotonic() - asked[-1] < 0.1


def test_https_is_all_that_is_spoken() -> None:
    for url in ("http://physionet.org/", "file:///etc/hosts", "ftp://physionet.org/", "data:,x"):
        with pytest.raises(urllib.error.URLError, match="unknown url type"):
            https_opener().open(url, timeout=5)


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://physionet.org/files/", True),
        ("https://alpha.physionet.org/", True),
        ("https://PhysioNet.org:443/", True),
        ("http://physionet.org/files/", False),
        ("https://physionet.org:8443/", False),
        ("https://physionet.org.example.com/", False),
        ("https://notphysionet.org/", False),
        ("https://user@physionet.org/", False),
        ("https://physionet.org@example.com/", False),
        ("https://example.com/physionet.org", False),
        ("https://physionet.org:x/", False),
        ("https://[physionet.org/", False),
        ("file:///etc/passwd", False),
        ("ftp://physionet.org/", False),
        ("//physionet.org/", False),
        ("", False),
    ],
)
def test_physionet_s_own_hosts(url: str, own: bool) -> None:
    assert is_physionet(url) is own


class _MadeUp:
    """An opener with one answer or error for every address; remembers what it was asked."""

    def __init__(self, **answers: tuple[int, str] | Exception) -> None:
        self.answers = {f"https://physionet.org/{name}": a for name, a in answers.items()}
        self.asked: list[str] = []

    def open(
        self, fullurl: urllib.request.Request, data: None = None, timeout: float | None = None
    ) -> object:
        url = fullurl.full_url
        self.asked.append(url)
        answer = self.answers[url]
        if isinstance(answer, Exception):
            raise answer
        headers = email.message.Message()
        headers["Location"] = answer[1]
        raise urllib.error.HTTPError(url, answer[0], "", headers, io.BytesIO(b"x" * 10**6))


@pytest.mark.parametrize(
    "target",
    [
        "http://physionet.org/b", "file:///etc/passwd", "ftp://physionet.org/b", "data:,x",
        "https://example.com/b", "//example.com/b", "https://physionet.org:8080/b",
        "https://physionet.org@example.com/", "https://[::1]/b", "https://127.0.0.1/b",
    ],
)  # fmt: skip
def test_a_redirect_away_is_refused_before_it_is_followed(target: str) -> None:
    opener = _MadeUp(a=(302, target))
    with pytest.raises(FetchError, match=r"is redirected to .*, which is refused"):
        _fetch(Web(opener, is_physionet), "https://physionet.org/a")
    assert opener.asked == ["https://physionet.org/a"]


def test_a_redirect_to_another_of_the_hosts_is_followed() -> None:
    opener = _MadeUp(a=(301, "https://www.physionet.org/b"))
    opener.answers["https://www.physionet.org/b"] = (404, "")
    with pytest.raises(AbsentError):
        _fetch(Web(opener, is_physionet), "https://physionet.org/a")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (urllib.error.URLError(ConnectionRefusedError(111, "refused")), "no connection"),
        (urllib.error.URLError(TimeoutError("timed out")), "no answer within 30 s"),
        (urllib.error.URLError(ssl.SSLCertVerificationError("self-signed")), "certificate"),
        (urllib.error.URLError("no host given"), "no connection"),
        (TimeoutError("timed out"), "no answer within 30 s"),
        (http.client.RemoteDisconnected("gone"), "no connection"),
        (http.client.BadStatusLine("x"), "makes no sense"),
        (http.client.InvalidURL("x"), "makes no sense"),
        (ValueError("x"), "makes no sense"),
    ],
)
def test_network_errors_in_words(error: Exception, said: str) -> None:
    with pytest.raises(UnreachableError, match=said):
        _fetch(Web(_MadeUp(a=error), is_physionet), "https://physionet.org/a")
