import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ecgviewer.files.atomic import (
    TargetExistsError,
    WriteError,
    replacing,
    replacing_together,
    write_together,
    write_whole,
)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_writes_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"one")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert names(tmp_path) == {"a"}


def test_an_existing_file_needs_force(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    with pytest.raises(TargetExistsError, match="is there already"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    write_whole(target, b"new", force=True)
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == {"a"}


def test_several_files_none_is_written_where_one_exists(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"old")
    with pytest.raises(TargetExistsError):
        write_together({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert names(tmp_path) == {"b"}


@pytest.mark.parametrize("error", [OSError(13, "Permission denied"), KeyboardInterrupt()])
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("fails_at", [1, 2, 3, 4])
def test_whatever_fails_in_between_nothing_has_changed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    links: bool,
    fails_at: int,
) -> None:
    """Of three files two are there; the n-th rename fails, before or after its effect."""
    for name in "ac":
        (tmp_path / name).write_bytes(b"old " + name.encode())

    def failing(step: Callable[[Path, Path], object]) -> Callable[[Path, Path], object]:
        def may_fail(source: Path, target: Path) -> object:
            forward = source.suffix == ".tmp"
            if forward and fails_at < 4 and target.name == "abc"[fails_at - 1]:
                raise error
            done = step(source, target)
            if forward and fails_at == 4 and target.name == "c":
                raise error
            return done

        return may_fail

    monkeypatch.setattr(Path, "replace", failing(Path.replace))
    monkeypatch.setattr(os, "link", failing(os.link) if links else no_links)
    with pytest.raises((WriteError, KeyboardInterrupt)):
        write_together({tmp_path / name: b"new" for name in "abc"}, force=True)
    assert names(tmp_path) == {"a", "c"}
    assert (tmp_path / "a").read_bytes() == b"old a"
    assert (tmp_path / "c").read_bytes() == b"old c"


def no_links(*_: object) -> None:
    raise OSError(95, "Operation not supported")


def test_a_full_disk_while_writing_keeps_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match="no space left on device"):
        write_together({tmp_path / "a": b"new", tmp_path / "b": b"new"}, force=True)
    assert names(tmp_path) == {"a"}
    assert (tmp_path / "a").read_bytes() == b"old"


@pytest.mark.parametrize("links", [True, False])
def test_a_name_taken_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    target = tmp_path / "a"
    if not links:
        monkeypatch.setattr(os, "link", no_links)

    def taken_meanwhile() -> None:
        with replacing(target) as file:
            file.write(b"mine")
            target.write_bytes(b"somebody else's")

    with pytest.raises(TargetExistsError):
        taken_meanwhile()
    assert target.read_bytes() == b"somebody else's"
    assert names(tmp_path) == {"a"}


def test_replacing_lets_the_block_s_own_error_through(tmp_path: Path) -> None:
    def broken_off() -> None:
        with replacing(tmp_path / "a") as file:
            file.write(b"half")
            raise ConnectionError("lost")

    with pytest.raises(ConnectionError):
        broken_off()
    assert names(tmp_path) == set()


def test_file_systems_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", no_links)
    write_whole(tmp_path / "a", b"one")
    write_whole(tmp_path / "a", b"two", force=True)
    assert (tmp_path / "a").read_bytes() == b"two"
    assert names(tmp_path) == {"a"}


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", b"new", force=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_permissions_are_those_of_any_new_file_or_of_the_old_one(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    write_whole(tmp_path / "a", b"")
    assert (tmp_path / "a").stat().st_mode == plain.stat().st_mode
    (tmp_path / "a").chmod(0o640)
    write_whole(tmp_path / "a", b"", force=True)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_folders_and_missing_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="is a folder"):
        write_whole(tmp_path, b"", force=True)
    with pytest.raises(WriteError, match="folder does not exist"):
        write_whole(tmp_path / "none" / "a", b"")


def test_large_files_appear_together_or_not_at_all(tmp_path: Path) -> None:
    with replacing_together() as files:
        for name in "ab":
            with files.writing(tmp_path / name) as file:
                file.write(b"1")
                file.write(b"2")
        assert not (tmp_path / "a").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]
    with contextlib.suppress(KeyError), replacing_together(force=True) as files:
        with files.writing(tmp_path / "a") as file:
            file.write(b"new")
        with files.writing(tmp_path / "c"):
            raise KeyError
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a": b"12", "b": b"12"}
