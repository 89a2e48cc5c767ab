"""A PhysioNet that sends what it should not: one sentence each, and nothing is kept."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecgviewer.formats.physionet import download, sha256sums
from ecgviewer.formats.physionet.download import download_record
from ecgviewer.record import RecordError
from tests.formats.physionet.server import Answer, Handler, PhysioNet, serving

HTML = b"<!DOCTYPE html>\n<title>Sign in</title>\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PhysioNet]:
    served = PhysioNet(tmp_path / "served")
    with serving(served):
        yield served


def _refused(
    server: PhysioNet, folder: Path, said: str, *, record: str = "100", silence_s: float = 5.0
) -> None:
    """Download; there must be an error that says so, in one line, and no file."""
    site = server.site(silence_s)
    with pytest.raises(RecordError, match=said) as raised:
        download_record(
            "mitdb", record, folder, progress=lambda *_: None, stop=lambda: False, site=site
        )
    assert "\n" not in raised.value.reason
    assert not folder.exists()


def _says(body: bytes, status: int = 200, **headers: str) -> Answer:
    return lambda handler: handler.reply(body, status=status, **headers)


@pytest.mark.parametrize("name", ["100.hea", "100.dat", "100.atr", "ANNOTATORS"])
@pytest.mark.parametrize("how", ["one bit", "longer", "shorter", "html", "empty"])
def test_another_file_than_listed(server: PhysioNet, tmp_path: Path, name: str, how: str) -> None:
    body = (server.files / name).read_bytes()
    spoilt = {
        "one bit": body[:-1] + bytes([body[-1] ^ 1]),
        "longer": body + b"\0",
        "shorter": body[:-1],
        "html": HTML,
        "empty": b"",
    }
    server.answer(name, _says(spoilt[how], Content_Length=str(len(spoilt[how]))))
    _refused(server, tmp_path / "mine", f"{name} is not the file that PhysioNet's SHA256SUMS.txt")


@pytest.mark.parametrize("name", ["SHA256SUMS.txt", "100.hea", "100.dat", "100.atr", "ANNOTATORS"])
def test_other_answers(server: PhysioNet, tmp_path: Path, name: str) -> None:
    for answer, said in [
        (_says(b"", 500), f"{name} is answered with error 500"),
        (_says(b"", 404), "PhysioNet has no such"),
        (_says(b"", 403), "registered users only"),
        (_says(b"abc", Content_Length="1000"), r"arrived incomplete|no list of files"),
        (_says(b"", Content_Length=str(2**40)), r"has 1,099,511,[67]\d\d,\d\d\d bytes, at most"),
        (_says(b"", 302, Location="/loop"), "redirected more than 5 times"),
        (_says(b"", 302, Location="file:///etc/passwd"), "redirected to 'file:.*refused"),
        (_says(b"", 302, Location="https://example.com/x"), "redirected to 'https:.*refused"),
    ]:
        server.answers["/loop"] = _says(b"", 302, Location="/loop")
        server.answer(name, answer)
        _refused(server, tmp_path / "mine", said)


@pytest.mark.parametrize("name", ["SHA256SUMS.txt", "100.hea", "100.dat", "ANNOTATORS"])
def test_silence(server: PhysioNet, tmp_path: Path, name: str) -> None:
    server.answer(name, server.silent)
    _refused(server, tmp_path / "mine", "no answer within 0.3 s", silence_s=0.3)


def test_no_list_nothing_fetched(server: PhysioNet, tmp_path: Path) -> None:
    server.sums.unlink()
    _refused(server, tmp_path / "mine", "no SHA256SUMS.txt to check files by")
    assert not any("100" in asked for asked in server.asked)


@pytest.mark.parametrize("name", ["100.hea", "100.dat", "s1.hea", "s1.dat"])
def test_a_file_that_is_not_listed(server: PhysioNet, tmp_path: Path, name: str) -> None:
    server.sums.write_text(server.sums.read_text().replace(name, f"{name}.old"))
    record = "100" if name.startswith("100") else "102"
    _refused(server, tmp_path / "mine", f"{name} is not among the files", record=record)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a\\b", "p01/../../x"])
def test_a_list_that_names_files_elsewhere(server: PhysioNet, tmp_path: Path, name: str) -> None:
    server.sums.write_text(f"{server.sums.read_text()}{'a' * 64}  {name}\n")
    _refused(server, tmp_path / "mine", "SHA256SUMS.txt is no list of files: it says")


def test_a_page_in_place_of_the_list(server: PhysioNet, tmp_path: Path) -> None:
    server.answer("SHA256SUMS.txt", _says(HTML))
    _refused(server, tmp_path / "mine", "is no list of files: it says '<!DOCTYPE html>'")


@pytest.mark.parametrize("announced", [True, False])
def test_a_list_of_100_mb(server: PhysioNet, tmp_path: Path, announced: bool) -> None:
    line = b"a" * 64 + b"  other/" + b"x" * 927 + b"\n"
    sent = []

    def endless(handler: Handler) -> None:
        handler.reply(**({"Content_Length": "100000000"} if announced else {}))
        try:
            for _ in range(100):
                handler.wfile.write(line * 1_000)
                sent.append(len(line) * 1_000)
        except OSError:  # nobody listens any more
            pass

    server.answer("SHA256SUMS.txt", endless)
    said = "has 100,000,000 bytes" if announced else "has more than the 67,108,864 bytes"
    _refused(server, tmp_path / "mine", said)
    assert sum(sent) < sha256sums.MAX_SUMS_BYTES + (10 << 20)


@pytest.mark.parametrize("limit", [300, 5_000])
def test_a_record_that_is_too_long(
    server: PhysioNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(download, "MAX_RECORD_BYTES", limit)
    _refused(server, tmp_path / "mine", "bytes, at most .* are fetched")
    server.answer("100.dat", lambda handler: handler.reply((server.files / "100.dat").read_bytes()))
    _refused(server, tmp_path / "mine", "more than the .* bytes that are fetched at most")


@pytest.mark.parametrize("name", ["SHA256SUMS.txt", "100.hea", "100.dat"])
def test_cancelled_within_a_tenth_of_a_second(server: PhysioNet, tmp_path: Path, name: str) -> None:
    reached, stop = threading.Event(), threading.Event()

    def half(handler: Handler) -> None:
        body = (server.files / name).read_bytes()
        handler.reply(body[: len(body) // 2], Content_Length=str(len(body)))
        if handler.command == "GET":
            reached.set()
            server.silent(handler)

    server.answer(name, half)
    ended: list[float] = []

    def work() -> None:
        _refused_when(server, tmp_path / "mine", stop)
        ended.append(time.monotonic())

    thread = threading.Thread(target=work)
    thread.start()
    assert reached.wait(10)
    time.sleep(0.1)
    asked = time.monotonic()
    stop.set()
    thread.join()
    assert ended[0] - asked < 0.1
    assert not (tmp_path / "mine").exists()


def _refused_when(server: PhysioNet, folder: Path, stop: threading.Event) -> None:
    with pytest.raises(RecordError, match="cancelled"):
        download_record(
            "mitdb", "100", folder, progress=lambda *_: None, stop=stop.is_set, site=server.site()
        )
