"""Whoever asks for a record's beats gets the same ones: window, commands, archive, evaluation.

A cluster's workers are held to one process in `tests/commands/archive/test_cluster.py`.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from ecgviewer.aami import BeatClass
from ecgviewer.beats.log import NOT_CLASSIFIED
from ecgviewer.commands import selftest
from ecgviewer.ec57.marks import marks_of_beats
from ecgviewer.evaluation.recording import analysed
from ecgviewer.formats.readers import open_record
from ecgviewer.model.ensemble import load_ensemble
from tests.e2e.doors import DEMO, call, described, rows, viewer
from tests.tiny_ensemble import make_ensemble


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The demo record, twice."""
    for folder in (tmp_path / "in" / "one", tmp_path / "in" / "two"):
        folder.mkdir(parents=True)
        for suffix in (".hea", ".dat"):
            shutil.copy(DEMO.with_suffix(suffix), folder)
    return tmp_path / "in"


def test_everyone_finds_the_same_beats(qtbot, monkeypatch, archive, bundle, tmp_path):
    networks = ("--ensemble", bundle, "--device", "cpu", "--no-cache")
    alone = tmp_path / "alone.csv"
    header = archive / "one" / DEMO.name
    assert call("analyze", header, "-o", alone, *networks).exit_code == 0
    assert call("analyze", archive, "-o", tmp_path / "out", "-j", 2, *networks).exit_code == 0
    with viewer(qtbot, monkeypatch, bundle=bundle) as person:
        person.open_and_wait(header)
        shown = person.export(tmp_path / "window.csv")
    tables = [shown, *sorted((tmp_path / "out").rglob("*.csv"))]
    assert len(tables) == 3
    for table in tables:
        assert table.read_bytes() == alone.read_bytes()
        assert described(table)["ecgviewer:report"] == described(alone)["ecgviewer:report"]

    found = rows(alone)
    samples = np.array([int(row["sample"]) for row in found])
    classes = np.array(
        [BeatClass[row["class"]] if row["class"] else NOT_CLASSIFIED for row in found], np.int8
    )
    record, ensemble = open_record(header), load_ensemble(bundle, device="cpu")
    np.testing.assert_array_equal(selftest.answers(record, ensemble).classes, classes)
    evaluated, expected = analysed(record, ensemble).marks, marks_of_beats(samples, classes)
    for name in ("samples", "kinds"):
        np.testing.assert_array_equal(getattr(evaluated, name), getattr(expected, name))
