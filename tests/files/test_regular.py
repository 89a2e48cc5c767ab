"""Only regular files are opened; whatever else has a file's name is said, never waited for."""

import os
import socket
from pathlib import Path

import pytest

from ecgviewer.files.atomic import WriteError, write_whole
from ecgviewer.files.hashes import hash_inputs
from ecgviewer.files.regular import NotRegularError, open_regular, other_kind, read_regular
from ecgviewer.formats.head import head
from ecgviewer.formats.readers import open_record
from ecgviewer.record import RecordError
from tests.excerpt import an_excerpt

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


def a_socket(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:  # its path may have 107 bytes
        patch.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)


KINDS = {
    "a named pipe": os.mkfifo,
    "a socket": a_socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_said_and_not_waited_for(tmp_path: Path, kind: str):
    path = tmp_path / "x"
    KINDS[kind](path)
    assert other_kind(path) == kind
    with pytest.raises(NotRegularError, match=f"it is {kind}, no file"):
        open_regular(path)
    assert head(path, 10) == b""
    assert hash_inputs([path])[0].sha256 is None
    with pytest.raises(WriteError, match=kind):
        write_whole(path, b"", force=True)


@pytest.mark.parametrize("suffix", [".hea", ".dat"])
@pytest.mark.parametrize("kind", ["a named pipe", "a socket", "a folder"])
def test_a_record_with_such_a_file_is_one_sentence(tmp_path: Path, kind: str, suffix: str):
    path = an_excerpt(tmp_path).with_suffix(suffix)
    path.unlink()
    KINDS[kind](path)
    with pytest.raises(RecordError, match=kind if kind != "a folder" else "folder"):
        open_record(path.with_suffix(".hea"))


def test_a_link_to_itself_is_no_file_either(tmp_path: Path):
    path = tmp_path / "x.hea"
    path.symlink_to(path.name)
    assert head(path, 10) == b""
    with pytest.raises(RecordError, match="leads back to itself"):
        open_record(path)
    with pytest.raises(WriteError, match="cannot be written"):
        write_whole(path, b"", force=True)


def test_a_signal_file_of_holes_is_not_read_for_hours(tmp_path: Path):
    header = an_excerpt(tmp_path)
    with header.with_suffix(".dat").open("r+b") as file:
        file.truncate(2**40)
    with pytest.raises(RecordError, match="is a file of holes"):
        open_record(header)


def test_no_more_is_read_than_asked_for(tmp_path: Path):
    (tmp_path / "x").write_bytes(b"12345")
    assert read_regular(tmp_path / "x", 3) == b"123"
    assert read_regular(tmp_path / "x", 9) == b"12345"
