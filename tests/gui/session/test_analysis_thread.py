"""The thread that streams: what it emits, in which order, and that it ends when asked to."""

import numpy as np
import pytest

from ecgviewer.analysis import classify
from ecgviewer.analysis.scan import scan as scan_record
from ecgviewer.formats.readers import open_record
from ecgviewer.gui.session.analysis_thread import AnalysisThread, Ensembles, Run
from ecgviewer.model import bundle
from tests.gui.conftest import TIMEOUT_MS
from tests.gui.fakes import FakeEnsemble


class Heard:
    """Collects what a worker emits."""

    def __init__(self, worker: AnalysisThread) -> None:
        self.steps, self.batches, self.ended, self.failed = [], [], [], []
        worker.scan_advanced.connect(lambda run_id, step: self.steps.append(step))
        worker.beats_classified.connect(lambda run_id, batch: self.batches.append(batch))
        worker.run_ended.connect(lambda run_id, whole: self.ended.append((run_id, whole)))
        worker.run_failed.connect(lambda run_id, reason: self.failed.append(reason))


def run(qtbot, worker: AnalysisThread) -> Heard:
    heard = Heard(worker)
    with qtbot.waitSignal(worker.finished, timeout=TIMEOUT_MS):
        worker.start()
    worker.wait()
    qtbot.wait(1)  # what was emitted last is delivered
    return heard


def classes(batches) -> dict[int, int]:
    """Class of every beat in some batches."""
    return {int(i): int(c) for b in batches for i, c in zip(b.indices, b.classes, strict=True)}


@pytest.fixture
def fake() -> FakeEnsemble:
    return FakeEnsemble()


def test_it_streams_the_same_classes_as_the_pipeline(qtbot, record, fake):
    opened = open_record(record)
    worker = AnalysisThread(Run(7, opened, "fake"), Ensembles(lambda _: fake))
    heard = run(qtbot, worker)
    scan = heard.steps[-1].scan
    assert heard.ended == [(7, True)]
    found = classes(heard.batches)
    assert found == classes(classify.analyze(opened, scan, fake))
    assert len(found) == scan.n_beats > 60


def test_it_classifies_only_what_an_earlier_run_left(qtbot, record, fake):
    opened = open_record(record)
    *_, last = scan_record(opened)
    done = np.ones(last.scan.n_beats, bool)
    done[[3, 5]] = False
    worker = AnalysisThread(
        Run(1, opened, "fake", scan=last.scan, done=done), Ensembles(lambda _: fake)
    )
    heard = run(qtbot, worker)
    assert [i for b in heard.batches for i in b.indices.tolist()] == [3, 5]
    assert heard.ended == [(1, True)]


def test_a_failure_is_one_sentence(qtbot, record):
    def broken(name: str) -> FakeEnsemble:
        raise bundle.BundleError("weights are not what they should be")

    worker = AnalysisThread(Run(1, open_record(record), "fake"), Ensembles(broken))
    heard = run(qtbot, worker)
    assert heard.failed == ["weights are not what they should be"]
    assert heard.ended == []


def test_it_ends_when_asked_to(qtbot, record, fake):
    fake.gate.clear()
    worker = AnalysisThread(Run(1, open_record(record), "fake"), Ensembles(lambda _: fake))
    heard = Heard(worker)
    with qtbot.waitSignal(worker.classifying_started, timeout=TIMEOUT_MS):
        worker.start()
    worker.requestInterruption()
    fake.gate.set()
    assert worker.wait(TIMEOUT_MS)
    qtbot.wait(1)
    assert heard.ended == [(1, False)]


def test_an_ensemble_is_loaded_once(fake):
    loads = []
    ensembles = Ensembles(lambda name: loads.append(name) or fake)
    assert ensembles.get("a") is ensembles.get("a") is fake
    assert loads == ["a"]
