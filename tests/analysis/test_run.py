"""The whole way of one record: its events, in which order, and what cuts it short."""

from collections.abc import Iterator

import numpy as np
import pytest

from ecgviewer import paths
from ecgviewer.analysis.cache.cache import ResultCache
from ecgviewer.analysis.cache.database import Store
from ecgviewer.analysis.events import (
    BeatsClassified,
    BeatsFound,
    Cached,
    ClassesStarted,
    Ended,
    Event,
    FilesHashed,
    Known,
)
from ecgviewer.analysis.inputs import default_inputs
from ecgviewer.analysis.run import collect, run
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.scan import DETECT
from ecgviewer.formats.readers import open_record
from ecgviewer.model.bundle import BundleError
from ecgviewer.model.ensemble import Ensemble, load_ensemble
from ecgviewer.record import Record
from ecgviewer.signal.params import DETECTION
from tests.tiny_ensemble import make_ensemble


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    folder = make_ensemble(tmp_path_factory.mktemp("bundle") / "tiny")
    return load_ensemble(folder, device="cpu")


@pytest.fixture(scope="module")
def record() -> Record:
    return open_record(paths.demo_record())


def events(record: Record, ensemble: Ensemble, **arguments) -> Iterator[Event]:
    inputs = default_inputs(record, prep=ensemble.prep)
    ask = arguments.pop("ask", lambda: ensemble)
    return run(record, ask, inputs=inputs, beats_from=DETECT, detection=DETECTION, **arguments)


def kinds(found: list[Event]) -> list[type]:
    """Kinds of events, each once where it comes several times in a row."""
    names = [type(event) for event in found]
    return [kind for i, kind in enumerate(names) if i == 0 or kind != names[i - 1]]


def test_beats_come_before_the_networks_are_asked_for(record, ensemble):
    asked: list[str] = []

    def ask() -> Ensemble:
        asked.append("networks")
        return ensemble

    found = []
    for event in events(record, ensemble, ask=ask):
        assert bool(asked) == (not isinstance(event, BeatsFound | FilesHashed))
        found.append(event)
    assert kinds(found) == [FilesHashed, BeatsFound, ClassesStarted, BeatsClassified, Ended]
    assert found[-1] == Ended(whole=True)
    assert asked == ["networks"]


def test_what_is_kept_is_found_and_nothing_follows(record, ensemble, tmp_path):
    cache = ResultCache(Store(tmp_path / "cache"))
    first = list(events(record, ensemble, cache=cache))
    assert kinds(first)[0] is FilesHashed
    done = collect(iter(first), n_members=2)
    inputs = default_inputs(record, prep=ensemble.prep)
    assert cache.keep(record, done.hashes, ensemble, inputs, done.results)
    second = list(events(record, ensemble, cache=cache))
    assert kinds(second) == [FilesHashed, Cached, Ended]
    again = collect(iter(second), n_members=2)
    assert again.cached
    np.testing.assert_array_equal(again.results.log.votes, done.results.log.votes)


def test_only_classes_that_lack_are_given(record, ensemble):
    *_, last = scan(record, detection=DETECTION)
    classified = np.ones(last.scan.n_beats, np.bool_)
    classified[[3, 5]] = False
    found = list(events(record, ensemble, known=Known(last.scan, classified, None)))
    assert kinds(found) == [ClassesStarted, BeatsClassified, Ended]
    assert np.concatenate([e.batch.indices for e in found[1:-1]]).tolist() == [3, 5]


@pytest.mark.parametrize("kind", [BeatsFound, ClassesStarted, BeatsClassified])
def test_it_ends_soon_where_it_is_stopped(record, ensemble, kind):
    stopped: list[Event] = []
    after = []
    for event in events(record, ensemble, stop=lambda: bool(stopped)):
        if stopped:
            after.append(event)
        if isinstance(event, kind):
            stopped.append(event)
    assert after == [Ended(whole=False)]


def test_a_run_that_was_stopped_comes_to_nothing(record, ensemble):
    with pytest.raises(RuntimeError, match="stopped"):
        collect(events(record, ensemble, stop=lambda: True), n_members=2)


def test_beats_are_found_where_there_are_no_networks(record, ensemble):
    def broken() -> Ensemble:
        raise BundleError("weights are not what they should be")

    found = []
    with pytest.raises(BundleError, match="weights"):
        found += events(record, ensemble, ask=broken)  # a list grows as far as it gets
    assert set(kinds(found)) <= {FilesHashed, BeatsFound}


def test_progress_is_told(record: Record, ensemble: Ensemble):
    told: dict[str, tuple[int, int]] = {}
    collect(
        events(record, ensemble),
        n_members=2,
        progress=lambda stage, done, total: told.update({stage: (done, total)}),
    )
    assert set(told) == {"scan", "classify"}
    assert all(done == total > 0 for done, total in told.values())
