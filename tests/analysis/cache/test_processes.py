"""Several processes on one file of kept results, one killed while it writes, one out of space."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ecgviewer.analysis.cache.database import Store
from tests.analysis.cache.test_database import is_some, some
from tests.data import REPOSITORY

_HEAD = """
import sys
from pathlib import Path
import numpy as np
from ecgviewer.analysis.cache.database import Store
store = Store(Path(sys.argv[1]))
def some(seed, n):
    rng = np.random.default_rng(seed)
    return {"classes": rng.integers(0, 5, n).astype(np.int8), "p": rng.random((n, 5))}
"""
_ENDLESS = """
print("ready", flush=True)
k = 0
while True:
    store.put(f"k{k % 4}", some(k % 4, 100_000), recording="r")
    print(k, flush=True)
    k += 1
"""
_SHARED = """
wrong = 0
for k in range(12):
    assert store.put(f"k{k % 3}", some(k % 3, 2000), recording="r")
    found = store.get(f"k{(k + 1) % 3}")
    if found is not None:
        wanted = some((k + 1) % 3, 2000)
        wrong += not all(np.array_equal(found.columns[n], c) for n, c in wanted.items())
sys.exit(wrong)
"""
_LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
kept = [store.put(f"new{k}", some(k, 4000), recording="r") for k in range(6)]
print(kept, store.get("old") is not None)
"""


def child(folder: Path, text: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _HEAD + text, str(folder)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("delay_s", [0.0, 0.03, 0.1, 0.3])
def test_a_process_killed_while_it_writes_harms_nothing(tmp_path: Path, delay_s: float):
    store = Store(tmp_path)
    assert store.put("old", some(), recording="r")
    with child(tmp_path, _ENDLESS) as process:
        assert process.stdout.readline() == "ready\n"
        process.stdout.readline()  # the first is kept, the next is under way
        journal = store.path.with_name(f"{store.path.name}-journal")
        until = time.monotonic() + 20
        while not journal.exists() and time.monotonic() < until:
            pass
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert is_some(store.get("old"))
    for k in range(4):
        found = store.get(f"k{k}")
        assert found is None or is_some(found, k, 100_000)
    assert is_some(store.get("k0"), 0, 100_000)
    with contextlib.closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert store.put("k1", some(1), recording="r")
    assert is_some(store.get("k1"), 1)


def test_several_processes_share_one_file(tmp_path: Path):
    processes = [child(tmp_path, _SHARED) for _ in range(4)]
    for process in processes:
        _, complaints = process.communicate(timeout=120)
        assert process.returncode == 0, complaints
    store = Store(tmp_path)
    assert all(is_some(store.get(f"k{k}"), k, 2000) for k in range(3))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_a_full_disk_keeps_what_is_there(tmp_path: Path):
    """The system refuses to let the file grow, as a full disk does."""
    store = Store(tmp_path)
    assert store.put("old", some(), recording="r")
    with child(tmp_path, _LIMITED) as process:
        out, complaints = process.communicate(timeout=60)
    assert out == "[True, True, False, False, False, False] True\n", (out, complaints)
    assert "failed" in complaints
    assert is_some(store.get("old"))
    assert is_some(store.get("new1"), 1, 4000)
    assert store.get("new2") is None
    assert store.put("new2", some(2, 4000), recording="r")


def test_two_windows_making_the_file_at_once(tmp_path: Path):
    processes = [
        child(tmp_path, f"assert store.put('k{k}', some({k}, 400), recording='r')")
        for k in range(4)
    ]
    for process in processes:
        _, complaints = process.communicate(timeout=120)
        assert process.returncode == 0, complaints
    assert Store(tmp_path).size()[0] == 4


def test_a_file_thrown_away_by_another_process_is_made_anew(tmp_path: Path):
    one, other = Store(tmp_path), Store(tmp_path)
    one.put("k", some(), recording="r")
    one.path.write_bytes(np.random.default_rng(0).bytes(5000))
    assert other.get("k") is None
    assert one.get("k") is None
    assert one.put("k", some(), recording="r")
    assert is_some(other.get("k"))
