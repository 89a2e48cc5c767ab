"""A server on this machine that stands for PhysioNet, and can be told to misbehave."""

import hashlib
import http.server
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from ecgviewer.formats.annotations import Annotations, write_annotations
from ecgviewer.formats.physionet.https import Web
from ecgviewer.formats.physionet.site import Site
from tests.formats.records import ecg_like, write_header, write_record

Answer = Callable[["Handler"], None]


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, unless the server has another answer for the path."""

    def __init__(self, *args: object, answers: dict[str, Answer], asked: list[str], **more) -> None:
        self.answers, self.asked = answers, asked
        super().__init__(*args, **more)

    def do_GET(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        answer = self.answers.get(self.path)
        if answer is None:
            return super().do_GET() if self.command == "GET" else super().do_HEAD()
        return answer(self)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def reply(self, body: bytes = b"", *, status: int = 200, **headers: str) -> None:
        """Answer; header names have _ for -."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


class Server:
    """What is at an address of this machine.

    Attributes
    ----------
    url : str
        The address, without a slash at its end.
    answers : dict of str to callable
        Answers in place of files, by path.
    asked : list of str
        Methods and paths asked for.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.url = ""
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.over = threading.Event()  # set when an answer that waits has to end

    def silent(self, handler: Handler) -> None:
        """An answer that never comes."""
        self.over.wait(20)

    def web(self, silence_s: float = 5.0) -> Web:
        """The way there: the policy for PhysioNet, but for this address in place of its hosts."""
        own = urlsplit(self.url)
        opener = urllib.request.OpenerDirector()
        for kind in (
            urllib.request.HTTPHandler,
            urllib.request.UnknownHandler,
            urllib.request.HTTPErrorProcessor,
            urllib.request.HTTPDefaultErrorHandler,
        ):
            opener.add_handler(kind())

        def allows(url: str) -> bool:
            return urlsplit(url)[:2] == own[:2]

        return Web(opener, allows, silence_s)

    def site(self, silence_s: float = 5.0) -> Site:
        return Site(self.web(silence_s), f"{self.url}/files/", f"{self.url}/content/")


@contextmanager
def serving(server: Server) -> Iterator[None]:
    """Run a server until the block ends."""
    handler = partial(
        Handler, directory=str(server.root), answers=server.answers, asked=server.asked
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        server.url = f"http://127.0.0.1:{httpd.server_address[1]}"
        try:
            yield
        finally:
            server.over.set()
            httpd.shutdown()
            thread.join()


class PhysioNet(Server):
    """A database `mitdb`, version 1.0.0, with the records 100, p01/101 and the segmented 102."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.files = root / "files" / "mitdb" / "1.0.0"
        (self.files / "p01").mkdir(parents=True)
        (root / "content" / "mitdb").mkdir(parents=True)
        self.page("<p>Published: Feb. 24, 2005. <b>Version:</b> 1.0.0</p>\n<p>Version: 0.9</p>\n")
        write_record(self.files, ecg_like(20_000), name="100")
        none = np.zeros(2, np.int16)
        notes = Annotations(np.array([10, 400]), ("N", "V"), ("", ""), none, none, none)
        write_annotations(self.files / "100.atr", notes)
        write_record(self.files / "p01", ecg_like(300), name="101")
        write_record(self.files, ecg_like(100), name="s1")
        write_header(self.files, "102/2 2 360 120\ns1 100\n~ 20\n", name="102")
        (self.files / "ANNOTATORS").write_text("atr\treference\nqrs\tdetected\n../x\tbad\n")
        self.list_files()

    def page(self, text: str) -> None:
        (self.root / "content" / "mitdb" / "index.html").write_text(text)

    @property
    def sums(self) -> Path:
        return self.files / "SHA256SUMS.txt"

    def list_files(self) -> None:
        """Write the list as `sha256sum` does."""
        names = sorted(p for p in self.files.rglob("*") if p.is_file() and p != self.sums)
        lines = [
            f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(self.files).as_posix()}"
            for p in names
        ]
        self.sums.write_text("\n".join(lines) + "\n")

    def answer(self, name: str, answer: Answer) -> None:
        """Set what is answered in place of a file of the database."""
        self.answers[f"/files/mitdb/1.0.0/{name}"] = answer
