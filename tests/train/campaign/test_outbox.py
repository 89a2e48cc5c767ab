import json
from pathlib import Path

import pytest

from train.campaign.outbox import INDEX, MAX_FILE, MAX_FILES, MAX_TOTAL, Outbox
from train.config import ConfigError


def test_what_is_committed_is_there_for_the_next(tmp_path):
    box = Outbox(tmp_path / "out")
    assert not (tmp_path / "out").exists()  # opening makes nothing
    box.commit({"run": b"abc", "finished": b"d"}, {"share": 1.0})
    box.commit({"run": b"efg"}, {"share": 1.0, "more": [1]})
    again = Outbox(tmp_path / "out")
    assert (again.read("run"), again.read("finished")) == (b"efg", b"d")
    assert again.note == {"share": 1.0, "more": [1]}
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]  # nothing is left beside it
    again.commit({"run": None}, {})
    assert Outbox(tmp_path / "out").names == ["finished"]


def test_a_large_blob_goes_in_pieces_and_comes_back_whole(tmp_path):
    data = bytes(range(256)) * (2 * MAX_FILE // 256 + 7)
    Outbox(tmp_path).commit({"run": data}, {})
    sizes = [p.stat().st_size for p in tmp_path.iterdir()]
    assert len(sizes) == 4
    assert max(sizes) <= MAX_FILE
    assert Outbox(tmp_path).read("run") == data


def test_more_than_it_may_hold_is_refused_and_nothing_written(tmp_path):
    box = Outbox(tmp_path)
    box.commit({"a": b"x"}, {})
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(ConfigError, match="MB of at most 60"):
        box.commit({"b": bytes(MAX_TOTAL)}, {})
    many = {f"b{i}": b"x" for i in range(MAX_FILES - 1)}
    with pytest.raises(ConfigError, match="9 files of at most 8"):
        box.commit(many, {})
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert box.room({"b": 10}) == ""
    assert "MB" in box.room({"b": MAX_TOTAL})


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_process_that_dies_while_saving_leaves_what_was_there(tmp_path, monkeypatch, moved):
    box = Outbox(tmp_path / "out")
    box.commit({"run": b"before", "finished": b"f"}, {"n": 1})
    calls = []
    replace = Path.replace

    def dies(self, target):
        if len(calls) == moved:
            raise KeyboardInterrupt
        calls.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        box.commit({"run": b"after", "finished": b"g"}, {"n": 2})
    monkeypatch.undo()
    again = Outbox(tmp_path / "out")
    assert (again.read("run"), again.read("finished"), again.note) == (b"before", b"f", {"n": 1})
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_damage_is_one_sentence(tmp_path):
    out = tmp_path / "out"
    Outbox(out).commit({"run": b"abc"}, {"share": 1.0})
    (piece,) = out.glob("*.piece")
    whole, index = piece.read_bytes(), (out / INDEX).read_text()
    piece.write_bytes(b"abd")
    with pytest.raises(ConfigError, match="damaged \\(its hash differs\\)"):
        Outbox(out)
    piece.unlink()
    with pytest.raises(ConfigError, match="absent, but named"):
        Outbox(out)
    piece.write_bytes(whole)
    for wrong in ("{", "[]", index.replace('"share": 1.0', '"share": 0.5')):
        (out / INDEX).write_text(wrong)
        with pytest.raises(ConfigError, match="damaged index"):
            Outbox(out)
    found = json.loads(index)
    found["body"]["format"] = 2
    (out / INDEX).write_text(json.dumps(found))
    with pytest.raises(ConfigError, match="damaged index"):
        Outbox(out)
    (out / INDEX).unlink()
    with pytest.raises(ConfigError, match=f"no {INDEX}"):
        Outbox(out)


def test_another_file_is_refused_and_left_alone(tmp_path):
    Outbox(tmp_path).commit({"run": b"abc"}, {})
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not of a campaign"):
        Outbox(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
