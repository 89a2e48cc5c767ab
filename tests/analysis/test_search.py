"""A long recording searched by processes: the same beats, none of them left, whatever dies."""

import dataclasses
import multiprocessing
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ecgviewer import paths
from ecgviewer.analysis import search
from ecgviewer.analysis.scan import scan
from ecgviewer.beats.scan import Scan
from ecgviewer.formats.readers import open_record
from ecgviewer.signal.params import DETECTION


@pytest.fixture(scope="module")
def record():
    return open_record(paths.demo_record())


@pytest.fixture(scope="module")
def alone(record):
    return whole(scan(record, detection=DETECTION))


@pytest.fixture
def long(monkeypatch):
    """Every recording counts as long, and blocks wait for the processes."""
    monkeypatch.setattr(search, "LONG_BLOCKS", 1)
    monkeypatch.setattr(search, "cores", lambda: 2)
    ready = partial(search.Searcher.ready, wait_s=60)
    monkeypatch.setattr(search.Searcher, "ready", lambda searcher: ready(searcher))


def whole(steps) -> Scan:
    *_, last = steps
    assert last.scan is not None
    return last.scan


def same(found: Scan, expected: Scan) -> None:
    np.testing.assert_array_equal(found.samples, expected.samples)
    np.testing.assert_array_equal(found.before, expected.before)
    assert found.stretches == expected.stretches


def test_processes_find_what_this_one_finds(long, record, alone, monkeypatch):
    here = []
    monkeypatch.setattr(search, "search", lambda *a: here.append(a))  # of this process alone
    same(whole(scan(record, detection=DETECTION)), alone)
    assert not here
    assert not multiprocessing.active_children()


def test_a_process_that_dies_costs_no_beat(long, record, alone):
    steps = scan(record, detection=DETECTION)
    first = next(steps)
    assert len(multiprocessing.active_children()) == 2
    multiprocessing.active_children()[0].kill()
    same(whole([first, *steps]), alone)
    assert not multiprocessing.active_children()


def test_giving_up_ends_them(long, record):
    with closing(scan(record, detection=DETECTION)) as steps:
        next(steps)
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()


def test_another_recording_at_that_place_is_not_searched(long, record, alone):
    elsewhere = dataclasses.replace(record, path=Path("nowhere.hea"))
    same(whole(scan(elsewhere, detection=DETECTION)), alone)
    longer = dataclasses.replace(record, n_samples=record.n_samples - 360)
    found = whole(scan(longer, detection=DETECTION))
    assert 0 < found.n_beats <= alone.n_beats
    assert found.samples[-1] < longer.n_samples


def test_other_samples_than_the_files_are_searched_here(long, record, alone):
    def backwards(start, stop):
        return record.read(record.n_samples - stop, record.n_samples - start)[:, ::-1]

    turned = dataclasses.replace(record, reader=backwards)
    found = whole(scan(turned, detection=DETECTION))
    with pytest.MonkeyPatch.context() as hand:
        hand.setattr(search, "LONG_BLOCKS", 10**9)
        same(found, whole(scan(turned, detection=DETECTION)))
    assert not np.array_equal(found.samples, alone.samples)


def test_a_pipe_that_breaks_as_on_windows_is_a_death(long, record, alone, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(search, "LONG_BLOCKS", 1)
    monkeypatch.setattr(search, "cores", lambda: 2)

    def breaks(*_):
        raise BrokenPipeError

    ends = multiprocessing.Pipe()
    with monkeypatch.context() as hand:
        hand.setattr(type(ends[0]), "poll", breaks)
        same(whole(scan(record, detection=DETECTION)), alone)
    for end in ends:
        end.close()


def test_where_no_process_can_be_started_this_one_searches(long, record, alone, monkeypatch):
    started = []

    class Refused(search.Searcher):
        def __init__(self, *arguments):
            if started:
                raise OSError("Resource temporarily unavailable")
            super().__init__(*arguments)
            started.append(self)

    monkeypatch.setattr(search, "Searcher", Refused)
    same(whole(scan(record, detection=DETECTION)), alone)
    assert len(started) == 1
    assert not multiprocessing.active_children()


def test_short_recordings_one_core_and_hands_of_others_search_alone(monkeypatch):
    monkeypatch.setattr(search, "cores", lambda: 4)
    assert search.n_processes(search.LONG_BLOCKS - 1) == 0
    assert search.n_processes(search.LONG_BLOCKS) == 4
    with monkeypatch.context() as hand:
        hand.setattr(multiprocessing, "current_process", lambda: SimpleNamespace(daemon=True))
        assert search.n_processes(search.LONG_BLOCKS) == 0
    monkeypatch.setattr(search, "cores", lambda: 1)
    assert search.n_processes(10_000) == 0
