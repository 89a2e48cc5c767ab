"""What a kept result depends on: each of it changed, and it is not found."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ecgviewer import versions
from ecgviewer.analysis.cache import cache
from ecgviewer.analysis.cache.cache import ResultCache, hash_files, result_key
from ecgviewer.analysis.cache.key import KEY_FIELDS, RESULT_SCHEMA, ResultKey
from ecgviewer.analysis.inputs import Inputs
from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import Ensemble
from ecgviewer.record import Record
from ecgviewer.signal.params import DETECTION, GRID, PAPER, QUALITY
from tests.analysis.cache.test_cache import ensemble, keeper, record, rewrite

__all__ = ["ensemble", "keeper", "record"]


@dataclass
class Case:
    """What is asked for; a test changes one of it."""

    record: Record
    ensemble: Ensemble
    inputs: Inputs
    beats_from: str = "detect"
    annotation: Path | None = None
    searched: tuple[int, ...] = (0,)
    detection: object = DETECTION
    patches: list[tuple[str, object]] = field(default_factory=list)

    def key(self) -> ResultKey:
        found = hash_files(self.record, beats_from=self.beats_from, annotation=self.annotation)
        assert found is not None
        return result_key(
            found, self.ensemble, self.inputs, searched=self.searched, detection=self.detection
        )


def other(ensemble: Ensemble, **changes: object) -> SimpleNamespace:
    """The ensemble, with something of it changed."""
    names = ("prep", "hash", "precision", "device", "place", "members")
    return SimpleNamespace(**{name: getattr(ensemble, name) for name in names} | changes)


CHANGES: dict[str, list[Callable[[Case], object]]] = {
    "files": [
        lambda case: rewrite(case.record.files[0]),
        lambda case: rewrite(case.record.files[1]),
        lambda case: setattr(
            case,
            "record",
            replace(case.record, files=case.record.files[::-1], stamps=case.record.stamps[::-1]),
        ),
    ],
    "beats_from": [lambda case: setattr(case, "beats_from", "qrs")],
    "annotation": [lambda case: rewrite(case.record.files[0].with_suffix(".atr"))],
    "searched": [lambda case: setattr(case, "searched", (0, 1))],
    "inputs": [
        lambda case: setattr(case, "inputs", (None, 0)),
        lambda case: setattr(case, "inputs", (0, 0)),
    ],
    "detection": [
        lambda case: setattr(case, "detection", replace(DETECTION, gain=DETECTION.gain + 1))
    ],
    "preprocessing": [
        lambda case: setattr(
            case, "ensemble", other(case.ensemble, prep=replace(PAPER, wavelet_levels=2))
        )
    ],
    "ensemble": [lambda case: setattr(case, "ensemble", other(case.ensemble, hash="f" * 64))],
    "precision": [lambda case: setattr(case, "ensemble", other(case.ensemble, precision="bf16"))],
    "device": [lambda case: setattr(case, "ensemble", other(case.ensemble, device="cuda"))],
    "quality": [lambda case: case.patches.append(("QUALITY", replace(QUALITY, flat_uv=1.0)))],
    "grid": [lambda case: case.patches.append(("GRID", replace(GRID, margin=1)))],
    "engine": [
        lambda case: setattr(
            case,
            "ensemble",
            other(case.ensemble, place=SimpleNamespace(engine="another processor")),
        )
    ],
    "versions": [
        lambda case: case.patches.append(
            ("versions", lambda: versions.versions() | {"torch": "0.1"})
        )
    ],
    "code": [lambda case: case.patches.append(("code_hash", lambda: "edited"))],
    "schema": [lambda case: case.patches.append(("schema", RESULT_SCHEMA + 1))],
}


def test_every_field_of_the_key_is_tried():
    assert set(CHANGES) == set(KEY_FIELDS)


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, some in CHANGES.items() for change in some]
)
def test_whatever_changes_is_a_miss(
    name: str,
    change: Callable[[Case], object],
    record: Record,
    ensemble: Ensemble,
    keeper: ResultCache,
    monkeypatch: pytest.MonkeyPatch,
):
    case = Case(record, ensemble, (0, None))
    if name in ("beats_from", "annotation"):
        case.beats_from, case.annotation = "atr", record.files[0].with_suffix(".atr")
    before = case.key()
    columns = {"x": np.arange(3)}
    assert keeper.store.put(before.digest(), columns, recording="r")
    assert case.key() == before
    change(case)
    for what, value in case.patches:
        if what != "schema":
            monkeypatch.setattr(cache, what, value)
    after = case.key()
    if ("schema", RESULT_SCHEMA + 1) in case.patches:
        after = replace(after, schema=RESULT_SCHEMA + 1)
    changed = {f for f in KEY_FIELDS if getattr(before, f) != getattr(after, f)}
    assert changed == {name}
    assert keeper.store.get(after.digest()) is None
    assert keeper.store.get(before.digest()) is not None


def test_a_copy_elsewhere_is_the_same_recording(record: Record, ensemble: Ensemble, tmp_path: Path):
    shutil.copytree(record.path.parent, tmp_path / "elsewhere")
    copy = open_record(tmp_path / "elsewhere" / "r.hea")
    assert Case(copy, ensemble, (0, None)).key() == Case(record, ensemble, (0, None)).key()


def test_a_changed_help_text_keeps_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    computes = ("signal", "formats", "model", "features", "beats", "analysis")
    others = ("commands", "gui", "report", "evaluation", "findings", "runtime", "files", "ec57")
    for folder in (*computes, *others):
        (tmp_path / folder / "deeper").mkdir(parents=True)
        (tmp_path / folder / "deeper" / "a.py").write_text("x = 1\n")
    (tmp_path / "versions.py").write_text("x = 1\n")
    monkeypatch.setattr(versions, "__file__", str(tmp_path / "versions.py"))
    hashed = versions.code_hash.__wrapped__
    before = hashed()
    for folder in others:
        (tmp_path / folder / "deeper" / "a.py").write_text("x = 'another help text'\n")
    (tmp_path / "versions.py").write_text("x = 2\n")
    assert hashed() == before
    for folder in computes:
        (tmp_path / folder / "deeper" / "a.py").write_text("x = 2\n")
        assert hashed() != before
        before = hashed()


def test_the_code_hash_follows_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "signal").mkdir()
    for name in ("versions.py", "signal/a.py"):
        (tmp_path / name).write_text("x = 1\n")
    monkeypatch.setattr(versions, "__file__", str(tmp_path / "versions.py"))
    plain = versions.code_hash.__wrapped__
    before = plain()
    assert before == plain() != ""
    (tmp_path / "signal/a.py").write_text("x = 2\n")
    assert plain() != before
    shutil.rmtree(tmp_path / "signal")
    (tmp_path / "versions.py").unlink()
    assert plain() == ""
    for name in ("one build", "another"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    builds = set()
    for name in ("one build", "another"):
        monkeypatch.setattr(sys, "executable", str(tmp_path / name))
        builds.add(plain())
    assert len(builds) == 2
