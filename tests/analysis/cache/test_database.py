"""The file of kept results: keeps, gives up the oldest, survives whatever happens to its file."""

import contextlib
import hashlib
import logging
import os
import sqlite3
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ecgviewer.analysis.cache import database
from ecgviewer.analysis.cache.database import Store

POSIX = sys.platform != "win32"


def some(seed: int = 0, n: int = 400) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {"classes": rng.integers(0, 5, n).astype(np.int8), "p": rng.random((n, 5))}


def is_some(found, seed: int = 0, n: int = 400) -> bool:
    wanted = some(seed, n)
    return found is not None and all(
        np.array_equal(found.columns[name], column) for name, column in wanted.items()
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def sql(store: Store, text: str, *values: object) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(store.path)) as database, database:
        return database.execute(text, values).fetchall()


def test_what_is_kept_is_found(store: Store):
    assert store.get("k") is None
    assert not store.knows("r")
    assert store.put("k", some(), recording="r")
    found = store.get("k")
    assert is_some(found)
    assert abs(datetime.now(UTC) - found.made) < timedelta(minutes=1)
    assert store.knows("r")
    assert store.get("other") is None
    assert not store.knows("other")


def test_looking_up_makes_no_file(store: Store):
    assert store.get("k") is None
    assert store.forget()
    assert store.size() == (0, 0)
    assert not store.path.parent.exists()


def test_a_later_result_takes_the_place_of_the_earlier(store: Store):
    store.put("k", some(1), recording="r")
    store.put("k", some(2), recording="r")
    assert is_some(store.get("k"), 2)
    assert store.size()[0] == 1


