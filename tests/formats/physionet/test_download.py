"""Downloads from a server on this machine that stands for PhysioNet; nothing comes from outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecgviewer.formats.physionet import download
from ecgviewer.formats.physionet.download import download_record
from ecgviewer.formats.physionet.site import Site
from ecgviewer.formats.readers import open_record
from ecgviewer.record import RecordError
from tests.formats.physionet.server import PhysioNet, serving
from tests.formats.records import ecg_like, write_header, write_record


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PhysioNet]:
    served = PhysioNet(tmp_path / "served")
    with serving(served):
        yield served


def _download(site: Site, folder: Path, record: str = "100", database: str = "mitdb", **more):
    keywords = {"progress": lambda done, total: None, "stop": lambda: False} | more
    return download_record(database, record, folder, site=site, **keywords)


def _tree(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_record_arrives_whole_with_its_annotations(server: PhysioNet, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    folder = tmp_path / "mine"
    header = _download(
        server.site(), folder, progress=lambda done, total: told.append((done, total))
    )
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


def test_again_replaces_what_is_there(server: PhysioNet, tmp_path: Path) -> None:
    header = _download(server.site(), tmp_path / "mine", database="mitdb/1.0.0")
    (header.parent / "100.dat").write_bytes(b"damaged")
    _download(server.site(), tmp_path / "mine")
    record = open_record(header)
    assert record.verdict.severity == "ok"


def test_records_in_folders_and_segments(server: PhysioNet, tmp_path: Path) -> None:
    assert (
        _download(server.site(), tmp_path / "a", "p01/101")
        == tmp_path / "a" / "mitdb" / "p01" / "101.hea"
    )
    header = _download(server.site(), tmp_path / "b", "102")
    assert _tree(tmp_path / "b") == ["mitdb/102.hea", "mitdb/s1.dat", "mitdb/s1.hea"]
    assert open_record(header).n_samples == 120


@pytest.mark.parametrize(
    ("database", "record", "said"),
    [
        ("mitdb", "999", "999.hea is not among the files of mitdb/1.0.0"),
        ("nosuchdb", "100", "has no such record or database"),
        ("mitdb/9.9.9", "100", "no such version of this database, or no SHA256SUMS.txt"),
    ],
)
def test_names_that_are_not_there(
    server: PhysioNet, tmp_path: Path, database: str, record: str, said: str
) -> None:
    with pytest.raises(RecordError, match=said):
        _download(server.site(), tmp_path / "mine", record, database)
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("database", "record"),
    [
        ("../mitdb", "100"), ("mitdb/../x", "100"), ("http://x", "100"), ("", "100"), ("mitdb", ""),
        ("mitdb", "../100"), ("mitdb", "/etc/passwd"), ("mitdb", "a//b"), ("mitdb", "100?x"),
        ("mitdb", "a/../../b"), ("mitdb", "10 0"), ("mitdb", "100#"), ("mitdb", "a\\b"),
        ("mitdb", "100%2e"), ("mitdb", "100\n"), ("mitdb", "héa"), ("mitdb", "-100"),
        ("mitdb", "x" * 99),
    ],
)  # fmt: skip
def test_names_that_are_tricks(tmp_path: Path, database: str, record: str) -> None:
    with pytest.raises(RecordError, match=r"is no (PhysioNet database|record name)"):
        _download(Site(), tmp_path / "mine", record, database)
    assert not (tmp_path / "mine").exists()


def test_a_header_that_names_files_elsewhere(server: PhysioNet, tmp_path: Path) -> None:
    write_header(server.files, "bad 1 360 10\n../../x.dat 16\n", name="bad")
    server.list_files()
    with pytest.raises(RecordError, match="own folder"):
        _download(server.site(), tmp_path / "mine", "bad")
    assert not (tmp_path / "mine").exists()


def test_a_header_that_names_too_many_files(
    server: PhysioNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MAX_FILES", 1)
    with pytest.raises(RecordError, match="more than 1 files"):
        _download(server.site(), tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_file_name_with_odd_characters(server: PhysioNet, tmp_path: Path) -> None:
    header = write_record(server.files, ecg_like(100), name="odd")
    (server.files / "odd.dat").rename(server.files / "odd#1%20é.dat")
    header.write_text(header.read_text().replace("odd.dat", "odd#1%20é.dat"))
    server.list_files()
    assert open_record(_download(server.site(), tmp_path / "mine", "odd")).n_samples == 100


def test_annotators_that_the_list_does_not_name(server: PhysioNet, tmp_path: Path) -> None:
    server.sums.write_text(server.sums.read_text().replace("ANNOTATORS", "ANNOTATORS.old"))
    _download(server.site(), tmp_path / "mine")
    assert _tree(tmp_path / "mine") == ["mitdb/100.dat", "mitdb/100.hea"]


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 6, 8, 10])
def test_stopping_leaves_nothing(server: PhysioNet, tmp_path: Path, after: int) -> None:
    asked = iter(range(10**6))
    with pytest.raises(RecordError, match="cancelled"):
        _download(server.site(), tmp_path / "mine", stop=lambda: next(asked) >= after)
    assert not (tmp_path / "mine").exists()


def test_stopping_leaves_what_was_there(server: PhysioNet, tmp_path: Path) -> None:
    header = _download(server.site(), tmp_path / "mine")
    before = {path: path.read_bytes() for path in header.parent.iterdir()}
    asked = iter(range(10**6))
    with pytest.raises(RecordError, match="cancelled"):
        _download(server.site(), tmp_path / "mine", stop=lambda: next(asked) >= 10)
    assert {path: path.read_bytes() for path in header.parent.iterdir()} == before


def test_no_network_is_said(tmp_path: Path) -> None:
    server = PhysioNet(tmp_path / "served")
    server.url = "http://127.0.0.1:9"  # nobody listens there
    with pytest.raises(RecordError, match="PhysioNet could not be reached: no connection"):
        _download(server.site(), tmp_path / "mine")
    with pytest.raises(RecordError, match="PhysioNet could not be reached"):
        _download(server.site(), tmp_path / "mine", database="mitdb/1.0.0")


@pytest.mark.parametrize(
    "page", ["under construction\n", "Version: none", "Version: 1.0.0.0.0", ""]
)
def test_a_page_without_a_version(server: PhysioNet, tmp_path: Path, page: str) -> None:
    server.page(page)
    with pytest.raises(RecordError, match="names no version"):
        _download(server.site(), tmp_path / "mine")


def test_a_folder_that_cannot_be_written(server: PhysioNet, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("a file")
    with pytest.raises(RecordError, match="could not be stored"):
        _download(server.site(), tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "a file"
