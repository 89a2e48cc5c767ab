"""Two files written together by a process that is killed at each step, and what comes after."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.kills.steps import HOOK, VARIABLE, Plan
from ecgviewer.files import atomic
from ecgviewer.files.atomic import WriteError, replacing, write_whole
from ecgviewer.files.hidden import settle
from ecgviewer.files.lock import Lock, LockedError
from tests.data import REPOSITORY

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
WRITE = """
import os, sys
from pathlib import Path
from ecgviewer.files.atomic import write_together
def no_links(*_): raise OSError(95, "Operation not supported")
if sys.argv[3] == "no links": os.link = no_links
folder = Path(sys.argv[1])
write_together({folder / n: f"new {n}".encode() * 999 for n in "ab"}, force=sys.argv[2] == "force")
"""
MAX_STEPS = 40


def write(folder: Path, force: str, links: str, step: int) -> bool:
    """In a process that dies at a step; whether it did."""
    plan = folder.with_name("plan")
    Plan(step, str(folder), group=False).write(plan)
    ran = subprocess.run(
        [sys.executable, "-c", WRITE, str(folder), force, links],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HOOK), str(REPOSITORY)]),
            VARIABLE: str(plan),
        },
        capture_output=True,
        check=False,
    )
    assert ran.returncode in {0, -9}, ran.stderr.decode()
    return ran.returncode != 0


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@POSIX_ONLY
@pytest.mark.slow
@pytest.mark.parametrize(
    ("links", "there"), [("links", ""), ("links", "ab"), ("links", "b"), ("no links", "ab")]
)
def test_killed_at_every_step_nothing_is_torn_or_left(tmp_path: Path, links: str, there: str):
    new = {name: f"new {name}".encode() * 999 for name in "ab"}
    old = {name: b"old " + name.encode() for name in there}
    force, rolled_back = "force" if there else "", 0
    for step in range(1, MAX_STEPS):
        folder = tmp_path / str(step) / "out"
        folder.mkdir(parents=True)
        for name, content in old.items():
            (folder / name).write_bytes(content)
        died = write(folder, force, links, step)
        for name, content in contents(folder).items():  # never half a file under its own name
            assert name.startswith(".ecgviewer-") or content in (new[name], old.get(name)), step
        settle([folder / name for name in "ab"])
        found = contents(folder)
        assert set(found) <= set("ab"), step
        # without a second name, what a file that is new was renamed from cannot be told
        if links == "links":
            assert found in (old, new), step
        rolled_back += found == old
        if not died:
            break
        if found != new or force:
            for name in "" if force else found:
                (folder / name).unlink()
            assert not write(folder, force, links, MAX_STEPS)
        assert contents(folder) == new
    assert 10 < step < MAX_STEPS - 1
    assert rolled_back > 4


def test_what_a_live_process_writes_is_left_alone(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(atomic, "WAIT_S", 0.1)
    with replacing(tmp_path / "a") as file:
        file.write(b"mine")
        settle([tmp_path / "a"])
        assert len(list(tmp_path.iterdir())) == 2  # the file and its lock
        with pytest.raises(WriteError, match="another process is writing it"):
            write_whole(tmp_path / "a", b"theirs")
    assert contents(tmp_path) == {"a": b"mine"}


def test_a_lock_is_one_holder_s_until_released(tmp_path: Path):
    lock = Lock.take(tmp_path / "lock", wait_s=0)
    with pytest.raises(LockedError):
        Lock.take(tmp_path / "lock", wait_s=0.05)
    lock.release()
    assert not list(tmp_path.iterdir())
    Lock.take(tmp_path / "lock", wait_s=0).release()


@POSIX_ONLY
@pytest.mark.parametrize("alive", [True, False])
def test_without_locks_of_the_file_system_the_file_says_who_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alive: bool
):
    import fcntl
    import socket

    def none(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", none)
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    number = os.getpid() if alive else int(gone.stdout)
    (tmp_path / "lock").write_text(f"{socket.gethostname()} {number}")
    if alive:
        with pytest.raises(LockedError):
            Lock.take(tmp_path / "lock", wait_s=0)
    else:
        Lock.take(tmp_path / "lock", wait_s=0).release()
        assert not list(tmp_path.iterdir())