@pytest.mark.skipif(not POSIX, reason="Windows keeps a user's folders to the user by itself")
def test_nobody_else_may_read_it(store: Store):
    store.put("k", some(), recording="r")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_what_was_not_used_for_longest_is_given_up(tmp_path: Path):
    clock = iter(range(100))
    one = Store(tmp_path, now=lambda: next(clock))
    for name in "abc":
        one.put(name, some(), recording="r")
    size = one.size()[1] // 3
    assert one.get("a") is not None  # now b is the oldest
    small = Store(tmp_path, limit_bytes=3 * size + size // 2, now=lambda: next(clock))
    assert small.put("d", some(), recording="r")
    assert [name for name in "abcd" if small.get(name) is not None] == ["a", "c", "d"]
    assert small.size()[1] <= 3 * size + size // 2


def test_a_lower_limit_empties_the_file_too(store: Store):
    for k in range(6):
        store.put(f"k{k}", some(k, 4000), recording="r")
    before = store.path.stat().st_size
    few = Store(store.path.parent, limit_bytes=before // 3)
    assert few.put("new", some(9, 4000), recording="r")
    assert store.path.stat().st_size <= before // 2
    assert is_some(few.get("new"), 9, 4000)


def test_a_result_beyond_the_limit_drives_nothing_out(tmp_path: Path):
    store = Store(tmp_path, limit_bytes=20_000)
    assert store.put("small", some(), recording="r")
    assert not store.put("huge", some(1, 100_000), recording="r")
    assert is_some(store.get("small"))


def test_forgetting_leaves_nothing(store: Store):
    for k in range(4):
        store.put(f"k{k}", some(k, 4000), recording="r")
    assert store.forget()
    assert store.size() == (0, 0)
    assert store.get("k1") is None
    assert store.path.stat().st_size < 50_000
    assert store.put("k1", some(), recording="r")


def test_packing_can_be_given_up(store: Store):
    assert not store.put("k", some(), recording="r", stop=lambda: True)
    assert store.get("k") is None


def test_columns_that_cannot_be_packed_are_not_kept(store: Store, caplog):
    assert not store.put("k", {"x": np.array(["text"])}, recording="r")
    assert "cannot be packed" in caplog.text


# -- damage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage", ["piece", "other_key", "made", "number", "text", "nothing", "orphan"]
)
def test_a_row_that_is_off_is_a_miss_and_is_removed(store: Store, damage: str):
    for key in ("k", "j"):
        store.put(key, some(), recording="r")
    (piece,) = sql(store, "SELECT piece FROM pieces WHERE key = 'k'")[0]
    flipped = bytearray(piece)
    flipped[len(piece) // 2] ^= 4
    other = sql(store, "SELECT piece FROM pieces WHERE key = 'j'")[0][0]
    set_piece = "UPDATE pieces SET piece = ? WHERE key = 'k'"
    if damage == "made":
        sql(store, "UPDATE results SET made = '2020-01-01T00:00:00+00:00' WHERE key = 'k'")
    elif damage == "orphan":
        sql(store, "DELETE FROM pieces WHERE key = 'k'")
    else:
        values = {
            "piece": bytes(flipped),
            "other_key": other,
            "number": 10**15,
            "text": "x",
            "nothing": b"",
        }
        sql(store, set_piece, values[damage])
    assert store.get("k") is None
    assert is_some(store.get("j"))
    assert store.put("k", some(5), recording="r")
    assert is_some(store.get("k"), 5)


def test_a_piece_of_another_version_is_a_miss_and_is_removed(store: Store, caplog):
    store.put("k", some(), recording="r")
    ((made, piece),) = sql(store, "SELECT made, piece FROM results JOIN pieces USING (key)")
    content = piece[32:].replace(b"ECGV-RESULT-2", b"ECGV-RESULT-1", 1)
    digest = hashlib.sha256(f"k {made}\0".encode() + content).digest()
    sql(store, "UPDATE pieces SET piece = ?", digest + content)
    assert store.get("k") is None
    assert "version" in caplog.text
    assert store.size() == (0, 0)


def test_a_file_that_is_no_database_is_thrown_away(store: Store, caplog):
    store.path.parent.mkdir()
    store.path.write_bytes(b"nothing of sense " * 500)
    assert store.get("k") is None
    assert "thrown away" in caplog.text
    assert store.put("k", some(), recording="r")
    assert is_some(store.get("k"))


def test_an_empty_file_is_filled(store: Store):
    store.path.parent.mkdir()
    store.path.touch()
    assert store.get("k") is None
    assert store.put("k", some(), recording="r")
    assert is_some(store.get("k"))


@pytest.mark.parametrize("text", ["CREATE TABLE mine (x)", "DROP TABLE results"])
def test_a_database_with_other_tables_is_thrown_away(store: Store, text: str):
    if text.startswith("DROP"):
        store.put("k", some(), recording="r")
    else:
        store.path.parent.mkdir()
    sql(store, text)
    assert store.get("k") is None
    assert store.put("k", some(), recording="r")
    assert is_some(store.get("k"))


@pytest.mark.parametrize("seed", range(24))
def test_random_damage_is_never_believed(store: Store, seed: int):
    """Bytes overwritten anywhere in the file: every answer is right or a miss, and it recovers."""
    rng = np.random.default_rng(seed)
    for k in range(3):
        store.put(f"k{k}", some(k), recording="r")
    data = bytearray(store.path.read_bytes())
    for place_ in rng.integers(0, len(data) if seed % 2 else 4096, 1 + seed % 7):
        length = int(rng.integers(1, 64))
        data[place_ : place_ + length] = rng.bytes(length)
    store.path.write_bytes(data[: len(data) - (seed % 5) * 1000])
    for k in range(3):
        found = store.get(f"k{k}")
        assert found is None or is_some(found, k)
    store.put("new", some(9), recording="r")
    if not is_some(store.get("new"), 9):  # the put itself may have met the damage first
        assert store.put("new", some(9), recording="r")
        assert is_some(store.get("new"), 9)


# -- a folder that does not let us -----------------------------------------------------------


def test_a_file_in_the_folders_place_is_a_miss(tmp_path: Path, caplog):
    (tmp_path / "cache").write_text("in the way")
    store = Store(tmp_path / "cache")
    assert store.get("k") is None
    assert not store.put("k", some(), recording="r")
    assert "keeping failed" in caplog.text


@pytest.mark.skipif(not POSIX or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_read_only_folder_is_a_miss(store: Store):
    store.put("k", some(), recording="r")
    store.path.chmod(0o400)
    store.path.parent.chmod(0o500)
    try:
        assert is_some(store.get("k"))
        assert not store.put("j", some(), recording="r")
        assert not store.forget()
    finally:
        store.path.parent.chmod(0o700)


def test_a_file_that_can_only_be_read_still_answers(store: Store, monkeypatch, caplog):
    store.put("k", some(), recording="r")
    connect, uri = sqlite3.connect, f"{store.path.as_uri()}?mode=ro"
    monkeypatch.setattr(
        "ecgviewer.analysis.cache.database.sqlite3.connect",
        lambda _, **kw: connect(uri, uri=True, **kw),
    )
    assert is_some(store.get("k"))
    assert not store.put("j", some(), recording="r")
    assert not store.forget()
    assert "readonly" in caplog.text
    assert is_some(store.get("k"))


def test_another_process_that_never_ends_writing_is_waited_for_in_vain(store: Store, monkeypatch):
    monkeypatch.setattr("ecgviewer.analysis.cache.database.WAIT_S", 0.05)
    store.put("k", some(), recording="r")
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert store.get("k") is None
        assert not store.put("j", some(), recording="r")
        assert not store.forget()
        other.execute("ROLLBACK")
    assert is_some(store.get("k"))


def test_nothing_raises_whatever_the_database_says(store: Store, monkeypatch, caplog):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("oh")

    store.put("k", some(), recording="r")
    monkeypatch.setattr("ecgviewer.analysis.cache.database.sqlite3.connect", broken)
    with caplog.at_level(logging.WARNING):
        assert store.get("k") is None
        assert not store.put("j", some(), recording="r")
        assert not store.knows("r")
        assert store.size() == (0, 0)
        assert not store.forget()
        store.remove("k")
    assert caplog.text.count("oh") == 6


# -- where it lies ---------------------------------------------------------------------------


def test_the_environment_names_the_folder(monkeypatch, tmp_path: Path):
    monkeypatch.setenv(database.VARIABLE, str(tmp_path / "mine"))
    assert database.folder() == tmp_path / "mine"
    monkeypatch.delenv(database.VARIABLE)
    assert database.folder().parts[-1].lower() in {"ecgviewer", "cache"}


def test_tests_never_touch_the_users_own(home: Path):
    assert database.folder().is_relative_to(home)
