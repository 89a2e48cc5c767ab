"""The thread that streams: what it emits, in which order, and that it ends when asked to."""

import numpy as np
import pytest

from ecgviewer.analysis.events import BeatsClassified, ClassesStarted, Ended, Known
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.run import collect, run
from ecgviewer.analysis.scan import scan as scan_record
from ecgviewer.beats.scan import DETECT
from ecgviewer.formats.readers import open_record
from ecgviewer.gui.session.analysis_thread import AnalysisThread, Ensembles, RunTask
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.ensemble import available, load_ensemble
from ecgviewer.signal.params import DETECTION, PAPER
from tests.gui.conftest import TIMEOUT_MS
from tests.gui.fakes import FakeEnsemble


class Heard:
    """Collects what a thread emits."""

    def __init__(self, worker: AnalysisThread) -> None:
        self.events, self.run_ids, self.failed = [], set(), []
        worker.advanced.connect(self.on_advanced)
        worker.failed.connect(lambda _run_id, reason: self.failed.append(reason))

    def on_advanced(self, run_id: int, event: object) -> None:
        self.run_ids.add(run_id)
        self.events.append(event)

    @property
    def classified(self) -> list[int]:
        batches = [event.batch for event in self.events if isinstance(event, BeatsClassified)]
        return [i for batch in batches for i in batch.indices.tolist()]


def task(record, *, run_id: int = 1, known: Known | None = None) -> RunTask:
    inputs = default_inputs(record, prep=PAPER)
    return RunTask(run_id, record, "fake", inputs, known=known)


def heard_of(qtbot, worker: AnalysisThread) -> Heard:
    heard = Heard(worker)
    with qtbot.waitSignal(worker.finished, timeout=TIMEOUT_MS):
        worker.start()
    worker.wait()
    qtbot.wait(1)  # what was emitted last is delivered
    return heard


@pytest.fixture
def fake() -> FakeEnsemble:
    return FakeEnsemble()


def test_it_streams_what_the_analysis_gives(qtbot, record, fake):
    opened = open_record(record)
    worker = AnalysisThread(task(opened, run_id=7), Ensembles(lambda _: fake))
    heard = heard_of(qtbot, worker)
    assert heard.run_ids == {7}
    assert heard.events[-1] == Ended(whole=True)
    streamed = collect(iter(heard.events), n_members=2).results
    inputs = default_inputs(opened, prep=PAPER)
    events = run(opened, lambda: fake, inputs=inputs, beats_from=DETECT, detection=DETECTION)
    plain = collect(events, n_members=2).results
    for name in ("samples", "classes", "probabilities", "votes", "flags"):
        np.testing.assert_array_equal(getattr(streamed.log, name), getattr(plain.log, name))
    assert streamed.log.n_beats > 60


def test_it_classifies_only_what_an_earlier_run_left(qtbot, record, fake):
    opened = open_record(record)
    *_, last = scan_record(opened, detection=DETECTION)
    done = np.ones(last.scan.n_beats, bool)
    done[[3, 5]] = False
    known = Known(last.scan, done, None)
    worker = AnalysisThread(task(opened, known=known), Ensembles(lambda _: fake))
    heard = heard_of(qtbot, worker)
    assert heard.classified == [3, 5]
    assert heard.events[-1] == Ended(whole=True)


def test_a_failure_is_one_sentence(qtbot, record):
    def broken(name: str) -> FakeEnsemble:
        raise BundleError("weights are not what they should be")

    worker = AnalysisThread(task(open_record(record)), Ensembles(broken))
    heard = heard_of(qtbot, worker)
    assert heard.failed == ["weights are not what they should be"]
    assert not any(isinstance(event, Ended) for event in heard.events)


def test_it_ends_when_asked_to(qtbot, record, fake):
    fake.gate.clear()
    worker = AnalysisThread(task(open_record(record)), Ensembles(lambda _: fake))
    heard = Heard(worker)
    begun = lambda _run_id, event: isinstance(event, ClassesStarted)
    with qtbot.waitSignal(worker.advanced, timeout=TIMEOUT_MS, check_params_cb=begun):
        worker.start()
    worker.requestInterruption()
    fake.gate.set()
    assert worker.wait(TIMEOUT_MS)
    qtbot.wait(1)
    assert heard.events[-1] == Ended(whole=False)


def test_the_preprocessing_is_known_before_the_networks_are_loaded():
    def never(name: str) -> FakeEnsemble:
        raise AssertionError("no network is to be loaded")

    shipped = {name: Ensembles(never).preprocessing(name) for name in available()}
    assert shipped == {name: load_ensemble(name, device="cpu").prep for name in available()}
    assert Ensembles(never).preprocessing("there is none of that name") == PAPER


def test_an_ensemble_is_loaded_once(fake):
    loads = []
    ensembles = Ensembles(lambda name: loads.append(name) or fake)
    assert ensembles.get("a") is ensembles.get("a") is fake
    assert loads == ["a"]
