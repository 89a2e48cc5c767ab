"""Downloads from a server on this machine that stands for PhysioNet; nothing comes from outside."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ecgviewer.io import wfdb_record
from ecgviewer.io.annotations import write_annotations
from ecgviewer.io.physionet import download_record
from ecgviewer.io.readers import open_record
from ecgviewer.record import RecordError
from tests.io.records import ecg_like, write_header, write_record
from tests.io.test_annotations import _made


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Server:
    """A database `mitdb`, version 1.0.0, with the records 100, p01/101 and the segmented 102."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = root / "files" / "mitdb" / "1.0.0"
        (self.files / "p01").mkdir(parents=True)
        (root / "content" / "mitdb").mkdir(parents=True)
        (root / "content" / "mitdb" / "index.html").write_text("<p>Version: 1.0.0</p>\n")
        write_record(self.files, ecg_like(20_000), name="100")
        write_annotations(self.files / "100.atr", _made([10, 400], "NV"))
        write_record(self.files / "p01", ecg_like(300), name="101")
        write_record(self.files, ecg_like(100), name="s1")
        write_header(self.files, "102/2 2 360 120\ns1 100\n~ 20\n", name="102")
        (self.files / "ANNOTATORS").write_text("atr\treference\nqrs\tdetected\n../x\tbad\n")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    served = _Server(tmp_path / "served")
    handler = partial(_Quiet, directory=str(served.root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        _point_to(monkeypatch, f"http://127.0.0.1:{httpd.server_address[1]}")
        yield served
        wfdb_record._physionet()  # its connections end with the test
        _close_session()
        httpd.shutdown()
        thread.join()


def _point_to(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    net = wfdb_record._physionet()
    monkeypatch.setattr(net.download.config, "db_index_url", f"{url}/files/")
    monkeypatch.setattr(net.download, "PN_CONTENT_URL", f"{url}/content/")


def _close_session() -> None:
    from wfdb.io import _url

    _url._get_session().close()


def _download(folder: Path, record: str = "100", database: str = "mitdb", **more) -> Path:
    keywords = {"progress": lambda done, total: None, "stop": lambda: False} | more
    return download_record(database, record, folder, **keywords)


def _tree(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_record_arrives_whole_with_its_annotations(server: _Server, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    folder = tmp_path / "mine"
    header = _download(folder, progress=lambda done, total: told.append((done, total)))
    assert header == folder / "mitdb" / "100.hea"
    assert _tree(folder) == ["mitdb/100.atr", "mitdb/100.dat", "mitdb/100.hea"]
    for name in ("100.hea", "100.dat", "100.atr"):
        assert (folder / "mitdb" / name).read_bytes() == (server.files / name).read_bytes()
    record = open_record(header)
    assert record.verify is not None
    assert record.verify(lambda: False).badge == "intact"
    size = sum((server.files / name).stat().st_size for name in ("100.dat", "100.atr"))
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_again_replaces_what_is_there(server: _Server, tmp_path: Path) -> None:
    header = _download(tmp_path / "mine", database="mitdb/1.0.0")
    (header.parent / "100.dat").write_bytes(b"damaged")
    _download(tmp_path / "mine")
    record = open_record(header)
    assert record.verdict.severity == "ok"


def test_records_in_folders_and_segments(server: _Server, tmp_path: Path) -> None:
    assert _download(tmp_path / "a", "p01/101") == tmp_path / "a" / "mitdb" / "p01" / "101.hea"
    header = _download(tmp_path / "b", "102")
    assert _tree(tmp_path / "b") == ["mitdb/102.hea", "mitdb/s1.dat", "mitdb/s1.hea"]
    assert open_record(header).n_samples == 120


@pytest.mark.parametrize(
    ("database", "record"),
    [("mitdb", "999"), ("nosuchdb", "100"), ("mitdb/9.9.9", "100")],
)
def test_names_that_are_not_there(
    server: _Server, tmp_path: Path, database: str, record: str
) -> None:
    with pytest.raises(RecordError, match="has no such record or database"):
        _download(tmp_path / "mine", record, database)
    assert _tree(tmp_path / "mine") == []


@pytest.mark.parametrize(
    ("database", "record"),
    [
        ("../mitdb", "100"), ("mitdb/../x", "100"), ("http://x", "100"), ("", "100"), ("mitdb", ""),
        ("mitdb", "../100"), ("mitdb", "/etc/passwd"), ("mitdb", "a//b"), ("mitdb", "100?x"),
        ("mitdb", "a/../../b"), ("mitdb", "10 0"),
    ],
)  # fmt: skip
def test_names_that_are_tricks(tmp_path: Path, database: str, record: str) -> None:
    with pytest.raises(RecordError, match=r"is no (PhysioNet database|record name)"):
        _download(tmp_path / "mine", record, database)
    assert not (tmp_path / "mine").exists()


def test_a_header_that_names_files_elsewhere(server: _Server, tmp_path: Path) -> None:
    write_header(server.files, "bad 1 360 10\n../../x.dat 16\n", name="bad")
    with pytest.raises(RecordError, match="own folder"):
        _download(tmp_path / "mine", "bad")
    assert _tree(tmp_path / "mine") == []


@pytest.mark.parametrize("after", [0, 1, 3, 10])
def test_stopping_leaves_nothing(server: _Server, tmp_path: Path, after: int) -> None:
    asked = iter(range(10**6))
    with pytest.raises(RecordError, match="cancelled"):
        _download(tmp_path / "mine", stop=lambda: next(asked) >= after)
    assert list((tmp_path / "mine").iterdir()) == []


def test_no_network_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _point_to(monkeypatch, "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(RecordError, match="PhysioNet could not be reached: no connection"):
        _download(tmp_path / "mine")
    with pytest.raises(RecordError, match="PhysioNet could not be reached"):
        _download(tmp_path / "mine", database="mitdb/1.0.0")
    _close_session()


def test_a_page_without_a_version(server: _Server, tmp_path: Path) -> None:
    (server.root / "content" / "mitdb" / "index.html").write_text("under construction\n")
    with pytest.raises(RecordError, match="names no version"):
        _download(tmp_path / "mine")
